"""Tests whose transactions are real: committed, concurrent, and cleaned up by hand."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from unittest.mock import patch

from odoo import SUPERUSER_ID, Command, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase
from odoo.tests.common import get_db_name
from odoo.tools import SQL, config

# Odoo's own bookkeeping, which commits leave behind: signals between processes, and queues that
# its scheduled actions empty.
_BOOKKEEPING = ("bus_bus", "ir_cron_trigger", "ir_logging", "orm_signaling_%")


class CommittedCase(BaseCase):
    """A test that commits, and that has to leave the database as it found it.

    ``TransactionCase`` shows every cursor the same transaction, so no two of them ever compete.
    Here each cursor is a transaction of its own, as in production. What a test creates it removes
    in cleanups; that nothing is left is checked after each test.
    """

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        before = self._count_rows()
        # The first cleanup added is the last one to run.
        self.addCleanup(self._check_rows, before)

    @contextlib.contextmanager
    def transaction(self, uid: int = SUPERUSER_ID) -> Iterator[api.Environment]:
        """Give the environment of a new transaction, and commit it."""
        with self.registry.cursor() as cr:
            yield api.Environment(cr, uid, {})
        self.registry.signal_changes()

    def use_new_day(self) -> date:
        """Let tickets of this test be numbered on a day that has no ticket and no counter yet."""
        with self.transaction() as env:
            tickets = env["helpdesk.ticket"]
            day = date(2061, 3, 1)
            while tickets.search_count(
                [("ticket_ref", "=like", f"{day:%y%m%d}%")], limit=1
            ) or self.exists_relation(env, tickets._get_case_sequence_name(day)):
                day += timedelta(days=1)
            sequence = tickets._get_case_sequence_name(day)
            model = type(tickets)
        self.startPatcher(patch.object(model, "_get_case_number_day", lambda _tickets, _team: day))
        self.addCleanup(self._drop_sequence, sequence)
        return day

    def create_committed(self, model: str, values: dict) -> int:
        """Create a record, commit it, and remove it at the end of the test; return its id."""
        with self.transaction() as env:
            record_id = env[model].create(values).id
        self.addCleanup(self.unlink_committed, model, [("id", "=", record_id)])
        return record_id

    def create_agent(self, name: str) -> int:
        """Create a user with helpdesk rights, as :meth:`create_committed`; return their id."""
        login = name.lower().replace(" ", ".")
        with self.transaction() as env:
            agent = env["res.users"].create(
                {
                    "name": name,
                    "login": login,
                    "email": f"{login}@yritys.example",
                    "group_ids": [Command.set(env.ref("helpdesk_futural.group_helpdesk_user").ids)],
                }
            )
        self.addCleanup(self._remove_user, agent.id)
        return agent.id

    def _remove_user(self, user_id: int) -> None:
        with self.transaction() as env:
            user = env["res.users"].browse(user_id)
            partner = user.partner_id
            user.active = False
            if "project.task" in env:
                # With Odoo's project app (the timesheet addon brings it) every new user gets a
                # to-do and personal stages, which outlive the user.
                env["project.task"].search([("user_ids", "=", user_id)]).unlink()
                env["project.task.type"].search([("user_id", "=", user_id)]).unlink()
            user.unlink()
            partner.unlink()

    def unlink_committed(self, model: str, domain: list) -> None:
        """Remove records, archived ones as well, and commit that."""
        with self.transaction() as env:
            env[model].with_context(active_test=False).search(domain).unlink()

    def create_in_processes(
        self, day: date, team_id: int, processes: int, tickets: int
    ) -> tuple[list[dict], str]:
        """Let several processes create tickets at once, each one by one and committed.

        :return: what ``case_number_worker.py`` reports of each process, and what Odoo logged
        """
        done = subprocess.run(
            [
                sys.executable,
                str(Path(__file__).with_name("case_number_worker.py")),
                f"--config={config['config']}",
                f"--database={self.registry.db_name}",
                f"--team={team_id}",
                f"--day={day.isoformat()}",
                f"--processes={processes}",
                f"--tickets={tickets}",
            ],
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        results = json.loads(done.stdout)
        self.assertEqual([r["error"] for r in results if r["error"]], [])
        return results, done.stderr.strip()

    @staticmethod
    def exists_relation(env: api.Environment, name: str) -> bool:
        """Tell whether there is a table or a sequence of that name."""
        [[found]] = env.execute_query(SQL("SELECT to_regclass(%s) IS NOT NULL", name))
        return found

    def _drop_sequence(self, name: str) -> None:
        with self.transaction() as env:
            env.cr.execute(SQL("DROP SEQUENCE IF EXISTS %s", SQL.identifier(name)))

    def _count_rows(self) -> Counter:
        """Return how many rows each table has, and 1 for each sequence."""
        with self.transaction() as env:
            ignored = SQL(" AND ").join(SQL("relname NOT LIKE %s", n) for n in _BOOKKEEPING)
            relations = env.execute_query(
                SQL(
                    "SELECT relname, relkind FROM pg_class WHERE relkind IN ('r', 'S')"
                    " AND relnamespace = current_schema::regnamespace AND %s",
                    ignored,
                )
            )
            tables = sorted(name for name, kind in relations if kind == "r")
            counts = env.execute_query(
                SQL(" UNION ALL ").join(
                    SQL("SELECT %s, count(*) FROM %s", name, SQL.identifier(name))
                    for name in tables
                )
            )
        return Counter({name: 1 for name, kind in relations if kind == "S"} | dict(counts))

    def _check_rows(self, before: Counter) -> None:
        after = self._count_rows()
        self.assertFalse(after - before, "The test left something in the database")
        self.assertFalse(before - after, "The test removed what was there before it")


#: What mails bring about, in an order in which it can be removed.
_MADE_BY_MAIL = (
    "helpdesk.incoming.mail",
    "helpdesk.ticket",
    "mail.mail",
    "mail.message",
    "res.partner",
)


class CommittedMailCase(CommittedCase):
    """Real messages through ``message_process``, each in transactions of its own.

    Whatever mails bring about until the end of the test is removed then.
    """

    #: The addresses of the helpdesk's teams are in this domain.
    domain = "apu.example"

    def setUp(self):
        super().setUp()
        self.day = self.use_new_day()
        with self.transaction() as env:
            newest = {
                name: env[name]
                .with_context(active_test=False)
                .search([], order="id desc", limit=1)
                .id
                for name in _MADE_BY_MAIL
            }
            defaults = env["mail.alias"].search([("alias_domain_id", "=", False)])
            companies = env["res.company"].with_context(active_test=False)
            without_domain = companies.search([("alias_domain_id", "=", False)])
            self.domain_id = env["mail.alias.domain"].create({"name": self.domain}).id
        self.addCleanup(self._remove_domain, defaults.ids, without_domain.ids)
        self.addCleanup(self._remove_made_by_mail, newest)

    def create_team(self, local_part: str, **values) -> int:
        """Create a team with the address ``local_part@apu.example``; return its id."""
        team_id = self.create_committed(
            "helpdesk.team",
            {
                "name": local_part.title(),
                "alias_name": local_part,
                "alias_domain_id": self.domain_id,
                **values,
            },
        )
        # The mails' tickets go before their team.
        self.addCleanup(self.unlink_committed, "helpdesk.ticket", [("team_id", "=", team_id)])
        return team_id

    def _remove_made_by_mail(self, newest: dict[str, int]) -> None:
        for name, record_id in newest.items():
            self.unlink_committed(name, [("id", ">", record_id or 0)])

    def _remove_domain(self, alias_ids: list[int], company_ids: list[int]) -> None:
        """Remove the domain from where Odoo puts the first one that there is, and then itself."""
        with self.transaction() as env:
            domain = env["mail.alias.domain"].browse(self.domain_id)
            env["res.company"].browse(company_ids).alias_domain_id = False
            env["mail.alias"].browse(alias_ids).exists().alias_domain_id = False
            domain.unlink()

    @staticmethod
    def write_mail(sender: str, to: str, subject: str = "Printer", **headers) -> EmailMessage:
        """Return a message; keyword ``in_reply_to`` becomes the header ``In-Reply-To``."""
        message = EmailMessage()
        headers = {"from": sender, "to": to, "subject": subject, **headers}
        headers.setdefault("date", formatdate())
        headers.setdefault("message_id", make_msgid(domain="asiakas.example"))
        body = headers.pop("body", "It is jammed.")
        for name, value in headers.items():
            if value is not None:
                message[name.replace("_", "-").title()] = value
        message.set_content(body)
        return message

    def receive(self, message: EmailMessage | bytes, model: str | None = None):
        """Hand a message to the gateway, as a mail server does."""
        raw = message if isinstance(message, bytes) else message.as_bytes()
        with self.transaction() as env:
            return env["mail.thread"].message_process(model, raw)
