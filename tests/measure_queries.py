"""Measure what tickets cost: queries per operation, and who asks them.

Each operation runs as an agent in a transaction of its own with cold records and warm caches, as a
request does, and is rolled back after what a commit does before it commits; the queries of what it
works on are not counted. What is set up for it (a team, its policies, some tickets) is committed:
use a scratch database::

    python -m odoo shell -c FILE -d scratch --no-http --log-level=error < tests/measure_queries.py

Set ``SHOW=create`` (or another word of an operation's name) to see its queries by call site, and
``ONLY`` likewise to run no others.
"""

import collections
import os
import time
import traceback

from odoo import Command, api
from odoo.sql_db import Cursor

env = globals()["env"]  # the shell's
calls = []
execute = Cursor.execute


def record(cursor, query, *args, **kwargs):
    stack = traceback.extract_stack(limit=60)[:-1]
    ours = [f for f in stack if "/helpdesk_futural" in f.filename and "/tests/" not in f.filename]
    near = [f for f in stack if "/odoo/orm/" not in f.filename and "sql_db" not in f.filename]

    def site(frames):
        return " < ".join(
            f"{f.filename.rsplit('/', 1)[-1][:-3]}:{f.lineno} {f.name}" for f in frames[:-4:-1]
        )

    text = " ".join(str(getattr(query, "code", query)).split())
    calls.append((text[:110], site(ours), site(near)))
    return execute(cursor, query, *args, **kwargs)


def measure(name, operation, per=1, repeat=3):
    """Print the fewest queries of some runs of an operation.

    :param operation: ``f(env)`` prepares, and returns what is to be measured
    :param int per: the number of tickets to divide by
    """
    if os.environ.get("ONLY", "") not in name:
        return
    best = None
    for _run in range(repeat):
        with env.registry.cursor() as cr:
            run_env = api.Environment(cr, AGENT.id, {"lang": "en_US"})
            act = operation(run_env)
            cr.flush()
            run_env.invalidate_all()
            calls.clear()
            started = time.perf_counter()
            Cursor.execute = record
            try:
                act()
                cr.flush()
            finally:
                Cursor.execute = execute
            took = 1000 * (time.perf_counter() - started)
            if best is None or len(calls) <= len(best[0]):
                best = (list(calls), took)
            cr.rollback()
    found, took = best
    each = f" {len(found) / per:8.2f} per ticket" if per > 1 else ""
    print(f"{name:<52} {len(found):>6} queries{each} {took:>9.1f} ms", flush=True)
    if os.environ.get("SHOW") and os.environ["SHOW"] in name:
        for (text, ours, near), times in collections.Counter(found).most_common():
            print(f"   {times:>5}x {text}\n            ours: {ours}\n            near: {near}")


def set_up():
    stamp = time.strftime("%H%M%S")
    agent = env["res.users"].create(
        {
            "name": "Measured Agent",
            "login": f"measured{stamp}",
            "email": f"measured{stamp}@apu.example",
            "group_ids": [Command.link(env.ref("helpdesk_futural.group_helpdesk_user").id)],
        }
    )
    domain = env["mail.alias.domain"].search([], limit=1)
    teams = []
    for name in ("plain", "promising"):
        teams.append(
            env["helpdesk.team"].create(
                {
                    "name": f"{name} {stamp}",
                    "alias_name": f"{name}{stamp}",
                    "alias_domain_id": domain.id,
                    "use_sla": name == "promising",
                    "member_ids": [Command.set(agent.ids)],
                }
            )
        )
    for target in ("first_response", "next_response", "resolution"):
        env["helpdesk.sla"].create(
            {"name": target, "team_id": teams[1].id, "target": target, "time": 8}
        )
    customers = env["res.partner"].create(
        [{"name": f"C{i}", "email": f"c{i}.{stamp}@asiakas.example"} for i in range(500)]
    )
    env.cr.commit()
    return agent, teams, customers


AGENT, (PLAIN, PROMISING), CUSTOMERS = set_up()


def values(team, count):
    return [
        {"name": f"No {i}", "team_id": team.id, "partner_id": CUSTOMERS[i].id} for i in range(count)
    ]


def creating(team, count):
    return lambda env: lambda: env["helpdesk.ticket"].create(values(team, count))


def moving(team, count, state, quiet=False):
    def operation(env):
        tickets = env["helpdesk.ticket"].create(values(team, count))
        env.cr.flush()  # created by an earlier transaction, as far as tracking goes
        stage = team.with_env(env)._get_first_stage(state)
        if quiet:
            stage.sudo().template_id = False  # rolled back
        return lambda: tickets.write({"stage_id": stage.id})

    return operation


def rated(operation):
    """Let the team ask for ratings."""

    def asking(env):
        PLAIN.with_env(env).sudo().use_rating = True  # rolled back
        return operation(env)

    return asking


def answering(team, count):
    def operation(env):
        tickets = env["helpdesk.ticket"].create(values(team, count))

        def act():
            for ticket in tickets:
                ticket.message_post(
                    body="Unplug it.", message_type="comment", subtype_xmlid="mail.mt_comment"
                )

        return act

    return operation


def run():
    for kind, team in (("without SLA", PLAIN), ("3 policies", PROMISING)):
        measure(f"create 1, {kind}", creating(team, 1))
        measure(f"create 200, {kind}", creating(team, 200), 200)
        for count in (1, 50, 500):
            move = moving(team, count, "in_progress", quiet=True)
            measure(f"stage {count}, {kind}", move, count, 2)
            measure(f"close {count} with mails, {kind}", moving(team, count, "closed"), count, 2)
    asked = rated(moving(PLAIN, 500, "solved"))
    measure("solve 500 with mails and the rating question", asked, 500, 2)
    for count in (1, 20):
        measure(f"answer {count}", answering(PLAIN, count), count, 2)


run()
