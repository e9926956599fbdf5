"""Run in a shell on the database with OCA's helpdesk: fills it as a company's would be after a while."""

import base64
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from odoo import Command

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
START = datetime(2026, 1, 5, 8, 0)
TICKETS = 300

env = env(  # noqa: F821 the shell's
    context={"no_reset_password": True, "mail_notify_force_send": False, "tracking_disable": False}
)
Ticket, Message, Partner = env["helpdesk.ticket"], env["mail.message"], env["res.partner"]
env["mail.alias.domain"].search([])[:1] or env["mail.alias.domain"].create(
    {"name": "vanha.example"}
)
group = env.ref("helpdesk_mgmt.group_helpdesk_user") | env.ref("base.group_user")

# Companies: one of the same name here, and one that was sold.
main = env.company
daughter, sold = env["res.company"].create([{"name": "Tytär Oy"}, {"name": "Myyty Oy"}])


def create_user(login, name, *groups, **values):
    return env["res.users"].create(
        {
            "login": login,
            "name": name,
            "email": login,
            "group_ids": [Command.set(env["res.groups"].union(*groups).ids)],
            "company_ids": [Command.set((main | daughter).ids)],
            "company_id": main.id,
            **values,
        }
    )


aino = create_user("aino@yritys.example", "Aino", group)
eero = create_user("eero@yritys.example", "Eero, who left", group)
sari = create_user("Sari@yritys.example", "Sari, without rights there", group)

# Teams, stages, categories, tags.
Team, Stage = env["helpdesk.ticket.team"], env["helpdesk.ticket.stage"]
everybody = [Command.set((aino | eero | sari).ids)]
tuki = Team.create(
    {"name": "Tuki", "user_ids": everybody, "user_id": aino.id, "company_id": main.id}
)
tuki.alias_name = "tuki"
tuki.ticket_properties = [
    {"name": "serial", "type": "char", "string": "Serial Number"},
    {"name": "order", "type": "many2one", "string": "Contact", "comodel": "res.partner"},
]
daughters = Team.create({"name": "Tuki", "user_ids": everybody, "company_id": daughter.id})
common = Team.create({"name": "Common", "user_ids": everybody, "company_id": False})
old_team = Team.create(
    {"name": "Old", "user_ids": [Command.clear()], "company_id": main.id, "active": False}
)
hold = Stage.create(
    {"name": "On hold", "sequence": 3, "company_id": False, "team_ids": [Command.set(tuki.ids)]}
)
parts = Stage.create({"name": "Ordering parts", "sequence": 2, "company_id": False})
new = env.ref("helpdesk_mgmt.helpdesk_ticket_stage_new")
progress = env.ref("helpdesk_mgmt.helpdesk_ticket_stage_in_progress")
done = env.ref("helpdesk_mgmt.helpdesk_ticket_stage_done")
rejected = env.ref("helpdesk_mgmt.helpdesk_ticket_stage_rejected")
(new | progress | done | rejected).write({"mail_template_id": False})
hardware = env.ref("helpdesk_mgmt.helpdesk_category_4")
printers = env["helpdesk.ticket.category"].create({"name": "Printers", "parent_id": hardware.id})
tags = env["helpdesk.ticket.tag"].create([{"name": "VIP"}, {"name": "Loud"}])
fax = env["helpdesk.ticket.channel"].create({"name": "Fax"})
email = env.ref("helpdesk_mgmt.helpdesk_ticket_channel_email")
kind = env["helpdesk.ticket.type"].create({"name": "Incident"})
sla = env["helpdesk.sla"].create({"name": "Two days", "days": 2})

# Customers: an organisation with people, one address written in two ways, somebody archived.
cafe = Partner.create(
    {
        "name": "Kahvila Oy",
        "is_company": True,
        "email": "info@kahvila.example",
        "city": "Turku",
        "country_id": env.ref("base.fi").id,
    }
)
paivi = Partner.create(
    {"name": "Päivi", "email": "Paivi@Kahvila.example", "parent_id": cafe.id, "function": "Chef"}
)
twin = Partner.create({"name": "PÄIVI M.", "email": "paivi@KAHVILA.example "})
known = Partner.create({"name": "Known there as well", "email": "KNOWN@tuttu.example"})
gone = Partner.create({"name": "Gone", "email": "gone@pois.example", "active": False})
nameless = Partner.create({"name": "No Address Oy", "is_company": True})
people = Partner.create(
    [{"name": f"Customer {n}", "email": f"customer{n}@asiakas.example"} for n in range(20)]
)
customers = [paivi, twin, known, gone, nameless, *people]

# A few hundred tickets, with what was said on them.
vals_list = []
for n in range(TICKETS):
    stage = (new, progress, hold, done, done, rejected, parts)[n % 7]
    team = tuki if stage == hold else (tuki, daughters, common, old_team, tuki)[n % 5]
    if team == old_team and not stage.closed:
        team = tuki
    vals_list.append(
        {
            "name": f"Problem {n}",
            "description": f"<p>It is broken: <b>{n}</b> &amp; more</p>",
            "team_id": team.id,
            "company_id": daughter.id if team == daughters or (n % 5 == 2 and n % 2) else main.id,
            "stage_id": stage.id,
            "user_id": (aino, eero, sari, env["res.users"])[n % 4].id,
            "partner_id": customers[n % len(customers)].id if n % 10 else False,
            "partner_email": f"Unknown{n}@Muualla.example" if n % 20 == 0 else False,
            "priority": str(n % 4),
            "category_id": (hardware, printers, env["helpdesk.ticket.category"])[n % 3].id,
            "tag_ids": [Command.set(tags[: n % 3].ids)],
            "channel_id": (email, fax, env["helpdesk.ticket.channel"])[n % 3].id,
            "kanban_state": ("normal", "done", "blocked", False)[n % 4],
            "active": n % 50 != 49,
            "type_id": kind.id if n % 30 == 0 else False,
        }
    )
quiet = {"tracking_disable": True, "mail_create_nosubscribe": True}
tickets = Ticket.with_context(**quiet).create(vals_list)
for n, ticket in enumerate(tickets):
    if n % 5 == 2 and n % 2:  # common's tickets of the daughter's
        env.cr.execute(
            "UPDATE helpdesk_ticket SET company_id = %s WHERE id = %s", (daughter.id, ticket.id)
        )
env.flush_all()
messages = []
for n, ticket in enumerate(tickets):
    start = START + timedelta(hours=7 * n)
    customer, agent = ticket.partner_id, (aino, eero, sari)[n % 3].partner_id
    mail = {
        "model": "helpdesk.ticket",
        "res_id": ticket.id,
        "message_type": "email",
        "subtype_id": env.ref("mail.mt_comment").id,
    }
    messages += [
        {
            **mail,
            "body": f"<p>It is broken: {n}</p>",
            "author_id": customer.id,
            "date": start,
            "email_from": customer.email or "stranger@muualla.example",
            "message_id": f"<first.{n}@asiakas.example>",
        },
        {
            **mail,
            "message_type": "comment",
            "body": "<p>We look into it.</p>",
            "author_id": agent.id,
            "email_from": agent.email,
            "date": start + timedelta(hours=2),
            "message_id": f"<answer.{n}@vanha.example>",
        },
        {
            **mail,
            "message_type": "comment",
            "subtype_id": env.ref("mail.mt_note").id,
            "is_internal": True,
            "body": "<p>Secret: they owe us.</p>",
            "author_id": agent.id,
            "email_from": agent.email,
            "date": start + timedelta(hours=3),
            "message_id": f"<note.{n}@vanha.example>",
        },
    ]
Message.create(messages)
env.cr.execute(
    "UPDATE helpdesk_ticket t SET create_date = m.date, last_stage_update = m.date + interval '1 day',"
    " assigned_date = CASE WHEN user_id IS NULL THEN NULL ELSE m.date + interval '1 hour' END,"
    " closed_date = CASE WHEN s.closed THEN m.date + interval '2 days' END"
    " FROM mail_message m, helpdesk_ticket_stage s WHERE m.res_id = t.id AND s.id = t.stage_id"
    " AND m.message_id LIKE '<first.%@asiakas.example>'"
)
env.invalidate_all()
for ticket in tickets[::3]:
    ticket.message_subscribe(
        ((ticket.user_id.partner_id | ticket.partner_id) or aino.partner_id).ids
    )

# One that really came by mail, with a picture in its text and a file, and went through stages.
message = EmailMessage()
message["From"], message["To"] = "Päivi <paivi@kahvila.example>", "tuki@vanha.example"
message["Subject"], message["Message-Id"] = "The coffee machine", "<coffee@kahvila.example>"
message.set_content("It leaks.")
message.add_alternative('<p>It leaks: <img src="cid:leak"></p>', subtype="html")
message.get_payload()[1].add_related(PIXEL, "image", "png", cid="<leak>", filename="leak.png")
message.add_attachment("Serial 42", filename="serial.txt")
coffee = Ticket.browse(
    env["mail.thread"].message_process(
        "helpdesk.ticket", message.as_bytes(), {"team_id": tuki.id, "channel_id": email.id}
    )
)
env.cr.commit()  # changes are noted at the end of a transaction
for step in (
    {"user_id": aino.id, "stage_id": progress.id},
    {"stage_id": hold.id},
    {"stage_id": progress.id},
):
    coffee.with_user(env.ref("base.user_admin")).write(step)
    env.cr.commit()
coffee.properties = {"serial": "SN-42"}
coffee.message_post(
    body="Does it drip?",
    author_id=aino.partner_id.id,
    message_type="comment",
    subtype_xmlid="mail.mt_comment",
    attachments=[("manual.txt", b"Turn it off and on again")],
)
coffee.message_post(
    body="A drawing for us",
    message_type="comment",
    subtype_xmlid="mail.mt_note",
    attachments=[("internal.txt", b"for colleagues only")],
)
# Odd ones: without team, of a company that is not there, a duplicate, related ones, a lost file.
odd = Ticket.with_context(**quiet).create(
    [
        {
            "name": "Of no team",
            "description": "<p>?</p>",
            "partner_email": "lost@muualla.example",
            "team_id": False,
            "user_id": False,
        },
        {"name": "Of the sold company", "description": "<p>?</p>", "company_id": sold.id},
        {
            "name": "Same as the coffee machine",
            "description": "<p>!</p>",
            "team_id": tuki.id,
            "duplicate_id": coffee.id,
        },
        {"name": "Its file is lost", "description": "<p>?</p>", "team_id": tuki.id},
    ]
)
lost = env["ir.attachment"].create(
    {
        "name": "lost.txt",
        "raw": b"lost for a while",
        "res_model": "helpdesk.ticket",
        "res_id": odd[3].id,
    }
)
tickets[0].related_ticket_ids = [Command.link(tickets[4].id)]
env.cr.commit()
Path(lost._full_path(lost.store_fname)).rename(lost._full_path(lost.store_fname) + ".lost")
print("FILLED", Ticket.with_context(active_test=False).search_count([]))
