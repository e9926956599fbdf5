"""What became of a ticket, told from its messages and stages: who waited for whom, and when.

Telling it anew gives what the ticket itself kept while it happened (``helpdesk_ticket_metrics.py``).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

Span = tuple[datetime, datetime]
#: A moment, and whose message it was (customer, robot, agent) or the state that was entered.
Event = tuple[datetime, str]

OPEN = ("new", "in_progress", "waiting")
DONE = ("solved", "closed")


@dataclass
class TicketHistory:
    """The history so far of a ticket that was created in a state, at a moment.

    :param asked: the customer created it, so waits for an answer already
    """

    created: datetime
    asked: bool = False
    state: str = "new"
    first_customer: datetime | None = None
    last_customer: datetime | None = None
    first_agent: datetime | None = None
    last_agent: datetime | None = None
    #: since when the customer waits for an answer
    unanswered_since: datetime | None = None
    #: from the first message that was not answered to the answer
    responses: list[Span] = field(default_factory=list)
    touches: int = 0
    reopened: int = 0
    #: who is waited for (team, customer; None while it is done), and since when
    clock: str | None = None
    clock_since: datetime | None = None
    waits: dict[str, list[Span]] = field(default_factory=lambda: {"team": [], "customer": []})

    def __post_init__(self) -> None:
        if self.state in OPEN:
            self.unanswered_since = self.created if self.asked else None
            self._run("customer" if self.state == "waiting" else "team", self.created)

    def replay(self, events: Iterable[Event]) -> "TicketHistory":
        """Let the events happen, the earliest first, and return the history."""
        for moment, kind in sorted(events, key=lambda event: event[0]):
            if kind in ("customer", "robot"):
                self._hear_customer(moment, robot=kind == "robot")
            elif kind == "agent":
                self._hear_agent(moment)
            else:
                self._enter(moment, kind)
        return self

    def _hear_customer(self, moment: datetime, *, robot: bool) -> None:
        self.last_customer = moment
        self._wait_for("team", moment)
        if not robot:
            self.first_customer = self.first_customer or moment
            self.unanswered_since = self.unanswered_since or moment

    def _hear_agent(self, moment: datetime) -> None:
        self.touches += 1
        self.first_agent = self.first_agent or moment
        self.last_agent = moment
        if self.unanswered_since:
            self.responses.append((self.unanswered_since, moment))
        self.unanswered_since = None
        self._wait_for("customer", moment)

    def _enter(self, moment: datetime, state: str) -> None:
        former, self.state = self.state, state
        if state in DONE:
            self.unanswered_since = None
            self._run(None, moment)
            return
        if former in DONE:
            self.reopened += 1
        if state == "waiting":
            self._run("customer", moment)
        elif former not in ("new", "in_progress"):
            self._run("team", moment)

    def _wait_for(self, side: str, moment: datetime) -> None:
        if self.state in OPEN:
            self._run(side, moment)

    def _run(self, side: str | None, moment: datetime) -> None:
        """Stop the clock that runs, and start that of the side."""
        if side == self.clock:
            return
        if self.clock and self.clock_since:
            self.waits[self.clock].append((self.clock_since, moment))
        self.clock, self.clock_since = side, moment if side else None
