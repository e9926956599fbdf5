"""What in Odoo's log fails a test run."""

from __future__ import annotations

import pytest

from dev import loggate

LOG = """\
2026-01-05 10:00:00,001 77 INFO db odoo.modules.loading: loading
2026-01-05 10:00:01,001 77 WARNING db odoo.modules.loading: something odd
2026-01-05 10:00:02,001 77 ERROR db odoo.http: Exception during request
Traceback (most recent call last):
  File "server.py", line 1, in handle
ValueError: no
2026-01-05 10:00:03,001 77 INFO ? odoo.service.server: bye
""".splitlines()


def test_warnings_and_errors_are_problems_and_information_is_not() -> None:
    assert [entry.level for entry in loggate.problems(LOG)] == ["WARNING", "ERROR"]


def test_a_traceback_belongs_to_its_error() -> None:
    error = next(entry for entry in loggate.problems(LOG) if entry.level == "ERROR")
    assert error.message.splitlines()[0] == "Exception during request"
    assert error.message.splitlines()[-1] == "ValueError: no"


def test_the_same_problem_is_counted_once_with_its_times() -> None:
    assert loggate.problems([LOG[1], LOG[1]]).most_common() == [
        (loggate.Entry("WARNING", "odoo.modules.loading", "something odd"), 2)
    ]


def test_known_noise_passes_unless_it_names_our_addons(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = loggate.Noise(r"odoo\.modules\..*", "something odd", "for this test")
    monkeypatch.setattr(loggate, "KNOWN_NOISE", (noise,))
    ours = LOG[1] + " in helpdesk_futural_portal"
    assert [entry.level for entry in loggate.problems([LOG[1], ours, LOG[2]])] == [
        "WARNING",
        "ERROR",
    ]


def test_every_known_noise_says_why() -> None:
    assert all(len(noise.reason) > 20 for noise in loggate.KNOWN_NOISE)
