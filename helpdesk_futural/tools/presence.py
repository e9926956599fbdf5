"""What a browser says about who is at a ticket, checked before anything is done with it."""

import re
from typing import NamedTuple
from uuid import uuid4

#: What somebody does at a ticket; "away" is not to be at it, although its form is open.
STATUSES = ("viewing", "answering", "noting", "away")
_MAX_ID = 2**31 - 1
_CHANNEL = re.compile(r"helpdesk\.ticket_([1-9][0-9]{0,9})")


class Announcement(NamedTuple):
    """What one browser tells the others at a ticket."""

    ticket_id: int
    status: str
    #: Whether the others are to say that they are there.
    ask: bool


class Connection:
    """A browser's websocket, as the others at its tickets know it.

    All tabs of a browser share one websocket: whoever leaves with one tab is still there with
    the other.
    """

    def __init__(self, database: str):
        self.database = database
        self.token = uuid4().hex
        self.ticket_ids: frozenset[int] = frozenset()


def read_channel(channel: object) -> int | None:
    """Return the id of the ticket whose channel a browser asks for; None for all other channels."""
    match = _CHANNEL.fullmatch(channel) if isinstance(channel, str) else None
    ticket_id = int(match[1]) if match else 0
    return ticket_id if 0 < ticket_id <= _MAX_ID else None


def read_announcement(data: object) -> Announcement | None:
    """Return what a browser announces; None if it is anything but an announcement."""
    if not isinstance(data, dict) or not data.keys() <= {"ticket_id", "status", "ask"}:
        return None
    ticket_id, status, ask = data.get("ticket_id"), data.get("status"), data.get("ask", False)
    if type(ticket_id) is not int or not 0 < ticket_id <= _MAX_ID:
        return None
    if not isinstance(status, str) or status not in STATUSES or not isinstance(ask, bool):
        return None
    return Announcement(ticket_id, status, ask)
