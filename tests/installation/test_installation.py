"""What becomes of a company's database when the addons come, change, go and come back."""

from __future__ import annotations

import re

import pytest

from dev import paths

from .company import USE, WORKS, left_behind, lost, not_kept, versions
from .scratch import config_with, differences, old_code, scratch

#: The last commit of the version that landed first, 19.0.1.0.0.
FIRST_VERSION = "6d6cd24"
CORE, TIMESHEET, PORTAL = paths.ADDONS


def test_each_addon_goes_without_a_trace_and_comes_back():
    with scratch("all", bare=True) as database:
        before, rows = database.schema(), database.rows()
    with scratch("all") as database:
        installed = database.schema()
        database.shell(USE, "Use the helpdesk")
        for addon in (TIMESHEET, PORTAL, CORE):
            database.uninstall(addon)
            database.shell(WORKS, "See that Odoo works")
        assert differences(before, database.schema()) == {}
        assert lost(rows, database.rows()) == {}
        assert left_behind(database) == {}
        assert not_kept(database) == []
        database.odoo("-i", ",".join(paths.ADDONS))
        assert set(versions(database)) == set(paths.ADDONS)
        assert differences(installed, database.schema()) == {}


def test_the_first_version_can_be_upgraded(tmp_path):
    addons = old_code(FIRST_VERSION, tmp_path / "old")
    if not addons:
        pytest.skip("this checkout has no history")
    with scratch("core") as fresh:
        expected = fresh.schema(of="helpdesk_")
        current = versions(fresh)
    with scratch("core", bare=True) as database:
        config = config_with(database.instance, addons)
        database.odoo("-i", CORE, config=config)
        assert versions(database) == {CORE: "19.0.1.0.0"}
        tickets = database.sql("SELECT id, ticket_ref, stage_id FROM helpdesk_ticket ORDER BY id")
        database.odoo("-u", CORE)
        assert versions(database) == current
        assert tickets == database.sql(
            "SELECT id, ticket_ref, stage_id FROM helpdesk_ticket ORDER BY id"
        )
        # Counters of cases are made day by day.
        upgraded = database.schema(of="helpdesk_")
        for schema in (expected, upgraded):
            schema["sequences"] = {
                n: t for n, t in schema["sequences"].items() if not re.search(r"_\d{8}$", n)
            }
        assert {k: differences(expected[k], upgraded[k]) for k in expected} == {
            k: {} for k in expected
        }
        [[with_history, answered, with_hours]] = database.sql(
            """SELECT count(*) FILTER (WHERE jsonb_array_length(stage_history) > 0) AS a,
                      count(first_response_date) AS b, count(first_response_hours) AS c
                 FROM helpdesk_ticket"""
        )
        assert with_history == len(tickets)
        assert with_hours == answered > 20
        [[digests]] = database.sql(
            "SELECT count(*) AS n FROM digest_digest WHERE kpi_helpdesk_tickets_open"
        )
        assert digests, "administrators get their weekly numbers"
