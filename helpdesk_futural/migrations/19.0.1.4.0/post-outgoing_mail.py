def migrate(cr, version):
    """Leave alone what had failed before mails of tickets were tried again."""
    cr.execute("UPDATE mail_mail SET helpdesk_failure_known = true WHERE state = 'exception'")
