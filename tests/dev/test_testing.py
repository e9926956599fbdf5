"""The counts on the last line of ``make test``."""

from __future__ import annotations

from pathlib import Path

import pytest

from dev import testing

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
