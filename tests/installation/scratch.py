"""Databases to install into, upgrade and uninstall from, and what is in them before and after."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from dev import loggate, paths, postgres, suites, testing
from dev.databases import Databases
from dev.odoo import Instance

#: What a connection to Odoo's tables counts anew by itself, or keeps only for a while.
VOLATILE = {"bus_bus", "ir_cron_trigger", "ir_logging", "orm_signaling_registry", "res_users_log"}
SCHEMA = {
    "columns": """
        SELECT table_name || '.' || column_name AS name,
               data_type || ' ' || is_nullable AS text
          FROM information_schema.columns WHERE table_schema = 'public'""",
    "indexes": "SELECT indexname AS name, indexdef AS text FROM pg_indexes WHERE schemaname = 'public'",
    "constraints": """
        SELECT conrelid::regclass || '.' || conname AS name, pg_get_constraintdef(oid) AS text
          FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0""",
    "sequences": """
        SELECT relname AS name, '' AS text FROM pg_class
         WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace""",
}
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"


class Scratch:
    """A database of its own for one test."""

    def __init__(self, instance: Instance, name: str) -> None:
        self.instance, self.name = instance, name

    def sql(self, statement: str) -> list[list[str]]:
        """Return the rows of a query, as text."""
        query = f"SELECT COALESCE(json_agg(to_json(row)), '[]') FROM ({statement}) row"
        return [
            list(row.values()) for row in json.loads(self.instance.server.sql(query, self.name))
        ]

    def schema(self, of: str = "") -> dict[str, dict[str, str]]:
        """Return columns, indexes, constraints and sequences, of tables whose names begin so."""
        found = {kind: dict(self.sql(query)) for kind, query in SCHEMA.items()}
        return {
            kind: {name: text for name, text in items.items() if name.startswith(of)}
            for kind, items in found.items()
        }

    def rows(self) -> dict[str, int]:
        """Return the number of rows of each table."""
        tables = [table for (table,) in self.sql(TABLES) if table not in VOLATILE]
        counts = " UNION ALL ".join(
            f"SELECT '{t}' AS t, count(*) AS n FROM \"{t}\"" for t in tables
        )
        return dict(self.sql(counts))

    def odoo(self, *arguments: str, config: Path | None = None) -> None:
        """Run Odoo's server until its modules are as told; its log has to be clean."""
        command = self.instance.command(
            *("server", "-d", self.name, *arguments),
            *("--stop-after-init", "--no-http", "--max-cron-threads=0", "--log-level=warn"),
        )
        if config:
            command[command.index("-c") + 1] = str(config)
        self._check(self._run(command))

    def shell(self, script: str) -> str:
        """Run a script in Odoo's shell and return what it prints."""
        command = self.instance.command("shell", "-d", self.name, "--no-http", "--log-level=warn")
        result = self._run(command, script)
        self._check(result)
        return result.stdout.strip()

    def uninstall(self, *modules: str) -> None:
        """Uninstall modules as an administrator does."""
        found = f"env['ir.module.module'].search([('name', 'in', {list(modules)})])"
        self.shell(f"{found}.button_immediate_uninstall()")

    def _run(self, command: list[str], script: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            env=self.instance.env(),
            cwd=paths.REPO,
            input=script,
            capture_output=True,
            text=True,
        )

    def _check(self, result: subprocess.CompletedProcess[str]) -> None:
        log = result.stderr
        assert result.returncode == 0, log[-4000:]
        assert "Traceback" not in log, log[-4000:]
        problems = loggate.problems(io.StringIO(log))
        assert not problems, "\n".join(map(str, problems))


@contextlib.contextmanager
def scratch(suite_name: str, bare: bool = False) -> Iterator[Scratch]:
    """Give a copy of a test suite's database.

    :param bare: only Odoo's own modules are installed, as before ours were
    """
    suite = next(suite for suite in suites.SUITES if suite.name == suite_name)
    with postgres.use("test") as server:
        databases = Databases(testing.prepare(server))
        with databases.session(), contextlib.ExitStack() as stack:
            if bare:
                name = stack.enter_context(databases.copy_of_base(suite))
            else:
                name, _logs = stack.enter_context(databases.copy_for(suite))
            yield Scratch(databases.instance, name)


def old_code(commit: str, folder: Path) -> Path | None:
    """Unpack the addons as they were; None where the checkout has no such history."""
    command = ["git", "archive", commit, *paths.ADDONS]
    result = subprocess.run(command, cwd=paths.REPO, capture_output=True)
    if result.returncode:
        return None
    with tarfile.open(fileobj=io.BytesIO(result.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def config_with(instance: Instance, addons: Path) -> Path:
    """Write a configuration by which Odoo takes our addons from another folder."""
    found = ",".join(map(str, [*instance.odoo.addons, addons]))
    settings = {**instance.settings, "addons_path": found}
    settings["data_dir"] = str(instance.folder / "data")
    return replace(instance, folder=addons.parent / "config", settings=settings).write_config()


def differences(before: dict[str, object], after: dict[str, object]) -> dict[str, object]:
    """Return what differs, ``{name: (before, after)}``."""
    return {
        name: (before.get(name), after.get(name))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    }
