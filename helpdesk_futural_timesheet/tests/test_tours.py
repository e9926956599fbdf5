from odoo.tests import HttpCase, tagged

from .common import HoursCase


@tagged("post_install", "-at_install")
class TestHoursTours(HoursCase, HttpCase):
    def test_an_agent_measures_and_logs_time_in_the_browser(self):
        self.team.write({"use_helpdesk_sale_timesheet": True, "timesheet_rounding": 15})
        ticket = self._ticket()
        self.start_tour(
            f"/odoo/helpdesk.ticket/{ticket.id}",
            "helpdesk_futural_timesheet_timer",
            login=self.aino.login,
        )
        self.assertEqual(ticket.timesheet_ids.mapped("unit_amount"), [0.25])
        self.assertEqual(ticket.timesheet_ids.employee_id.user_id, self.aino)
