from odoo import api, models
from odoo.fields import Domain

from .account_analytic_line_billing import ENTRY_IDS


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    @api.model
    def _timesheet_domain_get_invoiced_lines(self, sale_line_delivery):
        """Link only the hours that were chosen for the invoice, if somebody chose."""
        domain = super()._timesheet_domain_get_invoiced_lines(sale_line_delivery)
        if (chosen := self.env.context.get(ENTRY_IDS)) is not None:
            return list(Domain(domain) & Domain("id", "in", chosen))
        return domain
