"""A company that used the helpdesk: what it made there, and what must be left when that goes."""

from __future__ import annotations

from .scratch import Scratch, differences

CONTACTS = """
env["res.partner"].create([
    {"name": f"Contact {i}", "email": f"c{i}@kunde.example", "is_company": not i % 10}
    for i in range(10_000)
])
env.cr.commit()
"""

#: What people do with a helpdesk in a year: none of it may be in the way when the addons go.
USE = """
model_id = env["ir.model"]._get_id("helpdesk.ticket")
team = env["helpdesk.team"].search([], limit=1)
agents = env.ref("helpdesk_futural.group_helpdesk_user")
ticket = env["helpdesk.ticket"].create(
    {"name": "Used", "team_id": team.id, "partner_email": "new@kunde.example"}
)
ticket.message_post(
    body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment",
    attachments=[("a.txt", b"x")],
)
ticket.activity_schedule("mail.mail_activity_data_todo", user_id=env.uid)
env["ir.attachment"].create({"name": "b.txt", "raw": b"y", "res_model": ticket._name, "res_id": ticket.id})
env["ir.filters"].create({"name": "Mine", "model_id": ticket._name})
env["ir.exports"].create({"name": "Tickets", "resource": ticket._name})
env["ir.default"].set(ticket._name, "priority", "2")
env["mail.template"].create({"name": "Own", "model_id": model_id})
env["mail.message.subtype"].create({"name": "Own", "res_model": ticket._name})
env["mail.scheduled.message"].create({
    "model": ticket._name, "res_id": ticket.id, "body": "later",
    "author_id": env.user.partner_id.id, "scheduled_date": "2099-01-01 00:00:00",
})
env["digest.digest"].create({"name": "Own", "kpi_helpdesk_tickets_opened": True})
env["fetchmail.server"].create({
    "name": "Own", "helpdesk_team_id": team.id, "user": "box@apu.example", "server": "imap.example",
    "state": "done",
})
env["helpdesk.stage"].create({"name": "Own", "state": "waiting", "team_ids": [(4, team.id)]})
env["ir.actions.server"].create({"name": "Own", "model_id": model_id, "state": "code", "code": "pass"})
env["ir.rule"].create({"name": "Own", "model_id": model_id, "domain_force": "[]"})
user = env["res.users"].create({"name": "Own", "login": "own", "group_ids": [(4, agents.id)]})
if "use_helpdesk_timesheet" in team:
    team.use_helpdesk_timesheet = True
    env["hr.employee"].create({"name": "Own", "user_id": user.id})
    env["account.analytic.line"].create({
        "name": "Own hour", "helpdesk_ticket_id": ticket.id, "unit_amount": 1.5, "user_id": user.id,
    })
env["mail.canned.response"].create(
    {"source": "own", "substitution": "Hello", "group_ids": [(4, agents.id)]}
)
env.cr.commit()
"""

#: What the company keeps of it, as a condition for each table.
KEPT = {
    "res_users": "login = 'own' AND active AND NOT share",
    "res_partner": "email = 'new@kunde.example'",
    "account_analytic_line": "name = 'Own hour' AND unit_amount = 1.5",
    # Without a team to fetch for, it would take mails away for nobody.
    "fetchmail_server": "name = 'Own' AND active AND state = 'draft'",
    "digest_digest": "name::text LIKE '%Own%'",
}

#: What reading a page of everything that is left takes to fail, if something points to nowhere.
WORKS = """
for name in ("res.partner", "mail.message", "ir.attachment", "fetchmail.server", "digest.digest",
             "ir.actions.server", "mail.activity", "rating.rating", "mail.alias", "ir.cron"):
    env[name].search([], limit=500).read()
for digest in env["digest.digest"].search([]):
    digest._action_send_to_user(env.user)
env["res.config.settings"].create({}).execute()
env["mail.thread"].message_process("res.partner", b"From: a@b.example\\nTo: x@y.example\\nSubject: s\\n\\nb")
for name in ("res.partner", "res.config.settings", "digest.digest", "res.users"):
    env[name].get_views([(False, "form"), (False, "search")])
"""

#: Tickets come in, are answered and closed with whatever of our addons is there.
HELPDESK_WORKS = """
import uuid
subject = f"Printer {uuid.uuid4()}"
mail = f"From: a@b.example\\nTo: x@y.example\\nMessage-ID: <{subject[8:]}@b.example>\\nSubject: {subject}\\n\\nb"
env["mail.thread"].message_process("helpdesk.ticket", mail)
env.cr.commit()  # the register has a transaction of its own, which this one doesn't see
env["helpdesk.ticket"].create({"name": subject, "partner_email": "new@kunde.example"})
tickets = env["helpdesk.ticket"].search([("name", "=", subject)])
assert len(tickets) == 2, env["helpdesk.incoming.mail"].search([]).read()
for ticket in tickets:
    assert ticket.ticket_ref and ticket.team_id
    ticket.message_post(body="Answer", message_type="comment", subtype_xmlid="mail.mt_comment")
    ticket.stage_id = ticket.team_id.stage_ids.filtered(lambda stage: stage.state == "closed")[:1]
    assert ticket.close_date
for name in env:
    if name.startswith("helpdesk.") and not env[name]._abstract:
        env[name].search([], limit=100).read()
        env[name].get_views([(False, "form"), (False, "list"), (False, "search")])
env.cr.commit()
"""

#: What points to a model by its name, or could be ours by its own.
LEFT_BEHIND = {
    "ir_model": "model LIKE 'helpdesk.%'",
    "ir_model_fields": "name LIKE '%helpdesk%' OR relation LIKE 'helpdesk.%'",
    "ir_model_data": "module LIKE 'helpdesk_futural%' OR model LIKE 'helpdesk.%'"
    " OR (name LIKE '%helpdesk%' AND module <> 'base')",
    "ir_attachment": "res_model LIKE 'helpdesk.%' OR url LIKE '%helpdesk%'",
    "mail_message": "model LIKE 'helpdesk.%'",
    "mail_followers": "res_model LIKE 'helpdesk.%'",
    "mail_activity": "res_model LIKE 'helpdesk.%'",
    "mail_template": "model LIKE 'helpdesk.%'",
    "mail_message_subtype": "res_model LIKE 'helpdesk.%'",
    "mail_alias": "alias_defaults LIKE '%team_id%' AND alias_name IN ('technical', 'support')",
    "mail_scheduled_message": "model LIKE 'helpdesk.%'",
    "rating_rating": "res_model LIKE 'helpdesk.%'",
    "ir_filters": "model_id LIKE 'helpdesk.%'",
    "ir_exports": "resource LIKE 'helpdesk.%'",
    "ir_cron": "cron_name ILIKE '%helpdesk%'",
    "ir_act_window": "res_model LIKE 'helpdesk.%'",
    "ir_act_server": "code LIKE '%helpdesk%'",
    "ir_ui_view": "model LIKE 'helpdesk.%' OR key LIKE 'helpdesk%' OR name LIKE '%helpdesk%'",
    "ir_ui_menu": "name::text ILIKE '%helpdesk%'",
    "ir_config_parameter": "key LIKE '%helpdesk%'",
    "ir_asset": "path LIKE '%helpdesk%'",
    "res_groups": "name::text ILIKE '%helpdesk%'",
    "ir_rule": "domain_force LIKE '%helpdesk%'",
    "pg_sequences": "sequencename LIKE 'helpdesk%'",
}


def _count(database: Scratch, conditions: dict[str, str]) -> dict[str, int]:
    parts = [
        f"SELECT '{table}' AS name, count(*) AS n FROM {table} WHERE {condition}"
        for table, condition in conditions.items()
    ]
    return dict(database.sql(" UNION ALL ".join(parts)))


def left_behind(database: Scratch) -> dict[str, int]:
    """Return how many rows of each table are still ours."""
    return {name: count for name, count in _count(database, LEFT_BEHIND).items() if count}


def not_kept(database: Scratch) -> list[str]:
    """Return of what the company should have kept, but has not."""
    return [name for name, count in _count(database, KEPT).items() if count != 1]


def lost(before: dict[str, int], after: dict[str, int]) -> dict[str, object]:
    """Return the tables of which rows are gone."""
    return {
        t: pair for t, pair in differences(before, after).items() if (pair[1] or 0) < (pair[0] or 0)
    }


def changed(
    before: dict[str, dict[str, str]], after: dict[str, dict[str, str]]
) -> dict[str, list[str]]:
    """Return the rows that are not as they were, ``{table: keys}``; new ones don't count."""
    found = {
        table: [key for key, text in rows.items() if after.get(table, {}).get(key) != text]
        for table, rows in before.items()
    }
    return {table: keys for table, keys in found.items() if keys}


def versions(database: Scratch) -> dict[str, str]:
    return dict(
        database.sql(
            "SELECT name, latest_version FROM ir_module_module"
            " WHERE name LIKE 'helpdesk_futural%' AND state = 'installed'"
        )
    )
