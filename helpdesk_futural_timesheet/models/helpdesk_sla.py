from odoo import api, fields, models


class HelpdeskSla(models.Model):
    """Promises to those who pay for them: policies for tickets of certain sales order items."""

    _inherit = "helpdesk.sla"

    sale_line_ids = fields.Many2many(
        "sale.order.line",
        "helpdesk_sla_sale_order_line_rel",
        "sla_id",
        "sale_order_line_id",
        string="Sales Order Items",
        # A policy whose last item vanished would be for everybody.
        ondelete="restrict",
        domain="[('is_service', '=', True), ('is_expense', '=', False), ('state', '=', 'sale'),"
        " ('is_downpayment', '=', False), ('company_id', '=', company_id)]",
        help="Tickets whose hours are billed on one of these items. Empty: any.",
    )

    def _get_more_criteria(self):
        return {**super()._get_more_criteria(), "sale_line_id": self.sale_line_ids}

    @api.model
    def _get_promise_fields(self):
        return super()._get_promise_fields() | {"sale_line_ids"}

    @api.depends("sale_line_ids")
    def _compute_matching_tickets(self):
        return super()._compute_matching_tickets()

    @api.depends("sale_line_ids")
    def _compute_summary(self):
        return super()._compute_summary()

    def _describe_tickets(self):
        text = super()._describe_tickets()
        if self.sale_line_ids:
            items = self.env._(" or ").join(self.sale_line_ids.mapped("display_name"))
            text += ", " + self.env._("billed on %s", items)
        return text
