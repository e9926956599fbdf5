from odoo import models
from odoo.exceptions import MissingError

from odoo.addons.mail.tools.discuss import Store


class MailMessageMarks(models.Model):
    """What agents see on a ticket's messages: who wrote them."""

    _inherit = "mail.message"

    def _to_store_defaults(self, target):
        result = super()._to_store_defaults(target)
        tickets_messages = self.filtered(lambda message: message.model == "helpdesk.ticket")
        if not tickets_messages or not target.is_internal(self.env):
            return result
        of_customers = tickets_messages._filtered_written_by_customers()

        def is_of_ticket(message):
            return message in tickets_messages

        return [
            *result,
            Store.Attr("helpdesk_sender", predicate=is_of_ticket),
            Store.Attr("helpdesk_warning", predicate=is_of_ticket),
            Store.Attr("helpdesk_is_customer", lambda m: m in of_customers, predicate=is_of_ticket),
        ]

    def _filtered_written_by_customers(self):
        """Return the tickets' messages that customers or other people outside wrote themselves."""
        written = self.filtered(
            lambda m: m.message_type in ("email", "comment") and not m.helpdesk_sender
        )
        # sudo: a message may be visible to who can't read the ticket; only the author is compared
        tickets = self.env["helpdesk.ticket"].sudo().browse(set(written.mapped("res_id")))
        tickets.fetch(["partner_id"])  # mostly known: the conversation's ticket was read before

        def is_customers(message):
            # sudo: whether the author is a colleague, of a message that the user reads
            author = message.sudo().author_id
            if not author or author.partner_share:
                return True
            try:
                return author == tickets.browse(message.res_id).partner_id
            except MissingError:
                return False

        return written.filtered(is_customers)

    def write(self, vals):
        result = super().write(vals)
        if "helpdesk_sender" in vals and self:
            # The conversation is on the screen of whoever let the sender in.
            Store(bus_channel=self._bus_channel()).add(self).bus_send()
        return result
