from odoo import models
from odoo.tools.mail import email_normalize


class HelpdeskTicketPeople(models.Model):
    """Who outside reads a ticket, and whether two tickets have the same readers."""

    _inherit = "helpdesk.ticket"

    def _get_people_outside(self):
        """Return ``{ticket: {address: name}}`` of all who take part from outside.

        The customer, the followers that are no colleagues of ours, and whoever is in CC. Somebody
        without address counts under their id.
        """
        # sudo: followers and contacts of tickets that the user may read
        tickets = self.sudo()
        followers = (
            self.env["mail.followers"]
            .sudo()
            .search_fetch(
                [("res_model", "=", self._name), ("res_id", "in", self.ids)],
                ["res_id", "partner_id"],
            )
        )
        partners = {ticket.id: ticket.partner_id for ticket in tickets}
        for follower in followers:
            if follower.partner_id.partner_share:
                partners[follower.res_id] |= follower.partner_id
        result = {}
        for ticket in tickets:
            people = {
                partner.email_normalized or f"id {partner.id}": partner.name
                for partner in partners[ticket.id]
            }
            named = ticket._mail_cc_sanitized_raw_dict(ticket.email_cc)
            if not ticket.partner_id and (email := email_normalize(ticket.partner_email or "")):
                named[email] = ticket.partner_name or email
            for email, name in named.items():
                people.setdefault(email, name)
            result[self.browse(ticket.id)] = people
        return result

    def _get_newcomers(self, target):
        """Return whose view would widen if each of these tickets became one with the target.

        :return: ``{ticket: names}`` of the tickets whose people aren't the target's
        """
        people = (self | target)._get_people_outside()
        there = people[target]
        result = {}
        for ticket in self:
            here = people[ticket]
            names = [name for key, name in (here | there).items() if key not in here.keys() & there]
            if names:
                result[ticket] = names
        return result

    def _may_read_each_other(self, target):
        """Tell whether the people of all these tickets may read all of them without being asked.

        One customer's people may; other customers' not, nor anybody where something is confidential.
        """
        tickets = (self | target).sudo()  # sudo: to compare customers only
        return len(tickets.partner_id) <= 1 and not any(tickets.mapped("confidential"))

    def _is_apart(self):
        """Tell whether the customer of a merged ticket takes no part in the one it went into."""
        self.ensure_one()
        # sudo: a customer may be asking; only the answer is used
        ticket = self.sudo()
        survivor = ticket._get_survivor()
        mine = ticket._get_people_outside()[ticket]
        return bool(mine.keys() - survivor._get_people_outside()[survivor])
