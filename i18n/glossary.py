"""The glossary: which word each language uses for which, and whether a translation keeps to it.

``glossary/en.csv`` has the terms and what they mean; ``glossary/<language>.csv`` has a row per term:

- ``term``: the English one. It applies wherever it stands as a word, singular or plural, of any case; one written
  as ``=Term`` only where it is the whole text (a label, a button).
- ``translation``: the word to use.
- ``stems``: what a translation has to contain, alternatives separated by ``|`` (``tiket`` finds every inflected
  form of *tiketti*); empty: the translation itself.
- ``avoid``: what it must not contain, alternatives separated by ``|``.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from . import markup

FOLDER = Path(__file__).with_name("glossary")


@dataclass(frozen=True)
class Term:
    """A row of a language's glossary."""

    term: str
    translation: str
    stems: tuple[str, ...]
    avoid: tuple[str, ...]
    whole: bool  # applies only where it is the whole text

    @property
    def pattern(self) -> re.Pattern[str]:
        """What finds the term, singular or plural, in lower-case English text."""
        words = self.term.lower()
        ending = r"(?:y|ies)" if re.search(r"[^aeiou]y$", words) else r"(?:s|es)?"
        stem = words[:-1] if ending == r"(?:y|ies)" else words
        return re.compile(rf"(?<![\w-]){re.escape(stem)}{ending}(?![\w-])")


def read(path: Path) -> list[Term]:
    """Read a language's glossary, longer terms first: *SLA policy* is not *policy*."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    terms = [
        Term(
            term=row["term"].removeprefix("="),
            translation=row["translation"],
            stems=_alternatives(row["stems"]) or (row["translation"].lower(),),
            avoid=_alternatives(row["avoid"]),
            whole=row["term"].startswith("="),
        )
        for row in rows
    ]
    return sorted(terms, key=lambda term: (not term.whole, -len(term.term), term.term))


def of(language: str) -> list[Term]:
    """Return the glossary of a language."""
    return read(FOLDER / f"{language}.csv")


def english() -> dict[str, str]:
    """Return every term and what it means."""
    with (FOLDER / "en.csv").open(newline="", encoding="utf-8") as file:
        return {row["term"]: row["meaning"] for row in csv.DictReader(file)}


def _alternatives(cell: str) -> tuple[str, ...]:
    return tuple(part.strip().lower() for part in cell.split("|") if part.strip())


def problems(terms: Iterable[Term], msgid: str, msgstr: str, excused: Iterable[str]) -> list[str]:
    """Return where a translation leaves the glossary.

    :param terms: longer ones first, see :func:`read`
    :param excused: terms that this translation rightly renders otherwise
    """
    source = " ".join(markup.visible_text(msgid).split()).lower()
    target = markup.visible_text(msgstr).lower()
    excused = {term.lower() for term in excused}
    found = []
    for term in terms:
        if term.whole:
            if source != term.term.lower():
                continue
            source = ""
        elif term.pattern.search(source):
            # What is part of a longer term is not a term itself.
            source = term.pattern.sub("\0", source)
        else:
            continue
        if term.term.lower() in excused:
            continue
        if not any(stem in target for stem in term.stems):
            found.append(f"glossary: “{term.term}” is “{term.translation}”")
        found += [
            f"glossary: “{term.term}” is “{term.translation}”, not “{word}”"
            for word in term.avoid
            if word in target
        ]
    return found
