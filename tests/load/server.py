"""Odoo as it runs in production: a prefork server with workers that can be found and killed."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import psutil

from tests.mailservers import free_port

from .watch import CLOCK, NOTES, Clock

_PATIENCE = 120
_LAUNCHER = Path(__file__).with_name("odoo_server.py")


class OdooServer:
    """A prefork server on free ports of this machine.

    :param config: a configuration file
    :param log: where its log goes; written by this process, which has no limit on file sizes
    :param folder: an empty one, for what its processes note down
    :param with_clock: give it a clock that can be set
    """

    def __init__(
        self, config: str, database: str, log: Path, folder: Path, *, with_clock: bool = False
    ):
        self.config, self.database, self.log = config, database, log
        self.clock = Clock(folder / "clock") if with_clock else None
        self.starts = 0
        self._notes = folder / "notes"
        self._notes.mkdir()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._gevent_port = free_port()
        self._process: subprocess.Popen | None = None
        self._wanted = False

    def start(self) -> None:
        """Start and wait until it answers; from then on it is started again when it ends, as by systemd."""
        self._wanted = True
        threading.Thread(target=self._supervise, daemon=True).start()
        self.wait()

    def _supervise(self) -> None:
        while self._wanted:
            self.starts += 1
            self._process = self._launch()
            self._keep_log(self._process)
            self._process.wait()
            time.sleep(1)

    def _launch(self) -> subprocess.Popen:
        env = os.environ | {NOTES: str(self._notes)}
        if self.clock:
            env[CLOCK] = str(self.clock.path)
        return subprocess.Popen(
            [
                *(sys.executable, str(_LAUNCHER), "server", "-c", self.config),
                *("-d", self.database, f"--db-filter=^{self.database}$", "--log-level=warn"),
                *("--workers=2", "--max-cron-threads=1"),
                # The gateway scripts of mail servers speak XML-RPC, which Odoo calls deprecated.
                "--log-handler=odoo.addons.rpc.controllers.xmlrpc:ERROR",
                *(f"--http-port={self.port}", f"--gevent-port={self._gevent_port}"),
                *("--limit-time-real=120", "--limit-time-cpu=100"),
            ],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )

    def _keep_log(self, process: subprocess.Popen) -> None:
        with self.log.open("a") as log:
            for line in process.stdout or ():
                log.write(line)
                log.flush()

    def wait(self) -> None:
        """Wait until the server answers.

        :raises TimeoutError: if it doesn't within two minutes
        """
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.url}/web/login", timeout=30):
                    return
            except OSError:
                time.sleep(0.3)
        raise TimeoutError(f"Odoo does not answer; see {self.log}")

    def stop(self) -> None:
        """Stop it and all its workers."""
        self._wanted = False
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process = None

    def doing(self) -> dict[int, str]:
        """Return what its busy processes do, ``{process id: "moment METHOD /path"}``; equal as long as they do it."""
        doing = {}
        for note in self._notes.iterdir():
            with contextlib.suppress(OSError):  # it is done
                doing[int(note.name)] = note.read_text()
        return {pid: what for pid, what in doing.items() if what}

    def kill_while(self, doing: str, within: float) -> bool:
        """Kill a process without a warning, as the system does when memory is short, in the midst of some work.

        :param doing: part of what :meth:`doing` tells
        :param within: some time after it is seen, in seconds: at random, up to so many
        :return: whether one was killed; not if none does that, or it was quicker
        """
        for pid, what in self.doing().items():
            if doing not in what:
                continue
            time.sleep(random.uniform(0, within))
            if self.doing().get(pid) != what:
                continue
            (self._notes / str(pid)).unlink(missing_ok=True)
            with contextlib.suppress(psutil.NoSuchProcess):
                psutil.Process(pid).kill()
                return True
        return False

    def limit_files(self, size: int) -> None:
        """Let no process of the server write a file beyond a size, in bytes; -1 lifts the limit.

        As on a full disk, a write fails with an ``OSError`` and leaves half a file.
        """
        if not self._process or self._process.poll() is not None:
            return
        master = psutil.Process(self._process.pid)
        for process in [master, *master.children(recursive=True)]:
            with contextlib.suppress(ProcessLookupError):  # it has just ended
                resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
