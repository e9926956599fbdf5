"""The stage of a run: the server, what surrounds it, and how time is made to pass for it."""

from __future__ import annotations

import contextlib
import math
import time
import xmlrpc.client
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg2
from psycopg2.extensions import cursor as Cursor  # noqa: N812 (psycopg2's name)
from psycopg2.extensions import make_dsn

from tests.mailservers import ImapMailbox, SmtpServer

from .ledger import Ledger
from .line import FlakyLine
from .server import OdooServer

FETCH, SEND = "mail.ir_cron_mail_gateway_action", "mail.ir_cron_mail_scheduler_action"
#: What comes by itself, whoever uses the helpdesk.
CRONS = (
    FETCH,
    SEND,
    "digest.ir_cron_digest_scheduler_action",
    "helpdesk_futural.ir_cron_assign_pooled",
    "helpdesk_futural.ir_cron_auto_close",
    "helpdesk_futural.ir_cron_incoming_mail",
    "helpdesk_futural.ir_cron_rating",
    "helpdesk_futural.ir_cron_sla",
    "helpdesk_futural.ir_cron_wake_snoozed",
)
_PATIENCE = 120
#: Minutes; it is woken besides when there is something to send.
_QUEUE_RUNS_EVERY = 60


@dataclass
class Scene:
    """What a fault may lay hands on."""

    server: OdooServer
    database: str
    dsn: str
    ledger: Ledger
    smtp: SmtpServer
    mailbox: ImapMailbox | None
    line: FlakyLine | None
    #: Stop, crash and start PostgreSQL: lists of words, as for ``subprocess``.
    postgres: dict[str, list[str]]
    until: float = math.inf

    @contextlib.contextmanager
    def cursor(self, database: str | None = None) -> Iterator[Cursor]:
        """Give a cursor whose work is committed."""
        connection = psycopg2.connect(make_dsn(self.dsn, dbname=database or self.database))
        try:
            with connection, connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    def query(self, query: str, *values) -> list[tuple]:
        """Return rows."""
        with self.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchall() if cursor.description else []

    def sleep(self, seconds: float) -> None:
        """Wait, but not beyond the end of the run."""
        time.sleep(max(0.0, min(seconds, self.until - time.time())))

    def left(self) -> float:
        """Return how many seconds are left of the run."""
        return max(0.0, self.until - time.time())

    # ------------------------------------------------------------------
    # Scheduled actions
    # ------------------------------------------------------------------

    def wake(self, *names: str) -> None:
        """Let scheduled actions be due now, and wake the worker that runs them.

        :param names: external ids
        """
        self.query(
            "UPDATE ir_cron SET nextcall = now() AT TIME ZONE 'UTC' - INTERVAL '1 second' WHERE id IN ("
            " SELECT cron.id FROM ir_cron cron JOIN ir_model_data ON res_id = cron.id"
            " WHERE model = 'ir.cron' AND module || '.' || name IN %s FOR UPDATE OF cron SKIP LOCKED)",
            names,
        )
        self._notify()

    def run(self, *names: str) -> None:
        """Run scheduled actions now, one after the other, as an administrator does by hand."""
        for name in names:
            [[number]] = self.query(
                "SELECT res_id FROM ir_model_data WHERE model = 'ir.cron' AND module || '.' || name = %s",
                name,
            )
            deadline = time.monotonic() + _PATIENCE
            while True:
                try:
                    result = self.call("ir.cron", "method_direct_trigger", [number])
                except (xmlrpc.client.Error, OSError):  # it is running, or the server just starts
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(1)
                    continue
                if isinstance(result, dict):
                    raise RuntimeError(f"{name} failed: {result}")
                break

    def call(self, model: str, method: str, *args) -> object:
        """Call a method as the administrator."""
        with xmlrpc.client.ServerProxy(
            f"{self.server.url}/xmlrpc/2/object", allow_none=True
        ) as proxy:
            return proxy.execute_kw(self.database, 2, "admin", model, method, list(args))

    # ------------------------------------------------------------------
    # Time
    # ------------------------------------------------------------------

    def pass_time(self, minutes: int) -> None:
        """Let so much time pass for mails that failed and for the mail queue: their dates are put back."""
        with self.cursor() as cursor:
            cursor.execute(
                "UPDATE mail_mail SET create_date = create_date - passed, write_date = write_date - passed,"
                " helpdesk_retry_date = helpdesk_retry_date - passed"
                " FROM (SELECT make_interval(mins => %s) AS passed) time WHERE id IN ("
                "  SELECT id FROM mail_mail WHERE state = 'exception' FOR UPDATE SKIP LOCKED)",
                [minutes],
            )
            cursor.execute(
                "UPDATE ir_cron_trigger SET call_at = call_at - make_interval(mins => %s) WHERE id IN ("
                " SELECT id FROM ir_cron_trigger FOR UPDATE SKIP LOCKED)",
                [minutes],
            )
        if minutes >= _QUEUE_RUNS_EVERY:
            self.wake(SEND)
        else:
            self._notify()

    def _notify(self) -> None:
        with self.cursor("postgres") as cursor:
            cursor.execute("SELECT pg_notify('cron_trigger', %s)", [self.database])

    # ------------------------------------------------------------------
    # Afterwards
    # ------------------------------------------------------------------

    def settle(self) -> None:
        """Let an hour pass for what a dead worker left, and what looks after it do so."""
        self.server.wait()
        self.query(
            "UPDATE helpdesk_incoming_mail SET attempt_date = attempt_date - INTERVAL '1 hour'"
            " WHERE state = 'processing'"
        )
        failed = self.query(
            "SELECT id FROM helpdesk_incoming_mail WHERE state IN ('failed', 'held')"
        )
        for (mail,) in failed:
            # What an administrator does, told by the message that they get.
            self.call("helpdesk.incoming.mail", "action_process", [mail])
        self.run("helpdesk_futural.ir_cron_incoming_mail", "helpdesk_futural.ir_cron_sla")
        deadline = time.monotonic() + _PATIENCE
        while self.mailbox and self.mailbox.count("UNSEEN") and time.monotonic() < deadline:
            self.run(FETCH)
        while time.monotonic() < deadline and self.count_mails_waiting():
            self.pass_time(300)
            self.run(SEND)

    def count_mails_waiting(self) -> int:
        """Return how many mails have not left."""
        [[count]] = self.query(
            "SELECT count(*) FROM mail_mail WHERE state IN ('outgoing', 'exception')"
        )
        return count
