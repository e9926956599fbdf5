"""What a developer sees of a step, and what is left of one that fails."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from dev import console


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (59, "59 s"), (60, "1 min 00 s"), (125.9, "2 min 05 s")]
)
def test_durations_read_like_a_persons(seconds: float, text: str) -> None:
    assert console.elapsed(seconds) == text


def test_a_failing_step_says_what_failed_and_shows_the_end_of_its_log(tmp_path: Path) -> None:
    program = "print('first'); print('the reason'); raise SystemExit(3)"
    log = tmp_path / "log/step.log"
    with pytest.raises(console.Failure) as failure:
        console.run([sys.executable, "-c", program], "Install it", log=log)
    message = str(failure.value)
    assert message.startswith("Install it: failed (exit code 3).")
    assert str(log) in message
    assert message.endswith("    the reason")


def test_a_program_that_does_not_exist_is_a_plain_failure(tmp_path: Path) -> None:
    with pytest.raises(console.Failure, match="Start it"):
        console.run([str(tmp_path / "nothing")], "Start it", log=tmp_path / "log")


def test_a_silent_step_shows_that_it_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(console, "HEARTBEAT_SECONDS", 0.2)
    program = "import time; print('halfway', flush=True); time.sleep(0.7)"
    console.run([sys.executable, "-c", program], "Wait", log=tmp_path / "log")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "» Wait"
    assert any(line.startswith("  … ") and line.endswith("halfway") for line in lines[1:])


def test_an_interrupted_step_leaves_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid_file = tmp_path / "pid"
    # A grandchild, as Odoo's browser is.
    program = (
        "import pathlib, subprocess, sys;"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        f"pathlib.Path({str(pid_file)!r}).write_text(str(child.pid));"
        "child.wait()"
    )
    monkeypatch.setattr(console, "HEARTBEAT_SECONDS", 0.1)

    def interrupt_when_started(_text: str) -> None:
        if pid_file.exists() and pid_file.read_text():
            raise KeyboardInterrupt

    monkeypatch.setattr(console, "say", interrupt_when_started)
    with pytest.raises(KeyboardInterrupt):
        console.run([sys.executable, "-c", program], "Wait", log=tmp_path / "log")
    assert _is_gone(int(pid_file.read_text()))


def _is_gone(process: int) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            # An orphan that nobody has collected yet is dead all the same.
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    os.kill(process, signal.SIGKILL)
    return False
