"""The virtual environment that runs Odoo, the tests and the lint tools."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from . import console, paths, system
from .console import Failure

MINIMUM_PYTHON = (3, 10)
VENV = paths.WORK / "venv"
PYTHON = VENV / "bin/python"
_REQUIREMENTS = (paths.REPO / "requirements.txt", paths.REPO / "requirements-test.txt")


def check_python() -> None:
    """Refuse a Python that Odoo 19 does not run on."""
    if sys.version_info < MINIMUM_PYTHON:
        wanted = ".".join(map(str, MINIMUM_PYTHON))
        raise Failure(
            f"Odoo 19 needs Python {wanted} or newer; this is {sys.version.split()[0]} ({sys.executable}). "
            "Name another one: make PYTHON=/path/to/python3"
        )


def provide() -> Path:
    """Return the virtual environment's Python, creating or completing it where needed."""
    check_python()
    with paths.locked(paths.WORK / "venv.lock"):
        stamp = VENV / ".complete"
        wanted = paths.digest([sys.version, str(VENV), paths.digest_files(_REQUIREMENTS)])
        if not paths.is_stamped(stamp, wanted):
            _create()
            arguments = [part for file in _REQUIREMENTS for part in ("-r", str(file))]
            console.run(
                [
                    str(PYTHON),
                    "-m",
                    "pip",
                    "install",
                    "--no-input",
                    "--disable-pip-version-check",
                    *arguments,
                ],
                "Install the Python packages",
                log=paths.LOGS / "pip.log",
            )
            paths.write_stamp(stamp, wanted)
    return PYTHON


def _create() -> None:
    """Make the environment, anew when another Python made the one that is there."""
    marker = VENV / ".python"
    if PYTHON.exists() and paths.is_stamped(marker, sys.version):
        return
    shutil.rmtree(VENV, ignore_errors=True)
    command = [sys.executable, "-m", "venv", str(VENV)]
    log = paths.LOGS / "venv.log"
    if console.run(command, "Create the virtual environment", log=log, check=False):
        if "ensurepip" not in log.read_text():
            raise Failure(console.failure_text("Create the virtual environment", 1, log))
        # Debian splits the standard library's venv off into a package.
        system.install_packages(["python3-venv"])
        shutil.rmtree(VENV, ignore_errors=True)
        console.run(command, "Create the virtual environment", log=log)
    paths.write_stamp(marker, sys.version)
