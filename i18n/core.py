"""What Odoo's own catalogues already translate: labels that our addons share with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from . import catalogues
from .merging import Translation

# Nearest relatives first: where they differ, the first that keeps to the glossary has it.
_MODULES = (
    "project",
    "mail",
    "portal",
    "rating",
    "portal_rating",
    "hr_timesheet",
    "sale_timesheet",
    "sale_project",
    "resource",
    "digest",
    "sale",
    "account",
    "fetchmail",
    "im_livechat",
    "crm",
    "maintenance",
    "analytic",
    "web",
    "base",
)


def suggestions(
    folder: Path, language: str, wanted: Iterable[str]
) -> list[Mapping[str, Translation]]:
    """Return what the core modules say for some texts, a mapping per module, the best first.

    :param folder: Odoo's folder of addons
    """
    texts = set(wanted)
    found = []
    for module in _MODULES:
        known = catalogues.translations([catalogues.read(folder / module / f"i18n/{language}.po")])
        found.append({text: Translation(known[text]) for text in texts & known.keys()})
    return found
