"""What was said to the helpdesk, and what of it the database has afterwards."""

from __future__ import annotations

import re
import statistics
import threading
import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass, field

TOKEN = re.compile(r"load-[0-9a-f]{12}")


@dataclass
class Entry:
    """Something that must be in the database once, if it was confirmed."""

    #: "ticket": the token is in its subject; "message": in its text; "file": in its name; "hours": in their description
    kind: str
    confirmed: bool = False


@dataclass
class Ledger:
    """Written by all clients at once."""

    entries: dict[str, Entry] = field(default_factory=dict)
    seconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    #: What somebody got instead of an answer; and the messages that told people what was wrong.
    errors: Counter[str] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def expect(self, kind: str) -> str:
        """Return the token, a word that is in nothing else, of something that is about to be said."""
        token = f"load-{uuid.uuid4().hex[:12]}"
        with self.lock:
            self.entries[token] = Entry(kind)
        return token

    def confirm(self, *tokens: str) -> None:
        """Note that the server said it has it."""
        with self.lock:
            for token in tokens:
                self.entries[token].confirmed = True

    def confirmed(self) -> int:
        """Return how many things the server said it has."""
        with self.lock:
            return sum(entry.confirmed for entry in self.entries.values())

    def took(self, operation: str, seconds: float) -> None:
        """Note how long somebody waited."""
        with self.lock:
            self.seconds[operation].append(seconds)

    def failed(self, operation: str, error: str) -> None:
        """Note what somebody got instead of an answer."""
        with self.lock:
            self.errors[f"{operation}: {error}"[:200]] += 1

    def told(self, message: str) -> None:
        """Note a message for people that said what was wrong."""
        with self.lock:
            self.messages[" ".join(message.split())[:200]] += 1

    def table(self) -> list[str]:
        """Return how long people waited, as lines."""
        lines = [f"{'operation':<28}{'times':>7}{'median':>10}{'p95':>10}{'longest':>10}"]
        for operation, seconds in sorted(self.seconds.items()):
            ordered = sorted(seconds)
            p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
            lines.append(
                f"{operation:<28}{len(ordered):>7}"
                + "".join(
                    f"{1000 * value:>7,.0f} ms"
                    for value in (statistics.median(ordered), p95, ordered[-1])
                )
            )
        return lines


def find_differences(ledger: Ledger, cursor) -> list[str]:
    """Return what of the ledger is lost in the database or there twice, a line each."""
    found = {
        "ticket": _tokens(cursor, "SELECT name FROM helpdesk_ticket WHERE name LIKE '%load-%'"),
        "message": _tokens(
            cursor,
            "SELECT body FROM mail_message WHERE model = 'helpdesk.ticket'"
            " AND message_type IN ('comment', 'email') AND body LIKE '%load-%'",
        ),
        "file": _tokens(
            cursor,
            "SELECT name FROM ir_attachment JOIN message_attachment_rel ON attachment_id = id"
            " WHERE name LIKE 'load-%'",
        ),
        "hours": _tokens(
            cursor, "SELECT name FROM account_analytic_line WHERE name LIKE '%load-%'"
        ),
    }
    problems = []
    for token, entry in ledger.entries.items():
        times = found[entry.kind][token]
        if times > 1:
            problems.append(f"{entry.kind} {token} is there {times} times")
        elif entry.confirmed and not times:
            problems.append(f"{entry.kind} {token} was confirmed and is lost")
    return problems


def _tokens(cursor, query: str) -> Counter[str]:
    cursor.execute(query)
    return Counter(token for (text,) in cursor.fetchall() for token in set(TOKEN.findall(text)))
