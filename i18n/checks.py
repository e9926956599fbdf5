"""What a catalogue must fulfil. Pure functions: catalogues in, findings out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polib

from . import catalogues, glossary, markup
from .glossary import Term

# A translator's comment that excuses an entry: "# glossary: stage" (a term is rightly rendered otherwise),
# "# same" (the text is the same in both languages), "# ending" (it rightly ends otherwise). What follows a dash
# is the reason.
_EXCUSE_TERMS = "glossary:"
_EXCUSE_SAME = "same"
_EXCUSE_ENDING = "ending"

# Where a sentence ends matters to the reader; a comma or a bracket may be another language's way.
_ENDINGS = (":", "…", "...", "?", "!", ".")


@dataclass(frozen=True)
class Finding:
    """Something to put right: which text, and what is wrong."""

    msgid: str
    problem: str

    def __str__(self) -> str:
        text = " ".join(self.msgid.split())
        return f"{text[:77]}…: {self.problem}" if len(text) > 78 else f"{text}: {self.problem}"


def check_pair(
    msgid: str, msgstr: str, terms: Iterable[Term] = (), *, comment: str = ""
) -> list[str]:
    """Return what is wrong with one translation.

    :param terms: the language's glossary
    :param comment: the translator's, which may excuse something
    """
    if not msgstr.strip():
        return ["not translated"]
    terms_excused, excused = _excuses(comment)
    return [
        *_space_problems(msgid, msgstr),
        *([] if _EXCUSE_ENDING in excused else _ending_problems(msgid, msgstr)),
        *markup.placeholder_problems(msgid, msgstr),
        *markup.tag_problems(msgid, msgstr),
        *glossary.problems(terms, msgid, msgstr, terms_excused),
        *([] if _EXCUSE_SAME in excused else _same_problems(msgid, msgstr)),
    ]


def _excuses(comment: str) -> tuple[list[str], set[str]]:
    """Return the glossary's terms and the other checks that a translator's comment excuses."""
    terms: list[str] = []
    others: set[str] = set()
    for line in comment.splitlines():
        text = line.partition(" – ")[0].strip()
        if text.startswith(_EXCUSE_TERMS):
            terms += [term.strip() for term in text.removeprefix(_EXCUSE_TERMS).split(",")]
        others.add(text)
    return terms, others


def _space_problems(msgid: str, msgstr: str) -> list[str]:
    found = []
    for where, strip in (("start", str.lstrip), ("end", str.rstrip)):
        if _stripped(msgid, strip) != _stripped(msgstr, strip):
            found.append(f"other space at the {where}")
    return found


def _stripped(text: str, strip) -> str:
    rest = strip(text)
    return text[: len(text) - len(rest)] if strip is str.lstrip else text[len(rest) :]


def _ending_problems(msgid: str, msgstr: str) -> list[str]:
    endings = [
        next((ending for ending in _ENDINGS if text.rstrip().endswith(ending)), "")
        for text in (markup.visible_text(msgid), markup.visible_text(msgstr))
    ]
    wanted, given = ("…" if ending == "..." else ending for ending in endings)
    return [] if wanted == given else [f"ends in “{given}” instead of “{wanted}”"]


def _same_problems(msgid: str, msgstr: str) -> list[str]:
    """Return that a text was left as it is: a word or two may be the same in both languages, a sentence is not."""
    words = [word for word in markup.visible_text(msgid).split() if word.isalpha()]
    return ["left in English"] if msgid == msgstr and len(words) > 2 else []


def check_catalogue(
    catalogue: polib.POFile, template: polib.POFile, language: str, terms: Sequence[Term] = ()
) -> list[Finding]:
    """Return what is wrong with a catalogue, given the template of its addon."""
    found = [Finding("(header)", problem) for problem in _header_problems(catalogue, language)]
    if catalogue.metadata_is_fuzzy:
        found.append(Finding("(header)", "fuzzy"))
    found += _difference_from(template, catalogue)
    for entry in catalogue:
        if entry.obsolete:
            found.append(Finding(entry.msgid, "obsolete"))
            continue
        if "fuzzy" in entry.flags:
            found.append(Finding(entry.msgid, "fuzzy"))
        problems = check_pair(entry.msgid, entry.msgstr, terms, comment=entry.tcomment)
        found += [Finding(entry.msgid, problem) for problem in problems]
    return found


def _header_problems(catalogue: polib.POFile, language: str) -> list[str]:
    return [
        f"{name} is “{catalogue.metadata.get(name, '')}”, not “{value}”"
        for name, value in catalogues.metadata(language).items()
        if catalogue.metadata.get(name, "") != value
    ]


def _difference_from(template: polib.POFile, catalogue: polib.POFile) -> list[Finding]:
    """Return which entries a catalogue lacks, has too many, or keeps from an earlier state of the code."""
    wanted = {entry.msgid: entry for entry in template}
    given = Counter(entry.msgid for entry in catalogue if not entry.obsolete)
    found = [Finding(msgid, "missing") for msgid in wanted if msgid not in given]
    found += [Finding(msgid, "not in the template") for msgid in given if msgid not in wanted]
    found += [Finding(msgid, "more than once") for msgid, times in given.items() if times > 1]
    found += [
        Finding(entry.msgid, "other places or notes than in the template")
        for entry in catalogue
        if entry.msgid in wanted
        and not entry.obsolete
        and (entry.occurrences, entry.comment, entry.flags)
        != (wanted[entry.msgid].occurrences, wanted[entry.msgid].comment, [])
        and "fuzzy" not in entry.flags
    ]
    return found


def compare_templates(committed: polib.POFile, exported: polib.POFile) -> list[Finding]:
    """Return how a committed template differs from what the code and the database say now."""
    return _difference_from(exported, committed)


def check_agreement(by_addon: Mapping[str, polib.POFile]) -> list[Finding]:
    """Return which texts are translated differently in different addons."""
    seen: dict[str, tuple[str, str]] = {}
    found = []
    for addon, catalogue in by_addon.items():
        for entry in catalogue:
            if entry.obsolete or not entry.msgstr:
                continue
            other, translation = seen.setdefault(entry.msgid, (addon, entry.msgstr))
            if translation != entry.msgstr:
                problem = f"“{entry.msgstr}” in {addon}, “{translation}” in {other}"
                found.append(Finding(entry.msgid, problem))
    return found


def check_glossaries(
    english: Iterable[str], by_language: Mapping[str, Sequence[Term]]
) -> list[str]:
    """Return where the glossaries of the languages have other terms than the English one."""
    wanted = set(english)
    found = []
    for language, terms in by_language.items():
        given = {f"={term.term}" if term.whole else term.term for term in terms}
        found += [f"{language}: {term} is missing" for term in sorted(wanted - given)]
        found += [f"{language}: {term} is not in en.csv" for term in sorted(given - wanted)]
        found += [
            f"{language}: {term.term}: its own translation breaks its rule"
            for term in terms
            if not any(stem in term.translation.lower() for stem in term.stems)
            or any(word in term.translation.lower() for word in term.avoid)
        ]
    return found
