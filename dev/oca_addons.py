"""The OCA addons that tests/oca moves in from: packages from the Python index, unpacked into the work folder."""

from __future__ import annotations

import shutil
from pathlib import Path

from . import console, paths, venv

REQUIREMENTS = paths.REPO / "requirements-oca.txt"
MODULES = (
    "helpdesk_mgmt",
    "helpdesk_mgmt_rating",
    "helpdesk_mgmt_sla",
    "helpdesk_ticket_related",
    "helpdesk_type",
)
_FOLDER = paths.WORK / "oca"


def provide() -> Path:
    """Return the folder with the addons, as Odoo's ``addons_path`` takes it."""
    addons = _FOLDER / "odoo/addons"
    with paths.locked(paths.WORK / "oca.lock"):
        stamp = _FOLDER / ".complete"
        wanted = paths.digest_files([REQUIREMENTS])
        if not paths.is_stamped(stamp, wanted):
            shutil.rmtree(_FOLDER, ignore_errors=True)
            # Beside the virtual environment, not in it: there they would be on every Odoo's addons_path.
            pip = (str(venv.provide()), "-m", "pip", "install", "--no-input", "--no-deps")
            options = ("--disable-pip-version-check", "--no-compile", "--target", str(_FOLDER))
            console.run(
                [*pip, *options, "-r", str(REQUIREMENTS)],
                "Download OCA's helpdesk",
                log=paths.LOGS / "oca.log",
            )
            paths.write_stamp(stamp, wanted)
    return addons
