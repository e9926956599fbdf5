"""``make bench``: what everything costs with many tickets; ``make load`` and ``make faults``: many people at once.

Both keep their databases, since loading takes the longest.
"""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
from pathlib import Path

from . import console, odoo, paths, postgres, replica, venv
from .console import Failure
from .odoo import Instance
from .postgres import Server

DATABASE = "helpdesk_futural_bench"
LOAD_DATABASE = "helpdesk_futural_load"
_FOLDER = paths.WORK / "bench"
_LOAD_FOLDER = paths.WORK / "load"
_ANY = 10**9  # however full it is
_ADDONS = paths.REPO / "tests/bench/addons"
_MODULE = "helpdesk_bench"
_SIZES = "10000,50000,200000"
#: As large as a single server is, and without a log of each statement.
_REPLICA_SETTINGS = {"log_statement": "none", "shared_buffers": "256MB", "max_connections": "200"}


def run(arguments: list[str]) -> int:
    """Install what is measured, fill the database and measure; results go to the work folder as JSON, too.

    ``SIZES`` in the environment names the numbers of tickets, separated by commas.
    """
    sizes = os.environ.get("SIZES") or _SIZES
    if not all(size.isdigit() and int(size) >= 1000 for size in sizes.split(",")):
        raise Failure(f"SIZES={sizes}: write numbers of tickets of 1000 or more, such as {_SIZES}.")
    with postgres.use("bench") as server:
        instance = _prepare(server, _FOLDER, DATABASE)
        _bring_up_to_date(instance, smallest=min(int(size) for size in sizes.split(",")))
        results = instance.folder / "results.json"
        code = _python(instance, "tests.bench", "--sizes", sizes, "--json", results, *arguments)
        console.say(f"\nResults: {results}")
        return code


def load(arguments: list[str]) -> int:
    """Let people and mails loose on a prefork server, with or without something that breaks.

    With ``REPLICA`` in the environment, what only reads is served from a hot standby.
    """
    if os.environ.get("REPLICA") and "--faults" in arguments:
        raise Failure("REPLICA is for make load: make faults breaks a single PostgreSQL server.")
    cluster = postgres.Cluster("load")
    with cluster.running() as server:
        instance = _prepare(server, _LOAD_FOLDER, LOAD_DATABASE)
        _bring_up_to_date(instance, smallest=_ANY, with_assets=True)
        if os.environ.get("REPLICA"):
            return _load_replicated(instance, arguments)
        commands = {
            "stop": cluster.stop_command(),
            "crash": cluster.stop_command("immediate"),
            "start": cluster.start_command(),
        }
        return _load(instance, "--postgres", json.dumps(commands), *arguments)


def _load_replicated(instance: Instance, arguments: list[str]) -> int:
    if code := _load(instance, "--only-fill"):
        return code
    with replica.replicated(instance.server, LOAD_DATABASE, _REPLICA_SETTINGS) as servers:
        standby = servers.standby
        settings = {"db_replica_host": standby.host, "db_replica_port": standby.port}
        copy = dataclasses.replace(
            instance, server=servers.primary, settings=instance.settings | settings
        )
        copy.write_config()
        return _load(copy, "--standby", _dsn(standby), *arguments)


def _load(instance: Instance, *arguments: str) -> int:
    log = paths.LOGS / "load-odoo.log"
    return _python(instance, "tests.load", "--dsn", _dsn(instance.server), "--log", log, *arguments)


def _dsn(server: Server) -> str:
    return f"host={server.host} port={server.port} user={server.user}"


def _prepare(server: Server, folder: Path, database: str) -> Instance:
    settings = odoo.ALONE | {"db_name": database, "dbfilter": f"^{database}$"}
    folder = folder.with_name(folder.name + server.label)
    return odoo.prepare(server, folder, settings, addons=(_ADDONS,))


def _python(instance: Instance, module: str, *arguments: str | Path) -> int:
    """Run a module of the checkout on the instance, in the foreground."""
    database = instance.settings["db_name"]
    command = [
        str(venv.PYTHON),
        *("-m", module, "--config", str(instance.config), "--database", database),
        *map(str, arguments),
    ]
    env = instance.env()
    env["PYTHONPATH"] += f"{os.pathsep}{paths.REPO}"
    return subprocess.run(command, env=env, cwd=paths.REPO, stdin=subprocess.DEVNULL).returncode


def _bring_up_to_date(instance: Instance, smallest: int, *, with_assets: bool = False) -> None:
    """Install, or upgrade after a change of code; a database that is too full already is made anew.

    :param with_assets: compile the web client's files too, or the first visitor waits for that
    """
    database = instance.settings["db_name"]
    with paths.locked(instance.folder / "database.lock"):
        parts = [instance.odoo.key, paths.digest_addons(paths.present_addons())]
        code = paths.digest([*parts, paths.digest_addons([_MODULE], _ADDONS)])
        stamp, log = instance.folder / "code", paths.LOGS / f"{instance.folder.name}-install.log"
        exists = database in instance.server.databases() and stamp.exists()
        # The last round of copies goes a little beyond what was asked for.
        if exists and _tickets(instance) > 1.1 * smallest:
            exists = False
        if not exists:
            instance.drop(database)
            instance.server.create(database)
            what = "Install the addons without demo data"
            instance.install(database, [_MODULE], what, log, demo=False)
        elif not paths.is_stamped(stamp, code):
            modules = [*paths.present_addons(), _MODULE]
            instance.update(database, modules, "Upgrade the addons", log)
        if with_assets and not paths.is_stamped(stamp, code):
            instance.compile_assets(database, "load", log)
        paths.write_stamp(stamp, code)


def _tickets(instance: Instance) -> int:
    database = instance.settings["db_name"]
    return int(instance.server.sql("SELECT count(*) FROM helpdesk_ticket", database))
