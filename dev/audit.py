"""``make audit``: ask what is known of weaknesses in the Python packages that we pin.

Not part of the tests: what is known changes by itself, and its source is on the network. It is the
Python index's own, or with ``AUDIT_SERVICE=osv`` that of OSV.
"""

from __future__ import annotations

import os
import subprocess
import sys

from . import console, paths

_TOOL = "pip-audit==2.10.1"
_FOLDER = paths.WORK / "audit"
_REQUIREMENTS = ("requirements.txt", "requirements-test.txt")


def run() -> int:
    """Audit the pinned packages; return 1 also if something could not be asked about."""
    python = _provide()
    service = os.environ.get("AUDIT_SERVICE", "pypi")
    console.step(f"Audit the pinned packages ({service})")
    files = [part for name in _REQUIREMENTS for part in ("-r", name)]
    # Strict: a package that nothing could be learnt about is no clean one.
    command = [python, "-m", "pip_audit", "--strict", "--disable-pip", "--no-deps", "-s", service]
    return 1 if subprocess.run([*command, *files], cwd=paths.REPO, check=False).returncode else 0


def _provide() -> str:
    """Return the Python of an environment of the tool's own: none of its packages is ours."""
    python = _FOLDER / "bin/python"
    stamp = _FOLDER / ".complete"
    with paths.locked(paths.WORK / "audit.lock"):
        if not paths.is_stamped(stamp, _TOOL):
            log = paths.LOGS / "audit.log"
            console.run([sys.executable, "-m", "venv", str(_FOLDER)], "Prepare pip-audit", log=log)
            install = [str(python), "-m", "pip", "install", "--no-input", "--quiet", _TOOL]
            console.run(install, "Install pip-audit", log=log)
            paths.write_stamp(stamp, _TOOL)
    return str(python)
