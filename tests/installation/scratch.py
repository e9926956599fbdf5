"""Databases to install into, upgrade and uninstall from, and what is in them before and after."""

from __future__ import annotations

import contextlib
import io
import json
import re
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from dev import console, loggate, paths, postgres, suites, testing
from dev.databases import Databases
from dev.odoo import Instance

#: What a connection to Odoo's tables counts anew by itself, or keeps only for a while.
VOLATILE = {"bus_bus", "ir_cron_trigger", "ir_logging", "orm_signaling_registry", "res_users_log"}
#: Tables of what Odoo knows of its own modules, and of rights, which modules bring.
_OF_MODULES = ("ir_", "base_", "rule_group_rel", "res_groups")
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
#: What the log says of a module that was installed or upgraded.
_LOADED = re.compile(r"Module (\w+) loaded in ([\d.]+)s, (\d+) queries")
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"


class Loading(NamedTuple):
    """What it took to install or upgrade a module."""

    seconds: float
    queries: int


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

    def contents(
        self, of: str = "", columns_of: Mapping[str, Mapping[str, str]] | None = None
    ) -> dict[str, dict[str, str]]:
        """Return a fingerprint of each row of the data, without who wrote it last: ``{table: {key: …}}``.

        What Odoo knows of its own modules (``ir_…``) is no company's data.

        :param of: only tables whose names begin so
        :param columns_of: an earlier `schema`, of which the columns and tables are read
        """
        columns: dict[str, list[str]] = {}
        for name in (columns_of or self.schema(of))["columns"]:
            table, _dot, column = name.partition(".")
            columns.setdefault(table, []).append(column)
        found = {}
        for (table,) in self.sql(TABLES):
            if table not in columns or table in VOLATILE or table.startswith(_OF_MODULES):
                continue
            names = sorted(set(columns[table]) - {"write_date", "write_uid"})
            quoted = ", ".join(f'"{name}"' for name in names)
            row = f"md5(ROW({quoted})::text)"
            key = "id::text" if "id" in names else row
            found[table] = dict(self.sql(f'SELECT {key} AS k, {row} AS v FROM "{table}"'))
        return found

    def keep_demo_data_out(self) -> None:
        """Let modules come without demo data, as into a database that has none."""
        self.instance.server.sql("UPDATE ir_module_module SET demo = false", self.name)

    def writes(self, table: str) -> int:
        """Return how many rows of a table were written since the database is there."""
        [[count]] = self.sql(
            "SELECT n_tup_ins + n_tup_upd + n_tup_del AS n FROM pg_stat_user_tables"
            f" WHERE relname = '{table}'"
        )
        return count

    @contextlib.contextmanager
    def copied(self) -> Iterator[Scratch]:
        """Give a copy of the database as it is now."""
        copy = Scratch(self.instance, f"{self.name}copy")
        try:
            self.instance.server.create(copy.name, self.name)
            self.instance.link_filestore(self.name, copy.name)
            yield copy
        finally:
            self.instance.drop(copy.name)

    def odoo(self, *arguments: str, config: Path | None = None) -> dict[str, Loading]:
        """Run Odoo's server until its modules are as told; its log has to be clean.

        :return: what each module that was installed or upgraded took
        """
        command = self.instance.command(
            *("server", "-d", self.name, *arguments),
            *("--stop-after-init", "--no-http", "--max-cron-threads=0"),
        )
        if config:
            command[command.index("-c") + 1] = str(config)
        log = self._run(command, f"odoo {' '.join(arguments)}")
        return {
            module: Loading(float(seconds), int(queries))
            for module, seconds, queries in _LOADED.findall(log)
        }

    def shell(self, script: str, what: str) -> None:
        """Run a script in Odoo's shell; its log has to be clean."""
        command = self.instance.command("shell", "-d", self.name, "--no-http")
        self._run(command, what, script)

    def uninstall(self, *modules: str) -> None:
        """Uninstall modules as an administrator does."""
        found = f"env['ir.module.module'].search([('name', 'in', {list(modules)})])"
        script = f"{found}.button_immediate_uninstall()"
        self.shell(script, f"Uninstall {', '.join(modules)}")

    def _run(self, command: list[str], what: str, script: str | None = None) -> str:
        log = self.instance.folder / f"{self.name}.scratch.log"
        options = {"log": log, "env": self.instance.env(), "cwd": paths.REPO}
        try:
            console.run(command, what, stdin_text=script, **options)
            text = log.read_text(errors="replace")
        finally:
            log.unlink(missing_ok=True)
        # What a script in the shell raises is printed, whatever the exit code.
        assert "Traceback" not in text, text[-4000:]
        problems = loggate.problems(io.StringIO(text))
        assert not problems, "\n".join(map(str, problems))
        return text


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


@contextlib.contextmanager
def empty() -> Iterator[Scratch]:
    """Give a database in which nothing is installed yet, not even Odoo."""
    with postgres.use("test") as server:
        databases = Databases(testing.prepare(server))
        with databases.session(), databases.empty() as name:
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
