from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.helpdesk_futural.tools.new_columns import add_columns


class AccountAnalyticLineValue(models.Model):
    """What hours on tickets are worth, for the analysis of hours."""

    _inherit = "account.analytic.line"

    helpdesk_value = fields.Monetary(
        "Sales Value",
        compute="_compute_helpdesk_value",
        store=True,
        help="What the customer pays for the hours, without taxes, prepaid or afterwards.",
    )
    helpdesk_effective_rate = fields.Float(
        "Effective Rate",
        compute="_compute_helpdesk_value",
        store=True,
        aggregator="avg",
        help="Sales value per hour worked; hours that nobody pays for lower it.",
    )

    def _auto_init(self):
        add_columns(self, "helpdesk_value", "helpdesk_effective_rate", value=0)
        return super()._auto_init()

    @api.depends(
        "helpdesk_ticket_id",
        "unit_amount",
        "so_line.state",
        "so_line.price_subtotal",
        "so_line.product_uom_qty",
    )
    def _compute_helpdesk_value(self):
        hour = self.env.ref("uom.product_uom_hour")
        for line in self:
            item = line.so_line
            rate = 0.0
            if line.helpdesk_ticket_id and item.state == "sale" and item.product_uom_qty:
                hours = item.product_uom_id._compute_quantity(
                    item.product_uom_qty, hour, round=False, raise_if_failure=False
                )
                rate = item.currency_id._convert(
                    item.price_subtotal / hours if hours else 0.0,
                    line.currency_id,
                    line.company_id,
                    line.date,
                    round=False,
                )
            line.helpdesk_value = rate * line.unit_amount
            line.helpdesk_effective_rate = rate

    def _read_group_select(self, aggregate_spec, query):
        if aggregate_spec != "helpdesk_effective_rate:avg":
            return super()._read_group_select(aggregate_spec, query)
        # Weighted by the hours: an average of the entries' rates would mean nothing.
        return SQL(
            "COALESCE(SUM(%s) / NULLIF(SUM(%s)::numeric, 0), 0)",
            self._field_to_sql(self._table, "helpdesk_value", query),
            self._field_to_sql(self._table, "unit_amount", query),
        )
