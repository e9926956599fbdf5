"""What a catalogue must fulfil."""

from __future__ import annotations

import polib
import pytest

from i18n import catalogues, checks


def entry(msgid: str, msgstr: str = "", **more: object) -> polib.POEntry:
    place = [("model:ir.model,name:helpdesk_futural.model_x", "")]
    return polib.POEntry(
        **{"msgid": msgid, "msgstr": msgstr, "occurrences": place, "comment": "module: x", **more}
    )


def catalogue(*entries: polib.POEntry, language: str = "fi") -> polib.POFile:
    made = polib.POFile()
    made.metadata = catalogues.metadata(language)
    made.extend(entries)
    return made


def problems(found: list[checks.Finding]) -> list[tuple[str, str]]:
    return [(each.msgid, each.problem) for each in found]


@pytest.mark.parametrize(
    ("msgid", "msgstr"),
    [
        ("Close the ticket?", "Suljetaanko tiketti?"),
        (" or ", " tai "),
        ("Wait...", "Odota…"),
        ("Portal", "Portal"),
        ("Name (optional)", "Nimi (valinnainen)"),
    ],
)
def test_a_good_translation_has_no_finding(msgid: str, msgstr: str) -> None:
    assert checks.check_pair(msgid, msgstr) == []


@pytest.mark.parametrize(
    ("msgid", "msgstr", "problem"),
    [
        ("Close", " ", "not translated"),
        (" or ", "tai ", "other space at the start"),
        (" or ", " tai", "other space at the end"),
        ("One\n", "Yksi", "other space at the end"),
        ("Close?", "Sulje", "ends in “” instead of “?”"),
        ("Name:", "Nimi", "ends in “” instead of “:”"),
        ("<b>Name</b>:", "<b>Nimi</b>", "ends in “” instead of “:”"),
        ("Close this one", "Close this one", "left in English"),
    ],
)
def test_a_bad_translation_is_found(msgid: str, msgstr: str, problem: str) -> None:
    assert checks.check_pair(msgid, msgstr) == [problem]


def test_a_translator_can_say_that_a_text_is_the_same() -> None:
    text = "Helpdesk Futural digital"
    assert checks.check_pair(text, text) == ["left in English"]
    assert checks.check_pair(text, text, comment="same – a name") == []


def test_a_translator_can_say_that_a_text_rightly_ends_otherwise() -> None:
    assert checks.check_pair("By", "Ryhmittely:") == ["ends in “:” instead of “”"]
    assert checks.check_pair("By", "Ryhmittely:", comment="ending – a name follows") == []


def test_a_catalogue_in_step_with_its_template_has_no_finding() -> None:
    template = catalogue(entry("Stage"), language="")
    assert checks.check_catalogue(catalogue(entry("Stage", "Vaihe")), template, "fi") == []


def test_a_catalogue_lacks_nothing_and_has_nothing_else() -> None:
    template = catalogue(entry("Stage"), entry("Team"), language="")
    found = catalogue(
        entry("Stage", "Vaihe"), entry("Stage", "Taso"), entry("Old", "Vanha", obsolete=True)
    )
    assert problems(checks.check_catalogue(found, template, "fi")) == [
        ("Team", "missing"),
        ("Stage", "more than once"),
        ("Old", "obsolete"),
    ]
    extra = catalogue(entry("Stage", "Vaihe"), entry("Team", "Tiimi"), entry("More", "Lisää"))
    assert problems(checks.check_catalogue(extra, template, "fi")) == [
        ("More", "not in the template")
    ]


def test_a_text_used_elsewhere_since_is_found() -> None:
    template = catalogue(entry("Stage", occurrences=[("model:y", "")]), language="")
    found = checks.check_catalogue(catalogue(entry("Stage", "Vaihe")), template, "fi")
    assert problems(found) == [("Stage", "other places or notes than in the template")]


def test_a_fuzzy_translation_is_found() -> None:
    template = catalogue(entry("Stage"), language="")
    found = catalogue(entry("Stage", "Vaihe", flags=["fuzzy"]))
    assert problems(checks.check_catalogue(found, template, "fi")) == [("Stage", "fuzzy")]


def test_the_header_says_how_the_language_counts() -> None:
    wrong = catalogue()
    wrong.metadata["Plural-Forms"] = "nplurals=1; plural=0;"
    assert problems(checks.check_catalogue(wrong, catalogue(language=""), "fi")) == [
        (
            "(header)",
            "Plural-Forms is “nplurals=1; plural=0;”, not “nplurals=2; plural=(n != 1);”",
        )
    ]


def test_addons_agree_on_a_translation() -> None:
    by_addon = {
        "base": catalogue(entry("Stage", "Vaihe"), entry("Team", "Tiimi")),
        "portal": catalogue(entry("Stage", "Taso"), entry("Team", "Tiimi")),
    }
    assert problems(checks.check_agreement(by_addon)) == [
        ("Stage", "“Taso” in portal, “Vaihe” in base")
    ]


def test_a_template_that_fell_behind_the_code_is_found() -> None:
    committed = catalogue(entry("Stage"), entry("Gone"), language="")
    exported = catalogue(entry("Stage"), entry("New"), language="")
    assert problems(checks.compare_templates(committed, exported)) == [
        ("New", "missing"),
        ("Gone", "not in the template"),
    ]
