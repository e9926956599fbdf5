"""Let people and mails loose on a real server, break something, and see that nothing is lost or there twice.

Started by ``make load`` and ``make faults``. Exit code 1: something is lost, doubled, or (without a fault) was refused.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
import xmlrpc.client
from pathlib import Path

import psycopg2

from odoo import SUPERUSER_ID, api, sql_db
from odoo.modules.registry import Registry
from odoo.tools import config

from tests.bench.load import Loader, say
from tests.mailservers import HOST, SmtpServer

from .clients import Agent, Customer, Gateway
from .faults import FAULTS, Scene
from .ledger import Ledger, find_differences
from .server import OdooServer

_TICKETS = 10_000
_AGENTS, _CUSTOMERS, _GATEWAYS = 8, 6, 2
_CRONS = (
    "helpdesk_futural.ir_cron_incoming_mail",
    "mail.ir_cron_mail_scheduler_action",
    "helpdesk_futural.ir_cron_sla",
)


def main() -> int:
    """Run once for each fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--pause", type=float, default=0.5, help="between two clicks, on average")
    parser.add_argument("--faults", default="none", help="names, separated by commas")
    parser.add_argument("--dsn", required=True)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--stop-postgres", type=json.loads, default=[])
    parser.add_argument("--start-postgres", type=json.loads, default=[])
    options = parser.parse_args()
    config.parse_config(
        [f"--config={options.config}", f"--database={options.database}", "--log-level=error"]
    )
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # the SMTP server says each command
    Loader.load_to(options.database, _TICKETS)
    failed = []
    for name in options.faults.split(","):
        smtp = SmtpServer().start()
        prepare(options.database, smtp.port)
        if not run(name, smtp, options):
            failed.append(name)
        smtp.stop()
    say("")
    say(f"Failed: {', '.join(failed)}" if failed else "Nothing lost, nothing twice.")
    return 1 if failed else 0


def prepare(database: str, smtp_port: int) -> None:
    """Give people passwords and the helpdesk a mail server."""
    registry = Registry(database)
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"no_reset_password": True})
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
        servers = env["ir.mail_server"].with_context(active_test=False)
        values = {
            "name": "Load",
            "smtp_host": HOST,
            "smtp_port": smtp_port,
            "smtp_encryption": "none",
            "smtp_authentication": "login",
            "from_filter": "apu.example",
        }
        if server := servers.search([("name", "=", "Load")]):
            server.write(values)
        else:
            servers.create(values)
    # The server has connections of its own.
    sql_db.close_all()
    Registry.delete_all()


def run(name: str, smtp: SmtpServer, options: argparse.Namespace) -> bool:
    """Work for a while under one fault; tell whether everything is there afterwards."""
    fault = FAULTS[name]
    say(f"» {name}: {(fault.__doc__ or '').strip()}")
    server = OdooServer(options.config, options.database, options.log)
    server.start()
    ledger, until = Ledger(), time.time() + options.seconds
    Agent.database = Gateway.database = options.database
    common = (server.url, ledger, until, options.pause)
    clients = [
        *(Agent(*common, login=f"agent{number}") for number in range(_AGENTS)),
        *(
            Customer(*common, login=f"portal.{('own', 'company')[number % 2]}@portti.example")
            for number in range(_CUSTOMERS)
        ),
        *(
            Gateway(*common, address=f"bench{number}@apu.example", login="admin")
            for number in range(_GATEWAYS)
        ),
    ]
    for client in clients:
        client.start()
    try:
        fault(Scene(server, smtp, options.stop_postgres, options.start_postgres, until))
        for client in clients:
            client.join(options.seconds + 300)
        settle(server, options)
    finally:
        server.stop()
    differences = find_differences(ledger, options.dsn)
    confirmed = sum(entry.confirmed for entry in ledger.entries.values())
    say("\n".join(f"    {line}" for line in ledger.table()))
    say(f"  {len(ledger.entries)} things said, {confirmed} confirmed")
    sent = [(d.message["Message-ID"], d.recipients) for d in smtp.received]
    doubled = len(sent) - len(set(sent))
    say(f"  {len(sent)} mails sent, {doubled} of them twice")
    for error, times in ledger.errors.most_common(12):
        say(f"  {times:>5} × {error}")
    for difference in differences:
        say(f"  ✗ {difference}")
    if name == "none":
        return not differences and not ledger.errors and not doubled
    return not differences and (name == "kill" or not doubled)


def settle(server: OdooServer, options: argparse.Namespace) -> None:
    """Let half an hour pass for what a dead worker left, and run the scheduled actions that look after it."""
    server.wait()
    with psycopg2.connect(options.dsn) as connection, connection.cursor() as cursor:
        cursor.execute(
            "UPDATE helpdesk_incoming_mail SET attempt_date = attempt_date - INTERVAL '1 hour'"
            " WHERE state = 'processing'"
        )
        cursor.execute(
            "UPDATE mail_mail SET helpdesk_retry_date = helpdesk_retry_date - INTERVAL '1 day',"
            " write_date = write_date - INTERVAL '1 hour' WHERE state = 'exception'"
        )
        cursor.execute("SELECT id FROM helpdesk_incoming_mail WHERE state IN ('failed', 'held')")
        failed = [mail for (mail,) in cursor.fetchall()]
    with xmlrpc.client.ServerProxy(f"{server.url}/xmlrpc/2/object", allow_none=True) as proxy:

        def call(model: str, method: str, *args) -> object:
            return proxy.execute_kw(options.database, 2, "admin", model, method, list(args))

        for mail in failed:
            # What an administrator does, told by the message that they get.
            call("helpdesk.incoming.mail", "action_process", [mail])
        for xmlid in _CRONS:
            module, _, name = xmlid.partition(".")
            [found] = call(
                "ir.model.data",
                "search_read",
                [("module", "=", module), ("name", "=", name)],
                ["res_id"],
            )
            call("ir.cron", "method_direct_trigger", [found["res_id"]])


if __name__ == "__main__":
    sys.exit(main())
