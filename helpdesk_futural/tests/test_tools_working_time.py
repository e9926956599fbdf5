"""Deadline arithmetic, without a database."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..tools.working_time import (
    clipped,
    common,
    hours_between,
    moment_after,
    moment_before,
    normalized,
    paused_hours,
    without,
)

HELSINKI = ZoneInfo("Europe/Helsinki")
AUCKLAND = ZoneInfo("Pacific/Auckland")
EPOCH = datetime(2025, 1, 1, tzinfo=UTC)


def office(first, days, shifts=((8, 12), (12, 16)), tz=HELSINKI, off=()):
    """Return the work of so many days from the first on, without weekends and days off."""
    return normalized(
        (day.replace(hour=start, tzinfo=tz), day.replace(hour=stop, tzinfo=tz))
        for day in (first + timedelta(days=n) for n in range(days))
        if day.weekday() < 5 and day.date() not in {d.date() for d in off}
        for start, stop in shifts
    )


def at(day, hour=0, minute=0, month=3, tz=HELSINKI):
    return datetime(2025, month, day, hour, minute, tzinfo=tz)


class TestWorkingTime(BaseCase):
    # Monday 2025-03-03 begins the first of four ordinary weeks.
    WORK = office(datetime(2025, 3, 3), 28)

    def test_a_weekend_is_jumped_over(self):
        self.assertEqual(moment_after(self.WORK, at(7, 15), 2), at(10, 9))
        self.assertEqual(hours_between(self.WORK, at(7, 15), at(10, 9)), 2)

    def test_a_promise_made_on_sunday_counts_from_monday_morning(self):
        self.assertEqual(moment_after(self.WORK, at(9, 20), 4), at(10, 12))

    def test_a_public_holiday_is_jumped_over(self):
        work = office(datetime(2025, 3, 3), 28, off=[datetime(2025, 3, 10)])
        self.assertEqual(moment_after(work, at(7, 15), 2), at(11, 9))

    def test_hours_that_end_with_the_day_are_over_that_day(self):
        self.assertEqual(moment_after(self.WORK, at(3, 8), 8), at(3, 16))

    def test_between_two_shifts_nothing_passes(self):
        work = office(datetime(2025, 3, 3), 5, shifts=((6, 10), (18, 22)))
        self.assertEqual(moment_after(work, at(3, 9), 2), at(3, 19))
        self.assertEqual(moment_after(work, at(3, 9), 9), at(4, 10))
        self.assertEqual(hours_between(work, at(3, 10), at(3, 18)), 0)

    def test_when_clocks_are_put_forward_a_day_around_the_clock_has_23_hours(self):
        whole = normalized([(at(29), at(31))])
        self.assertEqual(hours_between(whole, at(30), at(31)), 23)
        self.assertEqual(moment_after(whole, at(29, 12), 24), at(30, 13))

    def test_when_clocks_are_put_back_it_has_25(self):
        whole = normalized([(at(25, month=10), at(27, month=10))])
        self.assertEqual(hours_between(whole, at(26, month=10), at(27, month=10)), 25)
        self.assertEqual(moment_after(whole, at(25, 12, month=10), 24), at(26, 11, month=10))

    def test_office_hours_show_the_same_clock_after_the_change(self):
        work = office(datetime(2025, 3, 24), 14)
        self.assertEqual(moment_after(work, at(28, 9), 8).astimezone(HELSINKI).hour, 9)
        self.assertEqual(hours_between(work, at(28, 8), at(31, 16)), 16)

    def test_a_pause_over_the_night_of_the_change_costs_no_working_time(self):
        work = office(datetime(2025, 3, 24), 14)
        pause = normalized([(at(28, 16), at(31, 8))])
        self.assertEqual(moment_after(work, at(28, 9), 8, pause), at(31, 9))

    def test_work_is_where_the_team_is_even_if_it_is_another_day_there(self):
        work = office(datetime(2025, 3, 3), 7, tz=AUCKLAND)
        # Sunday evening in UTC is Monday morning in Auckland.
        start = datetime(2025, 3, 2, 20, 0, tzinfo=UTC)
        self.assertEqual(moment_after(work, start, 1), start + timedelta(hours=1))
        # Friday noon in UTC is Saturday there.
        self.assertEqual(hours_between(work, at(7, 12, tz=UTC), at(8, 12, tz=UTC)), 0)

    def test_a_moment_without_a_zone_is_utc(self):
        naive = datetime(2025, 3, 3, 7, 0)
        self.assertEqual(moment_after(self.WORK, naive, 1), at(3, 10))

    def test_without_work_there_is_no_such_moment(self):
        self.assertIsNone(moment_after([], at(3, 8), 1))
        self.assertIsNone(moment_before([], at(3, 8), 1))
        self.assertEqual(hours_between([], at(3, 8), at(4, 8)), 0)

    def test_work_that_runs_out_is_told_apart_from_a_deadline(self):
        self.assertIsNone(moment_after(self.WORK, at(3, 8), 161))
        self.assertEqual(moment_after(self.WORK, at(3, 8), 160), at(28, 16))

    def test_the_warning_comes_so_many_working_hours_before(self):
        self.assertEqual(moment_before(self.WORK, at(10, 9), 2), at(7, 15))
        self.assertEqual(moment_before(self.WORK, at(10, 9), 1), at(10, 8))
        self.assertEqual(moment_before(self.WORK, at(9, 9), 1), at(7, 15))


class TestPauses(BaseCase):
    WORK = office(datetime(2025, 3, 3), 28)

    def after(self, *pauses, start=None, hours=4):
        return moment_after(self.WORK, start or at(3, 8), hours, normalized(pauses))

    def test_a_pause_within_a_day_moves_the_deadline_by_its_length(self):
        self.assertEqual(self.after((at(3, 9), at(3, 11))), at(3, 14))

    def test_a_pause_outside_working_time_moves_nothing(self):
        self.assertEqual(self.after((at(3, 16), at(4, 8)), hours=10), self.after(hours=10))

    def test_a_pause_that_begins_at_night_and_ends_at_work_counts_from_the_morning(self):
        self.assertEqual(self.after((at(2, 22), at(3, 10))), at(3, 14))

    def test_a_pause_that_begins_at_work_and_ends_at_the_weekend(self):
        pause = (at(7, 15), at(9, 12))
        self.assertEqual(self.after(pause, start=at(7, 14), hours=2), at(10, 9))
        self.assertEqual(paused_hours(self.WORK, normalized([pause]), at(7), at(11)), 1)

    def test_a_pause_within_a_pause_counts_once(self):
        outer, inner = (at(3, 9), at(3, 11)), (at(3, 10), at(3, 10, 30))
        self.assertEqual(self.after(outer, inner), self.after(outer))
        self.assertEqual(paused_hours(self.WORK, normalized([outer, inner]), at(3), at(4)), 2)

    def test_pauses_that_overlap_count_once(self):
        self.assertEqual(self.after((at(3, 9), at(3, 10)), (at(3, 9, 30), at(3, 11))), at(3, 14))

    def test_a_pause_before_the_start_doesnt_count(self):
        self.assertEqual(self.after((at(3, 8), at(3, 9)), start=at(3, 10)), at(3, 14))

    def test_a_pause_before_and_after_the_start_counts_from_the_start(self):
        self.assertEqual(self.after((at(3, 8), at(3, 11)), start=at(3, 10)), at(3, 15))

    def test_a_pause_that_begins_with_the_deadline_comes_too_late(self):
        self.assertEqual(self.after((at(3, 12), at(5, 8))), at(3, 12))

    def test_work_is_split_into_what_ran_and_what_stood_still(self):
        pauses = normalized([(at(3, 9), at(3, 13)), (at(3, 15), at(4, 9))])
        work = clipped(self.WORK, at(3), at(5))
        ran, stood = without(work, pauses), common(work, pauses)
        self.assertEqual(hours_between(ran, at(3), at(5)), 10)
        self.assertEqual(hours_between(stood, at(3), at(5)), 6)
        self.assertEqual(normalized(ran + stood), work)


def minutes(low, high):
    return st.integers(low, high).map(lambda n: EPOCH + timedelta(minutes=n))


def stretches(low, high, length, max_size):
    return st.lists(
        st.tuples(st.integers(low, high), st.integers(0, length)).map(
            lambda pair: (
                EPOCH + timedelta(minutes=pair[0]),
                EPOCH + timedelta(minutes=pair[0] + pair[1]),
            )
        ),
        max_size=max_size,
    ).map(normalized)


WORK = stretches(0, 20000, 700, 40)
PAUSES = stretches(-500, 20000, 2000, 6)
STARTS = minutes(-500, 10000)
HOURS = st.integers(1, 2400).map(lambda n: n / 60)


class TestPromises(BaseCase):
    """What holds for every calendar, every promise and every pause."""

    @given(WORK, STARTS, HOURS, PAUSES, stretches(-500, 20000, 2000, 1))
    def test_a_deadline_never_moves_earlier_because_of_a_pause(self, work, start, hours, some, one):
        deadline = moment_after(work, start, hours, some)
        later = moment_after(work, start, hours, normalized(some + one))
        if later is not None:
            self.assertIsNotNone(deadline)
            self.assertGreaterEqual(later, deadline)

    @given(WORK, STARTS, HOURS, PAUSES, minutes(-500, 20000))
    def test_pausing_for_no_time_changes_nothing(self, work, start, hours, pauses, moment):
        self.assertEqual(
            moment_after(work, start, hours, pauses),
            moment_after(work, start, hours, normalized([*pauses, (moment, moment)])),
        )

    @given(WORK, STARTS, HOURS, PAUSES)
    def test_working_hours_until_the_deadline_less_pauses_are_the_promise(
        self, work, start, hours, pauses
    ):
        deadline = moment_after(work, start, hours, pauses)
        if deadline is None:
            total = hours_between(work, start, datetime.max.replace(tzinfo=UTC))
            paused = paused_hours(work, pauses, start, datetime.max.replace(tzinfo=UTC))
            self.assertLess(total - paused, hours)
            return
        passed = hours_between(work, start, deadline)
        self.assertAlmostEqual(passed - paused_hours(work, pauses, start, deadline), hours, 6)
        self.assertAlmostEqual(
            passed,
            hours_between(without(work, pauses), start, deadline)
            + paused_hours(work, pauses, start, deadline),
            6,
        )

    @given(WORK, STARTS, HOURS, PAUSES)
    def test_pauses_are_work_that_was_never_there(self, work, start, hours, pauses):
        self.assertEqual(
            moment_after(work, start, hours, pauses),
            moment_after(without(work, pauses), start, hours),
        )

    @given(WORK, STARTS, HOURS)
    def test_there_and_back_again_passes_the_same_hours(self, work, start, hours):
        stop = moment_after(work, start, hours)
        if stop is not None:
            back = moment_before(work, stop, hours)
            self.assertAlmostEqual(hours_between(work, back, stop), hours, 6)
            self.assertGreaterEqual(back, start)

    @given(WORK, minutes(0, 20000), minutes(0, 20000), minutes(0, 20000))
    def test_hours_add_up(self, work, a, b, c):
        a, b, c = sorted((a, b, c))
        whole = hours_between(work, a, c)
        self.assertAlmostEqual(hours_between(work, a, b) + hours_between(work, b, c), whole, 6)
