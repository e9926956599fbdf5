from odoo.tests import tagged

from .common_lifecycle import LifecycleCase
from .common_sla import SlaCase, local

_HOURS = (
    "assign_hours",
    "first_response_hours",
    "avg_response_hours",
    "total_response_hours",
    "close_hours",
)


@tagged("post_install", "-at_install")
class TestClockJump(SlaCase, LifecycleCase):
    """The server's clock is put right: what happens next is earlier than what happened before."""

    def setUp(self):
        super().setUp()
        self.promise = self._policy(time=1)
        self._policy(name="Solved within a day", target="resolution", time=8)
        self.at(3, 11)
        self.ticket = self._settled()
        self.at(3, 10)

    def assert_no_negative_hours(self):
        self._finish()
        for name in _HOURS:
            self.assertGreaterEqual(self.ticket[name] or 0, 0, name)
        for status in self.ticket.sla_status_ids:
            self.assertGreaterEqual(status.paused_hours, 0)
            self.assertGreaterEqual(status.exceeded_hours, 0)

    def test_an_answer_before_the_question_is_an_answer_at_once(self):
        self.ticket.with_user(self.aino).action_claim()
        self._answer(self.ticket)
        self._finish()
        self.assertEqual(self.ticket.first_response_hours, 0)
        self.assertEqual(self._status(self.ticket, self.promise).status, "reached")
        self.assert_no_negative_hours()

    def test_a_ticket_can_be_worked_to_its_end(self):
        self.ticket.stage_id = self.stage_waiting
        self._finish()
        self.at(3, 9)
        self._say(self.ticket)
        self._answer(self.ticket)
        self.assert_no_negative_hours()
        self.ticket.stage_id = self.stage_done
        self._finish()
        self.at(3, 8)
        self.ticket.stage_id = self.stage_closed
        self.assert_no_negative_hours()

    def test_the_deadlines_that_are_past_when_it_is_ahead_are_not_reported_twice(self):
        self._record_commits()
        for hour in (14, 10, 14):
            self.at(3, hour)
            self.env["helpdesk.ticket"]._cron_sla()
            self._finish()
        reminders = self.ticket.activity_ids.filtered(lambda a: "missed" in (a.summary or ""))
        self.assertEqual(len(reminders), len(reminders.user_id))
        self.assertEqual(self._status(self.ticket, self.promise).deadline, local(3, 12))
