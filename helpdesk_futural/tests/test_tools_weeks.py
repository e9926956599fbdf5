from datetime import date, datetime, timedelta
from unittest import TestCase
from zoneinfo import ZoneInfo

from ..tools.weeks import last_weeks

HELSINKI, UTC = ZoneInfo("Europe/Helsinki"), ZoneInfo("UTC")


class TestWeeks(TestCase):
    """The weeks of the dashboard begin where the reader is, on the day that they are used to."""

    def test_the_running_week_is_the_last_one(self):
        weeks = last_weeks(datetime(2025, 3, 5, 12), 2, HELSINKI, first_weekday=1)
        self.assertEqual(weeks.days, [date(2025, 2, 24), date(2025, 3, 3)])
        begin, second, end = weeks.edges[1:]
        self.assertEqual(begin, datetime(2025, 2, 23, 22), "midnight in Helsinki")
        self.assertEqual((second - begin, end - second), (timedelta(weeks=1),) * 2)

    def test_before_the_period_lies_as_much_time_as_has_passed_of_it(self):
        now = datetime(2025, 3, 5, 12)
        before, begin = last_weeks(now, 2, HELSINKI, first_weekday=1).edges[:2]
        self.assertEqual(begin - before, now - begin)

    def test_weeks_begin_on_sunday_or_saturday_where_people_count_so(self):
        now = datetime(2025, 3, 5, 12)
        first = {day: last_weeks(now, 1, UTC, day).days[0] for day in (1, 6, 7)}
        self.assertEqual(first, {1: date(2025, 3, 3), 6: date(2025, 3, 1), 7: date(2025, 3, 2)})

    def test_sunday_evening_in_utc_is_monday_already_in_helsinki(self):
        sunday = datetime(2025, 3, 2, 23)
        self.assertEqual(last_weeks(sunday, 1, HELSINKI, 1).days, [date(2025, 3, 3)])
        self.assertEqual(last_weeks(sunday, 1, UTC, 1).days, [date(2025, 2, 24)])

    def test_the_week_in_which_the_clock_goes_forward_is_an_hour_shorter(self):
        weeks = last_weeks(datetime(2025, 4, 1), 2, HELSINKI, first_weekday=1)
        _before, begin, second, _end = weeks.edges
        self.assertEqual(second - begin, timedelta(weeks=1, hours=-1))

    def test_a_midnight_that_the_clock_skips_is_an_hour_later(self):
        santiago = ZoneInfo("America/Santiago")
        weeks = last_weeks(datetime(2025, 9, 9, 12), 1, santiago, first_weekday=7)
        self.assertEqual(weeks.days, [date(2025, 9, 7)])
        self.assertEqual(weeks.edges[1], datetime(2025, 9, 7, 4))
