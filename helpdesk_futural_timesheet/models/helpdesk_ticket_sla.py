from odoo import api, models


class HelpdeskTicketSla(models.Model):
    """A ticket whose hours are billed on another item may be promised something else."""

    _inherit = "helpdesk.ticket"

    @api.model
    def _get_sla_criteria(self):
        return (*super()._get_sla_criteria(), "sale_line_id")
