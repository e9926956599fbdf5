from odoo import api, models


class ResourceCalendarLeaves(models.Model):
    """Public holidays: days off without a person, in one calendar or in all of a company."""

    _inherit = "resource.calendar.leaves"

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        leaves._on_public_holidays_changed()
        return leaves

    def write(self, vals):
        self._on_public_holidays_changed()
        result = super().write(vals)
        self._on_public_holidays_changed()
        return result

    def unlink(self):
        self._on_public_holidays_changed()
        return super().unlink()

    def _on_public_holidays_changed(self):
        # One's own time off, of which there is much, moves nobody's deadline.
        holidays = self.filtered(lambda leave: not leave.resource_id)
        if holidays:
            everywhere = holidays.filtered(lambda leave: not leave.calendar_id)
            holidays.calendar_id._on_working_time_changed(everywhere.company_id)
