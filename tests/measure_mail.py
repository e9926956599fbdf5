"""Measure what incoming mail costs: queries and milliseconds per new mail and per reply.

The helpdesk is compared with ``mail.test.simple`` of Odoo's own ``test_mail``: a model that only
inherits ``mail.thread``, with an alias of the same kind; both in one run, on one database, with
every mail in a transaction of its own, as from a mail server. The helpdesk's acknowledgements are
measured apart. Nothing stays in the database but what the mails bring about: use a scratch one::

    python -m odoo server -c FILE -d scratch -i helpdesk_futural,test_mail --stop-after-init
    python -m odoo shell -c FILE -d scratch --no-http --log-level=error < tests/measure_mail.py

Set ``SHOW=1`` to see the queries of the last mail of each kind.
"""

import os
import statistics
import time
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from odoo import SUPERUSER_ID, api
from odoo.sql_db import Cursor

_MAILS = 30
#: Caches fill with the first ones, as a server's have.
_WARM_UP = 5

env = globals()["env"]  # the shell's
queries = []
execute = Cursor.execute


def record(cursor, query, *args, **kwargs):
    text = " ".join(str(getattr(query, "code", query)).split())
    # Core looks for a sender in every model with a blacklist: not in those of test_mail's that are
    # not measured, which no real database has.
    if "mail_test_" not in text or "mail_test_simple" in text:
        queries.append(text)
    return execute(cursor, query, *args, **kwargs)


def write_mail(to, number, sender, **headers):
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = f"Printer {number}"
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain="asiakas.example")
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("The printer is jammed.\n" * 20)
    return message.as_bytes()


def receive(raw):
    """Deliver one mail in a new transaction; return what the gateway returned, and what it cost."""
    started = time.perf_counter()
    queries.clear()
    with env.registry.cursor() as cr:
        result = api.Environment(cr, SUPERUSER_ID, {})["mail.thread"].message_process(None, raw)
    return result, len(queries), 1000 * (time.perf_counter() - started)


def measure(label, write):
    costs = [receive(write(number))[1:] for number in range(_WARM_UP + _MAILS)][_WARM_UP:]
    counts, times = zip(*costs, strict=True)
    print(
        f"{label:<44} {statistics.median(counts):>5.0f} queries"
        f" ({min(counts)}–{max(counts)}) {statistics.median(times):>7.1f} ms"
    )
    if os.environ.get("SHOW"):
        print("".join(f"      {query[:170]}\n" for query in queries))


def set_up():
    domain = env["mail.alias.domain"].search([], limit=1)
    domain = domain or env["mail.alias.domain"].create({"name": "apu.example"})
    stamp = time.strftime("%H%M%S")
    team = env["helpdesk.team"].create(
        {
            "name": f"Measured at {stamp}",
            "alias_name": f"team{stamp}",
            "alias_domain_id": domain.id,
            "acknowledgement_template_id": False,
        }
    )
    addresses = {"helpdesk.ticket": f"team{stamp}@{domain.name}"}
    if "mail.test.simple" in env:
        env["mail.alias"].create(
            {
                "alias_name": f"bare{stamp}",
                "alias_domain_id": domain.id,
                "alias_model_id": env["ir.model"]._get_id("mail.test.simple"),
                "alias_contact": "everyone",
            }
        )
        addresses["mail.test.simple"] = f"bare{stamp}@{domain.name}"
    else:
        print("Without Odoo's test_mail there is nothing to compare with: install it.")
    known = env["res.partner"].create({"name": "Known", "email": f"known{stamp}@asiakas.example"})
    env.cr.commit()
    return team, addresses, known.email_formatted, stamp


def run():
    team, addresses, known, stamp = set_up()
    Cursor.execute = record
    try:
        for model, to in addresses.items():
            measure(f"{model}: new mail, known sender", lambda n, to=to: write_mail(to, n, known))
            measure(
                f"{model}: new mail, new sender",
                lambda n, to=to, model=model: write_mail(
                    to, n, f"New <new{n}.{stamp}.{len(model)}@uusi.example>"
                ),
            )
            first = write_mail(to, 0, known)
            receive(first)
            parent = next(
                line.split(b": ", 1)[1].decode()
                for line in first.splitlines()
                if line.startswith(b"Message-ID")
            )
            measure(
                f"{model}: reply of the customer",
                lambda n, to=to, parent=parent: write_mail(
                    to, n, known, In_Reply_To=parent, References=parent
                ),
            )
        team.acknowledgement_template_id = env.ref("helpdesk_futural.mail_template_received")
        for cap in ("acknowledgements_per_hour", "acknowledgements_per_domain_per_hour"):
            env["ir.config_parameter"].set_param(f"helpdesk_futural.{cap}", 1_000_000)
        env.cr.commit()
        measure(
            "helpdesk.ticket: new mail, acknowledged",
            lambda n: write_mail(addresses["helpdesk.ticket"], n, known),
        )
    finally:
        Cursor.execute = execute


run()
