"""A primary and a hot standby of it, as in production: what is written to one arrives at the other a little later."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from . import paths, system
from .console import Failure
from .postgres import Cluster, Server

PURPOSES = ("replica-primary", "replica-standby")
_SETTINGS = {
    "wal_level": "replica",
    "max_wal_senders": "4",
    # Two servers beside the one of the tests: each small.
    "shared_buffers": "64MB",
    "max_connections": "60",
    # What was asked of which server stands in its log.
    "log_statement": "all",
}
_PATIENCE = 60


@dataclass(frozen=True)
class Replication:
    """Both servers, and the control over when the standby takes in what it receives."""

    primary: Server
    standby: Server
    primary_log: Path
    standby_log: Path

    def pause(self) -> None:
        """Let the standby fall behind from now on."""
        self._standby_admin.sql("SELECT pg_wal_replay_pause()")
        self._wait_for(self._standby_admin, "pg_get_wal_replay_pause_state() = 'paused'")

    def resume(self) -> None:
        """Let the standby take in everything that was written until now, and wait for that."""
        self._standby_admin.sql("SELECT pg_wal_replay_resume()")
        self.catch_up()

    def catch_up(self) -> None:
        """Wait until the standby has everything that was written until now."""
        # What was committed without waiting for the disk is sent when it is written.
        end = _admin(self.primary).sql("SELECT pg_switch_wal()")
        self._wait_for(self._standby_admin, f"pg_last_wal_replay_lsn() >= '{end}'::pg_lsn")

    @property
    def _standby_admin(self) -> Server:
        return _admin(self.standby)

    @staticmethod
    def _wait_for(server: Server, condition: str) -> None:
        deadline = time.monotonic() + _PATIENCE
        while server.sql(f"SELECT {condition}") != "t":
            if time.monotonic() > deadline:
                raise Failure(f"Not within {_PATIENCE} seconds: {condition}")
            time.sleep(0.1)


class _Standby(Cluster):
    """A copy of another cluster, made while that runs, which goes on following it."""

    def __init__(self, purpose: str, settings: Mapping[str, str], primary: Server) -> None:
        super().__init__(purpose, settings)
        self._primary = primary

    def _fill(self, folder: Path) -> None:
        self._run(
            "Copy the cluster to a hot standby",
            "pg_basebackup",
            *("-h", self._primary.host, "-p", self._primary.port, "-U", "postgres"),
            *("-D", str(folder), "-R", "-X", "stream", "-c", "fast", "--no-sync"),
        )


@contextlib.contextmanager
def replicated(
    source: Server, database: str, settings: Mapping[str, str] | None = None
) -> Iterator[Replication]:
    """Give a primary with a copy of a database, and its standby. Both are gone after the block.

    One at a time in a checkout: another process waits.

    :param source: the server that has the database
    :param database: it gets the same name on the new servers
    :param settings: of PostgreSQL, for both servers
    """
    system.require_packages(server=True)
    wanted = {**_SETTINGS, **(settings or {})}
    with paths.locked(paths.WORK / "replica.lock"), contextlib.ExitStack() as stack:
        for purpose in PURPOSES:
            Cluster(purpose).remove()  # what a killed process left
        clusters = [Cluster(PURPOSES[0], wanted)]
        stack.callback(lambda: [cluster.remove() for cluster in clusters])
        primary = stack.enter_context(clusters[0].running())
        _copy_database(source, primary, database)
        clusters.append(_Standby(PURPOSES[1], wanted, primary))
        standby = stack.enter_context(clusters[1].running())
        yield Replication(primary, standby, clusters[0].log, clusters[1].log)


def _copy_database(source: Server, target: Server, name: str) -> None:
    """Copy a database, which may be in use, to another server."""
    target.create(name)
    programs = [system.find_program(name) or name for name in ("pg_dump", "pg_restore")]
    with subprocess.Popen(
        [programs[0], "-Fc", "-Z0", "--no-owner", name],
        env=source.env(),
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
    ) as dump:
        restored = subprocess.run(
            [programs[1], "--no-owner", "-d", name],
            env=target.env(),
            stdin=dump.stdout,
            capture_output=True,
            text=True,
        )
    # Only the superuser may comment on an extension, and that is all that may fail.
    errors = [line for line in restored.stderr.splitlines() if "error:" in line]
    if dump.returncode or any("must be owner of extension" not in line for line in errors):
        raise Failure(f"{name} could not be copied:\n{restored.stderr.strip()}")


def _admin(server: Server) -> Server:
    return Server(server.host, server.port, "postgres")
