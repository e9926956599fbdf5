"""The counts on the last line of ``make test``."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from dev import console, testing

REPORT = """\
<testsuites><testsuite tests="9">
  <testcase classname="a.TestA" name="test_passes"/>
  <testcase classname="a.TestA" name="test_fails"><failure message="no">trace</failure></testcase>
  <testcase classname="a.TestB" name="test_fails"><error message="no">trace</error></testcase>
  <testcase classname="a.TestA" name="test_skipped"><skipped message="why"/></testcase>
  <testcase classname="a.TestA" name="test_with_subtests"/>
  <testcase classname="a.TestA" name="test_with_subtests"/>
  <testcase classname="a.TestA" name="test_with_failing_subtest"/>
  <testcase classname="a.TestA" name="test_with_failing_subtest"><failure/></testcase>
  <testcase classname="a.TestA" name="test_passes_then_breaks"/>
  <testcase classname="a.TestA" name="test_passes_then_breaks"><error>in teardown</error></testcase>
</testsuite></testsuites>
"""


@pytest.fixture
def totals(tmp_path: Path) -> testing.Totals:
    report = tmp_path / "report.xml"
    report.write_text(REPORT)
    result = testing.Totals()
    result.add_report(report)
    return result


def test_a_test_counts_once_whatever_its_subtests_and_teardown_do(totals: testing.Totals) -> None:
    assert (totals.passed, totals.failed, totals.skipped) == (2, 4, 1)


def test_a_complaint_that_is_no_test_fails_the_run(
    totals: testing.Totals, capsys: pytest.CaptureFixture[str]
) -> None:
    totals.complain("lint: ruff check")
    assert testing.finish(totals, "", 61) == 1
    assert capsys.readouterr().out.splitlines()[-3:] == [
        "✗ lint: ruff check",
        "All suites: 1 min 01 s, 1 skipped",
        "2 passed, 5 failed",
    ]


def test_a_run_of_nothing_is_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    assert testing.finish(testing.Totals(), "misspelt", 1) == 1
    assert "nothing was run for 'misspelt'" in capsys.readouterr().out


def test_a_run_without_failures_succeeds(capsys: pytest.CaptureFixture[str]) -> None:
    assert testing.finish(testing.Totals(passed=3), "", 1) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "3 passed, 0 failed"


def test_jobs_run_at_the_same_time_and_say_whose_line_it_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    both_are_there = threading.Barrier(2, timeout=20)

    def work(totals: testing.Totals) -> None:
        both_are_there.wait()
        console.say("one\n\ntwo")
        totals.passed += 3

    totals = testing.side_by_side([testing.Job("core", work), testing.Job("all", work)], lanes=2)
    assert totals.passed == 6
    lines = capsys.readouterr().out.splitlines()
    assert sorted(lines) == [
        "[all]",
        "[all] one",
        "[all] two",
        "[core]",
        "[core] one",
        "[core] two",
    ]


@pytest.mark.parametrize("lanes", [1, 2])
def test_a_job_that_can_not_be_done_fails_the_run_and_the_others_go_on(lanes: int) -> None:
    def broken(_totals: testing.Totals) -> None:
        raise console.Failure("no PostgreSQL")

    def sound(totals: testing.Totals) -> None:
        totals.passed += 1

    jobs = [testing.Job("core", broken), testing.Job("all", sound)]
    totals = testing.side_by_side(jobs, lanes)
    assert (totals.passed, totals.failed) == (1, 1)
    assert totals.complaints == ["core: no PostgreSQL"]


def test_an_interrupted_run_stops_what_its_jobs_wait_for() -> None:
    started = threading.Event()
    children: list[subprocess.Popen] = []

    def work(_totals: testing.Totals) -> None:
        command = [sys.executable, "-c", "import time; time.sleep(60)"]
        with console.child(command) as process:
            children.append(process)
            started.set()
            process.wait()

    def interrupt(_totals: testing.Totals) -> None:
        started.wait(20)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        testing.side_by_side([testing.Job("stop", interrupt), testing.Job("core", work)], lanes=2)
    assert children[0].returncode == -signal.SIGTERM


@pytest.mark.parametrize("text", ["0", "two", "-1"])
def test_a_wrong_number_of_jobs_is_a_plain_failure(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOBS", text)
    with pytest.raises(console.Failure, match="JOBS"):
        testing.run("tests/dev/test_paths.py")
