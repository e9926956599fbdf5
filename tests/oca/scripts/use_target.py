"""Run in a shell on the database with Helpdesk Futural: customers and agents go on. Prints JSON."""

import json
from email.message import EmailMessage

env = env(context={"mail_notify_force_send": False})  # noqa: F821 the shell's
Ticket = env["helpdesk.ticket"].with_context(active_test=False)


def receive(number, sender, subject, **headers):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, "tuki@meidan.example", subject
    mail["Message-Id"] = f"<new.{number}@kahvila.example>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("Hello again.")
    env["mail.thread"].message_process("helpdesk.ticket", mail.as_bytes())
    env.cr.commit()  # mails are received in transactions of their own
    message = env["mail.message"].search(
        [("message_id", "=", mail["Message-Id"]), ("model", "=", "helpdesk.ticket")]
    )
    ticket = Ticket.browse(message.res_id)
    return {
        "ticket": bool(ticket) and (ticket.former_ref or "new"),
        "public": not message.is_internal,
    }


coffee = Ticket.search([("name", "=", "The coffee machine")])
paivi = "Paivi <paivi@kahvila.example>"
found = {
    "by_headers": receive(1, paivi, "Anything", In_Reply_To="<coffee@kahvila.example>"),
    "by_agents_answer": receive(
        2, "customer1@asiakas.example", "Anything", References="<answer.6@vanha.example>"
    ),
    "by_number": receive(3, paivi, f"Vs: The ticket {coffee.former_ref.lower()} has been closed."),
    "by_stranger": receive(
        4, "eve@evil.example", f"The ticket {coffee.former_ref} has been closed."
    ),
    "search": [
        Ticket.browse(id_).name for id_, _name in Ticket.name_search(f"#{coffee.former_ref}")
    ],
    "sender": Ticket.search([("name", "=", "Problem 6")]).former_ref,
    "coffee": coffee.former_ref,
}
aino = env["res.users"].search([("login", "=", "aino@yritys.example")])
found["agents_see"] = Ticket.with_user(aino).search_count(
    [("former_ref", "!=", False), ("company_id", "=", env.company.id)]
)
found["body"] = coffee.message_ids.sorted("id")[0].body
print("FOUND", json.dumps(found))
