"""Run in a shell on the database with Helpdesk Futural: what is there before anybody moves in."""

from odoo import Command

env = env(context={"no_reset_password": True})  # noqa: F821 the shell's
daughter = env["res.company"].create({"name": "tytär oy"})
companies = [Command.set((env.company | daughter).ids)]
agents = env.ref("helpdesk_futural.group_helpdesk_user")
env["res.users"].create(
    [
        {
            "login": "aino@yritys.example",
            "name": "Aino",
            "email": "aino@yritys.example",
            "company_ids": companies,
            "group_ids": [Command.set(agents.ids)],
        },
        {
            "login": "sari@yritys.example",
            "name": "Sari",
            "email": "sari@yritys.example",
            "company_ids": companies,
        },
    ]
)
env["res.partner"].create({"name": "Known", "email": "known@Tuttu.example"})
env["helpdesk.tag"].create({"name": "vip"})
env.cr.commit()
print("PREPARED")
