"""Deliver mails in many processes at once; started by test_mail_concurrency.py.

The processes come to be as a server's workers do (see case_number_worker.py), and each delivers
its mails one after the other, as the calls of a mail server's gateway script do.

Reads ``[[mail, mail, …], …]`` (one list of Base64 texts per process) from its standard input, and
prints ``[{"results": [...], "error": null}, …]``, one item per process.
"""

import argparse
import base64
import json
import multiprocessing
import sys
import traceback
from datetime import date

from odoo import SUPERUSER_ID, api, sql_db
from odoo.modules.registry import Registry
from odoo.tools import config

#: So long may all of it take on a busy machine.
_PATIENCE = 120


def deliver(options, mails, start, results):
    """Deliver mails one by one as soon as all processes are ready."""
    returned, error = [], None
    try:
        registry = Registry(options.database)
        day = date.fromisoformat(options.day)
        registry["helpdesk.ticket"]._get_case_number_day = lambda _tickets, _team: day
        start.wait(_PATIENCE)
        for mail in mails:
            # No retry around this: what is raised here, a mail server would get.
            with registry.cursor() as cr:
                gateway = api.Environment(cr, SUPERUSER_ID, {})["mail.thread"]
                returned.append(gateway.message_process(None, base64.b64decode(mail)))
    except BaseException:  # noqa: BLE001 (whatever it was, the test shows it)
        error = traceback.format_exc()
        start.abort()
    results.put({"results": returned, "error": error})


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--day", required=True)
    options = parser.parse_args()
    config.parse_config(
        [
            f"--config={options.config}",
            f"--database={options.database}",
            "--log-level=warn",
            # A query that loses against another transaction's is logged as an error, and repeated.
            "--log-handler=odoo.sql_db:CRITICAL",
        ]
    )
    shares = json.load(sys.stdin)
    Registry(options.database)
    sql_db.close_all()  # a connection can't be shared by two processes
    context = multiprocessing.get_context("fork")
    start, results = context.Barrier(len(shares)), context.Queue()
    workers = [
        context.Process(target=deliver, args=(options, mails, start, results), daemon=True)
        for mails in shares
    ]
    for worker in workers:
        worker.start()
    print(json.dumps([results.get(timeout=_PATIENCE) for _ in workers]))
    for worker in workers:
        worker.join(_PATIENCE)


if __name__ == "__main__":
    main()
