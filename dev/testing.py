"""``make test``: lint, every suite on its own database, Odoo's log, and one line of totals.

What doesn't depend on each other runs side by side, as many as the machine has cores (``JOBS=1``: one at a time).
"""

from __future__ import annotations

import functools
import os
import signal
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from . import console, lint, loggate, odoo, odoo_source, paths, postgres, suites, system, venv
from .databases import Databases
from .suites import Run

_FOLDER = paths.WORK / "test"
_NOTHING_COLLECTED = 5


@dataclass
class Totals:
    """What the last line says."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    complaints: list[str] = field(default_factory=list)

    def complain(self, text: str) -> None:
        """Count something that is not a test as one failure, and repeat it at the end."""
        self.failed += 1
        self.complaints.append(text)

    def add(self, other: Totals) -> None:
        """Add what another part of the run counted."""
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.complaints += other.complaints

    def add_report(self, report: Path) -> int:
        """Add the counts of a JUnit report; return how many tests failed in it."""
        if not report.is_file():
            return 0
        results: dict[tuple[str, str], set[str]] = {}
        for case in ElementTree.parse(report).getroot().iter("testcase"):
            # Each subtest is a case of its own there, under its test's name.
            key = (case.get("classname", ""), case.get("name", ""))
            results.setdefault(key, set()).update(child.tag for child in case)
        failed = sum(1 for tags in results.values() if tags & {"failure", "error"})
        skipped = sum(
            1 for tags in results.values() if "skipped" in tags and not tags & {"failure", "error"}
        )
        tests = len(results)
        self.passed += tests - failed - skipped
        self.failed += failed
        self.skipped += skipped
        return failed


@dataclass(frozen=True)
class Job:
    """A part of the run that depends on no other."""

    name: str
    work: Callable[[Totals], None]


def run(selection: str) -> int:
    """Run everything, or what ``T=`` selects; return the exit code."""
    started = time.monotonic()
    runs = suites.select(selection)
    if not runs:
        raise console.Failure(
            f"No suite runs {selection!r}: it lies outside the tests listed in dev/suites.py."
        )
    _FOLDER.mkdir(parents=True, exist_ok=True)
    # What all of them need, before they ask for it at the same time.
    venv.provide()
    source = odoo_source.provide()
    jobs = [] if selection else [Job("lint", _lint)]
    for each in runs:
        if not each.suite.needs_database:
            work = functools.partial(_pytest, each, [], odoo.environment(source))
            jobs.append(Job(each.suite.name, work))
    in_odoo = [each for each in runs if each.suite.needs_database and paths.present_addons()]
    with ExitStack() as stack:
        if in_odoo:
            system.require_packages(server="PGHOST" not in os.environ, tests=True)
            server = stack.enter_context(postgres.use("test"))
            databases = Databases(prepare(server))
            stack.enter_context(databases.session())
            for each in in_odoo:
                jobs.append(Job(each.suite.name, functools.partial(_run_in_odoo, each, databases)))
        totals = side_by_side(jobs, _lanes())
    return finish(totals, selection, time.monotonic() - started)


def _lanes() -> int:
    text = os.environ.get("JOBS") or str(os.cpu_count() or 1)
    if not text.isdigit() or not int(text):
        raise console.Failure(f"JOBS={text} is not a number of jobs.")
    return int(text)


def side_by_side(jobs: Sequence[Job], lanes: int) -> Totals:
    """Do the jobs, some at a time, in the order given; whatever becomes of one, the others are done."""
    totals = Totals()
    if lanes == 1 or len(jobs) == 1:
        for job in jobs:
            totals.add(_done(job))
        return totals
    with ThreadPoolExecutor(lanes) as pool:
        futures = [pool.submit(_done_labelled, job) for job in jobs]
        try:
            for future in futures:
                totals.add(future.result())
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            console.terminate_children()
            raise
    return totals


def _done_labelled(job: Job) -> Totals:
    with console.labelled(job.name):
        return _done(job)


def _done(job: Job) -> Totals:
    totals = Totals()
    try:
        job.work(totals)
    except console.Failure as failure:
        totals.complain(f"{job.name}: {failure}")
    return totals


def _lint(totals: Totals) -> None:
    for failed in lint.run():
        totals.complain(f"lint: {failed}")


def prepare(server: postgres.Server) -> odoo.Instance:
    """Return the Odoo that the test databases are for."""
    folder = _FOLDER.with_name(_FOLDER.name + server.label)
    return odoo.prepare(server, folder, odoo.ALONE)


def finish(totals: Totals, selection: str, seconds: float) -> int:
    """Print what failed, and the line of totals last; return the exit code."""
    if not totals.passed and not totals.failed:
        totals.complain(f"nothing was run for {selection!r}")
    console.say()
    for complaint in totals.complaints:
        console.say(f"✗ {complaint}")
    skipped = f", {totals.skipped} skipped" if totals.skipped else ""
    console.say(f"All suites: {console.elapsed(seconds)}{skipped}")
    console.say(f"{totals.passed} passed, {totals.failed} failed")
    return 1 if totals.failed else 0


def _run_in_odoo(each: Run, databases: Databases, totals: Totals) -> None:
    instance = databases.instance
    log = _FOLDER / f"run-{os.getpid()}-{each.suite.name}.log"
    try:
        with databases.copy_for(each.suite) as (database, install_logs):
            options = [
                f"--odoo-database={database}",
                f"--odoo-config={instance.config}",
                "--odoo-http",
                "--odoo-log-level=warn",
                f"--odoo-extra=logfile={log}",
            ]
            _pytest(each, options, instance.env(), totals)
        for file in [*install_logs, log]:
            _check_log(file, each, totals)
    finally:
        log.unlink(missing_ok=True)


def _pytest(each: Run, options: list[str], env: dict[str, str], totals: Totals) -> None:
    """Run pytest and count its results."""
    report = _FOLDER / f"run-{os.getpid()}-{each.suite.name}.xml"
    command = [
        str(venv.PYTHON),
        "-m",
        "pytest",
        *options,
        f"--junitxml={report}",
        "-o",
        "junit_logging=no",
    ]
    if not options:
        command += ["-p", "no:odoo"]
    command += [f"--ignore={path}" for path in each.suite.ignore]
    if each.keyword:
        command += ["-k", each.keyword]
    console.step(f"Suite {each.suite.name}")
    try:
        code = _shown([*command, *each.targets], env)
        failed = totals.add_report(report)
    finally:
        report.unlink(missing_ok=True)
    if code not in (0, _NOTHING_COLLECTED) and not failed:
        totals.complain(f"suite {each.suite.name}: pytest ended with exit code {code}")


def _shown(command: list[str], env: dict[str, str]) -> int:
    """Run a command and show what it prints; leave none of its processes behind, however it ends."""
    with console.child(
        command,
        env={**env, "PYTHONUNBUFFERED": "1"},
        cwd=paths.REPO,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        try:
            assert process.stdout
            for line in process.stdout:
                console.say(line.rstrip("\n"))
            return process.wait()
        except KeyboardInterrupt:
            os.killpg(process.pid, signal.SIGINT)
            process.wait(20)
            raise
        finally:
            console.terminate(process)


def _check_log(log: Path, each: Run, totals: Totals) -> None:
    """Complain about the warnings and errors in one of Odoo's logs."""
    if not log.is_file():
        return
    with log.open(errors="replace") as lines:
        found = loggate.problems(lines)
    for entry, times in found.items():
        console.say(f"\n✗ In Odoo's log of suite {each.suite.name} ({times}×):\n{entry}")
    if found:
        kind = "the tests" if log.name.startswith("run-") else "the installation"
        totals.complain(
            f"suite {each.suite.name}: {len(found)} warnings or errors in Odoo's log of {kind}"
        )
