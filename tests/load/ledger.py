"""What was said to the helpdesk, and what of it the database has afterwards."""

from __future__ import annotations

import re
import statistics
import threading
import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import psycopg2

TOKEN = re.compile(r"load-[0-9a-f]{12}")


def new_token() -> str:
    """Return a word that is in nothing else."""
    return f"load-{uuid.uuid4().hex[:12]}"


@dataclass
class Entry:
    """Something that must be in the database once, if it was confirmed."""

    kind: str  # "ticket": the token is in its subject; "message": in its text
    confirmed: bool = False


@dataclass
class Ledger:
    """Written by all clients at once."""

    entries: dict[str, Entry] = field(default_factory=dict)
    seconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def expect(self, kind: str) -> str:
        """Return the token of something that is about to be said."""
        token = new_token()
        with self.lock:
            self.entries[token] = Entry(kind)
        return token

    def confirm(self, *tokens: str) -> None:
        """Note that the server said it has it."""
        with self.lock:
            for token in tokens:
                self.entries[token].confirmed = True

    def took(self, operation: str, seconds: float) -> None:
        """Note how long somebody waited."""
        with self.lock:
            self.seconds[operation].append(seconds)

    def failed(self, operation: str, error: str) -> None:
        """Note what somebody got instead of an answer."""
        with self.lock:
            self.errors[f"{operation}: {error}"[:200]] += 1

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


def find_differences(ledger: Ledger, dsn: str) -> list[str]:
    """Return what is lost or there twice, a line each."""
    with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
        found = {
            "ticket": _tokens(cursor, "SELECT name FROM helpdesk_ticket WHERE name LIKE '%load-%'"),
            "message": _tokens(
                cursor,
                "SELECT body FROM mail_message WHERE model = 'helpdesk.ticket'"
                " AND message_type IN ('comment', 'email') AND body LIKE '%load-%'",
            ),
        }
        cursor.execute(
            "SELECT ticket_ref FROM helpdesk_ticket GROUP BY ticket_ref HAVING count(*) > 1"
        )
        problems = [f"case number {number} is there twice" for (number,) in cursor.fetchall()]
        cursor.execute(
            "SELECT state, coalesce(error, ''), count(*) FROM helpdesk_incoming_mail"
            " WHERE state IN ('processing', 'held', 'failed') GROUP BY 1, 2"
        )
        problems += [
            f"{count} incoming mails are {state}: {error}"
            for state, error, count in cursor.fetchall()
        ]
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
