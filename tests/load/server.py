"""Odoo as it runs in production: a prefork server with workers that can be found and killed."""

from __future__ import annotations

import contextlib
import random
import resource
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import psutil

from tests.mailservers import free_port

_PATIENCE = 120
_LAUNCHER = Path(__file__).with_name("odoo_server.py")


class OdooServer:
    """A prefork server on free ports of this machine.

    :param config: a configuration file
    :param log: where its log goes; written by this process, which has no limit on file sizes
    :param extra: options of Odoo's, such as those of a replica
    """

    def __init__(self, config: str, database: str, log: Path, extra: tuple[str, ...] = ()):
        self.config, self.database, self.log = config, database, log
        self.extra = extra
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
            self._process = self._launch()
            self._keep_log(self._process)
            self._process.wait()
            time.sleep(1)

    def _launch(self) -> subprocess.Popen:
        return subprocess.Popen(
            [
                *(sys.executable, str(_LAUNCHER), "server", "-c", self.config),
                *("-d", self.database, "--workers=2", "--max-cron-threads=1", "--log-level=warn"),
                # The gateway scripts of mail servers speak XML-RPC, which Odoo calls deprecated.
                "--log-handler=odoo.addons.rpc.controllers.xmlrpc:ERROR",
                *(f"--http-port={self.port}", f"--gevent-port={self._gevent_port}"),
                *("--limit-time-real=120", "--limit-time-cpu=100", *self.extra),
            ],
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
                self._process.kill()
            self._process = None

    def workers(self) -> list[psutil.Process]:
        """Return the workers, those for scheduled actions included."""
        if not self._process or self._process.poll() is not None:
            return []
        return [
            child
            for child in psutil.Process(self._process.pid).children()
            if "gevent" not in child.cmdline()
        ]

    def kill_a_worker(self) -> None:
        """Kill one as the system does when memory is short: without a warning."""
        if workers := self.workers():
            random.choice(workers).kill()

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
