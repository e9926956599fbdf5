"""Translate the addons. ``make i18n`` brings all catalogues up to date; the rest is for translators."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import polib

from . import catalogues, checks, glossary, merging


def main() -> int:
    """Run one command; the exit code tells whether anything is to be put right."""
    parser = argparse.ArgumentParser(prog="python -m i18n", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    commands.add_parser("merge", help="bring the catalogues up to date with the templates")
    commands.add_parser("check", help="say what is to be put right")
    commands.add_parser("status", help="count what is translated")
    core = commands.add_parser("core", help="fill in what Odoo's own catalogues translate")
    core.add_argument("language", choices=catalogues.LANGUAGES)
    todo = commands.add_parser("todo", help="list what is not translated, as JSON to fill in")
    todo.add_argument("language", choices=catalogues.LANGUAGES)
    todo.add_argument("--limit", type=int, help="no more than so many texts")
    todo.add_argument("--addon", choices=catalogues.addons(), help="only this addon's")
    put = commands.add_parser("apply", help="put a file of translations into the catalogues")
    put.add_argument("language", choices=catalogues.LANGUAGES)
    put.add_argument("file", type=Path, nargs="+", help=".json, .tsv or another branch's .po")
    arguments = parser.parse_args()
    return {
        "merge": _merge,
        "check": _check,
        "status": _status,
        "core": _core,
        "todo": _todo,
        "apply": _apply,
    }[arguments.command](arguments)


def _read(language: str) -> dict[str, polib.POFile]:
    return {
        addon: catalogues.read(catalogues.catalogue_path(addon, language))
        for addon in catalogues.addons()
    }


def _write(language: str, by_addon: dict[str, polib.POFile]) -> None:
    for addon, catalogue in by_addon.items():
        catalogues.write(catalogues.catalogue_path(addon, language), catalogue)


def _merge(_arguments: argparse.Namespace) -> int:
    for language in catalogues.LANGUAGES:
        before = _read(language)
        known = catalogues.translations(before.values())
        merged = {
            addon: merging.merge(
                catalogues.read(catalogues.template_path(addon)), catalogue, language, known
            )
            for addon, catalogue in before.items()
        }
        _write(language, merged)
        lost = known.keys() - {entry.msgid for each in merged.values() for entry in each}
        if lost:
            print(f"{language}: {len(lost)} translations of texts that are gone were dropped")
    return 0


def _check(_arguments: argparse.Namespace) -> int:
    terms = {language: glossary.of(language) for language in catalogues.LANGUAGES}
    found = [f"glossary: {each}" for each in checks.check_glossaries(glossary.english(), terms)]
    for language in catalogues.LANGUAGES:
        by_addon = _read(language)
        for addon, catalogue in by_addon.items():
            path = catalogues.catalogue_path(addon, language)
            template = catalogues.read(catalogues.template_path(addon))
            name = path.relative_to(catalogues.paths.REPO)
            found += [
                f"{name}: {each}"
                for each in checks.check_catalogue(catalogue, template, language, terms[language])
            ]
            if path.is_file() and path.read_text() != catalogues.render(catalogue):
                found.append(f"{name}: not written as the tool writes it: make i18n")
        found += [f"{language}: {each}" for each in checks.check_agreement(by_addon)]
    print("\n".join(found))
    return 1 if found else 0


def _status(_arguments: argparse.Namespace) -> int:
    for language in catalogues.LANGUAGES:
        for addon, catalogue in _read(language).items():
            done = sum(1 for entry in catalogue if entry.msgstr and not entry.obsolete)
            print(f"{language}  {addon:28}{done:5} of {len(catalogue)}")
    return 0


def _core(arguments: argparse.Namespace) -> int:
    from dev import odoo_source

    from . import core

    by_addon = _read(arguments.language)
    terms = glossary.of(arguments.language)
    folder = odoo_source.provide()
    folders = [*folder.addons, folder.root / "odoo/addons"]
    total = 0
    for each in folders:
        wanted = [text.msgid for text in merging.untranslated(by_addon)]
        for suggestion in core.suggestions(each, arguments.language, wanted):
            changed, _refused = merging.apply(by_addon, suggestion, terms, overwrite=False)
            total += changed
    _write(arguments.language, by_addon)
    print(f"{arguments.language}: {total} texts filled in")
    return 0


def _todo(arguments: argparse.Namespace) -> int:
    found = [
        text
        for text in merging.untranslated(_read(arguments.language))
        if not arguments.addon or arguments.addon in text.addons
    ]
    rows = [text.as_dict() for text in found[: arguments.limit]]
    print(json.dumps(rows, ensure_ascii=False, indent=1))
    print(f"{len(rows)} of {len(found)} untranslated texts", file=sys.stderr)
    return 0


def _apply(arguments: argparse.Namespace) -> int:
    by_addon = _read(arguments.language)
    terms = glossary.of(arguments.language)
    refused = []
    for file in arguments.file:
        changed, problems = merging.apply(by_addon, merging.read_translations(file), terms)
        refused += problems
        print(f"{file}: {changed} translations changed")
    _write(arguments.language, by_addon)
    for each in refused:
        print(f"refused: [{catalogues.short_id(each.msgid)}] {each}")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
