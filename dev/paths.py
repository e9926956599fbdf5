"""Where things are, and whether they changed."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from . import console

REPO = Path(__file__).resolve().parent.parent
WORK = Path(os.environ.get("HELPDESK_WORK") or REPO / ".work").absolute()
LOGS = WORK / "log"

ADDONS = ("helpdesk_futural", "helpdesk_futural_timesheet", "helpdesk_futural_portal")

# Folders of an addon that leave no trace in a database: changing them needs no upgrade.
_NOT_IN_DATABASE = {"tests", "readme", "i18n", "__pycache__"}


def present_addons() -> list[str]:
    """Return the names of the project's addons that exist in this checkout."""
    return [name for name in ADDONS if (REPO / name / "__manifest__.py").is_file()]


def digest(parts: Iterable[str | bytes]) -> str:
    """Return a short fingerprint of some inputs."""
    result = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        result.update(len(data).to_bytes(8, "big") + data)
    return result.hexdigest()[:16]


def digest_files(files: Iterable[Path]) -> str:
    """Return a fingerprint of the files' contents."""
    return digest(path.read_bytes() for path in files)


def digest_addons(names: Iterable[str], root: Path = REPO) -> str:
    """Return a fingerprint of everything in the addons that an installation or upgrade reads."""
    parts: list[str | bytes] = []
    for name in sorted(names):
        for folder, folders, files in os.walk(root / name):
            folders[:] = sorted(set(folders) - _NOT_IN_DATABASE)
            for file in sorted(files):
                path = Path(folder, file)
                if path.suffix == ".pyc":
                    continue
                parts += [str(path.relative_to(root)), path.read_bytes()]
    return digest(parts)


def is_stamped(stamp: Path, value: str) -> bool:
    """Tell whether a step was completed for exactly these inputs."""
    return stamp.is_file() and stamp.read_text() == value


def write_stamp(stamp: Path, value: str) -> None:
    """Record that a step was completed for these inputs."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    temporary = stamp.with_name(stamp.name + ".part")
    temporary.write_text(value)
    temporary.replace(stamp)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock between processes; the system frees it when its holder dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            console.step("Wait for another make in this checkout")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def shared(path: Path, enter: Callable[[], None], leave: Callable[[], None]) -> Iterator[None]:
    """Use something together with other processes: each calls ``enter``, only the last one out calls ``leave``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    mutex = path.with_name(path.name + ".mutex")
    with path.open("a") as users:
        with locked(mutex):
            fcntl.flock(users, fcntl.LOCK_SH)
            enter()
        try:
            yield
        finally:
            with locked(mutex), contextlib.suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                leave()
