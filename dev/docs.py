"""``make docs``: the pictures of the manual and of the addons' pages, taken anew of a fresh demo database."""

from __future__ import annotations

import os
import subprocess

from . import demo, odoo, paths, postgres, system, venv

DATABASE = "helpdesk_futural_docs"
_FOLDER = paths.WORK / "docs"
_SCRIPT = paths.REPO / "docs/pictures.py"


def run(names: list[str]) -> int:
    """Take all pictures, or those named, and write their files; return the exit code.

    The database is made for it and dropped afterwards: whatever somebody tried out in the demo is
    not on the pictures.
    """
    system.require_packages(server="PGHOST" not in os.environ, tests=True)
    with postgres.use("demo") as server:
        port = demo.free_port(8169)
        settings = {
            **demo.settings(port, demo.free_port(1125)),
            "db_name": DATABASE,
            "dbfilter": f"^{DATABASE}$",
            # Nothing may change between two pictures.
            "max_cron_threads": "0",
        }
        instance = odoo.prepare(server, _FOLDER.with_name(_FOLDER.name + server.label), settings)
        log = paths.LOGS / "docs-odoo.log"
        try:
            instance.drop(DATABASE)
            server.create(DATABASE)
            instance.install(
                DATABASE,
                paths.present_addons(),
                "Install the addons with demo data (about two minutes)",
                paths.LOGS / "docs-install.log",
            )
            instance.compile_assets(DATABASE, "demo", paths.LOGS / "docs-assets.log")
            with demo.background(instance.command("server"), log, instance.env()) as process:
                url = f"http://localhost:{port}"
                demo.wait_for_http(url, process, log)
                return subprocess.run(
                    [str(venv.PYTHON), str(_SCRIPT), url, DATABASE, *names],
                    cwd=paths.REPO,
                    env={**instance.env(), "PYTHONPATH": str(paths.REPO)},
                    check=False,
                ).returncode
        finally:
            instance.drop(DATABASE)
