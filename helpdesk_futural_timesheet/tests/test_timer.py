from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import HoursCase


@tagged("post_install", "-at_install")
class TestTimer(HoursCase):
    def setUp(self):
        super().setUp()
        self.ticket, self.second = (
            self._ticket().with_user(self.aino).with_company(self.company) for _i in range(2)
        )

    def _at(self, time):
        self.env.invalidate_all()
        return freeze_time(f"2026-05-04 {time}")

    def _wizard(self, action, **values):
        model = self.env[action["res_model"]].with_user(self.aino).with_company(self.company)
        return model.with_context(**action["context"]).create(values)

    def test_pauses_dont_count_and_any_browser_shows_the_same(self):
        with self._at("09:00"):
            self.ticket.action_timer_start()
            self.assertEqual(self.ticket.timer_state, "running")
        with self._at("09:10"):
            self.assertEqual(self.ticket.timer_seconds, 600)
            self.ticket.action_timer_pause()
            self.ticket.action_timer_pause()
        with self._at("09:30"):
            self.assertEqual((self.ticket.timer_state, self.ticket.timer_seconds), ("paused", 600))
            self.ticket.action_timer_resume()
        with self._at("09:35:30"):
            self.assertEqual(self.ticket.timer_seconds, 930)
            elsewhere = self.env(user=self.aino)["helpdesk.ticket"].browse(self.ticket.id)
            self.assertEqual(elsewhere.timer_seconds, 930)

    def test_a_colleague_doesnt_see_my_timer_as_theirs(self):
        with self._at("09:00"):
            self.ticket.action_timer_start()
        lars = self.ticket.with_user(self.lars)
        self.assertEqual((lars.timer_state, lars.timer_seconds), ("none", 0))
        lars.action_timer_start()
        timers = self.env["helpdesk.ticket.timer"].search([("ticket_id", "=", lars.id)])
        self.assertEqual(timers.user_id, self.aino | self.lars)
        own = self.env["helpdesk.ticket.timer"].with_user(self.lars).search([])
        self.assertEqual(own.user_id, self.lars)

    def test_stopping_asks_what_was_done_and_logs_the_rounded_time(self):
        self.team.write({"use_helpdesk_sale_timesheet": True, "timesheet_rounding": 15})
        with self._at("09:00"):
            self.ticket.action_timer_start()
        with self._at("09:20"):
            wizard = self._wizard(self.ticket.action_timer_stop(), description="New toner")
            self.assertEqual(wizard.time_spent, 0.5)
            self.assertEqual(self.ticket.timer_state, "paused", "thinking about it isn't billed")
            wizard.action_generate_timesheet()
        line = self.ticket.sudo().timesheet_ids
        self.assertEqual((line.unit_amount, line.name), (0.5, "New toner"))
        self.assertEqual(line.employee_id.user_id, self.aino)
        self.assertEqual(str(line.date), "2026-05-04")
        self.assertEqual(self.ticket.timer_state, "none")

    def test_only_billable_time_is_rounded(self):
        self.team.write(
            {
                "use_helpdesk_sale_timesheet": True,
                "timesheet_rounding": 15,
                "timesheet_minimum": 30,
            }
        )
        logged = []
        for billable in (True, False):
            wizard = self._wizard(self.ticket.action_log_time(), time_spent=0.1, billable=billable)
            wizard.action_generate_timesheet()
            logged.append(self.ticket.total_hours_spent)
        self.assertEqual(logged, [0.5, 0.6])

    def test_closing_the_dialog_keeps_the_time(self):
        with self._at("09:00"):
            self.ticket.action_timer_start()
        with self._at("09:20"):
            self._wizard(self.ticket.action_timer_stop())
        with self._at("10:00"):
            self.assertEqual(self.ticket.timer_seconds, 1200)
            wizard = self._wizard(self.ticket.action_timer_stop())
            wizard.action_continue()
        with self._at("10:01"):
            self.assertEqual(self.ticket.timer_seconds, 1260)
            self._wizard(self.ticket.action_timer_stop()).action_discard()
        self.assertEqual(self.ticket.timer_state, "none")
        self.assertFalse(self.ticket.sudo().timesheet_ids)

    def test_a_second_timer_asks_and_changes_nothing_until_answered(self):
        with self._at("09:00"):
            self.ticket.action_timer_start()
        with self._at("09:30"):
            action = self.second.action_timer_start()
            self.assertEqual(action["res_model"], "helpdesk.ticket.timer.switch")
            self.assertEqual(self.second.timer_state, "none")
            self.assertEqual(self.ticket.timer_state, "running")
            wizard = self._wizard(action, description="Toner")
            self.assertIn(self.ticket.ticket_ref, wizard.former_ticket_name)
            self.assertEqual(wizard.measured_hours, 0.5)
            wizard.action_log_and_start()
            self.env.invalidate_all()
            self.assertEqual(self.second.timer_state, "running")
        self.assertEqual(self.ticket.timer_state, "none")
        self.assertEqual(self.ticket.sudo().timesheet_ids.mapped("unit_amount"), [0.5])
        self.assertEqual(self.ticket.sudo().timesheet_ids.name, "Toner")

    def test_the_other_time_can_be_discarded(self):
        with self._at("09:00"):
            self.ticket.action_timer_start()
        with self._at("09:30"):
            self._wizard(self.second.action_timer_start()).action_discard_and_start()
            self.env.invalidate_all()
            self.assertEqual((self.second.timer_state, self.second.timer_seconds), ("running", 0))
        self.assertFalse(self.ticket.sudo().timesheet_ids)

    def test_the_time_of_a_ticket_that_one_doesnt_see_any_more_is_not_lost_silently(self):
        with self._at("09:00"):
            self.ticket.action_timer_start()
        self.ticket.sudo().team_id = self.private_team
        with self._at("09:30"):
            wizard = self._wizard(self.second.action_timer_start())
            with self.assertRaisesRegex(UserError, "any more"):
                wizard.action_log_and_start()

    @mute_logger("odoo.sql_db")
    def test_the_database_knows_one_timer_per_user(self):
        self.ticket.action_timer_start()
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self.env["helpdesk.ticket.timer"].create(
                {"user_id": self.aino.id, "ticket_id": self.second.id}
            )

    def test_stopping_what_was_stopped_elsewhere_says_so(self):
        for action in (self.ticket.action_timer_stop, self.ticket.action_timer_resume):
            with self.assertRaisesRegex(UserError, "another window"):
                action()

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_who_cant_log_time_cant_measure_it(self):
        with self.assertRaises(AccessError):
            self.ticket.with_user(self.emma).action_timer_start()
        self.emma.group_ids |= self.env.ref("hr_timesheet.group_hr_timesheet_user")
        with self.assertRaisesRegex(UserError, "no employee in Pohjola"):
            self.ticket.with_user(self.emma).action_timer_start()
        with self.assertRaisesRegex(UserError, "Track Time"):
            self._ticket(team_id=self._team(name="No Time").id).with_user(
                self.aino
            ).action_timer_start()
        with self.assertRaises(AccessError):
            self.ticket.with_user(self.timo).action_timer_start()

    def test_no_time_is_no_entry(self):
        wizard = self._wizard(self.ticket.action_log_time())
        with self.assertRaisesRegex(UserError, "how much time"):
            wizard.action_generate_timesheet()

    def test_a_script_logs_time_with_the_public_names(self):
        wizard = (
            self.env["helpdesk.ticket.create.timesheet"]
            .with_user(self.aino)
            .create({"ticket_id": self.ticket.id, "description": "By RPC", "time_spent": 1.25})
        )
        wizard.action_generate_timesheet()
        self.assertEqual(self.ticket.total_hours_spent, 1.25)
