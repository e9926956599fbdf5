"""Which tests run against which set of installed addons. A new combination is one more row."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from . import paths


@dataclass(frozen=True)
class Suite:
    """Some tests, and what is installed in the database that they run on."""

    name: str  # without an underscore: it is part of database names
    tests: tuple[str, ...]  # folders or files, relative to the repository
    addons: tuple[str, ...] = ()  # ours; none: the tests need no database
    modules: tuple[str, ...] = ()  # of Odoo's own, beyond what the addons depend on
    ignore: tuple[str, ...] = ()

    @property
    def needs_database(self) -> bool:
        """Tell whether the tests run inside Odoo."""
        return bool(self.addons)

    def share_of(self, word: str) -> tuple[str, ...]:
        """Return what of a selected path or test id (relative to the repository) is among this suite's tests."""
        path = word.partition("::")[0]
        if _within(path, self.tests):
            return () if _within(path, self.ignore) else (word,)
        return tuple(test for test in self.tests if _within(test, (path,)))


_PLAIN = ("tests/dev", "tests/i18n", "tests/test_wheel.py")
_OCA = ("tests/oca",)
_WEBSITE = ("tests/test_portal_recaptcha.py",)  # a module that `website` needs
_INSTALLATION = ("tests/installation",)

SUITES = (
    # What needs no database: this package's own logic, that of i18n, and the wheel.
    Suite("plain", tests=_PLAIN),
    # Moving in from OCA's helpdesk, which can't be in a database with ours: these tests make their own two.
    Suite("oca", tests=_OCA),
    # Upgrading and uninstalling, in databases of their own.
    Suite("installation", tests=_INSTALLATION),
    # The base addon must be whole without the other two.
    Suite("core", tests=("helpdesk_futural",), addons=("helpdesk_futural",)),
    Suite(
        "all",
        tests=("helpdesk_futural_timesheet", "helpdesk_futural_portal", "tests"),
        addons=paths.ADDONS,
        ignore=(*_PLAIN, *_OCA, *_INSTALLATION, *_WEBSITE),
    ),
    # The portal inside Odoo's website, and without the timesheet addon.
    Suite(
        "website",
        tests=("helpdesk_futural_portal", "tests/test_portal_accessibility.py", *_WEBSITE),
        addons=("helpdesk_futural", "helpdesk_futural_portal"),
        modules=("website",),
        # Which tickets are found, and by how many queries, doesn't depend on the website.
        ignore=("helpdesk_futural_portal/tests/test_list_large.py",),
    ),
)


@dataclass(frozen=True)
class Run:
    """One start of pytest: a suite, and what to collect of it."""

    suite: Suite
    targets: tuple[str, ...]
    keyword: str = ""


def _within(path: str, roots: tuple[str, ...]) -> bool:
    return any(Path(path).is_relative_to(root) for root in roots)


def existing(suite: Suite, root: Path = paths.REPO) -> tuple[str, ...]:
    """Return those of the suite's test locations that are in the checkout."""
    return tuple(test for test in suite.tests if (root / test).exists())


def select(selection: str, root: Path = paths.REPO) -> list[Run]:
    """Return what to run for ``T=selection``; for an empty selection, everything.

    A selection is one or more paths or test ids (``path::Class::test``), an addon's name, or else an expression for
    pytest's ``-k``, which is then tried on every suite.
    """
    words = tuple(_relative(word, root) for word in selection.split())
    if not words or not all((root / word.partition("::")[0]).exists() for word in words):
        return [
            Run(suite, targets, selection) for suite in SUITES if (targets := existing(suite, root))
        ]
    runs = []
    for suite in SUITES:
        shares = [part for word in words for part in suite.share_of(word)]
        if targets := tuple(part for part in shares if (root / part.partition("::")[0]).exists()):
            runs.append(Run(suite, targets))
    return runs


def _relative(word: str, root: Path) -> str:
    path = Path(word)
    if path.is_absolute() and path.is_relative_to(root):
        word = str(path.relative_to(root))
    return word.removeprefix("./").rstrip("/")


def dependencies(addons: tuple[str, ...], root: Path = paths.REPO) -> list[str]:
    """Return the Odoo modules (not ours) that the addons' manifests name."""
    needed: set[str] = set()
    for name in addons:
        manifest = root / name / "__manifest__.py"
        if manifest.is_file():
            needed.update(ast.literal_eval(manifest.read_text()).get("depends", ()))
    return sorted(needed - set(paths.ADDONS))
