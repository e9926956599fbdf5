"""Dates as customers read them."""

from datetime import UTC, date, datetime, tzinfo
from typing import Protocol

import babel.dates

from odoo.tools import posix_to_ldml
from odoo.tools.misc import babel_locale_parse


class Language(Protocol):
    """What is needed of a language, such as what ``get_lang`` returns."""

    code: str
    date_format: str
    time_format: str


class DateFormat:
    """Formats the many dates of a page: looks up language and time zone once, and each day once."""

    def __init__(self, language: Language, timezone: tzinfo):
        self._locale = babel_locale_parse(language.code)
        self._timezone = timezone
        self._date_pattern = posix_to_ldml(language.date_format, locale=self._locale)
        time_pattern = posix_to_ldml(language.time_format, locale=self._locale)
        self._time_pattern = time_pattern.replace(":ss", "").replace(":s", "")
        self._days: dict[date, str] = {}

    def day(self, moment: datetime | None) -> str:
        """Return the day, in the page's time zone, of a naive moment in UTC; nothing of none."""
        if not moment:
            return ""
        day = self._local(moment).date()
        if day not in self._days:
            self._days[day] = babel.dates.format_date(day, self._date_pattern, self._locale)
        return self._days[day]

    def minute(self, moment: datetime | None) -> str:
        """Return day and time, without seconds, of a naive moment in UTC; nothing of none."""
        if not moment:
            return ""
        pattern = f"{self._date_pattern} {self._time_pattern}"
        return babel.dates.format_datetime(self._local(moment), pattern, locale=self._locale)

    def _local(self, moment: datetime) -> datetime:
        return moment.replace(tzinfo=UTC).astimezone(self._timezone)
