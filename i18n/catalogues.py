"""The catalogues: where they are, and how they are written (the same content always gives the same bytes)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import polib
from babel.messages.plurals import get_plural

from dev import paths

LANGUAGES = ("fi", "nb", "sv")
_WRAP = 78


def addons() -> list[str]:
    """Return the addons that have catalogues."""
    return paths.present_addons()


def template_path(addon: str) -> Path:
    """Return the path of an addon's template, the ``.pot``."""
    return paths.REPO / addon / "i18n" / f"{addon}.pot"


def catalogue_path(addon: str, language: str) -> Path:
    """Return the path of an addon's catalogue in a language."""
    return paths.REPO / addon / "i18n" / f"{language}.po"


def read(path: Path) -> polib.POFile:
    """Read a catalogue; one that doesn't exist yet is empty."""
    if not path.is_file():
        return polib.POFile(wrapwidth=_WRAP)
    return polib.pofile(str(path), wrapwidth=_WRAP, check_for_duplicates=False)


def write(path: Path, catalogue: polib.POFile) -> bool:
    """Write a catalogue; tell whether that changed the file."""
    text = render(catalogue)
    if path.is_file() and path.read_text() == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return True


def render(catalogue: polib.POFile) -> str:
    """Return a catalogue as text, its entries in the order of their source texts."""
    catalogue.sort(key=lambda entry: (entry.obsolete, entry.msgid))
    return str(catalogue)


def plural_forms(language: str) -> str:
    """Return how a language counts, as the header of its catalogues has to say it."""
    return str(get_plural(language))


def header(addon: str) -> str:
    """Return the comment at the top of an addon's catalogues."""
    return (
        "Translation of Odoo Server.\n"
        "This file contains the translation of the following modules:\n"
        f"\t* {addon}\n"
    )


def metadata(language: str = "") -> dict[str, str]:
    """Return the header fields of a catalogue; of a template for no language.

    No dates, no version of Odoo's package, nobody's name: only what changes when the texts do.
    """
    fields = {
        "Project-Id-Version": "Odoo Server 19.0",
        "Report-Msgid-Bugs-To": "",
        "Last-Translator": "",
        "Language-Team": "",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "",
    }
    if language:
        fields["Language"] = language
        fields["Plural-Forms"] = plural_forms(language)
    return fields


def short_id(msgid: str) -> str:
    """Return a short name for a source text, for lists that people and scripts fill in."""
    return hashlib.sha256(msgid.encode()).hexdigest()[:8]


def translations(catalogues: Iterable[polib.POFile]) -> dict[str, str]:
    """Return what is translated in catalogues, by source text; the first one wins."""
    found: dict[str, str] = {}
    for catalogue in catalogues:
        for entry in catalogue:
            if entry.msgstr and not entry.obsolete and "fuzzy" not in entry.flags:
                found.setdefault(entry.msgid, entry.msgstr)
    return found
