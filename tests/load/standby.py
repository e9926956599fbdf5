"""What a hot standby did of the work."""

from __future__ import annotations

import time
from dataclasses import dataclass

import psycopg2
from psycopg2.extensions import make_dsn

_PATIENCE = 120
_NUMBERS = """
    SELECT (SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()),
           (SELECT coalesce(seq_scan, 0) + coalesce(idx_scan, 0) FROM pg_stat_user_tables
             WHERE relname = 'helpdesk_ticket'),
           (SELECT coalesce(seq_scan, 0) + coalesce(idx_scan, 0) FROM pg_stat_user_tables
             WHERE relname = 'mail_message')
"""


@dataclass(frozen=True)
class Work:
    """What PostgreSQL counted: transactions, and how often two tables were read."""

    transactions: int
    tickets: int
    messages: int

    @classmethod
    def of(cls, dsn: str, database: str) -> Work:
        """Return what a server did for a database so far."""
        connection = psycopg2.connect(make_dsn(dsn, dbname=database))
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(_NUMBERS)
                return cls(*cursor.fetchone())
        finally:
            connection.close()

    def since(self, before: Work) -> str:
        """Return what was done since then, in words."""
        return (
            f"{self.transactions - before.transactions:,} transactions, tickets read "
            f"{self.tickets - before.tickets:,} times, messages {self.messages - before.messages:,} times"
        )


def wait_for(dsn: str, database: str) -> None:
    """Wait until a standby has a new database: Odoo does without the standby for a while if it lacks it.

    :raises TimeoutError: if that takes longer than two minutes
    """
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        try:
            connection = psycopg2.connect(make_dsn(dsn, dbname=database))
        except psycopg2.OperationalError:
            time.sleep(0.2)
            continue
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM ir_mail_server WHERE name = 'Load'")
            [there] = cursor.fetchone()
        connection.close()
        if there:
            return
        time.sleep(0.2)
    raise TimeoutError(f"The standby has no database {database}.")
