from xmlrpc.client import Binary

from odoo import api, models
from odoo.exceptions import AccessError


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def message_process(
        self,
        model,
        message,
        custom_values=None,
        save_original=False,
        strip_attachments=False,
        thread_id=None,
    ):
        """Let the helpdesk's register take the mails that concern it; core the others.

        A mail of the helpdesk's is kept and accounted for (``helpdesk.incoming.mail``), and
        nothing about it is ever raised to the mail server or the fetcher.

        :raises AccessError: if a customer calls it, who would speak in anybody's name
        """
        if not self.env.su and self.env.user.share:
            raise AccessError(self.env._("Only the mail server's account hands over mail."))
        raw = message.data if isinstance(message, Binary) else message
        raw = raw.encode() if isinstance(raw, str) else bytes(raw)
        # sudo: the gateway's user may have no helpdesk rights; the register is the system's
        register = self.env["helpdesk.incoming.mail"].sudo()
        ours = not thread_id and not self.env.context.get("helpdesk_not_ours")
        if not ours or not register._concerns_helpdesk(model, raw):
            return super().message_process(
                model,
                message,
                custom_values=custom_values,
                save_original=save_original,
                strip_attachments=strip_attachments,
                thread_id=thread_id,
            )
        if not self.env["helpdesk.ticket"].has_access("create"):
            # Tickets are made with all rights: who can't make one doesn't choose its values.
            custom_values = None
        return register._receive(
            raw,
            {
                "model": model,
                "custom_values": custom_values,
                "save_original": save_original,
                "strip_attachments": strip_attachments,
            },
        )

    def _notify_get_reply_to_batch(self, defaults=None, author_ids=None):
        """Look up no address for the chatter's record of a ticket's changes: nobody answers it."""
        if self.env.context.get("helpdesk_change_log"):
            return dict(defaults or {False: False})
        return super()._notify_get_reply_to_batch(defaults=defaults, author_ids=author_ids)
