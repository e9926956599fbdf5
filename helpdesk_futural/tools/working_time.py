"""Working time: how much of it lies between two moments, and when so much has passed.

Work and pauses are lists of ``(start, stop)``, as :func:`normalized` returns them: in UTC, in order
and apart from one another. UTC, because Python subtracts two moments of one time zone by what the
clock on the wall showed, which is an hour off where the clock was changed. Single moments may be in
any zone; one without a zone is UTC, as the ORM has them. Hours are working hours.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from odoo.tools.intervals import Intervals

Interval = tuple[datetime, datetime]

_NOTHING: frozenset = frozenset()


def in_utc(moment: datetime) -> datetime:
    """Return the moment in UTC, with its zone."""
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def normalized(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the intervals in UTC and in order; what overlaps or touches is one, empty ones go."""
    return _pairs(_triples((in_utc(start), in_utc(stop)) for start, stop in intervals))


def without(work: Sequence[Interval], pauses: Sequence[Interval]) -> list[Interval]:
    """Return the work that is outside all pauses."""
    return _pairs(_triples(work) - _triples(pauses))


def common(work: Sequence[Interval], pauses: Sequence[Interval]) -> list[Interval]:
    """Return the work that is inside a pause."""
    return _pairs(_triples(work) & _triples(pauses))


def clipped(intervals: Sequence[Interval], start: datetime, stop: datetime) -> list[Interval]:
    """Return what of the intervals lies between the moments."""
    return list(_between(intervals, in_utc(start), in_utc(stop)))


def hours_between(work: Sequence[Interval], start: datetime, stop: datetime) -> float:
    """Return the working hours between two moments; 0 if the second is not later."""
    worked = sum((end - begin for begin, end in clipped(work, start, stop)), timedelta())
    return _hours(worked)


def paused_hours(
    work: Sequence[Interval], pauses: Sequence[Interval], start: datetime, stop: datetime
) -> float:
    """Return the working hours between two moments that fell into pauses."""
    return sum(hours_between(work, *pause) for pause in clipped(pauses, start, stop))


def moment_after(
    work: Sequence[Interval],
    start: datetime,
    hours: float,
    pauses: Sequence[Interval] = (),
) -> datetime | None:
    """Return the first moment when so many working hours have passed, pauses not counted.

    Hours that are used up when work ends for the day are used up then, not on the next morning.

    :return: in UTC; None if there is too little work in the list, so that a longer one may help
    """
    moment = in_utc(start)
    left = timedelta(hours=hours)
    if left <= timedelta():
        return moment
    for begin, end in _between(work, moment):
        for run_start, run_stop in _runs(begin, end, pauses):
            if left <= run_stop - run_start:
                return run_start + left
            left -= run_stop - run_start
    return None


def moment_before(work: Sequence[Interval], stop: datetime, hours: float) -> datetime | None:
    """Return the last moment from which so many working hours are left until ``stop``.

    :return: in UTC; None if there is too little work in the list
    """
    moment = in_utc(stop)
    left = timedelta(hours=hours)
    if left <= timedelta():
        return moment
    for index in range(bisect_right(work, moment, key=_start) - 1, -1, -1):
        begin, end = work[index][0], min(work[index][1], moment)
        if left <= end - begin:
            return end - left
        left -= max(end - begin, timedelta())
    return None


def _runs(begin: datetime, end: datetime, pauses: Sequence[Interval]) -> Iterator[Interval]:
    """Yield the parts of one stretch of work that are outside all pauses."""
    for pause_start, pause_stop in _between(pauses, begin, end):
        if begin < pause_start:
            yield begin, pause_start
        begin = max(begin, pause_stop)
    if begin < end:
        yield begin, end


def _between(
    intervals: Sequence[Interval], start: datetime, stop: datetime | None = None
) -> Iterator[Interval]:
    """Yield what of the intervals lies between the moments, and look at no others."""
    for index in range(bisect_right(intervals, start, key=_stop), len(intervals)):
        begin, end = intervals[index]
        if stop and begin >= stop:
            break
        yield max(begin, start), min(end, stop) if stop else end


def _start(interval: Interval) -> datetime:
    return interval[0]


def _stop(interval: Interval) -> datetime:
    return interval[1]


def _hours(duration: timedelta) -> float:
    return duration.total_seconds() / 3600


def _triples(intervals: Iterable[Interval]) -> Intervals:
    return Intervals((start, stop, _NOTHING) for start, stop in intervals)


def _pairs(intervals: Intervals) -> list[Interval]:
    return [(start, stop) for start, stop, _nothing in intervals]
