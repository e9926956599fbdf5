"""``make lint``: style and conventions of the code, the manifests, the data files and the translations."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass

from . import console, paths, venv

# Of the Odoo Community Association's checks, those that say nothing useful here:
_OCA_DISABLED = (
    # "utf-8" or "UTF-8" is the same encoding, and Odoo's own files are written with either.
    "xml-header-wrong",
    # Odoo converts <field name="sequence">10</field> itself, and its own data files are full of it.
    "xml-field-numeric-without-eval",
    # The order of attributes within a tag.
    "xml-tag-position",
    # About names on a translation service that this project does not use.
    "weblate-component-too-long",
    # Wants no translation where it is the same word as in English; ours are complete, and i18n checks the format.
    "po-pretty-format",
)

# Of pylint-odoo's:
_PYLINT_DISABLED = (
    # An addon's documentation is its readme/ folder.
    "missing-readme",
    # helpdesk.ticket has one file per concern, on purpose.
    "consider-merging-classes-inherited",
)


@dataclass(frozen=True)
class Check:
    """One tool, called as the virtual environment has it."""

    name: str
    command: tuple[str, ...]


def _checks() -> list[Check]:
    addons = paths.present_addons()
    checks = [
        Check("ruff check", ("ruff", "check", "--quiet", ".")),
        Check("ruff format", ("ruff", "format", "--check", "--quiet", ".")),
    ]
    if addons:
        oca = f"--disable={','.join(_OCA_DISABLED)}"
        pylint = f"--disable={','.join(_PYLINT_DISABLED)}"
        checks += [
            Check("pylint-odoo", ("pylint", "--rcfile=.pylintrc", pylint, *addons)),
            Check("oca-checks-odoo-module", ("oca-checks-odoo-module", oca, *addons)),
        ]
    catalogues = [
        str(file.relative_to(paths.REPO))
        for name in addons
        for file in sorted((paths.REPO / name / "i18n").glob("*.po*"))
    ]
    if catalogues:
        checks += [
            Check("oca-checks-po", ("oca-checks-po", oca, *catalogues)),
            Check("i18n", ("python", "-m", "i18n", "check")),
        ]
    return checks


def run() -> list[str]:
    """Run every check, show what each of them finds, and return the names of those that failed."""
    venv.provide()
    return [check.name for check in _checks() if not _passes(check)]


def _passes(check: Check) -> bool:
    console.step(f"Lint: {check.name}")
    result = _call(check.command)
    if result.returncode:
        console.say((result.stdout + result.stderr).strip())
        console.say(f"✗ {check.name}")
    return result.returncode == 0


def fix() -> int:
    """Let ruff put right what it can."""
    venv.provide()
    for command in (("ruff", "check", "--fix", "--quiet", "."), ("ruff", "format", ".")):
        console.say(_call(command).stdout.strip())
    return 0


def _call(command: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    program, *arguments = command
    return subprocess.run(
        [str(venv.VENV / "bin" / program), *arguments],
        cwd=paths.REPO,
        env={**os.environ, "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
