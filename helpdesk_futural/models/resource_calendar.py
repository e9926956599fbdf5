from odoo import api, models


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"tz", "flexible_hours", "two_weeks_calendar", "attendance_ids"}:
            self._on_working_time_changed()
        return result

    def _on_working_time_changed(self, companies=()):
        """Forget what was computed from the calendars' hours and holidays, and compute it anew.

        :param companies: companies in all calendars of which something changed
        """
        self.env.registry.clear_cache()
        # sudo: teams that the user doesn't see have their deadlines too
        teams = self.env["helpdesk.team"].sudo().search([("use_sla", "=", True)])
        teams.filtered(
            lambda team: team._get_calendar() in self or team.company_id in companies
        )._outdate_slas()


class ResourceCalendarAttendance(models.Model):
    _inherit = "resource.calendar.attendance"

    @api.model_create_multi
    def create(self, vals_list):
        attendances = super().create(vals_list)
        attendances.calendar_id._on_working_time_changed()
        return attendances

    def write(self, vals):
        calendars = self.calendar_id
        result = super().write(vals)
        (calendars | self.calendar_id)._on_working_time_changed()
        return result

    def unlink(self):
        calendars = self.calendar_id
        result = super().unlink()
        calendars._on_working_time_changed()
        return result
