def migrate(cr, version):
    """Remember whether anybody follows a ticket to hear of its stages, as is done from now on."""
    cr.execute(
        """
        UPDATE ir_config_parameter
           SET value = 'yes'
         WHERE key = 'helpdesk_futural.stages_followed'
           AND EXISTS (
               SELECT 1
                 FROM mail_followers_mail_message_subtype_rel rel
                 JOIN ir_model_data data
                   ON data.model = 'mail.message.subtype'
                  AND data.res_id = rel.mail_message_subtype_id
                WHERE data.module = 'helpdesk_futural'
                  AND data.name = 'mt_ticket_stage'
           )
        """
    )
