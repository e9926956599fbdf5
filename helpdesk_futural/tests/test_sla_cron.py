"""Who hears of deadlines, when, and how often."""

from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_sla import SlaCase, local

BATCH = "odoo.addons.helpdesk_futural.models.helpdesk_ticket_sla_cron.BATCH"


@tagged("post_install", "-at_install")
class TestSlaCron(SlaCase):
    def setUp(self):
        super().setUp()
        # The job commits batch by batch; in a test that is a flush.
        self.commits = []
        case = self

        def commit_progress(cron, processed=0, *, remaining=None, deactivate=False):
            case.env.cr.flush()
            case.commits.append((processed, remaining))
            return float("inf")

        self.patch(type(self.env["ir.cron"]), "_commit_progress", commit_progress)

    def _run(self):
        self.env["helpdesk.ticket"]._cron_sla()
        self.env.flush_all()
        self.env.invalidate_all()

    def _reminders(self, tickets, kind=None):
        names = [kind] if kind else ["soon", "missed"]
        types = [self.env.ref(f"helpdesk_futural.mail_activity_type_sla_{n}").id for n in names]
        return tickets.activity_ids.filtered(lambda a: a.activity_type_id.id in types)

    def test_agent_and_leader_are_warned_once_before_the_deadline(self):
        self._policy(warning_hours=1)
        self.at(7, 15)
        ticket = self._ticket(user_id=self.aino.id)
        self.at(7, 17)
        self._run()
        self.assertFalse(self._reminders(ticket), "two working hours are left over the weekend")
        self.at(10, 9, 5)
        self._run()
        self._run()
        reminders = self._reminders(ticket)
        self.assertEqual(reminders.activity_type_id.name, "Deadline Soon")
        self.assertEqual(set(reminders.user_id), {self.aino, self.lars})
        self.assertEqual(len(reminders), 2)
        self.assertEqual(ticket.sla_status_ids.status, "ongoing")

    def test_without_warning_hours_nobody_is_warned(self):
        self._policy(warning_hours=0)
        self.at(3, 9)
        ticket = self._ticket()
        self.at(3, 13, 59)
        self._run()
        self.assertFalse(self._reminders(ticket))

    def test_a_missed_deadline_is_reported_once_in_place_of_the_warning(self):
        self._policy()
        self.at(3, 9)
        ticket = self._ticket(user_id=self.aino.id)
        self.at(3, 13, 30)
        self._run()
        self.at(3, 14, 5)
        self._run()
        self._run()
        reminders = self._reminders(ticket)
        self.assertEqual(reminders.activity_type_id.name, "Deadline Missed")
        self.assertEqual(len(reminders), 2)
        self.assertIn("Answer within 4 hours", reminders[0].summary)
        status = ticket.sla_status_ids
        self.assertEqual((status.status, ticket.sla_fail), ("failed", True))
        self.env.cr.execute("SELECT sla_fail FROM helpdesk_ticket WHERE id = %s", [ticket.id])
        self.assertEqual(self.env.cr.fetchone(), (True,))

    def test_each_reads_it_in_their_language_and_time_zone(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.aino.write({"lang": "fr_FR", "tz": "America/New_York"})
        self.lars.tz = "Europe/Helsinki"
        policy = self._policy()
        policy.with_context(lang="fr_FR").name = "Réponse en 4 heures"
        self.at(3, 9)
        ticket = self._ticket(user_id=self.aino.id)
        self.at(3, 15)
        self._run()
        summaries = {a.user_id: a.summary for a in self._reminders(ticket)}
        self.assertIn("Réponse en 4 heures", summaries[self.aino])
        self.assertIn("07:00", summaries[self.aino])
        self.assertIn("Answer within 4 hours", summaries[self.lars])

    def test_reminders_go_when_the_promise_was_kept_after_all(self):
        self._policy()
        self.at(3, 9)
        ticket = self._ticket(user_id=self.aino.id)
        self.at(3, 15)
        self._run()
        self.assertTrue(self._reminders(ticket))
        self._answer(ticket)
        self.assertFalse(self._reminders(ticket))

    def test_where_nobody_is_in_charge_the_members_are_told(self):
        self._policy()
        self.team.leader_id = False
        self.at(3, 9)
        ticket = self._ticket()
        self.at(3, 15)
        self._run()
        self.assertEqual(set(self._reminders(ticket).user_id), {self.aino, self.lars})

    def test_after_a_day_off_it_reports_what_was_missed_and_warns_of_nothing_past(self):
        self._policy()
        self.at(3, 9)
        ticket = self._ticket()
        self.at(5, 9)
        self._run()
        self.assertEqual(self._reminders(ticket).activity_type_id.name, "Deadline Missed")

    def test_an_answer_that_came_before_the_job_is_not_reported(self):
        self._policy()
        self.at(3, 9)
        ticket = self._ticket()
        self.at(3, 15)
        self._answer(ticket)
        self._run()
        self.assertFalse(self._reminders(ticket))
        self.assertTrue(ticket.sla_fail)

    def test_the_leader_of_the_escalation_team_gets_one_message_for_all(self):
        above = self._team(name="Second Line", leader_id=self.emma.id)
        self.team.escalation_team_id = above
        self._policy(escalate="notify")
        self.at(3, 9)
        tickets = self._ticket() | self._ticket()
        self.at(3, 15)
        self._run()
        message = self.env["mail.message"].search(
            [("partner_ids", "in", self.emma.partner_id.ids), ("subject", "ilike", "Deadlines")]
        )
        self.assertEqual(len(message), 1)
        for ticket in tickets:
            self.assertIn(ticket.ticket_ref, message.body)
            self.assertIn("missed", "".join(map(str, ticket.message_ids.mapped("body"))))
        self.assertEqual(tickets.team_id, self.team)

    def test_a_policy_may_hand_the_ticket_up(self):
        above = self._team(name="Second Line", member_ids=[Command.set(self.emma.ids)])
        self._policy(escalate="reassign")
        self.at(3, 9)
        to_leader, to_team = self._ticket(user_id=self.aino.id), self._ticket()
        self.at(3, 14)
        self._run()
        self.at(3, 15)
        to_team.sla_status_ids.missed_notice_date = local(3, 15)
        self._run()
        self.assertEqual(to_leader.user_id, self.lars)
        self.team.escalation_team_id = above
        to_team.sla_status_ids.missed_notice_date = False
        self._run()
        self.assertEqual(to_team.team_id, above)
        self.assertTrue(to_team.sla_fail, "it was missed, whoever has it now")

    def test_many_are_done_in_batches_with_progress(self):
        self._policy()
        self.at(3, 9)
        tickets = self.env["helpdesk.ticket"].create(
            [{"name": "x", "team_id": self.team.id} for _i in range(5)]
        )
        self._run()  # what else the database has to catch up with
        self.at(4, 9)
        self.commits.clear()
        with patch(BATCH, 2):
            self._run()
        self.assertEqual(self.commits, [(0, 5), (2, 3), (2, 1), (1, 0)])
        self.assertTrue(all(tickets.mapped("sla_fail")))

    def test_many_cost_no_query_per_ticket(self):
        self._policy()
        counts = []
        for number in (5, 50):
            self.at(3, 9)
            self.env["helpdesk.ticket"].create(
                [
                    {"name": "x", "team_id": self.team.id, "user_id": self.aino.id}
                    for _i in range(number)
                ]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            self.at(4, 9)
            before = self.cr.sql_log_count
            self._run()
            counts.append(self.cr.sql_log_count - before)
        few, many = counts
        self.assertLessEqual(many - few, 10)

    def test_one_bad_ticket_stops_no_other(self):
        self._policy()
        self.at(3, 9)
        good, bad, fine = (self._ticket(name=name) for name in ("good", "bad", "fine"))
        self.at(4, 9)
        Ticket = type(self.env["helpdesk.ticket"])
        watchers = Ticket._get_sla_watchers

        def get_watchers(ticket):
            if ticket == bad:
                raise ValueError("broken")
            return watchers(ticket)

        self.patch(Ticket, "_get_sla_watchers", get_watchers)
        with mute_logger("odoo.addons.helpdesk_futural.models.helpdesk_ticket_sla_cron"):
            self._run()
        self.assertTrue(self._reminders(good) and self._reminders(fine))
        self.assertFalse(self._reminders(bad))
        self.patch(Ticket, "_get_sla_watchers", watchers)
        self._run()
        self.assertTrue(self._reminders(bad), "it gets its turn again")

    def test_one_bad_ticket_stops_no_others_deadline_from_moving(self):
        self._policy()
        self.at(4, 15)
        good, bad, fine = (self._ticket(name=name) for name in ("good", "bad", "fine"))
        self._holiday(5)
        Ticket = type(self.env["helpdesk.ticket"])
        plan = Ticket._plan_clocks

        def plan_clocks(ticket, *args):
            if ticket == bad:
                raise ValueError("broken")
            return plan(ticket, *args)

        self.patch(Ticket, "_plan_clocks", plan_clocks)
        with mute_logger("odoo.addons.helpdesk_futural.models.helpdesk_ticket_sla_cron"):
            self._run()
        self.assertEqual(good.sla_deadline, local(6, 10))
        self.assertEqual(fine.sla_deadline, local(6, 10))
        self.assertEqual(bad.sla_deadline, local(5, 10))

    def test_a_holiday_noted_down_late_moves_running_deadlines_only(self):
        self._policy()
        self.at(3, 9)
        missed = self._ticket()
        self.at(4, 15)
        running = self._ticket()
        self.assertEqual(running.sla_deadline, local(5, 10))
        self._run()
        self._holiday(5)
        self._run()
        self.assertEqual(running.sla_deadline, local(6, 10))
        self.assertEqual(missed.sla_deadline, local(3, 14))
        self.assertFalse(self.team.sla_outdated_since)

    def test_a_holiday_of_the_whole_company_and_its_new_hours_move_them_too(self):
        self._policy()
        self.team.resource_calendar_id = False
        self.company.resource_calendar_id = self.calendar
        self.at(3, 15)
        ticket = self._ticket()
        self.assertEqual(ticket.sla_deadline, local(4, 10))
        holidays = self.env["resource.calendar.leaves"].with_company(self.company)
        holiday = holidays.create(
            {"name": "All", "date_from": local(4), "date_to": local(4, 23, 59)}
        )
        holiday.flush_recordset()
        self._run()
        self.assertEqual(ticket.sla_deadline, local(5, 10))
        holiday.unlink()
        self._run()
        self.assertEqual(ticket.sla_deadline, local(4, 10))
        self.company.resource_calendar_id = self._calendar("America/New_York")
        self._run()
        self.assertEqual(ticket.sla_deadline, local(3, 13, tz="America/New_York"))

    def test_new_working_hours_and_another_calendar_move_them_too(self):
        self._policy()
        self.at(3, 15)
        ticket = self._ticket()
        self.assertEqual(ticket.sla_deadline, local(4, 10))
        self.calendar.attendance_ids.filtered(
            lambda a: a.dayofweek == "1" and a.hour_from < 12
        ).unlink()
        self._run()
        self.assertEqual(ticket.sla_deadline, local(4, 15))
        self.team.resource_calendar_id = self._calendar("America/New_York")
        self._run()
        self.assertEqual(ticket.sla_deadline, local(3, 13, tz="America/New_York"))

    def test_switching_service_levels_off_ends_what_runs(self):
        self._policy()
        self.at(3, 9)
        ticket = self._ticket()
        self.team.use_sla = False
        self._run()
        self.assertFalse(ticket.sla_status_ids)

    def test_a_stage_that_means_waiting_from_now_on_stops_the_clock(self):
        self._policy(target="resolution", time=8)
        self.at(3, 9)
        ticket = self._ticket(stage_id=self.stage_progress.id)
        self.at(3, 12)
        self.stage_progress.state = "waiting"
        self.at(4, 12)
        self._run()
        self.assertFalse(ticket.sla_deadline)
        self.assertEqual(ticket.sla_status_ids.remaining_hours, 5)

    def test_the_scheduled_action_runs(self):
        self._policy()
        self.at(3, 9)
        ticket = self._ticket()
        self.at(4, 9)
        self.env.ref("helpdesk_futural.ir_cron_sla").ir_actions_server_id.run()
        self.assertTrue(self._reminders(ticket))
