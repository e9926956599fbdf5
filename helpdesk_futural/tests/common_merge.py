"""What the tests of merging and splitting have in common."""

from odoo import Command

from .common_lifecycle import LifecycleCase


class MergeCase(LifecycleCase):
    def _wizard(self, tickets, target, user=None, **values):
        user = user or self.aino
        wizards = self.env["helpdesk.ticket.merge"].with_user(user).with_company(user.company_id)
        return wizards.create(
            {"ticket_ids": [Command.set(tickets.ids)], "target_id": target.id, **values}
        )

    def _merge(self, tickets, target, user=None, **values):
        self._finish()
        self._wizard(tickets, target, user, **values).action_merge()
        self._finish()

    def _split(self, ticket, messages, user=None, **values):
        wizards = self.env["helpdesk.ticket.split"].with_user(user or self.aino)
        wizard = wizards.create(
            {"ticket_id": ticket.id, "message_ids": [Command.set(messages.ids)], **values}
        )
        return self.env["helpdesk.ticket"].browse(wizard.action_split()["res_id"])

    def _file(self, ticket, name="photo.txt"):
        return self.env["ir.attachment"].create(
            {"name": name, "raw": b"x", "res_model": "helpdesk.ticket", "res_id": ticket.id}
        )

    def _bodies(self, ticket, public=False):
        messages = ticket.message_ids
        if public:
            messages = messages.filtered(
                lambda m: not (m.is_internal or m.subtype_id.internal) and m.subtype_id
            )
        return " ".join(messages.mapped("body"))
