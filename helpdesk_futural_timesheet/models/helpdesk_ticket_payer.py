from odoo import fields, models


class HelpdeskTicketPayer(models.Model):
    """Who pays for a ticket's hours after its customer changed, or its order was cancelled."""

    _inherit = "helpdesk.ticket"

    is_order_cancelled = fields.Boolean(compute="_compute_is_order_cancelled", compute_sudo=True)

    def _compute_is_order_cancelled(self):
        for ticket in self:
            ticket.is_order_cancelled = ticket.sale_line_id.state == "cancel"

    def write(self, vals):
        if "partner_id" not in vals:
            return super().write(vals)
        former = {ticket: ticket.commercial_partner_id for ticket in self}
        result = super().write(vals)
        changed = self.filtered(lambda t: t.commercial_partner_id != former[t])
        if changed:
            changed._take_hours_off_items_of(former)
        return result

    def _take_hours_off_items_of(self, former):
        """Let hours that somebody put on an item of the former customer follow the ticket.

        Invoiced hours stay, and so do those that a merged ticket of a third customer brought.

        :param dict former: ``{ticket: the organisation that was its customer}``
        """
        # sudo: an agent changes the customer, without rights on the hours of colleagues and orders
        entries = self.env["account.analytic.line"].sudo()
        chosen = entries.search(
            [
                ("helpdesk_ticket_id", "in", self.ids),
                ("is_so_line_edited", "=", True),
                ("so_line", "!=", False),
            ]
        )
        chosen._use_item_of_ticket(
            chosen.filtered(
                lambda line: (
                    line.so_line.order_partner_id.commercial_partner_id
                    == former[line.helpdesk_ticket_id.with_env(self.env)]
                )
            )
        )
