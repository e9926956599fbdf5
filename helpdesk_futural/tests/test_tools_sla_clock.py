"""The clocks of service levels, without a database."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..tools.sla_clock import (
    FOREVER,
    Run,
    find_pauses,
    read_clock,
    read_history,
    resolution_runs,
    run_until,
)
from ..tools.working_time import hours_between, normalized

NEW, WORKING, WORKSHOP, WAITING, DONE, CLOSED = range(1, 7)
STATES = {
    NEW: "new",
    WORKING: "in_progress",
    WORKSHOP: "in_progress",
    WAITING: "waiting",
    DONE: "solved",
    CLOSED: "closed",
}


def at(hour, day=3):
    return datetime(2025, 3, day, tzinfo=UTC) + timedelta(hours=hour)


def visits(*entries):
    """Return the visits of ``(stage, hour of 3 March)``."""
    return read_history(
        [[stage, STATES[stage], f"{at(hour):%Y-%m-%d %H:%M:%S}"] for stage, hour in entries]
    )


def solving(visit):
    return visit.state == "solved"


#: From 8 to 16 on ten days in a row.
WORK = normalized((at(8, day), at(16, day)) for day in range(3, 13))


class TestHistory(BaseCase):
    def test_a_ticket_is_in_its_last_stage_for_ever(self):
        first, last = visits((NEW, 8), (WORKING, 9))
        self.assertEqual((first.start, first.stop), (at(8), at(9)))
        self.assertEqual(last.stop, FOREVER)

    def test_clocks_stand_still_while_nobody_waits_for_us(self):
        story = visits((NEW, 8), (WAITING, 9), (DONE, 10), (WORKING, 11), (WORKSHOP, 12))
        self.assertEqual(find_pauses(story), [(at(9), at(11))])
        self.assertEqual(find_pauses(story, {WORKSHOP}), [(at(9), at(11)), (at(12), FOREVER)])


class TestRuns(BaseCase):
    def test_a_message_or_a_stage_keeps_a_promise_whichever_is_first(self):
        story = visits((NEW, 8), (DONE, 10))
        self.assertEqual(run_until(story, at(9), solving), Run(at(8), reached=at(9)))
        self.assertEqual(run_until(story, at(11), solving), Run(at(8), reached=at(10)))

    def test_an_answer_from_before_the_question_is_none(self):
        story = visits((NEW, 8))
        self.assertEqual(run_until(story, at(9), solving, at(10)), Run(at(10)))

    def test_closing_ends_what_wasnt_kept_until_the_ticket_is_open_again(self):
        closed = visits((NEW, 8), (CLOSED, 9))
        self.assertEqual(run_until(closed, None, solving), Run(at(8), ended=at(9)))
        reopened = visits((NEW, 8), (CLOSED, 9), (WORKING, 10))
        self.assertEqual(run_until(reopened, None, solving), Run(at(8)))

    def test_each_reopening_starts_a_resolution(self):
        story = visits((NEW, 8), (DONE, 9), (CLOSED, 10), (WORKING, 11), (CLOSED, 12), (NEW, 13))
        first, second, third = resolution_runs(story, solving)
        self.assertEqual((first.start, first.reached), (at(8), at(9)))
        self.assertEqual((second.start, second.reached, second.ended), (at(11), None, at(12)))
        self.assertEqual(third, Run(at(13)))

    def test_a_closed_ticket_that_is_said_to_be_solved_later_was_solved_then(self):
        [run] = resolution_runs(visits((NEW, 8), (CLOSED, 9), (DONE, 10)), solving)
        self.assertEqual(run.reached, at(10))

    def test_a_ticket_that_never_was_open_has_nothing_to_resolve(self):
        self.assertEqual(resolution_runs(visits((DONE, 8)), solving), [])


class TestReading(BaseCase):
    def show(self, story, hours, now, **values):
        run = values.pop("run", None) or Run(story[0].start)
        return read_clock(WORK, find_pauses(story), run, hours, now, **values)

    def test_a_running_clock(self):
        reading = self.show(visits((NEW, 8)), 4, at(10))
        self.assertEqual((reading.deadline, reading.remaining_hours), (at(12), 2))
        self.assertIsNone(reading.paused_since)

    def test_a_clock_that_stands_still_has_hours_and_no_deadline(self):
        reading = self.show(visits((NEW, 8), (WAITING, 10)), 4, at(30))
        self.assertEqual((reading.deadline, reading.remaining_hours), (None, 2))
        self.assertEqual(reading.paused_since, at(10))

    def test_it_runs_on_where_it_stood_still(self):
        story = visits((NEW, 8), (WAITING, 10), (WORKING, 36))
        reading = self.show(story, 4, at(37))
        self.assertEqual((reading.deadline, reading.paused_hours), (at(38), 10))

    def test_what_was_missed_before_a_pause_stays_missed_in_it(self):
        reading = self.show(visits((NEW, 8), (WAITING, 14)), 4, at(40))
        self.assertEqual(reading.deadline, at(12))
        self.assertIsNone(reading.paused_since)
        self.assertEqual(reading.exceeded_hours, 2)

    def test_a_promise_kept_during_a_pause_was_in_time(self):
        run = Run(at(8), reached=at(15))
        reading = self.show(visits((NEW, 8), (WAITING, 10)), 4, at(50), run=run)
        self.assertEqual(reading.deadline, at(33))
        self.assertEqual(reading.exceeded_hours, 0)

    def test_a_settled_deadline_doesnt_move(self):
        story = visits((NEW, 8), (WAITING, 9), (WORKING, 15))
        self.assertEqual(self.show(story, 4, at(40), deadline=at(12)).deadline, at(12))


MOVES = st.lists(
    st.tuples(st.sampled_from([NEW, WORKING, WAITING]), st.integers(1, 600)), max_size=8
)


class TestPromise(BaseCase):
    @given(MOVES, st.integers(1, 600), st.integers(0, 9000))
    def test_hours_that_ran_and_hours_left_are_the_promise(self, moves, minutes, later):
        moment, history = at(8), [[NEW, "new", "2025-03-03 08:00:00"]]
        for stage, gap in moves:
            moment += timedelta(minutes=gap)
            history.append([stage, STATES[stage], f"{moment:%Y-%m-%d %H:%M:%S}"])
        story, hours, now = read_history(history), minutes / 60, moment + timedelta(minutes=later)
        reading = read_clock(WORK, find_pauses(story), Run(at(8)), hours, now)
        ran = hours_between(WORK, at(8), now) - reading.paused_hours
        self.assertAlmostEqual(ran + reading.remaining_hours, hours, 6)
        if reading.deadline and reading.deadline < now:
            self.assertLess(reading.remaining_hours, 1e-3)
        else:
            self.assertGreater(reading.remaining_hours, -1e-3)
        if reading.paused_since:
            self.assertIsNone(reading.deadline)
            self.assertGreaterEqual(reading.remaining_hours, 0)
