"""How worked time becomes billable time. Needs no database."""

from math import ceil

# Hours come as floats: a minute that is only a rounding error of theirs is no minute.
_EPSILON = 1e-6


def round_hours(hours: float, step_minutes: int = 0, minimum_minutes: int = 0) -> float:
    """Return the hours that are billed for the hours worked.

    Time is rounded up to whole steps (without step: to whole minutes) and is at least the
    minimum. No time stays no time, and a correction (negative hours) stays as it is.

    >>> round_hours(0.3, step_minutes=15, minimum_minutes=15)
    0.5
    """
    if hours <= 0:
        return hours
    step = max(step_minutes, 1)
    minutes = ceil(hours * 60 / step - _EPSILON) * step
    return max(minutes, minimum_minutes) / 60
