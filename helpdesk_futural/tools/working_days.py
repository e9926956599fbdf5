"""Working days: days on which a calendar has any work, counted without a database."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, tzinfo

Interval = tuple[datetime, datetime]


def days_with_work(intervals: Iterable[Interval], tz: tzinfo) -> set[date]:
    """Return the local days on which the intervals have work.

    A night shift works on both its days; one that ends at midnight doesn't reach the next.

    :param intervals: aware datetimes, first and last moment of each stretch of work
    :param tz: where the days begin and end
    """
    days = set()
    for start, stop in intervals:
        if stop <= start:
            continue
        day = start.astimezone(tz).date()
        last = (stop - timedelta(microseconds=1)).astimezone(tz).date()
        while day <= last:
            days.add(day)
            day += timedelta(days=1)
    return days


def working_days_ago(
    now: datetime, days: int, worked: set[date] | None, tz: tzinfo
) -> datetime | None:
    """Return the last moment since which ``days`` working days have passed.

    They pass at the same time of day: what was on Friday at ten was one working day ago on Monday
    at ten. What happened on a day off counts as if it happened when the next working day began.

    :param now: aware
    :param days: how many, 0 or more
    :param worked: the local days with work up to ``now``; None if every day counts
    :return: aware, in ``tz``; None if ``worked`` doesn't reach far enough back
    """
    local = now.astimezone(tz)
    today = local.date()
    if worked is None:
        return _at(today - timedelta(days=days), local.time(), tz)
    past = sorted(day for day in worked if day <= today)
    if today in worked:
        return _at(past[-1 - days], local.time(), tz) if len(past) > days else None
    if not days:
        return local
    # On a day off the last working day is over: whatever happened on the day found, has passed.
    if len(past) <= days:
        return None
    return _at(past[-1 - days] + timedelta(days=1), time.min, tz)


def _at(day: date, wall_clock: time, tz: tzinfo) -> datetime:
    """Return the moment when clocks in ``tz`` show the time, also where they are put back."""
    return datetime.combine(day, wall_clock.replace(tzinfo=None, fold=0), tzinfo=tz)
