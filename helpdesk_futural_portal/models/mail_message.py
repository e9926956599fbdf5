from odoo import models


class MailMessage(models.Model):
    """Customers write on a ticket by its page only.

    Core lets portal users change, by RPC, the text of messages that they were notified of.
    """

    _inherit = "mail.message"

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if operation == "read" or self.env.su or not self.env.user.share:
            return result
        forbidden, make_error = result or (self.browse(), None)
        # sudo: only the model is compared
        ours = (
            (self - forbidden).sudo().filtered(lambda m: m.model == "helpdesk.ticket").sudo(False)
        )
        if not ours:
            return result
        return forbidden | ours, make_error or (
            lambda: self.env["ir.rule"]._make_access_error(operation, ours)
        )
