"""PostgreSQL: the server named by PGHOST, or a private cluster that runs only while something uses it.

A private cluster listens on a Unix socket in a folder of its own and on no network port, so it can collide with
nothing and nobody else can connect. Every process using it holds a shared lock; the last one to leave stops it.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from . import console, paths, system
from .console import Failure

ROLE = "odoo"
_SOCKET_PATH_LIMIT = 90  # the kernel allows 107 bytes including the socket's own name
# A private cluster holds nothing that make can't build again: speed over surviving a power cut.
_SETTINGS = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "shared_buffers": "256MB",
    "max_connections": "200",
    "jit": "off",
    "logging_collector": "off",
}


@dataclass(frozen=True)
class Server:
    """How to reach a PostgreSQL server, and the few things done to its databases from outside Odoo."""

    host: str
    port: str
    user: str
    password: str = ""
    private: bool = False

    def env(self) -> dict[str, str]:
        """Return the environment that PostgreSQL's programs connect with."""
        own = {"PGHOST": self.host, "PGPORT": self.port, "PGUSER": self.user}
        if self.password:
            own["PGPASSWORD"] = self.password
        return {**os.environ, **own}

    @property
    def label(self) -> str:
        """What tells the work folders for this server apart: nothing for the private one."""
        return "" if self.private else f"-{paths.digest([self.host, self.port])[:6]}"

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Run one statement and return its rows, unaligned."""
        program = system.find_program("psql") or "psql"
        result = subprocess.run(
            [program, "-X", "-At", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", statement],
            env=self.env(),
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        if result.returncode:
            raise Failure(f"PostgreSQL ({self.host}): {result.stderr.strip()}\n    {statement}")
        return result.stdout.strip()

    def databases(self, prefix: str = "") -> list[str]:
        """Return the databases whose name starts with the prefix."""
        rows = self.sql("SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1")
        return [name for name in rows.splitlines() if name.startswith(prefix)]

    def create(self, name: str, template: str = "") -> None:
        """Create an empty database, or a copy of another one that nobody is connected to."""
        source = f'TEMPLATE "{template}"' if template else "TEMPLATE template0 LC_COLLATE 'C'"
        self.sql(f"CREATE DATABASE \"{name}\" ENCODING 'UTF8' {source}")
        if not template:
            # As in a database that Odoo creates itself: without, there are no trigram indexes.
            self.sql("CREATE EXTENSION IF NOT EXISTS pg_trgm", name)

    def drop(self, name: str) -> None:
        """Drop a database if it exists, connected clients or not."""
        self.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def rename(self, name: str, new_name: str) -> None:
        """Give a database its final name once it is complete."""
        self.sql(f'ALTER DATABASE "{name}" RENAME TO "{new_name}"')


@contextlib.contextmanager
def use(purpose: str) -> Iterator[Server]:
    """Give a server for as long as the block lasts: the one in PGHOST, or the private cluster of that purpose."""
    if host := os.environ.get("PGHOST"):
        system.require_packages(server=False)
        user = os.environ.get("PGUSER") or pwd.getpwuid(os.geteuid()).pw_name
        server = Server(
            host, os.environ.get("PGPORT", "5432"), user, os.environ.get("PGPASSWORD", "")
        )
        server.sql("SELECT 1")
        yield server
        return
    system.require_packages(server=True)
    with Cluster(purpose).running() as server:
        yield server


class Cluster:
    """A PostgreSQL cluster under the work folder."""

    def __init__(self, purpose: str, settings: Mapping[str, str] | None = None) -> None:
        self._settings = {**_SETTINGS, **(settings or {})}
        binaries = system.postgres_bin()
        if not binaries:
            raise Failure(
                "PostgreSQL's server programs (initdb, postgres) are not on this machine."
            )
        self._bin = binaries
        self._owner = self._unprivileged_user()
        self.folder = self._reachable_folder() / purpose
        self.data = self.folder / "data"
        self.socket = self._socket_folder()
        self._users = paths.WORK / f"postgres-{purpose}.users"

    @staticmethod
    def _unprivileged_user() -> pwd.struct_passwd | None:
        """Return whom root lets the server run as; PostgreSQL refuses root."""
        if os.geteuid() != 0:
            return None
        for name in ("postgres", "nobody"):
            with contextlib.suppress(KeyError):
                return pwd.getpwnam(name)
        raise Failure("PostgreSQL does not run as root, and there is no user postgres here.")

    def _reachable_folder(self) -> Path:
        """Return the work folder, or one in /var/tmp where the server's user can't enter the checkout."""
        paths.WORK.mkdir(parents=True, exist_ok=True)
        if not self._owner or self._succeeds("test", "-x", str(paths.WORK)):
            return paths.WORK / "postgres"
        folder = outside_folder()
        folder.mkdir(exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
            raise Failure(f"{folder} belongs to somebody else; remove it.")
        return folder

    def _socket_folder(self) -> Path:
        if len(str(self.folder)) < _SOCKET_PATH_LIMIT:
            return self.folder
        return Path(tempfile.gettempdir()) / f"pg-{paths.digest([str(self.folder)])}"

    def _as_owner(self, *command: str) -> list[str]:
        if not self._owner:
            return list(command)
        runuser = system.find_program("runuser") or "runuser"
        return [runuser, "-u", self._owner.pw_name, "--", *command]

    def _succeeds(self, *command: str) -> bool:
        return (
            subprocess.run(
                self._as_owner(*command), capture_output=True, stdin=subprocess.DEVNULL, cwd="/"
            ).returncode
            == 0
        )

    @contextlib.contextmanager
    def running(self) -> Iterator[Server]:
        """Start the cluster unless another process has; stop it unless another still uses it."""
        with paths.shared(self._users, self._provide, self.stop):
            yield Server(str(self.socket), "5432", ROLE, private=True)

    def _provide(self) -> None:
        self._create()
        self._start()

    @property
    def log(self) -> Path:
        """What the server logs."""
        return self.folder / "server.log"

    def _create(self) -> None:
        """Make the cluster; an interrupted attempt leaves no data folder under its final name."""
        if self.data.is_dir():
            return
        temporary = self.folder / "data.part"
        shutil.rmtree(temporary, ignore_errors=True)
        self._own(self.folder)
        self._fill(temporary)
        with (temporary / "postgresql.conf").open("a") as conf:
            conf.writelines(f"{name} = {value}\n" for name, value in self._settings.items())
        temporary.rename(self.data)

    def _fill(self, folder: Path) -> None:
        """Make the data folder."""
        self._run(
            "Create the PostgreSQL cluster",
            "initdb",
            *("-D", str(folder), "-U", "postgres", "-A", "trust"),
            *("-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
        )

    def _run(self, what: str, program: str, *arguments: str) -> None:
        command = self._as_owner(str(self._bin / program), *arguments)
        console.run(command, what, log=paths.LOGS / f"{program}.log", cwd=Path("/"))

    def _own(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if self._owner:
            os.chown(folder, self._owner.pw_uid, self._owner.pw_gid)

    def _pg_ctl(self, *arguments: str) -> list[str]:
        return [str(self._bin / "pg_ctl"), "-D", str(self.data), *arguments]

    def is_running(self) -> bool:
        """Tell whether the server runs."""
        return self.data.is_dir() and self._succeeds(*self._pg_ctl("status"))

    def start_command(self) -> list[str]:
        """Return the command that starts the server and waits for it."""
        return self._as_owner(
            *self._pg_ctl("-w", "-t", "60", "-l", str(self.log)),
            *("-o", f"-k {shlex.quote(str(self.socket))} -p 5432"),
            "start",
        )

    def stop_command(self, mode: str = "fast") -> list[str]:
        """Return the command that stops the server and cuts its clients off.

        :param mode: pg_ctl's; ``immediate`` is a crash
        """
        return self._as_owner(*self._pg_ctl("-w", "-m", mode, "stop"))

    def _start(self) -> None:
        if not self.is_running():
            self._own(self.socket)
            log = paths.LOGS / "postgres-start.log"
            try:
                console.run(self.start_command(), "Start PostgreSQL", log=log, cwd=Path("/"))
            except Failure as failure:
                lines = "\n".join(f"    {line}" for line in console.tail(self.log, 10))
                raise Failure(f"{failure}\n{self.log}:\n{lines}") from None
        admin = Server(str(self.socket), "5432", "postgres")
        if not admin.sql(f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'"):
            admin.sql(f"CREATE ROLE {ROLE} LOGIN CREATEDB")

    def stop(self) -> None:
        """Stop the server; clients that are still connected are cut off."""
        if self.is_running():
            self._succeeds(*self._pg_ctl("-w", "-m", "fast", "stop"))

    def remove(self) -> None:
        """Stop the server and remove what it held."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def outside_folder() -> Path:
    """Return where a private cluster goes when its user may not enter the checkout: one folder per checkout."""
    return Path("/var/tmp") / f"helpdesk-futural-{paths.digest([str(paths.WORK)])}"
