"""The weeks of a report, as people where they are count them."""

from datetime import date, datetime, timedelta, tzinfo
from typing import NamedTuple

import pytz


class Weeks(NamedTuple):
    """Weeks up to the running one, and as much time before them.

    ``days`` are their first days. ``edges`` are moments, naive in UTC: the begin of the time
    before, the begin of each week, and the end of the last one. So weeks are one shorter than edges.
    """

    days: list[date]
    edges: list[datetime]


def last_weeks(now: datetime, count: int, tz: tzinfo, first_weekday: int) -> Weeks:
    """Return the last weeks, of which the last one is running.

    :param now: naive in UTC
    :param count: how many weeks, at least one
    :param tz: whose midnights count, as pytz has it
    :param first_weekday: of the week; 1 is Monday, 7 is Sunday
    """
    today = pytz.utc.localize(now).astimezone(tz).date()
    first = today - timedelta(days=(today.isoweekday() - first_weekday) % 7)
    days = [first - timedelta(weeks=number) for number in range(count - 1, -1, -1)]
    edges = [_midnight(day, tz) for day in [*days, first + timedelta(weeks=1)]]
    return Weeks(days, [edges[0] - (now - edges[0]), *edges])


def _midnight(day: date, tz: tzinfo) -> datetime:
    """Return when the day begins there; where the clock skips midnight, an hour after it."""
    there = tz.normalize(tz.localize(datetime.combine(day, datetime.min.time()), is_dst=True))
    return there.astimezone(pytz.utc).replace(tzinfo=None)
