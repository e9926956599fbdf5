"""What the developer reads: steps, heartbeats during silent ones, and failures without tracebacks."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

HEARTBEAT_SECONDS = 15
FAILURE_TAIL_LINES = 25


class Failure(Exception):
    """A step failed for a reason that can be said in a few lines; shown without a traceback."""


class _Speaker(threading.local):
    """Who speaks in this thread: a name before each line while several things run side by side."""

    label = ""


_speaker = _Speaker()
_children: set[subprocess.Popen] = set()


@contextlib.contextmanager
def labelled(label: str) -> Iterator[None]:
    """Put a name before each line that this thread says."""
    _speaker.label = label
    try:
        yield
    finally:
        _speaker.label = ""


def say(text: str = "") -> None:
    """Print one line, at once (also into a pipe)."""
    if _speaker.label:
        text = "\n".join(f"[{_speaker.label}] {line}".rstrip() for line in text.split("\n"))
    # One write: lines of two threads must not run into each other.
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def step(text: str) -> None:
    """Announce what happens now."""
    say(f"» {text}")


def elapsed(seconds: float) -> str:
    """Write a duration as people read it: ``7 s``, ``2 min 05 s``."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest:02d} s"


def tail(path: Path, lines: int) -> list[str]:
    """Return the last non-empty lines of a log."""
    try:
        content = path.read_text(errors="replace")
    except OSError:
        return []
    return [line for line in content.splitlines() if line.strip()][-lines:]


@contextlib.contextmanager
def child(command: Sequence[str], **options: object) -> Iterator[subprocess.Popen]:
    """Start a process in a session of its own; one that still runs when the block ends is stopped."""
    process = subprocess.Popen(list(command), start_new_session=True, **options)  # type: ignore[call-overload]
    _children.add(process)
    try:
        yield process
    finally:
        if process.poll() is None:
            terminate(process)
        _children.discard(process)


def terminate_children() -> None:
    """Stop what other threads are waiting for, so that they end."""
    for process in list(_children):
        terminate(process)


def terminate(process: subprocess.Popen, patience: float = 10) -> None:
    """Stop a process that was started with its own session, and whatever it started in turn."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.wait(patience)
            break
        except subprocess.TimeoutExpired:
            continue
    process.wait()


def run(
    command: Sequence[str],
    what: str,
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin_text: str | None = None,
    check: bool = True,
) -> int:
    """Run a long step with its output in a log file; say what it is, that it lives, and how long it took.

    Raises `Failure` with the end of the log when the command fails and ``check`` is set.
    """
    step(what)
    log.parent.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    try:
        with (
            log.open("wb") as output,
            child(
                command,
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.PIPE if stdin_text is not None else subprocess.DEVNULL,
                env=dict(env) if env is not None else None,
                cwd=cwd,
            ) as process,
        ):
            if stdin_text is not None:
                assert process.stdin
                process.stdin.write(stdin_text.encode())
                process.stdin.close()
            code = _wait(process, log, started)
    except OSError as error:
        raise Failure(f"{what}: {error}") from error
    if code and check:
        raise Failure(failure_text(what, code, log))
    if time.monotonic() - started >= 1:
        say(f"  {elapsed(time.monotonic() - started)}")
    return code


def _wait(process: subprocess.Popen, log: Path, started: float) -> int:
    """Wait for a process, and show from time to time that it lives."""
    while True:
        try:
            return process.wait(HEARTBEAT_SECONDS)
        except subprocess.TimeoutExpired:
            last = (tail(log, 1) or ["(no output yet)"])[0]
            say(f"  … {elapsed(time.monotonic() - started)}: {last.strip()[:110]}")


def failure_text(what: str, code: int, log: Path) -> str:
    """Compose what to show when a logged command fails."""
    end = "\n".join(f"    {line[:200]}" for line in tail(log, FAILURE_TAIL_LINES))
    return f"{what}: failed (exit code {code}). The end of {log}:\n{end}"


def output_of(command: Sequence[str], env: Mapping[str, str] | None = None) -> str:
    """Return what a quick command prints, or "" when it fails or does not exist."""
    try:
        result = subprocess.run(
            list(command), capture_output=True, text=True, env=env, stdin=subprocess.DEVNULL
        )
    except OSError:
        return ""
    return result.stdout.strip() if result.returncode == 0 else ""


def exit_on_signals() -> None:
    """Let a termination or hang-up unwind like Ctrl-C, so that every ``finally`` runs."""

    def interrupt(number: int, _frame: object) -> None:
        raise KeyboardInterrupt(signal.Signals(number).name)

    # SIGINT too: a shell starts background jobs with it ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
