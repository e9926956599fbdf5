import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

#: How long mails of tickets wait for a mail server, and how long between two attempts (RFC 5321, section 4.5.4.1, asks
#: for 4–5 days and for half an hour on average; most outages are shorter than that).
GIVE_UP_AFTER = timedelta(days=5)
FIRST_RETRY_AFTER = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=4)
#: A reply that says "not now" (RFC 5321, section 4.2.1: 4yz), as smtplib's exceptions print it.
_TRANSIENT_REPLY = re.compile(r"\(4\d\d, ")
#: Nothing that happened since could have sent them: a connection that broke, or a worker that died, long ago.
_INTERRUPTED_AFTER = timedelta(minutes=15)


class MailMail(models.Model):
    """Outgoing mail of tickets waits while the mail server can't take it; core gives up at once."""

    _inherit = "mail.mail"

    helpdesk_retry_date = fields.Datetime(
        "Next Attempt",
        readonly=True,
        copy=False,
        help="When the mail is tried again, after the mail server could not take it.",
    )
    helpdesk_failure_known = fields.Boolean(
        readonly=True,
        copy=False,
        help="The mail server, or what comes before it, said why the mail failed.",
    )
    _helpdesk_retry_idx = models.Index("(helpdesk_retry_date) WHERE state = 'exception'")

    @api.model
    def process_email_queue(self, email_ids=(), batch_size=1000):
        if not email_ids:
            self._helpdesk_requeue()
        return super().process_email_queue(email_ids, batch_size)

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        if failure_type:
            # sudo: scheduling belongs to the queue, whoever's answer was sent at once
            self.sudo()._helpdesk_schedule_retry(failure_type)
        return super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason=failure_reason, failure_type=failure_type
        )

    def _helpdesk_schedule_retry(self, failure_type):
        """Plan another attempt for those of tickets that may go through later.

        The pauses grow with the age of the mail. After five days it stays failed, as its
        message on the ticket has shown all the time.

        :param str failure_type: core's word for what went wrong
        """
        now = fields.Datetime.now()
        for mail in self.filtered(lambda m: m.model == "helpdesk.ticket"):
            is_transient = failure_type == "mail_smtp" or bool(
                _TRANSIENT_REPLY.search(mail.failure_reason or "")
            )
            mail.helpdesk_failure_known = True
            age = now - mail.create_date
            if not is_transient or age > GIVE_UP_AFTER:
                mail.helpdesk_retry_date = False
                continue
            pause = min(max(age / 2, FIRST_RETRY_AFTER), LONGEST_PAUSE)
            mail.helpdesk_retry_date = now + pause
        if dates := [date for date in self.mapped("helpdesk_retry_date") if date]:
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger(at=min(dates))

    @api.model
    def _helpdesk_requeue(self):
        """Put back into the queue what is due, and what a broken connection left behind.

        Core marks a mail as failed before it hands it to the server. Where the connection breaks
        or the worker dies right then, the mail stays so and nobody knows why. It may have gone
        out: rather twice, with one Message-ID, than not at all (RFC 5321, section 6.1).
        """
        now = fields.Datetime.now()
        interrupted = (
            Domain("helpdesk_retry_date", "=", False)
            & Domain("helpdesk_failure_known", "=", False)
            & Domain("write_date", "<", now - _INTERRUPTED_AFTER)
        )
        mails = self.search(
            Domain("state", "=", "exception")
            & Domain("model", "=", "helpdesk.ticket")
            & Domain("create_date", ">=", now - GIVE_UP_AFTER)
            & (Domain("helpdesk_retry_date", "<=", now) | interrupted)
        )
        mails.write(
            {"state": "outgoing", "helpdesk_retry_date": False, "helpdesk_failure_known": False}
        )
