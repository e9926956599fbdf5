from odoo import fields, models

from .account_analytic_line_billing import ENTRY_IDS


class SaleOrder(models.Model):
    _inherit = "sale.order"

    helpdesk_ticket_id = fields.Many2one(
        "helpdesk.ticket",
        "Ticket",
        copy=False,
        index="btree_not_null",
        readonly=True,
        help="The ticket that the order was created from.",
    )

    def action_confirm(self):
        result = super().action_confirm()
        # sudo: who confirms an order may have no helpdesk rights
        for order in self.sudo().filtered("helpdesk_ticket_id"):
            prepaid = order.order_line.filtered("remaining_hours_available")[:1]
            if prepaid:
                order.helpdesk_ticket_id._go_on_with_new_hours(prepaid)
        return result

    def _compute_show_hours_recorded_button(self):
        """Core reads a number of projects here, so orders open for users of Project only."""
        # sudo: whether a button shows; who bills hours may have no rights on projects
        return super(SaleOrder, self.sudo())._compute_show_hours_recorded_button()

    def _get_invoiceable_lines(self, final=False):
        """Invoice nothing but the hours that were chosen, if somebody chose."""
        lines = super()._get_invoiceable_lines(final)
        if (chosen := self.env.context.get(ENTRY_IDS)) is None:
            return lines
        # sudo: only to know which order items the chosen hours are on
        entries = self.env["account.analytic.line"].sudo().browse(chosen)
        return lines.filtered(lambda line: line.id in entries.so_line.ids)
