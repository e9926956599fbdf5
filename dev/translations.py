"""``make i18n``: templates from a database with all addons, catalogues up to date with them, and every check."""

from __future__ import annotations

import os
import subprocess

from . import console, odoo, paths, postgres, suites, system, testing, venv
from .databases import Databases

_EXPORT = "from i18n import export; export.write_templates(env)\n"


def run() -> int:
    """Export, merge, check; return 1 when the checks find something."""
    system.require_packages(server="PGHOST" not in os.environ)
    (suite,) = (each for each in suites.SUITES if set(each.addons) == set(paths.ADDONS))
    with postgres.use("test") as server:
        databases = Databases(testing.prepare(server))
        with databases.session(), databases.copy_for(suite) as (database, _logs):
            instance = databases.instance
            console.run(
                instance.command("shell", "-d", database, "--no-http", "--log-level=warn"),
                "Export the templates",
                log=paths.LOGS / "i18n.log",
                env=instance.env(),
                cwd=paths.REPO,
                stdin_text=_EXPORT,
            )
    for command in ("merge", "check"):
        console.step(f"Catalogues: {command}")
        code = subprocess.run(
            [str(venv.PYTHON), "-m", "i18n", command],
            cwd=paths.REPO,
            env=odoo.environment(instance.odoo),
            stdin=subprocess.DEVNULL,
        ).returncode
        if code:
            return code
    return 0
