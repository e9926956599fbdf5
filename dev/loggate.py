"""Warnings and errors in Odoo's log fail a test run, except for core's own noise listed here with its reason."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_LINE = re.compile(
    r"^\d{4}-\d\d-\d\d [\d:,]+ \d+ (?P<level>[A-Z]+) \S+ (?P<logger>[\w.]+): (?P<message>.*)$"
)
_SERIOUS = {"WARNING", "ERROR", "CRITICAL"}
_OURS = "helpdesk_futural"


@dataclass(frozen=True)
class Noise:
    """A message of Odoo's own that says nothing about our addons."""

    logger: str
    message: str
    reason: str


KNOWN_NOISE: tuple[Noise, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One log record; a traceback is part of its message."""

    level: str
    logger: str
    message: str

    def __str__(self) -> str:
        return f"{self.level} {self.logger}: {self.message}"


def entries(lines: Iterable[str]) -> Iterator[Entry]:
    """Parse Odoo's log format, joining the lines that belong to one record."""
    level = logger = ""
    message: list[str] = []
    for line in lines:
        match = _LINE.match(line.rstrip("\n"))
        if not match:
            if level:
                message.append(line.rstrip("\n"))
            continue
        if level:
            yield Entry(level, logger, "\n".join(message))
        level, logger = match["level"], match["logger"]
        message = [match["message"]]
    if level:
        yield Entry(level, logger, "\n".join(message))


def is_noise(entry: Entry) -> bool:
    """Tell whether a record is known to come from Odoo itself; what names our addons never is."""
    if _OURS in entry.logger or _OURS in entry.message:
        return False
    return any(
        re.fullmatch(known.logger, entry.logger) and re.search(known.message, entry.message)
        for known in KNOWN_NOISE
    )


def problems(lines: Iterable[str]) -> Counter[Entry]:
    """Return the records that must fail the run, and how often each was logged."""
    return Counter(
        entry for entry in entries(lines) if entry.level in _SERIOUS and not is_noise(entry)
    )
