"""Which words a translation has to use."""

from __future__ import annotations

from pathlib import Path

import pytest

from i18n import checks, glossary

ROWS = """term,translation,stems,avoid
ticket,tiketti,tiket|tukipyyn,lippu
policy,käytäntö,käytän,
SLA policy,SLA-sääntö,sla-sään,
category,kategoria,kategori,
=Low,Matala,,
"""


@pytest.fixture
def terms(tmp_path: Path) -> list[glossary.Term]:
    path = tmp_path / "fi.csv"
    path.write_text(ROWS)
    return glossary.read(path)


@pytest.mark.parametrize(
    ("msgid", "msgstr"),
    [
        ("Open tickets", "Avoimet tiketit"),
        ("Ticket of a customer", "Asiakkaan tukipyyntö"),
        ("Two categories", "Kaksi kategoriaa"),
        # Of a longer term, the parts are no terms.
        ("SLA policies", "SLA-säännöt"),
        # Not words that people read, and not the word.
        ('<t t-out="ticket"/> %(ticket)s', '<t t-out="ticket"/> %(ticket)s'),
        ("ticketing", "tukipyynnöt"),
        # A label's word, only where it is the label.
        ("Running low", "Loppumassa"),
        ("Low", "Matala"),
    ],
)
def test_the_glossary_is_followed(terms: list[glossary.Term], msgid: str, msgstr: str) -> None:
    assert glossary.problems(terms, msgid, msgstr, ()) == []


@pytest.mark.parametrize(
    ("msgid", "msgstr", "problem"),
    [
        ("Open Tickets", "Avoimet pyynnöt", "glossary: “ticket” is “tiketti”"),
        ("A ticket", "Tiketti eli lippu", "glossary: “ticket” is “tiketti”, not “lippu”"),
        ("SLA policies", "SLA-käytännöt", "glossary: “SLA policy” is “SLA-sääntö”"),
        ("category", "luokka", "glossary: “category” is “kategoria”"),
        ("low", "Alin", "glossary: “Low” is “Matala”"),
    ],
)
def test_another_word_is_found(
    terms: list[glossary.Term], msgid: str, msgstr: str, problem: str
) -> None:
    assert glossary.problems(terms, msgid, msgstr, ()) == [problem]


def test_a_translator_can_excuse_a_term(terms: list[glossary.Term]) -> None:
    assert glossary.problems(terms, "Train ticket", "Junalippu", ["Ticket"]) == []


def test_glossaries_have_the_same_terms_and_obey_themselves(terms: list[glossary.Term]) -> None:
    english = ["ticket", "policy", "SLA policy", "=Low", "agent"]
    assert checks.check_glossaries(english, {"fi": terms}) == [
        "fi: agent is missing",
        "fi: category is not in en.csv",
    ]
    wrong = [glossary.Term("team", "ryhmä", ("tiimi",), (), whole=False)]
    assert checks.check_glossaries(["team"], {"fi": wrong}) == [
        "fi: team: its own translation breaks its rule"
    ]
