from odoo import fields, models
from odoo.tools.misc import clean_context


class MailComposeMessage(models.TransientModel):
    _inherit = "mail.compose.message"

    helpdesk_macro_id = fields.Many2one(
        "helpdesk.macro",
        ondelete="cascade",
        help="The macro whose reply is being edited; the rest of it is done when it is sent.",
    )

    def action_send_mail(self):
        action = super().action_send_mail()
        return self._apply_helpdesk_macro() or action

    def action_schedule_message(self):
        action = super().action_schedule_message()
        return self._apply_helpdesk_macro() or action

    def _apply_helpdesk_macro(self):
        """Do what else the macro says, and return the client action that reports it."""
        if len(self) != 1 or not self.helpdesk_macro_id or self.model != "helpdesk.ticket":
            return False
        # Defaults meant for the message (default_body…) are not meant for the ticket.
        tickets = self.env(context=clean_context(self.env.context))["helpdesk.ticket"]
        tickets = tickets.browse(self._evaluate_res_ids())
        tickets.check_access("write")
        # As when it is applied directly: the id came through the browser.
        self.helpdesk_macro_id.check_access("read")
        self.helpdesk_macro_id._check_fits(tickets)
        return tickets._apply_macro(self.helpdesk_macro_id, replied=True)
