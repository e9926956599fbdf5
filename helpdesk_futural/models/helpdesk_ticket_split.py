from odoo import models
from odoo.exceptions import UserError


class HelpdeskTicketSplit(models.Model):
    """A message about something else becomes a ticket of its own."""

    _inherit = "helpdesk.ticket"

    def _split_off(self, messages, name=None, team=None, acknowledge=False):
        """Make a new ticket of some of this ticket's messages, with their files.

        Both tickets get a note that leads to the other. Answers to the messages land on the new
        ticket. What this ticket was opened with stays its description.

        :param messages: what to take along; of this ticket's conversation
        :param str name: the new subject; this ticket's if not given
        :param team: the new ticket's team; this ticket's if not given
        :param bool acknowledge: tell the customer the new case number
        :raises UserError: if there are no messages, or they are not this ticket's
        """
        self.ensure_one()
        self.check_access("write")
        # sudo: access is checked above; only this ticket's conversation passes
        messages = messages.sudo().exists().sorted("id")
        if not messages:
            raise UserError(self.env._("Choose the messages that the new ticket is about."))
        if messages - self._get_conversation():
            raise UserError(
                self.env._("Only what was said on #%s can be split from it.", self.ticket_ref)
            )
        said = messages.filtered(lambda m: self._get_message_side(m) == "customer")
        new = self.with_context(helpdesk_no_acknowledgement=True).create(
            self._prepare_split_values(said, name, team)
        )
        new = new.with_env(self.env)
        new._move_messages(messages)
        new._copy_followers(self, self._get_split_followers(messages))
        (self | new)._refresh_contacts(messages)
        new._log_split_from(self, len(messages))
        # sudo: configuration
        if acknowledge and (template := new.team_id.sudo().acknowledgement_template_id):
            # sudo above: which mail the team sends is configuration
            new._queue_automatic_mails(template.filtered("active"))
        return new

    def _prepare_split_values(self, said, name, team):
        """Return the values of the new ticket.

        :param said: the customer's public messages that it is made of, oldest first
        """
        customer = self.partner_id
        author = said[:1].author_id
        # A colleague of the customer's who wrote about their own matter.
        if author.partner_share and author.commercial_partner_id == customer.commercial_partner_id:
            customer = author or customer
        values = {
            "name": name or self.name,
            "team_id": (team or self.team_id).id,
            "partner_id": customer.id,
            "description": said[:1].body or False,
            "channel": self.channel,
            "priority": self.priority,
            "ticket_type_id": self.ticket_type_id.id,
            "severity_id": self.severity_id.id,
            "confidential": self.confidential,
            "origin_id": self.id,
            "user_id": self.user_id.id if not team or team == self.team_id else False,
        }
        if customer == self.partner_id:
            values.update(
                partner_name=self.partner_name,
                partner_email=self.partner_email,
                partner_phone=self.partner_phone,
            )
        return values

    def _get_split_followers(self, messages):
        """Return who goes on hearing: our people, and whoever outside had these messages anyway."""
        # sudo: followers of a ticket that the user may write
        followers = self.sudo().message_partner_ids
        named = messages.author_id | messages.partner_ids | messages.notified_partner_ids
        return followers.filtered(lambda p: not p.partner_share or p in named)

    def _log_split_from(self, origin, count):
        self._message_log(
            body=self.env._(
                "Split from %(origin)s, with %(count)s of its messages.",
                origin=origin._get_html_link(title=f"#{origin.ticket_ref}"),
                count=count,
            )
        )
        origin._message_log(
            body=self.env._(
                "Messages split into a new ticket: %s.",
                self._get_html_link(title=f"#{self.ticket_ref}"),
            )
        )
