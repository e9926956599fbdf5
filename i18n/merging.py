"""Bringing catalogues up to date with their template, and translations into catalogues."""

from __future__ import annotations

import csv
import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polib

from . import catalogues, checks
from .glossary import Term


def merge(
    template: polib.POFile, catalogue: polib.POFile, language: str, known: Mapping[str, str]
) -> polib.POFile:
    """Return the catalogue for a template: its texts, with the translations that are there.

    What the template no longer has is dropped; nothing is guessed, so nothing is ever fuzzy.

    :param known: translations from elsewhere (the other addons' catalogues), for what this one lacks
    """
    before = {entry.msgid: entry for entry in catalogue if not entry.obsolete}
    merged = polib.POFile(wrapwidth=catalogue.wrapwidth)
    merged.header = template.header
    merged.metadata = catalogues.metadata(language)
    for entry in template:
        old = before.get(entry.msgid)
        usable = old is not None and old.msgstr and "fuzzy" not in old.flags
        merged.append(
            polib.POEntry(
                msgid=entry.msgid,
                msgstr=old.msgstr if usable else known.get(entry.msgid, ""),
                comment=entry.comment,
                tcomment=old.tcomment if usable else "",
                occurrences=entry.occurrences,
            )
        )
    return merged


@dataclass(frozen=True)
class Open:
    """A text that waits for its translation."""

    msgid: str
    addons: tuple[str, ...]
    places: tuple[str, ...]
    similar: tuple[tuple[str, str], ...]  # translated texts that read alike

    def as_dict(self) -> dict:
        """Return what a translator needs to know, and an empty ``msgstr`` to fill in."""
        found = {
            "id": catalogues.short_id(self.msgid),
            "msgid": self.msgid,
            "msgstr": "",
            "where": list(self.places[:3]),
        }
        if self.similar:
            found["similar"] = dict(self.similar)
        return found


def untranslated(by_addon: Mapping[str, polib.POFile]) -> list[Open]:
    """Return each text that some addon's catalogue lacks, those of one place together."""
    done = catalogues.translations(by_addon.values())
    addons: dict[str, list[str]] = {}
    places: dict[str, list[str]] = {}
    for addon, catalogue in by_addon.items():
        for entry in catalogue:
            if not entry.msgstr and not entry.obsolete:
                addons.setdefault(entry.msgid, []).append(addon)
                places.setdefault(entry.msgid, []).extend(place for place, _ in entry.occurrences)
    found = [
        Open(msgid, tuple(addons[msgid]), tuple(places[msgid]), _similar(msgid, done))
        for msgid in addons
    ]
    return sorted(found, key=lambda each: (each.addons[0], each.places[:1], each.msgid))


def _similar(msgid: str, done: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    if len(msgid) < 20:
        return ()
    length = len(msgid)
    candidates = [other for other in done if 0.7 * length < len(other) < 1.4 * length]
    close = difflib.get_close_matches(msgid, candidates, n=1, cutoff=0.75)
    return tuple((other, done[other]) for other in close)


@dataclass(frozen=True)
class Translation:
    """A translation on its way into a catalogue; ``note`` may excuse it from a check, see ``checks.py``."""

    msgstr: str
    note: str = ""


def read_translations(path: Path) -> dict[str, Translation]:
    """Read translations from a file, by source text or by its short id.

    JSON: an object ``{text or id: translation}``, or what ``todo`` lists, filled in (with ``note`` where one is
    needed). TSV: text or id, translation, perhaps a note; ``\\n`` is a line's end. PO: another branch's catalogue.
    """
    if path.suffix == ".po":
        return {
            entry.msgid: Translation(entry.msgstr, entry.tcomment)
            for entry in catalogues.read(path)
            if entry.msgstr and not entry.obsolete and "fuzzy" not in entry.flags
        }
    if path.suffix == ".json":
        content = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(content, dict):
            rows = [(key, value, "") for key, value in content.items()]
        else:
            rows = [
                (row.get("id") or row["msgid"], row.get("msgstr", ""), row.get("note", ""))
                for row in content
            ]
    else:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            rows = [
                tuple(cell.replace("\\n", "\n") for cell in (*row, "")[:3])
                for row in reader
                if len(row) > 1
            ]
    return {key: Translation(value, note) for key, value, note in rows if value}


def apply(
    by_addon: Mapping[str, polib.POFile],
    given: Mapping[str, Translation],
    terms: Sequence[Term],
    *,
    overwrite: bool = True,
) -> tuple[int, list[checks.Finding]]:
    """Put translations into every catalogue that has their text; refuse what the checks refuse.

    :return: how many texts changed, and what was refused and why
    """
    entries: dict[str, list[polib.POEntry]] = {}
    for catalogue in by_addon.values():
        for entry in catalogue:
            if not entry.obsolete:
                entries.setdefault(entry.msgid, []).append(entry)
    names = {catalogues.short_id(msgid): msgid for msgid in entries}
    changed = 0
    refused = []
    for key, translation in given.items():
        msgid = key if key in entries else names.get(key, "")
        if not msgid:
            refused.append(checks.Finding(key, "no such text in the catalogues"))
            continue
        found = entries[msgid]
        if not overwrite and any(entry.msgstr for entry in found):
            continue
        note = translation.note or next((entry.tcomment for entry in found if entry.tcomment), "")
        problems = checks.check_pair(msgid, translation.msgstr, terms, comment=note)
        if problems:
            refused += [checks.Finding(msgid, problem) for problem in problems]
        elif _set(found, translation.msgstr, note):
            changed += 1
    return changed, refused


def _set(entries: Iterable[polib.POEntry], msgstr: str, note: str) -> bool:
    changed = False
    for entry in entries:
        changed = changed or (entry.msgstr, entry.tcomment) != (msgstr, note)
        entry.msgstr, entry.tcomment = msgstr, note
    return changed
