from odoo import api, fields, models

from ..tools.mailbox_connection import harden
from .helpdesk_incoming_mail import NOT_REGISTERED


class FetchmailServer(models.Model):
    _inherit = "fetchmail.server"

    helpdesk_team_id = fields.Many2one(
        "helpdesk.team",
        ondelete="restrict",
        index="btree_not_null",
        help="Mail in this mailbox that belongs to no ticket and to no address of another team"
        " becomes a ticket of this team.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        mailboxes = super().create([self._with_ticket_model(vals) for vals in vals_list])
        self.env.registry.clear_cache()  # of the teams' addresses
        return mailboxes

    def write(self, vals):
        result = super().write(self._with_ticket_model(vals))
        if vals.keys() & {"helpdesk_team_id", "user", "active", "priority"}:
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    def _with_ticket_model(self, vals):
        """A mailbox of a team makes tickets."""
        if not vals.get("helpdesk_team_id"):
            return vals
        return {**vals, "object_id": self.env["ir.model"]._get_id("helpdesk.ticket")}

    def _connect__(self, allow_archived=False):
        """Leave a mail in the mailbox if it could not even be registered.

        Core marks a mail as read (IMAP) or deletes it (POP) also after a failure. A mail that is
        in the register is safe; one that is not exists in the mailbox only.
        """
        connection = harden(super()._connect__(allow_archived))
        mark_as_handled = connection.handled_message
        key = (self.env.cr.dbname, self.id)

        def handled_message(number):
            if key in NOT_REGISTERED:
                NOT_REGISTERED.discard(key)
            else:
                mark_as_handled(number)

        connection.handled_message = handled_message
        return connection
