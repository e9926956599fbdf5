"""Run in a shell on the database with Helpdesk Futural, between two moves: people work here already."""

from odoo import Command

env = env(context={"mail_notify_force_send": False})  # noqa: F821 the shell's
Ticket = env["helpdesk.ticket"].with_context(active_test=False)


def ticket(name):
    return Ticket.search([("name", "=", name)])


ticket("Problem 2").name = "Problem 2, renamed here"
ticket("Problem 5").priority = "3"
ticket("Problem 8").unlink()
coffee = ticket("The coffee machine")
coffee.message_unsubscribe(
    env["res.users"].search([("login", "=", "aino@yritys.example")]).partner_id.ids
)
sari = env["res.users"].search([("login", "=", "sari@yritys.example")])
sari.group_ids = [Command.link(env.ref("helpdesk_futural.group_helpdesk_user").id)]
env.cr.commit()
print("CHANGED")
