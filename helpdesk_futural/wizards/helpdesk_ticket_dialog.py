from odoo import api, models


class HelpdeskTicketDialog(models.AbstractModel):
    """A dialog about a ticket: nobody names one in it that they don't see.

    Odoo shows the name of whatever a record refers to, and the number came through the browser.
    """

    _name = "helpdesk.ticket.dialog"
    _description = "Dialog About a Ticket"

    #: The field with the ticket.
    _ticket_field = "ticket_id"

    @api.model_create_multi
    def create(self, vals_list):
        dialogs = super().create(vals_list)
        dialogs[self._ticket_field].check_access("read")
        return dialogs

    def write(self, vals):
        result = super().write(vals)
        if self._ticket_field in vals:
            self[self._ticket_field].check_access("read")
        return result
