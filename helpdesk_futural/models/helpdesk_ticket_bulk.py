from odoo import Command, models


class HelpdeskTicketBulkActions(models.Model):
    """The ways from a list of selected tickets to what is done to all of them."""

    _inherit = "helpdesk.ticket"

    def action_open_bulk(self):
        """Open the wizard that changes these tickets or applies a macro to them."""
        return self._open_bulk_wizard("helpdesk.ticket.bulk", self.env._("Update Tickets"))

    def action_open_bulk_reply(self):
        """Open the wizard that answers each of these tickets with the same words."""
        return self._open_bulk_wizard("helpdesk.ticket.reply", self.env._("Reply to All"))

    def _open_bulk_wizard(self, model, name):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_ticket_ids": [Command.set(self.ids)]},
        }
