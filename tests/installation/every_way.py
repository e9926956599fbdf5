"""Every way to install and uninstall that takes too long for each test run: ``make upgrades``."""

from __future__ import annotations

import pytest

from dev import paths

from .company import USE, WORKS, left_behind, lost, versions
from .scratch import differences, scratch

CORE, TIMESHEET, PORTAL = paths.ADDONS


@pytest.mark.parametrize(("suite", "modules"), [("core", (CORE,)), ("website", (PORTAL, CORE))])
def test_they_go_from_other_companies_too(suite, modules):
    with scratch(suite, bare=True) as database:
        before, rows = database.schema(), database.rows()
    with scratch(suite) as database:
        for addon in modules:
            database.uninstall(addon)
        database.shell(WORKS)
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
        for addon in order:
            database.odoo("-i", addon, *(["--with-demo"] if demo else []))
        assert set(versions(database)) == set(paths.ADDONS)
        schema = database.schema()
        for kind in ("columns", "indexes", "constraints"):
            assert differences(expected[kind], schema[kind]) == {}


def test_beside_everything_and_ten_thousand_contacts():
    with scratch("all", bare=True) as database:
        database.odoo("-i", "website,crm,stock,account")
        database.shell(
            """
env["res.partner"].create([
{"name": f"Contact {i}", "email": f"c{i}@kunde.example", "is_company": not i % 10}
for i in range(10_000)
])
env.cr.commit()"""
        )
        before, rows = database.schema(), database.rows()
        database.odoo("-i", ",".join(paths.ADDONS))
        assert database.rows()["res_partner"] >= rows["res_partner"]
        database.shell(USE)
        for addon in (PORTAL, TIMESHEET, CORE):
            database.uninstall(addon)
        database.shell(WORKS)
        assert differences(before, database.schema()) == {}
        assert lost(rows, database.rows()) == {}
        assert left_behind(database) == {}
