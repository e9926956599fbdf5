"""The company that people work for under load, and a copy of its database for each run."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import psycopg2
from psycopg2.extensions import make_dsn

from odoo import SUPERUSER_ID, Command, api, sql_db
from odoo.modules.registry import Registry
from odoo.tools import config

from tests.bench.load import Loader
from tests.mailservers import HOST, ImapMailbox

BILLER = "bookkeeper"
_PREPARED = "helpdesk_bench.load_prepared"
_TICKETS = 10_000
_CUSTOMERS = 5


def fill(database: str) -> None:
    """Bring the original database to what each run begins with, once."""
    Loader.load_to(database, _TICKETS)
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"no_reset_password": True})
        parameters = env["ir.config_parameter"]
        if not parameters.get_param(_PREPARED):
            _give_passwords(env)
            _set_up_billing(env)
            parameters.set_param(_PREPARED, "1")
    _disconnect()


def _give_passwords(env: api.Environment) -> None:
    users = env["res.users"].search(
        ["|", ("login", "=like", "agent%"), ("login", "=like", "portal.%@portti.example")]
    )
    for user in users:
        user.password = user.login
    env.ref("base.user_admin").password = "admin"
    template = env.ref("helpdesk_futural.mail_template_received")
    env["helpdesk.team"].search([("name", "=like", "Bench %")]).write(
        {"acknowledgement_template_id": template.id}
    )


def _set_up_billing(env: api.Environment) -> None:
    """Let one team bill hours afterwards, and its customers have an order and a few tickets each."""
    company = env.ref("base.main_company")
    env["account.chart.template"].try_loading("generic_coa", company=company, install_demo=False)
    groups = (
        "helpdesk_futural.group_helpdesk_user",
        "hr_timesheet.group_hr_timesheet_user",
        "sales_team.group_sale_salesman_all_leads",
        "account.group_account_invoice",
    )
    biller = env["res.users"].create(
        {
            "name": "Bookkeeper",
            "login": BILLER,
            "email": f"{BILLER}@apu.example",
            "password": BILLER,
            "group_ids": [Command.link(env.ref(name).id) for name in groups],
        }
    )
    env["hr.employee"].create({"name": "Bookkeeper", "user_id": biller.id})
    product = env["product.product"].create(
        {
            "name": "Support Hours",
            "type": "service",
            "service_policy": "delivered_timesheet",
            "uom_id": env.ref("uom.product_uom_hour").id,
            "list_price": 80,
            "taxes_id": [Command.clear()],
        }
    )
    team = env["helpdesk.team"].create(
        {
            "name": "Billed",
            "member_ids": [Command.set(biller.ids)],
            "use_helpdesk_sale_timesheet": True,
            "timesheet_product_id": product.id,
        }
    )
    customers = env["res.partner"].create(
        [{"name": f"Maksaja {number} Oy", "is_company": True} for number in range(_CUSTOMERS)]
    )
    orders = env["sale.order"].create(
        [
            {
                "partner_id": customer.id,
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": 10}),
                ],
            }
            for customer in customers
        ]
    )
    orders.action_confirm()
    env["helpdesk.ticket"].create(
        [
            {
                "name": f"Billed {number} of {order.name}",
                "team_id": team.id,
                "partner_id": order.partner_id.id,
                "user_id": biller.id,
                "sale_line_id": order.order_line.id,
            }
            for order in orders
            for number in range(4)
        ]
    )


def copy(database: str, dsn: str) -> str:
    """Make a fresh copy of the database, attachments included; return its name."""
    name = f"{database}_run"
    connection = psycopg2.connect(make_dsn(dsn, dbname="postgres"))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{database}"')
        # A server that crashes loses nothing that it confirmed, as in production.
        cursor.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = on')
    connection.close()
    source, target = Path(config.filestore(database)), Path(config.filestore(name))
    shutil.rmtree(target, ignore_errors=True)
    if source.is_dir():
        # Attachments never change in place. A file with one name only is the run's own.
        shutil.copytree(source, target, copy_function=os.link)
    return name


def connect(database: str, smtp_port: int, mailbox: ImapMailbox | None, imap_port: int) -> None:
    """Tell the helpdesk of its mail servers."""
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        env["mail.mail"].search([]).unlink()  # what filling the database wanted to send
        env["ir.mail_server"].create(
            {
                "name": "Load",
                "smtp_host": HOST,
                "smtp_port": smtp_port,
                "smtp_encryption": "none",
                "smtp_authentication": "login",
                "from_filter": "apu.example",
            }
        )
        if mailbox:
            team = env["helpdesk.team"].search([("name", "=", "Bench 0")])
            env["fetchmail.server"].create(
                {
                    "name": "Load",
                    "server_type": "imap",
                    "server": HOST,
                    "port": imap_port,
                    "user": mailbox.user,
                    "password": mailbox.password,
                    "helpdesk_team_id": team.id,
                    "state": "done",
                }
            )
    _disconnect()


def _disconnect() -> None:
    """Leave the database: the server has connections of its own, and a copy wants the original alone."""
    sql_db.close_all()
    Registry.delete_all()
