"""``make demo``: Odoo with the addons and their demo data, and a mail server that delivers nothing."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from . import console, odoo, paths, postgres, venv
from .console import Failure
from .odoo import Instance
from .postgres import Server

# Provided by the addons' demo data: login, password, role.
LOGINS = (
    ("admin", "admin", "Administrator"),
    ("agent", "agent", "Helpdesk user"),
    ("customer", "customer", "Portal user (a customer)"),
)

DATABASE = "helpdesk_futural_demo"
_FOLDER = paths.WORK / "demo"
_MAIL = _FOLDER / "mail"
_STARTUP_SECONDS = 180


def run() -> int:
    """Install or upgrade what needs it, serve until Ctrl-C, stop everything."""
    with _only_one() as announce, postgres.use("demo") as server:
        http_port = free_port(_wanted_port())
        mail_port = free_port(1025)
        instance = _prepare(server, http_port, mail_port)
        _bring_up_to_date(instance)
        mail_log, odoo_log = paths.LOGS / "demo-mail.log", paths.LOGS / "demo-odoo.log"
        mail = [str(venv.PYTHON), "-m", "dev.mailcatcher", str(mail_port), str(_MAIL)]
        with (
            background(mail, mail_log, dict(os.environ)) as catcher,
            background(instance.command("server"), odoo_log, instance.env()) as process,
        ):
            url = f"http://localhost:{http_port}"
            console.step("Start Odoo")
            wait_for_http(url, process, odoo_log)
            announce(url)
            _welcome(url, odoo_log)
            while catcher.poll() is None and process.poll() is None:
                time.sleep(0.5)
        name, log = (
            ("Odoo", odoo_log) if process.returncode is not None else ("The mail catcher", mail_log)
        )
        raise Failure(console.failure_text(name, process.returncode or 1, log))


def update() -> int:
    """Upgrade the addons in the demo database."""
    with postgres.use("demo") as server:
        instance = _prepare(server, _wanted_port())
        _bring_up_to_date(instance, force=True)
    console.say("A demo that is running shows changed Python code after it is started again.")
    return 0


def shell() -> int:
    """Open an Odoo shell on the demo database."""
    with postgres.use("demo") as server:
        instance = _prepare(server, _wanted_port())
        _bring_up_to_date(instance)
        # Ctrl-C belongs to the shell.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        command = instance.command("shell", "-d", DATABASE, "--no-http", "--log-level=warn")
        return subprocess.run(
            command,
            env=instance.env(),
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        ).returncode


def _prepare(server: Server, http_port: int, mail_port: int = 1025) -> Instance:
    # A demo on another server has other attachments.
    folder = _FOLDER.with_name(_FOLDER.name + server.label)
    return odoo.prepare(server, folder, settings(http_port, mail_port))


def settings(http_port: int, mail_port: int) -> Mapping[str, str]:
    return {
        "db_name": DATABASE,
        "dbfilter": f"^{DATABASE}$",
        "list_db": "False",
        "http_port": str(http_port),
        "workers": "0",
        "max_cron_threads": "1",
        "smtp_server": "127.0.0.1",
        "smtp_port": str(mail_port),
        "email_from": "demo@example.com",
    }


def _wanted_port() -> int:
    text = os.environ.get("PORT") or "8069"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Failure(f"PORT={text} is not a port number.")
    return int(text)


def free_port(wanted: int) -> int:
    """Return the wanted port, or the first free one after it."""
    for port in range(wanted, min(wanted + 200, 65536)):
        with socket.socket() as probe:
            # What a stopped server leaves in TIME_WAIT doesn't count as taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise Failure(f"No free port from {wanted} on.")


@contextlib.contextmanager
def _only_one() -> Iterator:
    """Let one demo run per checkout; yield a function that records its address for the next who tries."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    with (_FOLDER / "running").open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            raise Failure(
                f"The demo of this checkout runs already: {handle.read() or 'it is starting'}"
            ) from None
        handle.truncate(0)

        def announce(url: str) -> None:
            handle.write(url)
            handle.flush()

        try:
            yield announce
        finally:
            handle.truncate(0)


def _bring_up_to_date(instance: Instance, *, force: bool = False) -> None:
    """Install the addons, or upgrade them after their code changed. Interrupted work is done again."""
    with paths.locked(_FOLDER / "database.lock"):
        addons = paths.present_addons()
        if not addons:
            raise Failure("None of the addons is in this checkout.")
        code = paths.digest([instance.odoo.key, paths.digest_addons(addons)])
        stamp = instance.folder / "code"
        exists = DATABASE in instance.server.databases()
        log = paths.LOGS / "demo-install.log"
        if not exists or not stamp.exists():
            instance.drop(DATABASE)
            instance.server.create(DATABASE)
            what = "Install the addons with demo data (about two minutes)"
            instance.install(DATABASE, addons, what, log)
            instance.compile_assets(DATABASE, "demo", paths.LOGS / "demo-assets.log")
        elif force or not paths.is_stamped(stamp, code):
            query = "SELECT name FROM ir_module_module WHERE state IN ('installed', 'to upgrade')"
            installed = set(instance.server.sql(query, DATABASE).splitlines())
            if known := [name for name in addons if name in installed]:
                instance.update(DATABASE, known, "Upgrade the addons", log)
            if new := [name for name in addons if name not in installed]:
                instance.install(DATABASE, new, f"Install {', '.join(new)}", log)
        paths.write_stamp(stamp, code)


@contextlib.contextmanager
def background(command: list[str], log: Path, env: Mapping[str, str]) -> Iterator[subprocess.Popen]:
    """Keep a server running as long as the block lasts."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            cwd=paths.REPO,
            env=dict(env),
            start_new_session=True,
        )
    try:
        yield process
    finally:
        console.terminate(process)


def wait_for_http(url: str, process: subprocess.Popen, log: Path) -> None:
    started = time.monotonic()
    while time.monotonic() - started < _STARTUP_SECONDS:
        if process.poll() is not None:
            raise Failure(console.failure_text("Odoo", process.returncode, log))
        with contextlib.suppress(OSError, urllib.error.URLError):
            # Straight to the server: a proxy in the environment has no business here.
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(f"{url}/web/login", timeout=60):
                return
        time.sleep(0.3)
    raise Failure(f"Odoo does not answer at {url}. Its log: {log}")


def _welcome(url: str, log: Path) -> None:
    widths = [
        max(len(row[column]) for row in (("login", "password"), *LOGINS)) for column in (0, 1)
    ]
    console.say(f"\n  Helpdesk Futural: {url}\n")
    for login, password, role in (("login", "password", ""), *LOGINS):
        console.say(f"    {login:{widths[0]}}  {password:{widths[1]}}  {role}".rstrip())
    console.say(f"\n  Outgoing mail: {_MAIL} (nothing is delivered)")
    console.say(f"  Odoo's log:    {log}")
    console.say("\n  Ctrl-C stops everything.\n")
