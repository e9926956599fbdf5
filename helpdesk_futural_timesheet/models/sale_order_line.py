from odoo import fields, models
from odoo.fields import Domain

from .account_analytic_line_billing import ENTRY_IDS


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    helpdesk_warned_at = fields.Float(
        "Customer Warned at",
        copy=False,
        help="Remaining hours at which the customer was told that few are left; 0: not yet.",
    )

    def _recompute_qty_to_invoice(self, start_date, end_date):
        """Count only the hours that were chosen for the invoice, if somebody chose."""
        if (chosen := self.env.context.get(ENTRY_IDS)) is not None:
            self = self.with_context(helpdesk_count_entry_ids=chosen)
        return super()._recompute_qty_to_invoice(start_date, end_date)

    def _timesheet_compute_delivered_quantity_domain(self):
        domain = super()._timesheet_compute_delivered_quantity_domain()
        if (chosen := self.env.context.get("helpdesk_count_entry_ids")) is not None:
            return list(Domain(domain) & Domain("id", "in", chosen))
        return domain
