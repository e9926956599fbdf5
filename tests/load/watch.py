"""What the launcher adds to Odoo's processes: notes on what each is doing, and a clock that can be set from outside.

Standard library only; imported before anything of Odoo's.
"""

from __future__ import annotations

import contextlib
import ctypes
import datetime
import functools
import gc
import mmap
import os
import struct
import time
from collections.abc import Callable
from pathlib import Path

#: Names of environment variables: a folder with a file for each busy process, and the file with the clock's offset.
NOTES, CLOCK = "HELPDESK_LOAD_NOTES", "HELPDESK_LOAD_CLOCK"
_OFFSET = struct.Struct("d")


@contextlib.contextmanager
def noted(folder: Path, what: str):
    """Let a file named after the process say what it does, for as long as the block lasts."""
    note = folder / str(os.getpid())
    note.write_text(f"{time.monotonic_ns()} {what}")
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


def note_requests(folder: Path) -> None:
    """Note each request that a worker answers, and each scheduled action that it runs."""
    from odoo.http import Application

    from odoo.addons.base.models.ir_cron import IrCron

    answer, process = Application.__call__, IrCron.__dict__["_process_job"].__func__

    @functools.wraps(answer)
    def noted_answer(self, environ, start_response):
        with noted(folder, f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"):
            return answer(self, environ, start_response)

    @functools.wraps(process)
    def noted_process(cls, cron_cr, job):
        with noted(folder, f"JOB {job['cron_name']}"):
            return process(cls, cron_cr, job)

    Application.__call__ = noted_answer
    IrCron._process_job = classmethod(noted_process)


class Clock:
    """How many seconds the server's clock is ahead of the machine's: in a file that all its processes have mapped."""

    def __init__(self, path: Path):
        self.path = path
        if not path.exists():
            path.write_bytes(_OFFSET.pack(0.0))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), _OFFSET.size)

    @property
    def offset(self) -> float:
        """Seconds; negative where the clock is slow."""
        return _OFFSET.unpack_from(self._memory)[0]

    @offset.setter
    def offset(self, seconds: float) -> None:
        _OFFSET.pack_into(self._memory, 0, seconds)

    def rule(self) -> None:
        """Let everything in this process, and in those that it forks, read the time from here.

        Everything in Python: files' dates are the kernel's, and ``now()`` in SQL is PostgreSQL's, whose machine
        has a clock of its own. ``time.monotonic`` does not jump on a real machine either.
        """
        real_time, real_ns = time.time, time.time_ns
        memory, unpack = self._memory, _OFFSET.unpack_from
        time.time = lambda: real_time() + unpack(memory)[0]
        time.time_ns = lambda: real_ns() + int(unpack(memory)[0] * 1e9)
        for name in ("gmtime", "localtime", "ctime"):
            setattr(time, name, _AtThisTime(getattr(time, name)))
        strftime = time.strftime
        time.strftime = lambda form, moment=None: strftime(form, moment or time.localtime())
        # ``date.today`` asks time.time; these two ask C. They can't be replaced in the class, which is C's, but in
        # its dictionary: everybody has imported the class itself.
        methods = gc.get_referents(datetime.datetime.__dict__)[0]
        methods["now"] = classmethod(lambda cls, tz=None: cls.fromtimestamp(time.time(), tz))
        methods["utcnow"] = classmethod(
            lambda cls: cls.fromtimestamp(time.time(), datetime.timezone.utc).replace(tzinfo=None)
        )
        ctypes.pythonapi.PyType_Modified(ctypes.py_object(datetime.datetime))


class _AtThisTime:
    """One of C's functions that take the present where they are given no time.

    No function of Python's: ``logging`` keeps it in a class, where that would become a method.
    """

    def __init__(self, function: Callable):
        self._function = function

    def __call__(self, seconds: float | None = None):
        return self._function(time.time() if seconds is None else seconds)
