"""Every way to install, upgrade and uninstall that takes too long for each test run: ``make upgrades``."""

from __future__ import annotations

import pytest

from dev import console, paths

from .company import (
    CONTACTS,
    HELPDESK_WORKS,
    USE,
    WORKS,
    changed,
    left_behind,
    lost,
    not_kept,
    versions,
)
from .scratch import config_with, differences, empty, old_code, scratch

CORE, TIMESHEET, PORTAL = paths.ADDONS
BESIDE = "website,crm,stock,account"
#: The last commit at which the two other addons had the version that landed first, with the core addon's third.
LANDED_TOGETHER = "088b907"
#: What there is in a company's database before ours come.
EXISTING = ("sale_order", "account_analytic_line", "account_move", "crm_lead", "stock_picking")
#: What may be long, and has nothing to do with tickets: no row of it is written.
NOT_WRITTEN = ("res_partner", "account_analytic_line", "rating_rating", "mail_message")
#: Of a module's queries, how many may depend on what else happened to be in memory.
BY_CHANCE = 20


@pytest.mark.parametrize(
    ("suite", "modules"),
    [("core", (CORE,)), ("website", (PORTAL, CORE)), ("all", (CORE,))],
    ids=["alone", "website", "all-at-once"],
)
def test_they_go_from_other_companies_too(suite, modules):
    """The last takes the other two with it, as it does for whoever uninstalls it in Apps."""
    with scratch(suite, bare=True) as database:
        before, rows = database.schema(), database.rows()
    with scratch(suite) as database:
        assert left_behind(database)
        for addon in modules:
            database.uninstall(addon)
        assert versions(database) == {}
        database.shell(WORKS, "See that Odoo works")
        assert differences(before, database.schema()) == {}
        assert lost(rows, database.rows()) == {}
        assert left_behind(database) == {}


@pytest.mark.parametrize(
    "order",
    [(CORE, TIMESHEET, PORTAL), (PORTAL, TIMESHEET), (TIMESHEET, PORTAL)],
    ids=lambda order: "-".join(name.removeprefix("helpdesk_futural") or "_core" for name in order),
)
@pytest.mark.parametrize("demo", [True, False], ids=["demo", "empty"])
def test_any_order_will_do(order, demo):
    with scratch("all") as fresh:
        expected = fresh.schema()
    with scratch("all", bare=True) as database:
        if not demo:
            database.keep_demo_data_out()
        for addon in order:
            database.odoo("-i", addon)
        assert set(versions(database)) == set(paths.ADDONS)
        [[tickets]] = database.sql("SELECT count(*) AS n FROM helpdesk_ticket")
        assert bool(tickets) == demo
        schema = database.schema()
        for kind in ("columns", "indexes", "constraints"):
            assert differences(expected[kind], schema[kind]) == {}


def test_a_new_database_and_what_comes_later():
    with empty() as database:
        database.odoo("-i", ",".join(paths.ADDONS))
        assert database.sql("SELECT count(*) AS n FROM helpdesk_ticket") == [[0]]
        database.shell(HELPDESK_WORKS, "See that the helpdesk works")
        before = database.contents(of="helpdesk_")
        database.odoo("-i", BESIDE)
        assert changed(before, database.contents(of="helpdesk_")) == {}
        database.shell(HELPDESK_WORKS, "See that the helpdesk works")
        for addon in (PORTAL, TIMESHEET):
            database.uninstall(addon)
            database.shell(HELPDESK_WORKS, "See that the helpdesk works")
        database.uninstall(CORE)
        database.shell(WORKS, "See that Odoo works")
        assert left_behind(database) == {}


def test_beside_everything_and_ten_thousand_contacts():
    addons = ",".join(paths.ADDONS)
    with scratch("all", bare=True) as database:
        database.odoo("-i", BESIDE)
        database.keep_demo_data_out()
        with database.copied() as small:
            few = small.odoo("-i", addons)
        database.shell(CONTACTS, "Enter 10,000 contacts")
        before, rows, contents = database.schema(), database.rows(), database.contents()
        assert rows["res_partner"] > 10_000
        assert [table for table in EXISTING if not rows[table]] == []

        written = {table: database.writes(table) for table in NOT_WRITTEN}
        many = database.odoo("-i", addons)
        for addon in paths.ADDONS:
            console.say(f"  {addon}: {few[addon]}, with the contacts {many[addon]}")
            assert abs(many[addon].queries - few[addon].queries) <= BY_CHANCE
        for table in NOT_WRITTEN:
            assert database.writes(table) - written[table] < BY_CHANCE, table
        assert changed(contents, database.contents(columns_of=before)) == {}

        database.shell(USE, "Use the helpdesk")
        used = database.contents(columns_of=before)
        for addon in (PORTAL, TIMESHEET, CORE):
            database.uninstall(addon)
        assert differences(before, database.schema()) == {}
        assert changed(contents, used) == changed(contents, database.contents())
        assert not_kept(database) == []
        database.shell(WORKS, "See that Odoo works")
        assert lost(rows, database.rows()) == {}
        assert left_behind(database) == {}


def test_what_landed_together_can_be_upgraded(tmp_path):
    addons = old_code(LANDED_TOGETHER, tmp_path / "old")
    if not addons:
        pytest.skip("this checkout has no history")
    with scratch("all") as fresh:
        expected, current = fresh.schema(of="helpdesk_"), versions(fresh)
    with scratch("all", bare=True) as database:
        config = config_with(database.instance, addons)
        database.odoo("-i", ",".join(paths.ADDONS), config=config)
        assert versions(database) == {
            CORE: "19.0.1.3.0",
            TIMESHEET: "19.0.1.1.0",
            PORTAL: "19.0.1.1.0",
        }
        rows = database.rows()
        schema, contents = database.schema(), database.contents()
        assert [table for table in ("helpdesk_ticket", *EXISTING[:2]) if not rows[table]] == []
        database.odoo("-u", CORE)
        assert versions(database) == current
        for kind in ("columns", "indexes", "constraints"):
            assert differences(expected[kind], database.schema(of="helpdesk_")[kind]) == {}
        assert changed(contents, database.contents(columns_of=schema)) == {}
        database.shell(HELPDESK_WORKS, "See that the helpdesk works")
