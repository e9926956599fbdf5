"""Let people and mails loose on a real server, break something, and see that nothing is lost or there twice.

Started by ``make load`` and ``make faults``. Exit code 1: something is lost, doubled, or (without a fault) was refused;
or the fault did not hit.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import sys
import tempfile
import time
from pathlib import Path

from odoo.tools import config

from tests.bench.load import say
from tests.mailservers import ImapMailbox, SmtpServer

from . import company
from .audit import Before, Post, find_broken
from .billing import Biller
from .client import Client
from .fault import Fault
from .faults import FAULTS
from .ledger import Ledger, find_differences
from .line import FlakyLine
from .people import Agent, Customer
from .post import Gateway, Mailbox
from .scene import Scene
from .server import OdooServer
from .standby import Work, wait_for

_PATIENCE = 120
_AGENTS, _CUSTOMERS, _GATEWAYS, _BILLERS = 7, 5, 2, 2


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
    parser.add_argument("--postgres", type=json.loads, default={}, help="commands, as JSON")
    parser.add_argument("--standby", help="how to reach the standby that the configuration names")
    parser.add_argument("--only-fill", action="store_true", help="make the database, and that's it")
    options = parser.parse_args()
    config.parse_config(
        [f"--config={options.config}", f"--database={options.database}", "--log-level=error"]
    )
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # the SMTP server says each command
    if unknown := set(options.faults.split(",")) - FAULTS.keys():
        parser.error(f"there is no fault {', '.join(sorted(unknown))}: {', '.join(FAULTS)}")
    company.fill(options.database)
    if options.only_fill:
        return 0
    failed = []
    for name in options.faults.split(","):
        say(f"» {name}: {(FAULTS[name].__doc__ or '').strip()}")
        problems = run(FAULTS[name](), options)
        for problem in problems[:40]:
            say(f"  ✗ {problem}")
        if problems:
            failed.append(name)
    say("")
    say(f"Failed: {', '.join(failed)}" if failed else "Nothing lost, nothing twice.")
    return 1 if failed else 0


def run(fault: Fault, options: argparse.Namespace) -> list[str]:
    """Work for a while under one fault, on a copy of the database of its own.

    :return: what is wrong afterwards
    """
    with contextlib.ExitStack() as stack:
        scene = _set_stage(stack, fault, options)
        with scene.cursor() as cursor:
            before = Before.now(cursor)
        servers = {"primary": options.dsn, "standby": options.standby}
        idle = {name: Work.of(dsn, scene.database) for name, dsn in servers.items() if dsn}
        clients = _gather(scene, options.pause)
        _let_work(clients, scene, options.seconds)
        fault.strike(scene)
        for client in clients:
            client.join(options.seconds + 300)
        problems = [f"{client.name} broke off" for client in clients if not client.went_home]
        problems += fault.follow_up(scene)
        work = {name: Work.of(servers[name], scene.database) for name in idle}
        scene.settle()
        _invoice_the_rest(clients)
        with scene.cursor() as cursor:
            problems += find_differences(scene.ledger, cursor)
            problems += find_broken(cursor, before, Path(config.filestore(scene.database)))
            post = Post.examine(cursor, before, scene.smtp.received)
    problems += _report(fault, scene.ledger, post)
    for name, done in work.items():
        say(f"  • the {name}: {done.since(idle[name])}")
        if done.tickets == idle[name].tickets:
            problems.append(f"the {name} was not asked for tickets")
    return problems


def _set_stage(stack: contextlib.ExitStack, fault: Fault, options: argparse.Namespace) -> Scene:
    """Start the servers; the stack stops them."""
    database = company.copy(options.database, options.dsn)
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="load-")))
    smtp = SmtpServer().start()
    stack.callback(smtp.stop)
    mailbox = line = None
    if fault.with_mailbox:
        mailbox = ImapMailbox().start()
        stack.callback(mailbox.stop)
        line = FlakyLine(mailbox.port).start()
        stack.callback(line.stop)
    company.connect(database, smtp.port, mailbox, line.port if line else 0)
    if options.standby:
        wait_for(options.standby, database)
    server = OdooServer(options.config, database, options.log, folder, with_clock=fault.with_clock)
    stack.callback(server.stop)
    server.start()
    return Scene(server, database, options.dsn, Ledger(), smtp, mailbox, line, options.postgres)


def _let_work(clients: list[Client], scene: Scene, seconds: int) -> None:
    """Let everybody sign in, which takes a while as on a Monday at eight, and then work for so long."""
    for client in clients:
        client.start()
    deadline = time.time() + _PATIENCE
    while time.time() < deadline and not all(client.signed_in for client in clients):
        time.sleep(0.1)
    scene.until = time.time() + seconds
    for client in clients:
        client.until = scene.until


def _invoice_the_rest(clients: list[Client]) -> None:
    biller = next(client for client in clients if isinstance(client, Biller))
    biller.sign_in()
    biller.invoice(biller.tickets)


def _gather(scene: Scene, pause: float) -> list[Client]:
    Client.database = scene.database
    common = (scene.server.url, scene.ledger, pause)
    clients = [
        *(Agent(*common, f"agent{number}") for number in range(_AGENTS)),
        *(
            Customer(*common, f"portal.{('own', 'company')[number % 2]}@portti.example")
            for number in range(_CUSTOMERS)
        ),
        *(
            Gateway(*common, "admin", address=f"bench{number}@apu.example")
            for number in range(_GATEWAYS)
        ),
        *(Biller(*common, company.BILLER) for _number in range(_BILLERS)),
    ]
    if scene.mailbox:
        clients += [
            Mailbox(*common, "", address="posti@muualla.example", mailbox=scene.mailbox)
            for _number in range(_GATEWAYS)
        ]
    return clients


def _report(fault: Fault, ledger: Ledger, post: Post) -> list[str]:
    """Print what happened; return what of it is wrong."""
    say("\n".join(f"    {line}" for line in ledger.table()))
    kinds = {entry.kind for entry in ledger.entries.values()}
    for kind in sorted(kinds):
        entries = [entry for entry in ledger.entries.values() if entry.kind == kind]
        say(f"  {kind}: {len(entries)} said, {sum(entry.confirmed for entry in entries)} confirmed")
    say(
        f"  {post.notices} notices to be mailed: {len(post.lost)} lost, {len(post.doubled)} mails sent twice"
    )
    for text in fault.evidence():
        say(f"  • {text}")
    for error, times in ledger.errors.most_common(12):
        say(f"  {times:>5} × {error}")
    for message, times in ledger.messages.most_common(6):
        say(f"  {times:>5} × read: {message}")
    problems = fault.misses() + post.lost
    if not fault.may_send_twice:
        problems += post.doubled
    if type(fault) is Fault and ledger.errors:
        problems.append(f"{ledger.errors.total()} requests failed although nothing broke")
    return problems


if __name__ == "__main__":
    sys.exit(main())
