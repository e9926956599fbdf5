from odoo import Command, models

#: What the system says about a ticket by itself; it stays with the ticket that it is about.
LOG_TYPES = ("notification", "user_notification")


class HelpdeskTicketConversation(models.Model):
    """What was said on a ticket, as something that can move to another ticket."""

    _inherit = "helpdesk.ticket"

    def _get_conversation(self):
        """Return what people and mails said on the tickets, oldest first, without the log.

        What was noted when an activity was done belongs to it.
        """
        activities = self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_activities")
        # sudo: all that was said on tickets that the user may write, also between others
        return (
            self.env["mail.message"]
            .sudo()
            .search_fetch(
                [
                    ("model", "=", self._name),
                    ("res_id", "in", self.ids),
                    "|",
                    ("message_type", "not in", LOG_TYPES),
                    ("subtype_id", "=", activities),
                ],
                ["res_id", "body", "author_id", "email_from", "date", "is_internal", "subtype_id"],
                order="id",
            )
        )

    def _move_messages(self, messages):
        """Make the messages, with their files, part of this ticket's conversation."""
        self.ensure_one()
        # sudo: messages of tickets that the user may write; nobody else may move them
        messages = messages.sudo()
        files = messages.attachment_ids.filtered(lambda a: a.res_model == self._name)
        messages.write({"res_id": self.id})
        files.write({"res_id": self.id})

    def _refresh_contacts(self, moved):
        """Derive anew from what is left who wrote last, when, and who is waiting for whom.

        :param moved: messages that were moved between these tickets
        """
        dates = set(moved.mapped("date"))
        for ticket in self:
            values = {"last_customer_message_date": False, "last_agent_message_date": False}
            if ticket.first_response_date in dates:
                values["first_response_date"] = False
            if ticket.last_message_date in dates:
                values.update(
                    last_message_date=ticket.create_date,
                    last_author_id=False,
                    last_message_preview=False,
                )
            ticket.write(values)
        self._recompute_message_metrics()
        for ticket in self.filtered(lambda t: t.state in ("new", "in_progress")):
            answered = ticket.last_agent_message_date
            unanswered = ticket.oldest_unanswered_customer_message_date
            ticket.waiting_on = "customer" if answered and not unanswered else "team"

    def _copy_followers(self, tickets, partners=None):
        """Let the followers of other tickets follow this one too, with what they chose to hear of.

        :param partners: only these; all if not given
        """
        self.ensure_one()
        # sudo: followers of tickets that the user may write
        followers = self.env["mail.followers"].sudo()
        found = followers.search_fetch(
            [("res_model", "=", self._name), ("res_id", "in", (self | tickets).ids)],
            ["res_id", "partner_id", "subtype_ids"],
            order="id",
        )
        known = found.filtered(lambda f: f.res_id == self.id).partner_id
        new = {}
        for follower in found - found.filtered(lambda f: f.res_id == self.id):
            partner = follower.partner_id
            if partner not in known and (partners is None or partner in partners):
                new.setdefault(partner, self.env["mail.message.subtype"])
                new[partner] |= follower.subtype_ids
        followers.create(
            [
                {
                    "res_model": self._name,
                    "res_id": self.id,
                    "partner_id": partner.id,
                    "subtype_ids": [Command.set(subtypes.ids)],
                }
                for partner, subtypes in new.items()
            ]
        )
