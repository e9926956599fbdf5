"""Two databases: one with OCA's helpdesk, filled, and one with Helpdesk Futural that people move into."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from dev import loggate, oca_addons, odoo, paths, postgres, suites
from dev.databases import Databases
from dev.odoo import Instance

SCRIPTS = Path(__file__).with_name("scripts")
_CORE = next(suite for suite in suites.SUITES if suite.name == "core")


@dataclasses.dataclass(frozen=True)
class Move:
    """What the command did."""

    code: int
    output: str
    errors: str
    #: the rows of its report
    report: str


@dataclasses.dataclass(frozen=True)
class House:
    """Both databases, and what one can do with them."""

    ours: Instance
    target: str
    theirs: Instance
    source: str
    folder: Path

    def move(self, *options: str, source: str = "") -> Move:
        """Run the command as an administrator does."""
        report = self.folder / "report.csv"
        report.unlink(missing_ok=True)
        python, *start = self.ours.command("helpdesk_import_oca", "-d", self.target)[:3]
        command = [
            *(python, *start),
            f"--addons-path={paths.REPO}",
            *self.ours.command("helpdesk_import_oca", "-d", self.target)[3:],
            *("--source", source or self.source),
            *("--source-filestore", str(self.theirs.filestore / self.source)),
            *("--report", str(report)),
            *options,
        ]
        done = self._run(command, self.ours, None)
        text = report.read_text(encoding="utf-8-sig") if report.is_file() else ""
        return Move(done.returncode, done.stdout, done.stderr, text)

    def run_there(self, script: str) -> str:
        """Run one of the scripts on the database with OCA's helpdesk; return what it prints."""
        return self._script(script, self.theirs, self.source)

    def run_here(self, script: str) -> str:
        """Run one of the scripts on the database with Helpdesk Futural; return what it prints."""
        return self._script(script, self.ours, self.target)

    def there(self, query: str) -> list:
        """Return the rows of a query on the database with OCA's helpdesk."""
        return self._query(query, self.source)

    def here(self, query: str) -> list:
        """Return the rows of a query on the database with Helpdesk Futural."""
        return self._query(query, self.target)

    def _query(self, query: str, database: str) -> list:
        text = self.ours.server.sql(f"SELECT json_agg(to_json(q)) FROM ({query}) q", database)
        return [list(row.values()) for row in json.loads(text or "null") or []]

    def _script(self, name: str, instance: Instance, database: str) -> str:
        command = instance.command("shell", "-d", database, "--no-http", "--log-level=warn")
        done = self._run(command, instance, (SCRIPTS / f"{name}.py").read_text())
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @staticmethod
    def _run(command: list[str], instance: Instance, text: str | None):
        done = subprocess.run(
            command,
            env=instance.env(),
            input=text or "",
            capture_output=True,
            text=True,
            timeout=300,
        )
        problems = loggate.problems(done.stderr.splitlines())
        assert not problems, "\n".join(map(str, problems))
        return done


@contextlib.contextmanager
def built(folder: Path) -> Iterator[House]:
    """Give both databases for as long as the block lasts.

    :param folder: for what is written in between
    """
    addons = oca_addons.provide()
    with postgres.use("test") as server, contextlib.ExitStack() as stack:
        data = paths.WORK / f"test{server.label}"
        # The settings of every test server.
        ours = odoo.prepare(server, data, odoo.ALONE)
        theirs = dataclasses.replace(
            ours,
            odoo=dataclasses.replace(ours.odoo, addons=(*ours.odoo.addons, addons)),
            folder=folder,
        )
        theirs.write_config()
        databases = Databases(ours)
        stack.enter_context(databases.session())
        target, _logs = stack.enter_context(databases.copy_for(_CORE))
        source = stack.enter_context(databases.copy_of_base(_CORE))
        if (ours.filestore / source).is_dir():
            shutil.copytree(ours.filestore / source, theirs.filestore / source)
        theirs.install(source, oca_addons.MODULES, "Install OCA's helpdesk", folder / "oca.log")
        yield House(ours, target, theirs, source, folder)
