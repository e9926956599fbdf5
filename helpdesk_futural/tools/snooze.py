"""When a snoozed ticket comes back: the quick choices, in the agent's own time."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

#: In the order in which they are offered.
QUICK_CHOICES = ("later", "tomorrow", "next_week")
LATER = timedelta(hours=3)
MORNING = time(9)


def get_snooze_end(choice: str, now: datetime, tz: str) -> datetime:
    """Return when a ticket comes back that is snoozed now.

    :param choice: "later" (in three hours), "tomorrow" or "next_week" (Monday), both at nine
    :param now: in UTC, naive
    :param tz: name of the time zone where the agent's day begins and ends
    :return: in UTC, naive
    """
    if choice == "later":
        return (now + LATER).replace(second=0, microsecond=0)
    today = now.replace(tzinfo=UTC).astimezone(ZoneInfo(tz)).date()
    days = {"tomorrow": 1, "next_week": 7 - today.weekday()}[choice]
    there = datetime.combine(today + timedelta(days=days), MORNING, ZoneInfo(tz))
    return there.astimezone(UTC).replace(tzinfo=None)
