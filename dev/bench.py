"""``make bench``: what everything costs with many tickets, in a database that keeps what was loaded."""

from __future__ import annotations

import os
import subprocess

from . import console, odoo, paths, postgres, venv
from .console import Failure
from .odoo import Instance

DATABASE = "helpdesk_futural_bench"
_FOLDER = paths.WORK / "bench"
_ADDONS = paths.REPO / "tests/bench/addons"
_MODULE = "helpdesk_bench"
_SIZES = "10000,50000,200000"
_SETTINGS = {
    "workers": "0",
    "max_cron_threads": "0",
    "list_db": "False",
    "smtp_server": "127.0.0.1",
    "smtp_port": "9",
}


def run(arguments: list[str]) -> int:
    """Install what is measured, fill the database and measure; results go to the work folder as JSON, too.

    ``SIZES`` in the environment names the numbers of tickets, separated by commas.
    """
    sizes = os.environ.get("SIZES") or _SIZES
    if not all(size.isdigit() and int(size) >= 1000 for size in sizes.split(",")):
        raise Failure(f"SIZES={sizes}: write numbers of tickets of 1000 or more, such as {_SIZES}.")
    with postgres.use("bench") as server:
        settings = _SETTINGS | {"db_name": DATABASE, "dbfilter": f"^{DATABASE}$"}
        folder = _FOLDER.with_name(_FOLDER.name + server.label)
        instance = odoo.prepare(server, folder, settings, addons=(_ADDONS,))
        _bring_up_to_date(instance, smallest=min(int(size) for size in sizes.split(",")))
        results = folder / "results.json"
        command = [
            str(venv.PYTHON),
            *("-m", "tests.bench", "--config", str(instance.config), "--database", DATABASE),
            *("--sizes", sizes, "--json", str(results), *arguments),
        ]
        env = instance.env()
        env["PYTHONPATH"] += f"{os.pathsep}{paths.REPO}"
        code = subprocess.run(command, env=env, cwd=paths.REPO, stdin=subprocess.DEVNULL).returncode
        console.say(f"\nResults: {results}")
        return code


def _bring_up_to_date(instance: Instance, smallest: int) -> None:
    """Install, or upgrade after a change of code; a database that is too full already is made anew."""
    with paths.locked(_FOLDER / "database.lock"):
        parts = [instance.odoo.key, paths.digest_addons(paths.present_addons())]
        code = paths.digest([*parts, paths.digest_addons([_MODULE], _ADDONS)])
        stamp, log = instance.folder / "code", paths.LOGS / "bench-install.log"
        exists = DATABASE in instance.server.databases() and stamp.exists()
        if exists and _tickets(instance) > smallest:
            exists = False
        if not exists:
            instance.drop(DATABASE)
            instance.server.create(DATABASE)
            what = "Install the addons without demo data"
            instance.install(DATABASE, [_MODULE], what, log, demo=False)
        elif not paths.is_stamped(stamp, code):
            modules = [*paths.present_addons(), _MODULE]
            instance.update(DATABASE, modules, "Upgrade the addons", log)
        paths.write_stamp(stamp, code)


def _tickets(instance: Instance) -> int:
    return int(instance.server.sql("SELECT count(*) FROM helpdesk_ticket", DATABASE))
