"""What a translation may not change."""

from __future__ import annotations

import pytest

from i18n import markup


@pytest.mark.parametrize(
    ("msgid", "msgstr"),
    [
        ("%(agent)s took %(ticket)s", "%(ticket)s: käsittelijä %(agent)s"),
        ("%s of %s", "%s / %s"),
        ("100 % of %s", "100 % / %s"),
        ("Hello {name}", "Hei {name}"),
        ("{{ object.team_id.name }} answered", "Vastaus: {{ object.team_id.name }}"),
        ("See https://example.com/a?b=1.", "Katso https://example.com/a?b=1."),
        ("at 50%", "50 prosentissa"),
    ],
)
def test_placeholders_may_move(msgid: str, msgstr: str) -> None:
    assert markup.placeholder_problems(msgid, msgstr) == []


@pytest.mark.parametrize(
    ("msgid", "msgstr", "problem"),
    [
        ("%(agent)s wrote", "%(asiakas)s kirjoitti", "placeholder missing: %(agent)s"),
        ("%s of %s", "%s", "placeholder missing: %s"),
        ("none", "%s", "placeholder too many: %s"),
        ("%s: %d", "%d: %s", "placeholders in another order: %d, %s"),
        ("%s h", "%s % h", "a “%” beside placeholders"),
        ("Hello {name}", "Hei {nimi}", "placeholder missing: {name}"),
        (
            "{{ object.name }} is solved",
            "{{ object.nimi }} ratkaistiin",
            "placeholder missing: {{ object.name }}",
        ),
        ("#{ticket.name}", "{ticket.name}", "placeholder missing: #{ticket.name}"),
        (
            "See https://example.com/en",
            "Katso https://example.com/fi",
            "placeholder missing: https://example.com/en",
        ),
        (
            '<a title="%s">x</a>',
            '<a title="">x</a>',
            "placeholder missing: %s",
        ),
    ],
)
def test_placeholders_stay(msgid: str, msgstr: str, problem: str) -> None:
    assert any(found.startswith(problem) for found in markup.placeholder_problems(msgid, msgstr))


@pytest.mark.parametrize(
    ("msgid", "msgstr"),
    [
        (
            '<b>Ticket</b> of <t t-out="object.partner_id.name"/>',
            '<t t-out="object.partner_id.name"/>: <b>tiketti</b>',
        ),
        ('<i class="fa" title="Late"/> Late', '<i title="Myöhässä" class="fa"/> Myöhässä'),
        ("1 < 2 & 3 > 2", "1 < 2 ja 3 > 2"),
        ("a<br/>b", "a<br>b"),
    ],
)
def test_words_around_and_in_tags_are_free(msgid: str, msgstr: str) -> None:
    assert markup.tag_problems(msgid, msgstr) == []


@pytest.mark.parametrize(
    ("msgid", "msgstr", "problem"),
    [
        ("<b>a</b>", "a", "tag missing: <b>"),
        ("a", "<b>a</b>", "tag too many: <b>"),
        ('<t t-out="a"/>', '<t t-out="b"/>', 'tag missing: <t t-out="a">'),
        ('<a href="/x">a</a>', '<a href="/y">a</a>', 'tag missing: <a href="/x">'),
        ('<i title="Late"/>', "<i/>", "tag missing: <i title>"),
        ("<b><i>a</i></b>", "<b><i>a</b></i>", "tags are closed in another order"),
    ],
)
def test_tags_and_expressions_stay(msgid: str, msgstr: str, problem: str) -> None:
    assert any(found.startswith(problem) for found in markup.tag_problems(msgid, msgstr))


def test_only_what_people_read_counts_as_text() -> None:
    text = '<a href="/stage" title="Open">%(stage)s {{ ticket.name }}</a> of #{team}'
    assert markup.visible_text(text).split() == ["Open", "of"]
