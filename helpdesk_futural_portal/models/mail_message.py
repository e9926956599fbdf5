from odoo import models
from odoo.tools.mail import parse_contact_from_email


class MailMessage(models.Model):
    """Customers read what was said to them on a ticket, and write by its page only.

    Core lets portal users change, by RPC, the text of messages that they were notified of, and read
    by its id whatever is internal but no comment: internal mails, logs of changes and activities.
    """

    _inherit = "mail.message"

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if self.env.su or not self.env.user.share:
            return result
        forbidden, make_error = result or (self.browse(), None)
        # sudo: only to decide over the access
        ours = (self - forbidden).sudo().filtered(lambda m: m.model == "helpdesk.ticket")
        if operation == "read":
            ours = ours.filtered(lambda m: m._is_kept_from_customers())
        if not ours:
            return result
        ours = ours.sudo(False)
        return forbidden | ours, make_error or (
            lambda: self.env["ir.rule"]._make_access_error(operation, ours)
        )

    def _is_kept_from_customers(self):
        """Tell whether the message is among agents; what is sent to one person only is theirs."""
        self.ensure_one()
        if self.message_type == "user_notification":
            return False
        return self.is_internal or not self.subtype_id or self.subtype_id.internal

    def _portal_message_format(self, properties_names, options=None):
        """Who wrote by a template or an address of ours is no contact; core shows them unnamed."""
        rows = super()._portal_message_format(properties_names, options=options)
        for message, values in zip(self, rows, strict=True):
            if message.model == "helpdesk.ticket" and not message.author_id:
                name = parse_contact_from_email(message.email_from)[0]
                # The browser tells authors apart by their number, and contacts' are positive.
                values["author_id"] = {"id": -message.id, "name": name or message.env.company.name}
        return rows
