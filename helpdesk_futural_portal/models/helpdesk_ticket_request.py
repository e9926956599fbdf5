import psycopg2

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.tools import plaintext2html


class HelpdeskTicketRequest(models.Model):
    """Tickets that customers make on a form of ours: one per form, however often it is sent."""

    _inherit = "helpdesk.ticket"

    request_token = fields.Char(
        copy=False,
        readonly=True,
        groups="base.group_system",
        help="Identifies the form that the ticket was made on: a second click finds it.",
    )

    _request_token_uniq = models.UniqueIndex("(request_token) WHERE request_token IS NOT NULL")

    @api.model
    def _find_by_request_token(self, token):
        # sudo: whoever has the token sent the form
        return self.sudo().with_context(active_test=False).search([("request_token", "=", token)])

    @api.model
    def _create_from_form(self, values, text, files, unverified=False):
        """Create the ticket of a form, with what was written as its first message.

        :param dict values: the ticket's, with ``request_token``
        :param str text: what the customer wrote, plain
        :param list files: ``[(name, content)]``
        :param bool unverified: nobody knows whether the sender's address is theirs
        :raises ConcurrencyError: if the same form made a ticket this very moment; trying again
            finds it
        """
        # sudo: customers create tickets by forms only, which decide what goes in
        tickets = self.sudo()
        if unverified:
            tickets = tickets.with_context(helpdesk_unverified_sender=True)
        if text:
            values = {**values, "description": plaintext2html(text)}
        try:
            with self.env.cr.savepoint():
                # sudo: as above
                ticket = tickets.create(values).with_env(self.sudo().env)
        except psycopg2.errors.UniqueViolation as error:
            if error.diag.constraint_name != "helpdesk_ticket_request_token_uniq":
                raise
            raise ConcurrencyError(self.env._("This form is being sent already.")) from error
        if text or files:
            ticket.message_post(
                body=plaintext2html(text) if text else "",
                attachments=files,
                author_id=ticket.partner_id.id,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        return ticket
