"""A company moves in from OCA's helpdesk: one story, in the order in which it happens."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from .house import House, Move, built

#: Tickets of the company that has no counterpart here.
REFUSED = 1
PARTNERS = "SELECT count(*) FROM res_partner"
BROUGHT = "SELECT count(*) FROM helpdesk_ticket WHERE former_ref IS NOT NULL"
SAID_THERE = (
    "SELECT count(*) FROM mail_message m JOIN helpdesk_ticket t ON m.model = 'helpdesk.ticket' AND m.res_id = t.id"
    " WHERE m.message_type != 'user_notification' AND t.name != 'Of the sold company'"
)
SAID_HERE = (
    "SELECT count(*) FROM mail_message m JOIN helpdesk_ticket t ON m.model = 'helpdesk.ticket' AND m.res_id = t.id"
    " WHERE t.former_ref IS NOT NULL"
)
EVERYTHING = " UNION ALL ".join(
    f"SELECT '{table}', count(*) FROM {table}"
    for table in (
        *(
            "helpdesk_ticket",
            "helpdesk_team",
            "helpdesk_stage",
            "helpdesk_tag",
            "helpdesk_ticket_type",
        ),
        *("mail_message", "mail_followers", "mail_tracking_value", "ir_attachment", "res_partner"),
        *("res_users", "helpdesk_ticket_related_rel", "helpdesk_import_record", "mail_alias"),
    )
)
OUTGOING = (
    "SELECT (SELECT count(*) FROM mail_mail), (SELECT count(*) FROM mail_notification),"
    " (SELECT count(*) FROM helpdesk_sla_status), (SELECT count(*) FROM mail_activity),"
    " (SELECT count(*) FROM rating_rating)"
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Both databases, a few hundred tickets in the one, some people in the other."""
    with built(tmp_path_factory.mktemp("oca")) as house:
        assert "FILLED" in house.run_there("fill_source")
        assert "PREPARED" in house.run_here("prepare_target")
        yield house


@pytest.fixture(scope="module")
def before(house: House) -> dict[str, list]:
    """What there was before anybody moved in."""
    return {"everything": house.here(EVERYTHING), "outgoing": house.here(OUTGOING)}


@pytest.fixture(scope="module")
def moved(house: House, before: dict) -> Move:
    """The first move; a dry run that came before it left nothing."""
    dry = house.move("--dry-run")
    assert "Nothing was changed" in dry.output
    assert house.here(EVERYTHING) == before["everything"]
    move = house.move()
    assert dry.report.count("\n") == move.report.count("\n")
    return move


@pytest.fixture(scope="module")
def moved_again(house: House, moved: Move) -> Move:
    """The second move, after nothing has changed."""
    count = house.here(EVERYTHING)
    move = house.move()
    assert house.here(EVERYTHING) == count, "something came twice"
    return move


def test_every_ticket_comes_but_those_of_a_company_that_is_not_here(
    house: House, moved: Move
) -> None:
    [[there]] = house.there("SELECT count(*) FROM helpdesk_ticket")
    assert there > 300
    assert house.here(BROUGHT) == [[there - REFUSED]]
    assert moved.code == 1
    assert "Of the sold company" in moved.report
    assert '--company ""Myyty Oy=…""' in moved.report


def test_everything_said_comes_with_its_author_date_and_visibility(
    house: House, moved: Move
) -> None:
    assert house.here(SAID_HERE) == house.there(SAID_THERE)
    facts = (
        "SELECT m.message_id, to_char(m.date, 'YYYY-MM-DD HH24:MI'), m.message_type,"
        " COALESCE(m.is_internal, FALSE), s.internal,"
        " p.name IS NOT NULL AS author FROM mail_message m JOIN mail_message_subtype s ON s.id = m.subtype_id"
        " LEFT JOIN res_partner p ON p.id = m.author_id"
        " WHERE m.message_id LIKE '<%.1_@%' OR m.message_id LIKE '<note.%' ORDER BY 1"
    )
    assert len(house.there(facts)) > 300
    assert house.here(facts) == house.there(facts)


def test_a_ticket_keeps_its_values_dates_and_former_number(house: House, moved: Move) -> None:
    there = (
        "SELECT number, t.name, t.description, priority, COALESCE(kanban_state, 'normal'), t.active,"
        " date_trunc('second', t.create_date), assigned_date, closed_date,"
        " s.name->>'en_US' AS stage, c.name->>'en_US' AS category,"
        " (SELECT array_agg(lower(g.name->>'en_US') ORDER BY 1) FROM helpdesk_ticket_helpdesk_ticket_tag_rel r"
        "  JOIN helpdesk_ticket_tag g ON g.id = r.helpdesk_ticket_tag_id WHERE r.helpdesk_ticket_id = t.id)"
        " FROM helpdesk_ticket t JOIN helpdesk_ticket_stage s ON s.id = t.stage_id"
        " LEFT JOIN helpdesk_ticket_category c ON c.id = t.category_id"
        " WHERE t.name LIKE 'Problem 1__' AND t.user_id = (SELECT id FROM res_users WHERE login LIKE 'aino@%')"
        " ORDER BY 1"
    )
    here = (
        "SELECT former_ref, t.name, t.description, priority, kanban_state, t.active,"
        " date_trunc('second', t.create_date), assign_date, close_date,"
        " CASE s.name->>'en_US' WHEN 'Closed' THEN 'Done' ELSE s.name->>'en_US' END AS stage,"
        " c.name->>'en_US' AS category,"
        " (SELECT array_agg(lower(g.name->>'en_US') ORDER BY 1) FROM helpdesk_tag_helpdesk_ticket_rel r"
        "  JOIN helpdesk_tag g ON g.id = r.helpdesk_tag_id WHERE r.helpdesk_ticket_id = t.id)"
        " FROM helpdesk_ticket t JOIN helpdesk_stage s ON s.id = t.stage_id"
        " LEFT JOIN helpdesk_ticket_type c ON c.id = t.ticket_type_id"
        " WHERE t.name LIKE 'Problem 1__' AND t.user_id = (SELECT id FROM res_users WHERE login LIKE 'aino@%')"
        " ORDER BY 1"
    )
    assert len(house.there(there)) == 25
    assert house.here(here) == house.there(there)


def test_case_numbers_are_of_the_day_on_which_the_ticket_came_and_none_is_taken_twice(
    house: House, moved: Move
) -> None:
    wrong = (
        "SELECT t.id FROM helpdesk_ticket t JOIN helpdesk_team e ON e.id = t.team_id"
        " JOIN resource_calendar c ON c.id = e.resource_calendar_id WHERE former_ref IS NOT NULL"
        " AND left(ticket_ref, 6) != to_char(t.create_date AT TIME ZONE 'UTC' AT TIME ZONE c.tz, 'YYMMDD')"
    )
    assert house.here(wrong) == []
    assert house.here("SELECT count(*) - count(DISTINCT ticket_ref) FROM helpdesk_ticket") == [[0]]


def test_teams_and_stages_mean_the_same_in_each_company(house: House, moved: Move) -> None:
    teams = house.here(
        "SELECT t.name->>'en_US', c.name, t.active, a.alias_name FROM helpdesk_team t"
        " JOIN res_company c ON c.id = t.company_id JOIN mail_alias a ON a.id = t.alias_id"
        " WHERE t.name->>'en_US' IN ('Tuki', 'Common', 'Old', 'Without Team') ORDER BY 1, 2"
    )
    [[ours]] = house.here("SELECT name FROM res_company ORDER BY id LIMIT 1")
    assert [team[:3] for team in teams] == [
        *(["Common", ours, True], ["Common", "tytär oy", True], ["Old", ours, False]),
        *(["Tuki", ours, True], ["Tuki", "tytär oy", True], ["Without Team", ours, True]),
    ]
    assert ["Tuki", ours, True, "tuki"] in teams
    stages = dict(
        house.here(
            "SELECT DISTINCT s.name->>'en_US', s.state FROM helpdesk_stage s"
            " JOIN helpdesk_ticket t ON t.stage_id = s.id WHERE t.former_ref IS NOT NULL"
        )
    )
    assert stages == {
        "New": "new",
        "In Progress": "in_progress",
        "Ordering parts": "in_progress",
        "Waiting for Customer": "waiting",
        "On hold": "waiting",
        "Closed": "closed",
        "Cancelled": "closed",
        "Rejected": "closed",
    }


def test_one_address_is_one_contact_however_it_is_written(house: House, moved: Move) -> None:
    contacts = house.here(
        "SELECT email_normalized, count(*) FROM res_partner WHERE email_normalized IN"
        " ('paivi@kahvila.example', 'known@tuttu.example', 'info@kahvila.example', 'gone@pois.example')"
        " GROUP BY 1 ORDER BY 1"
    )
    assert [count for _email, count in contacts] == [1, 1, 1, 1]
    [[organisation, city, function]] = house.here(
        "SELECT o.name, o.city, p.function FROM res_partner p JOIN res_partner o ON o.id = p.parent_id"
        " WHERE p.email_normalized = 'paivi@kahvila.example'"
    )
    assert (organisation, city, function) == ("Kahvila Oy", "Turku", "Chef")
    # Of the ticket that had an address but no contact there.
    assert house.here("SELECT count(*) FROM res_partner WHERE email = 'lost@muualla.example'") == [
        [1]
    ]


def test_agents_are_found_by_login_and_who_is_gone_stays_an_agent(
    house: House, moved: Move
) -> None:
    users = house.here(
        "SELECT login, active FROM res_users WHERE login LIKE '%@yritys.example' ORDER BY 1"
    )
    assert users == [
        ["aino@yritys.example", True],
        ["eero@yritys.example", False],
        ["sari@yritys.example", True],
    ]
    # Nobody who is archived or without rights has an open ticket.
    assert house.here(
        "SELECT DISTINCT u.login FROM helpdesk_ticket t JOIN res_users u ON u.id = t.user_id"
        " WHERE t.former_ref IS NOT NULL AND t.state != 'closed'"
    ) == [["aino@yritys.example"]]
    assert ["eero@yritys.example"] in house.here(
        "SELECT DISTINCT u.login FROM helpdesk_ticket t JOIN res_users u ON u.id = t.user_id"
        " WHERE t.former_ref IS NOT NULL AND t.state = 'closed'"
    )
    # What each of the three answered counts as an agent's answer, Eero's too.
    assert house.here(
        "SELECT DISTINCT first_response_date - date_trunc('second', create_date), answered_customer_message_count"
        " FROM helpdesk_ticket WHERE name ~ '^Problem [0-9]' AND former_ref IS NOT NULL"
    ) == [["02:00:00", 1]]


def test_a_ticket_that_came_by_mail_keeps_its_pictures_files_and_stages(
    house: House, moved: Move
) -> None:
    [[id_, description, history, serial, state]] = house.here(
        "SELECT id, description, stage_history, properties->>'serial', state FROM helpdesk_ticket"
        " WHERE name = 'The coffee machine'"
    )
    files = dict(
        house.here(
            f"SELECT name, id FROM ir_attachment WHERE res_model = 'helpdesk.ticket' AND res_id = {id_}"
        )
    )
    assert sorted(files) == ["internal.txt", "leak.png", "manual.txt", "serial.txt"]
    assert f"/web/image/{files['leak.png']}?access_token=" in description
    assert [visit[1] for visit in history] == ["new", "in_progress", "waiting", "in_progress"]
    assert (serial, state) == ("SN-42", "in_progress")
    internal = house.here(
        "SELECT s.internal FROM message_attachment_rel r JOIN mail_message m ON m.id = r.message_id"
        f" JOIN mail_message_subtype s ON s.id = m.subtype_id WHERE r.attachment_id = {files['internal.txt']}"
    )
    assert internal == [[True]]
    [[path]] = house.here(f"SELECT store_fname FROM ir_attachment WHERE id = {files['manual.txt']}")
    assert (house.ours.filestore / house.target / path).read_bytes() == b"Turn it off and on again"
    related = house.here(
        "SELECT t.name FROM helpdesk_ticket_related_rel r JOIN helpdesk_ticket t ON t.id = r.related_id"
        f" WHERE r.ticket_id = {id_}"
    )
    assert related == [["Same as the coffee machine"]]
    assert ["Problem 0", "Problem 4"] in house.here(
        "SELECT t.name AS one, o.name AS other FROM helpdesk_ticket_related_rel r"
        " JOIN helpdesk_ticket t ON t.id = r.ticket_id JOIN helpdesk_ticket o ON o.id = r.related_id"
    )


def test_nobody_is_told_and_nothing_is_set_off(
    house: House, before: dict, moved_again: Move
) -> None:
    assert house.here(OUTGOING) == before["outgoing"]
    unread = "SELECT count(*) FROM helpdesk_ticket WHERE former_ref IS NOT NULL AND unread"
    assert house.here(unread) == [[0]]


def test_the_report_says_what_has_no_counterpart(moved: Move) -> None:
    for what in (
        "helpdesk_ticket.type_id",
        "helpdesk_sla,",
        "helpdesk_ticket_stage.mail_template_id",
        "channel “Fax”",
        "property “Contact” of the team Tuki",
        "lost.txt",
        "sari@yritys.example",
    ):
        assert what.lower() in moved.report.lower(), what


def test_a_second_move_brings_nothing(moved: Move, moved_again: Move) -> None:
    assert moved_again.code == 1  # the sold company's ticket, again
    [tickets] = [
        line.split() for line in moved_again.output.splitlines() if line.startswith("ticket ")
    ]
    assert tickets[1] == tickets[3] == "0"


def test_another_copy_of_the_same_database_is_recognised(house: House, moved_again: Move) -> None:
    move = house.move("--source-key", "another")
    assert move.code == 2
    assert "is here already" in move.errors


def test_a_later_move_brings_what_changed_there_and_keeps_what_changed_here(
    house: House, moved_again: Move
) -> None:
    assert "CHANGED" in house.run_there("change_source")
    assert "CHANGED" in house.run_here("change_target")
    count = dict(house.here(EVERYTHING))
    move = house.move()
    after = dict(house.here(EVERYTHING))
    assert after["helpdesk_ticket"] - count["helpdesk_ticket"] == 1
    names = {
        name
        for (name,) in house.here("SELECT name FROM helpdesk_ticket WHERE former_ref IS NOT NULL")
    }
    assert {"Problem 1, said more exactly", "Problem 2, renamed here", "New since then"} <= names
    assert not {"Problem 2, renamed there", "Problem 8"} & names
    assert "Changed here and there (Subject)" in move.output
    # Here changed only: stays.
    assert house.here("SELECT priority FROM helpdesk_ticket WHERE name = 'Problem 5'") == [["3"]]
    [[state, history, unanswered, waiting]] = house.here(
        "SELECT state, stage_history, oldest_unanswered_customer_message_date, close_date IS NOT NULL"
        " FROM helpdesk_ticket WHERE name = 'The coffee machine'"
    )
    assert (state, unanswered, waiting) == ("closed", None, True)
    assert history[-1][1] == "closed"
    assert house.here(
        "SELECT count(*) FROM mail_message WHERE message_id = '<drips@kahvila.example>'"
    ) == [[1]]
    assert house.here(
        "SELECT count(*) FROM ir_attachment WHERE name IN ('drip.txt', 'lost.txt')"
    ) == [[2]]
    # Sari has got her rights here, and so her tickets.
    assert ["sari@yritys.example"] in house.here(
        "SELECT DISTINCT u.login FROM helpdesk_ticket t JOIN res_users u ON u.id = t.user_id"
        " WHERE t.former_ref IS NOT NULL AND t.state != 'closed'"
    )
    # Aino has left the coffee machine.
    assert not house.here(
        "SELECT f.id FROM mail_followers f JOIN helpdesk_ticket t ON t.id = f.res_id"
        " JOIN res_partner p ON p.id = f.partner_id WHERE f.res_model = 'helpdesk.ticket'"
        " AND t.name = 'The coffee machine' AND p.email = 'aino@yritys.example'"
    )
    assert house.here("SELECT count(*) FROM mail_mail WHERE state = 'outgoing'") == [[0]]


def test_customers_reach_their_tickets_by_old_threads_and_old_numbers(
    house: House, moved_again: Move
) -> None:
    output = house.run_here("use_target")
    found = json.loads(output.partition("FOUND ")[2].splitlines()[0])
    assert found["by_headers"] == {"ticket": found["coffee"], "public": True}
    assert found["by_agents_answer"]["ticket"] == found["sender"]
    assert found["by_number"] == {"ticket": found["coffee"], "public": True}
    assert found["by_stranger"] == {"ticket": "new", "public": True}
    assert "The coffee machine" in found["search"]


def test_a_database_without_ocas_helpdesk_is_refused_in_one_sentence(house: House) -> None:
    for source, said in ((house.target, "not installed"), ("no_such_database", "can't be opened")):
        move = house.move(source=source)
        assert move.code == 2
        assert said in move.errors
        assert "Traceback" not in move.errors
