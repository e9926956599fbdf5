"""Bringing catalogues up to date, and translations into them."""

from __future__ import annotations

import json
from pathlib import Path

import polib
import pytest

from i18n import catalogues, glossary, merging
from i18n.merging import Translation

TERMS = [glossary.Term("ticket", "tiketti", ("tiket",), (), whole=False)]


def catalogue(*pairs: tuple[str, str], language: str = "fi") -> polib.POFile:
    made = polib.POFile()
    made.metadata = catalogues.metadata(language)
    for msgid, msgstr in pairs:
        place = [(f"model:ir.model,name:x.{catalogues.short_id(msgid)}", "")]
        made.append(polib.POEntry(msgid=msgid, msgstr=msgstr, occurrences=place))
    return made


def content(found: polib.POFile) -> dict[str, str]:
    return {entry.msgid: entry.msgstr for entry in found}


def test_merging_keeps_translations_and_guesses_nothing() -> None:
    template = catalogue(("Open the ticket", ""), ("Stage", ""), ("Team", ""), language="")
    before = catalogue(("Open the tickets", "Avaa tiketit"), ("Stage", "Vaihe"))
    before[1].tcomment = "same – for a reason"
    merged = merging.merge(template, before, "fi", {"Team": "Tiimi", "Stage": "Taso"})
    assert content(merged) == {"Open the ticket": "", "Stage": "Vaihe", "Team": "Tiimi"}
    assert merged.find("Stage").tcomment == "same – for a reason"
    assert not any(entry.obsolete or entry.flags for entry in merged)
    assert merged.metadata["Language"] == "fi"


def test_a_fuzzy_translation_is_not_kept() -> None:
    before = catalogue(("Stage", "Vaihe"))
    before[0].flags = ["fuzzy"]
    template = catalogue(("Stage", ""), language="")
    assert content(merging.merge(template, before, "fi", {})) == {"Stage": ""}


def test_the_same_content_is_written_the_same(tmp_path: Path) -> None:
    path = tmp_path / "i18n/fi.po"
    assert catalogues.write(path, catalogue(("b", "B"), ("a", "A")))
    assert not catalogues.write(path, catalogue(("a", "A"), ("b", "B")))
    assert not catalogues.write(path, catalogues.read(path))


def test_what_is_left_to_do_comes_once_with_what_reads_alike() -> None:
    done = "Open the ticket of this customer"
    by_addon = {
        "base": catalogue(("Stage", ""), (done, "Avaa tämän asiakkaan tiketti")),
        "portal": catalogue(("Stage", ""), ("Open the tickets of this customer", "")),
    }
    stage, alike = merging.untranslated(by_addon)
    assert (stage.msgid, stage.addons) == ("Stage", ("base", "portal"))
    assert alike.similar == ((done, "Avaa tämän asiakkaan tiketti"),)


def test_a_translation_goes_into_every_addon() -> None:
    by_addon = {"base": catalogue(("Stage", "")), "portal": catalogue(("Stage", ""))}
    given = {catalogues.short_id("Stage"): Translation("Vaihe")}
    assert merging.apply(by_addon, given, TERMS) == (1, [])
    assert [content(each) for each in by_addon.values()] == [{"Stage": "Vaihe"}] * 2
    assert merging.apply(by_addon, given, TERMS) == (0, [])


def test_what_breaks_a_rule_is_refused_and_the_rest_goes_in() -> None:
    by_addon = {"base": catalogue(("Ticket", ""), ("Stage", ""))}
    given = {
        "Ticket": Translation("Lippu"),
        "Stage": Translation("Vaihe"),
        "Nowhere": Translation("Ei missään"),
    }
    changed, refused = merging.apply(by_addon, given, TERMS)
    assert changed == 1
    assert content(by_addon["base"]) == {"Ticket": "", "Stage": "Vaihe"}
    assert [each.problem for each in refused] == [
        "glossary: “ticket” is “tiketti”",
        "no such text in the catalogues",
    ]


def test_a_note_excuses_and_stays_with_the_entry() -> None:
    by_addon = {"base": catalogue(("Train ticket", ""))}
    note = "glossary: ticket – of a railway"
    given = {"Train ticket": Translation("Junalippu", note)}
    assert merging.apply(by_addon, given, TERMS) == (1, [])
    assert by_addon["base"][0].tcomment == note
    again = {"Train ticket": Translation("Matkalippu")}
    assert merging.apply(by_addon, again, TERMS) == (1, [])
    assert by_addon["base"][0].tcomment == note


def test_filling_in_leaves_what_is_translated() -> None:
    by_addon = {"base": catalogue(("Stage", "Vaihe"), ("Team", ""))}
    given = {"Stage": Translation("Taso"), "Team": Translation("Tiimi")}
    assert merging.apply(by_addon, given, TERMS, overwrite=False) == (1, [])
    assert content(by_addon["base"]) == {"Stage": "Vaihe", "Team": "Tiimi"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", json.dumps({"Two\nlines": "Kaksi\nriviä", "Left": ""})),
        (
            "b.json",
            json.dumps(
                [{"id": "Two\nlines", "msgstr": "Kaksi\nriviä"}, {"msgid": "Left", "msgstr": ""}]
            ),
        ),
        ("c.tsv", "Two\\nlines\tKaksi\\nriviä\nLeft\t\n"),
        ("d.po", 'msgid "Two\\nlines"\nmsgstr "Kaksi\\nriviä"\n\nmsgid "Left"\nmsgstr ""\n'),
    ],
)
def test_translations_come_in_several_kinds_of_files(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    wanted = {"Two\nlines": "Kaksi\nriviä"}
    read = merging.read_translations(tmp_path / name)
    assert {key: value.msgstr for key, value in read.items()} == wanted
