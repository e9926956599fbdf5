"""The case number ``YYMMDDXXX``: the day, then a counter that restarts each day.

The counter has at least three digits and grows to four past 999. The day takes the first six
digits whatever the counter's length, so numbers of different days never coincide.
"""

import re
from datetime import date

_CASE_NUMBER = re.compile(r"\[?\s*#?\s*(\d{9,12})\s*\]?")


def format_case_number(day: date, counter: int) -> str:
    """Return the case number of the ``counter``-th ticket (from 1) of ``day``.

    >>> format_case_number(date(2025, 1, 27), 1)
    '250127001'
    """
    if counter < 1:
        raise ValueError(f"Case numbers count from 1, not from {counter}.")
    return f"{day:%y%m%d}{counter:03d}"


def parse_case_number(text: str | None) -> str | None:
    """Return the case number that ``text`` consists of, or None if it is anything else.

    Accepted are the ways in which people write one: ``250127001``, ``#250127001`` and
    ``[#250127001]``.
    """
    match = _CASE_NUMBER.fullmatch((text or "").strip())
    return match[1] if match else None


def split_case_number(number: str) -> tuple[str, int] | None:
    """Split a case number into its day (``YYMMDD``) and counter; None if it is not one."""
    number = parse_case_number(number)
    return (number[:6], int(number[6:])) if number else None
