from datetime import date, datetime
from unittest.mock import patch
from zoneinfo import ZoneInfo

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ..tools.working_days import days_with_work, working_days_ago
from .common_lifecycle import LifecycleCase

HELSINKI = ZoneInfo("Europe/Helsinki")


def local(*when):
    return datetime(*when, tzinfo=HELSINKI)


class TestWorkingDays(BaseCase):
    # Monday 2025-03-24 to Friday 2025-04-04, clocks are put forward on Sunday 30 March.
    WORKED = {date(2025, 3, d) for d in (24, 25, 26, 27, 28, 31)} | {
        date(2025, 4, d) for d in (1, 2, 3, 4)
    }

    def test_a_weekend_is_no_working_day(self):
        monday = local(2025, 3, 31, 10)
        self.assertEqual(working_days_ago(monday, 1, self.WORKED, HELSINKI), local(2025, 3, 28, 10))

    def test_the_clock_shows_the_same_time_when_it_was_put_forward(self):
        found = working_days_ago(local(2025, 4, 1, 10), 3, self.WORKED, HELSINKI)
        self.assertEqual((found.date(), found.hour), (date(2025, 3, 27), 10))
        self.assertNotEqual(found.utcoffset(), local(2025, 4, 1, 10).utcoffset())

    def test_on_a_day_off_the_last_working_day_is_over(self):
        saturday = local(2025, 3, 29, 8)
        self.assertEqual(
            working_days_ago(saturday, 1, self.WORKED, HELSINKI), local(2025, 3, 28, 0)
        )

    def test_what_happened_on_a_day_off_waits_for_the_next_working_day(self):
        for now, passed in ((local(2025, 4, 1, 0, 1), True), (local(2025, 3, 31, 23), False)):
            since = working_days_ago(now, 1, self.WORKED, HELSINKI)
            self.assertEqual(local(2025, 3, 29, 12) <= since, passed)

    def test_a_day_begins_where_the_team_is(self):
        now = datetime(2025, 3, 27, 22, 30, tzinfo=ZoneInfo("UTC"))  # half past midnight, Friday
        found = working_days_ago(now, 1, self.WORKED, HELSINKI)
        self.assertEqual(found, local(2025, 3, 27, 0, 30))

    def test_too_little_work_is_no_answer(self):
        self.assertIsNone(working_days_ago(local(2025, 3, 25, 10), 2, self.WORKED, HELSINKI))

    def test_without_working_time_every_day_counts(self):
        self.assertEqual(
            working_days_ago(local(2025, 3, 31, 10), 2, None, HELSINKI), local(2025, 3, 29, 10)
        )

    def test_work_around_midnight_is_on_both_days_and_until_midnight_on_one(self):
        night = (local(2025, 3, 24, 22), local(2025, 3, 25, 6))
        evening = (local(2025, 3, 26, 18), local(2025, 3, 27, 0))
        self.assertEqual(
            days_with_work([night, evening], HELSINKI),
            {date(2025, 3, 24), date(2025, 3, 25), date(2025, 3, 26)},
        )


@tagged("post_install", "-at_install")
class TestAutoClose(LifecycleCase):
    """On Helsinki's office calendar; Monday 2025-06-09 is taken by a public holiday."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": cls.calendar.id,
                "company_id": cls.company.id,
                "date_from": "2025-06-08 21:00:00",
                "date_to": "2025-06-09 20:59:59",
            }
        )
        cls.team.with_user(cls.admin).write({"auto_close_ticket": True, "auto_close_day": 3})

    def setUp(self):
        super().setUp()
        self.commits = self._record_commits()

    def _idle(self, since, stage=None, **values):
        with freeze_time(since):
            ticket = self._settled(**values)
            ticket.stage_id = stage or self.stage_waiting
            self._finish()
        return ticket

    @mute_logger("odoo.addons.helpdesk_futural.models.helpdesk_ticket_closing")
    def _run(self, at):
        with freeze_time(at):
            self.env["helpdesk.ticket"]._cron_auto_close()
            self._finish()

    def _run_two_days(self, at):
        """Run a day before, which reminds, and then."""
        self._run(fields.Datetime.subtract(fields.Datetime.to_datetime(at), days=1))
        self.commits.clear()
        self._run(at)

    def test_a_ticket_is_closed_after_the_teams_working_days(self):
        # Thursday 13:00 there; Friday is one, the weekend and Monday's holiday none,
        # Tuesday two, Wednesday three.
        ticket = self._idle("2025-06-05 10:00:00")
        self._run("2025-06-10 10:00:00")
        self._run("2025-06-11 09:59:00")
        self.assertEqual(ticket.stage_id, self.stage_waiting)
        self._run("2025-06-11 10:01:00")
        self.assertEqual(ticket.stage_id, self.stage_closed)
        self.assertFalse(ticket.closed_by_partner)
        self.assertIn("Closed automatically", "".join(map(str, ticket.message_ids.mapped("body"))))
        self.assertIn("Closed:", self._mails(ticket)[-1].subject)

    def test_the_customer_is_reminded_once_a_working_day_before(self):
        ticket = self._idle("2025-06-05 10:00:00")
        self._run("2025-06-10 09:00:00")
        self.assertFalse(ticket.reminder_date)
        for hour in (11, 12, 13):
            self._run(f"2025-06-10 {hour}:00:00")
        mail = self._mails(ticket)
        self.assertEqual(len(mail), 1)
        self.assertIn("Do you still need help?", mail.subject)
        self.assertEqual(mail.recipient_ids, self.customer)
        self.assertEqual(ticket.stage_id, self.stage_waiting)

    def test_nothing_is_closed_sooner_than_a_working_day_after_the_reminder(self):
        # The job was off for a week, over the reminder and the closing.
        ticket = self._idle("2025-06-05 10:00:00")
        for hour in (9, 10, 11):
            self._run(f"2025-06-13 {hour}:00:00")
        self.assertEqual(ticket.stage_id, self.stage_waiting)
        self.assertEqual(len(self._mails(ticket)), 1)
        self._run("2025-06-15 12:00:00")  # on a Sunday
        self.assertEqual(ticket.stage_id, self.stage_waiting)
        self._run("2025-06-16 09:00:00")
        self.assertEqual(ticket.stage_id, self.stage_closed)
        self.assertEqual(len(self._mails(ticket)), 2)

    def test_who_reminds_nobody_closes_without(self):
        self.team.reminder_template_id = False
        ticket = self._idle("2025-06-05 10:00:00")
        self._run("2025-06-11 10:01:00")
        self.assertEqual(ticket.stage_id, self.stage_closed)
        self.assertFalse(ticket.reminder_date)

    def test_a_word_of_either_side_starts_the_days_anew(self):
        by_customer = self._idle("2025-06-05 10:00:00", self.stage_done)
        by_agent = self._idle("2025-06-05 10:00:00")
        self._run("2025-06-10 11:00:00")
        self.assertTrue(by_agent.reminder_date and by_customer.reminder_date)
        with freeze_time("2025-06-10 12:00:00"):
            self._say(by_customer)
            self._answer(by_agent)
            self._finish()
        self.assertFalse(by_agent.reminder_date or by_customer.reminder_date)
        self._run("2025-06-11 11:00:00")
        self.assertEqual(by_agent.stage_id, self.stage_waiting)
        self.assertEqual(by_customer.stage_id, self.stage_progress)
        self._run("2025-06-12 13:00:00")
        self.assertTrue(by_agent.reminder_date, "reminded again")
        self._run("2025-06-13 13:00:00")
        self.assertEqual(by_agent.stage_id, self.stage_closed)

    def test_internal_notes_are_nobodys_word(self):
        ticket = self._idle("2025-06-05 10:00:00")
        with freeze_time("2025-06-10 12:00:00"):
            self._answer(ticket, subtype="mail.mt_note")
        self._run_two_days("2025-06-11 10:01:00")
        self.assertEqual(ticket.stage_id, self.stage_closed)

    def test_only_the_chosen_stages_are_closed_into_the_chosen_one(self):
        self.team.with_user(self.admin).write(
            {"from_stage_ids": [(6, 0, self.stage_progress.ids)], "to_stage_id": self.stage_done.id}
        )
        working = self._idle("2025-06-02 10:00:00", self.stage_progress)
        waiting = self._idle("2025-06-02 10:00:00")
        self._run_two_days("2025-06-20 10:00:00")
        self.assertEqual(
            (working.stage_id, waiting.stage_id), (self.stage_done, self.stage_waiting)
        )

    def test_who_waits_for_our_answer_is_never_shut_up(self):
        self.team.from_stage_ids = self.stage_progress
        ticket = self._idle("2025-06-02 10:00:00", self.stage_progress)
        with freeze_time("2025-06-02 11:00:00"):
            self._say(ticket)
            self._finish()
        self._run_two_days("2025-06-20 10:00:00")
        self.assertEqual(ticket.stage_id, self.stage_progress)

    def test_archived_tickets_and_teams_without_it_are_left_alone(self):
        archived = self._idle("2025-06-02 10:00:00")
        archived.active = False
        other = self._idle("2025-06-02 10:00:00", team_id=self.private_team.id)
        self._run_two_days("2025-06-20 10:00:00")
        self.assertEqual((archived | other).stage_id, self.stage_waiting)

    def test_the_solved_tickets_of_an_archived_team_are_closed_too(self):
        ticket = self._idle("2025-06-02 10:00:00", self.stage_done)
        self.team.with_user(self.admin).action_archive()
        self._run_two_days("2025-06-20 10:00:00")
        self.assertEqual(ticket.stage_id, self.stage_closed)

    def test_all_that_is_due_is_done_in_batches(self):
        tickets = self.env["helpdesk.ticket"].browse()
        for _i in range(5):
            tickets |= self._idle("2025-06-02 10:00:00")
        with patch("odoo.addons.helpdesk_futural.models.helpdesk_ticket_closing.BATCH", 2):
            self._run_two_days("2025-06-20 10:00:00")
        self.assertEqual(tickets.stage_id, self.stage_closed)
        self.assertEqual(self.commits, [(0, 5), (2, 3), (2, 1), (1, 0)])

    def test_somebody_who_writes_meanwhile_is_heard(self):
        first, second = (self._idle("2025-06-02 10:00:00") for _i in range(2))
        say = self._say

        def commit_progress(cron, processed=0, *, remaining=None, deactivate=False):
            if not processed:
                say(second)
            self.env.cr.flush()
            return float("inf")

        self._run("2025-06-19 10:00:00")
        self.patch(type(self.env["ir.cron"]), "_commit_progress", commit_progress)
        self._run("2025-06-20 10:00:00")
        self.assertEqual(first.stage_id, self.stage_closed)
        self.assertEqual(second.stage_id, self.stage_progress)

    def test_a_calendar_without_working_time_counts_every_day(self):
        self.calendar.attendance_ids.unlink()
        ticket = self._idle("2025-06-06 10:00:00")
        self._run_two_days("2025-06-09 10:01:00")
        self.assertEqual(ticket.stage_id, self.stage_closed)

    def test_it_needs_stages_and_days_that_make_sense(self):
        team = self.team.with_user(self.admin)
        with self.assertRaises(ValidationError):
            team.from_stage_ids = False
        with self.assertRaises(ValidationError):
            team.from_stage_ids = self.stage_closed
        with self.assertRaises(ValidationError):
            team.from_stage_ids = self.env["helpdesk.stage"].create({"name": "Foreign"})

    def test_the_scheduled_action_runs(self):
        ticket = self._idle("2025-06-02 10:00:00")
        cron = self.env.ref("helpdesk_futural.ir_cron_auto_close")
        for day in (19, 20):
            with freeze_time(f"2025-06-{day} 10:00:00"):
                cron.ir_actions_server_id.run()
        self.assertEqual(ticket.stage_id, self.stage_closed)
