"""Run in a shell on the database with OCA's helpdesk, between two moves: work went on there."""

from pathlib import Path

env = env(context={"mail_notify_force_send": False})  # noqa: F821 the shell's
Ticket = env["helpdesk.ticket"].with_context(mail_create_nosubscribe=True)


def ticket(name):
    return Ticket.search([("name", "=", name)])


coffee = ticket("The coffee machine")
paivi = env["res.partner"].search([("email", "=", "Paivi@Kahvila.example")])
coffee.message_post(
    body="It still drips.",
    author_id=paivi.id,
    email_from=paivi.email,
    message_type="email",
    subtype_xmlid="mail.mt_comment",
    message_id="<drips@kahvila.example>",
    attachments=[("drip.txt", b"drip")],
)
coffee.stage_id = env.ref("helpdesk_mgmt.helpdesk_ticket_stage_done")
ticket("Problem 1").name = "Problem 1, said more exactly"
ticket("Problem 2").name = "Problem 2, renamed there"
Ticket.create(
    {
        "name": "New since then",
        "description": "<p>!</p>",
        "partner_email": "fresh@uusi.example",
        "team_id": coffee.team_id.id,
    }
)
lost = env["ir.attachment"].search(
    [("name", "=", "lost.txt"), ("res_model", "=", "helpdesk.ticket")]
)
Path(lost._full_path(lost.store_fname) + ".lost").rename(lost._full_path(lost.store_fname))
env.cr.commit()
print("CHANGED")
