"""Create tickets in many processes at once; started by test_case_numbers_concurrency.py.

The processes come to be as a server's workers do: one process loads the registry, closes its
connections and forks. Each child then has an environment and a connection to the database of its
own, and none knows of the test that waits for them.

Prints ``[{"numbers": [...], "isolation": "...", "error": null}, ...]``, one item per process.
"""

import argparse
import json
import multiprocessing
import traceback
from datetime import date

from odoo import SUPERUSER_ID, api, sql_db
from odoo.modules.registry import Registry
from odoo.tools import config

#: So long may all of it take on a busy machine.
_PATIENCE = 300


def create_tickets(options, start, results):
    """Create tickets one by one, each committed, as soon as all processes are ready."""
    numbers, isolation, error = [], None, None
    try:
        registry = Registry(options.database)
        with registry.cursor() as cr:
            tickets = api.Environment(cr, SUPERUSER_ID, {})["helpdesk.ticket"]
            day = date.fromisoformat(options.day)
            type(tickets)._get_case_number_day = lambda _tickets, _team: day
            cr.execute("SHOW transaction_isolation")
            [isolation] = cr.fetchone()
            cr.commit()
            start.wait(_PATIENCE)
            for i in range(options.tickets):
                # No retry around this: a transaction that loses against another ends the loop.
                ticket = tickets.create({"name": f"Ticket {i}", "team_id": options.team})
                number = ticket.ticket_ref
                cr.commit()
                numbers.append(number)
    except BaseException:  # noqa: BLE001 (whatever it was, the test shows it)
        error = traceback.format_exc()
        start.abort()
    results.put({"numbers": numbers, "isolation": isolation, "error": error})


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--team", type=int, required=True)
    parser.add_argument("--day", required=True)
    parser.add_argument("--processes", type=int, required=True)
    parser.add_argument("--tickets", type=int, required=True)
    options = parser.parse_args()
    config.parse_config(
        ["--config", options.config, "--database", options.database, "--log-level=warn"]
    )
    Registry(options.database)
    sql_db.close_all()  # a connection can't be shared by two processes
    context = multiprocessing.get_context("fork")
    start, results = context.Barrier(options.processes), context.Queue()
    workers = [
        context.Process(target=create_tickets, args=(options, start, results), daemon=True)
        for _ in range(options.processes)
    ]
    for worker in workers:
        worker.start()
    print(json.dumps([results.get(timeout=_PATIENCE) for _ in workers]))
    for worker in workers:
        worker.join(_PATIENCE)


if __name__ == "__main__":
    main()
