"""The weeks of a report, as people where they are count them."""

from datetime import date, datetime, time, timedelta, timezone
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Weeks(NamedTuple):
    """Weeks up to the running one, and as much time before them.

    ``days`` are their first days. ``edges`` are moments, naive in UTC: the begin of the time
    before, the begin of each week, and the end of the last one. So weeks are one shorter than edges.
    """

    days: list[date]
    edges: list[datetime]


def last_weeks(now: datetime, count: int, tz: ZoneInfo, first_weekday: int) -> Weeks:
    """Return the last weeks, of which the last one is running.

    :param now: naive in UTC
    :param count: how many weeks, at least one
    :param tz: whose midnights count
    :param first_weekday: of the week; 1 is Monday, 7 is Sunday
    """
    today = now.replace(tzinfo=timezone.utc).astimezone(tz).date()
    first = today - timedelta(days=(today.isoweekday() - first_weekday) % 7)
    days = [first - timedelta(weeks=number) for number in range(count - 1, -1, -1)]
    edges = [_midnight(day, tz) for day in [*days, first + timedelta(weeks=1)]]
    return Weeks(days, [edges[0] - (now - edges[0]), *edges])


def _midnight(day: date, tz: ZoneInfo) -> datetime:
    """Return when the day begins there; where the clock skips midnight, that is after it."""
    return datetime.combine(day, time(), tz).astimezone(timezone.utc).replace(tzinfo=None)
