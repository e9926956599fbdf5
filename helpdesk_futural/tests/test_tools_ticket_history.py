from datetime import datetime, timedelta

from odoo.tests import BaseCase, tagged

from ..tools.ticket_history import TicketHistory


def at(hour):
    return datetime(2025, 3, 3) + timedelta(hours=hour)


def spans(*hours):
    return [(at(start), at(stop)) for start, stop in hours]


@tagged("-at_install", "post_install")
class TestTicketHistory(BaseCase):
    """Who waited for whom, told from what happened."""

    def _replay(self, *events, **values):
        return TicketHistory(created=at(0), **values).replay(
            [(at(hour), kind) for hour, kind in events]
        )

    def test_the_customer_waits_from_the_first_message_to_the_answer(self):
        history = self._replay((1, "customer"), (2, "customer"), (4, "agent"), (5, "agent"))
        self.assertEqual(history.responses, spans((1, 4)))
        self.assertEqual((history.first_customer, history.first_agent), (at(1), at(4)))
        self.assertEqual((history.last_customer, history.last_agent), (at(2), at(5)))
        self.assertIsNone(history.unanswered_since)
        self.assertEqual(history.touches, 2)

    def test_events_may_come_in_any_order(self):
        history = self._replay((4, "agent"), (1, "customer"))
        self.assertEqual(history.responses, spans((1, 4)))

    def test_who_filled_in_a_form_waits_since_then(self):
        history = self._replay((3, "agent"), asked=True)
        self.assertEqual(history.responses, spans((0, 3)))

    def test_nobody_waits_for_the_answer_to_a_robot(self):
        history = self._replay((1, "robot"), (4, "agent"))
        self.assertFalse(history.responses)
        self.assertEqual(history.touches, 1)

    def test_the_solution_ends_the_wait_and_reopening_begins_another(self):
        history = self._replay(
            (1, "customer"), (2, "solved"), (3, "closed"), (5, "customer"), (5, "in_progress")
        )
        self.assertEqual(history.unanswered_since, at(5))
        self.assertEqual(history.reopened, 1)
        self.assertFalse(history.responses)

    def test_waiting_time_runs_for_one_side_at_a_time_and_not_once_it_is_done(self):
        history = self._replay(
            (1, "agent"),
            (3, "customer"),
            (4, "waiting"),
            (6, "in_progress"),
            (7, "solved"),
            (9, "in_progress"),
        )
        self.assertEqual(history.waits["team"], spans((0, 1), (3, 4), (6, 7)))
        self.assertEqual(history.waits["customer"], spans((1, 3), (4, 6)))
        self.assertEqual((history.clock, history.clock_since), ("team", at(9)))

    def test_taking_a_ticket_into_progress_is_no_answer(self):
        history = self._replay((1, "agent"), (2, "in_progress"))
        self.assertEqual((history.clock, history.clock_since), ("customer", at(1)))

    def test_a_ticket_that_came_closed_waits_for_nobody(self):
        history = self._replay(state="closed", asked=True)
        self.assertEqual((history.clock, history.unanswered_since), (None, None))
        self.assertFalse(any(history.waits.values()))
