from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

TICKET = "helpdesk.ticket"


class IrAttachment(models.Model):
    """Files of a ticket are the customer's to see only where its conversation shows them.

    Core lets everybody who reads a document read all files linked to it, also those on internal
    notes.
    """

    _inherit = "ir.attachment"

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if self.env.su or not self.env.user.share:
            return result
        forbidden, make_error = result or (self.browse(), None)
        hidden = (self - forbidden)._filter_hidden_ticket_files()
        if not hidden:
            return result
        return forbidden | hidden, make_error or (
            lambda: self.env["ir.rule"]._make_access_error(operation, hidden)
        )

    def _filter_hidden_ticket_files(self):
        """Return the files of tickets that are on no message which customers can read."""
        # sudo: to decide over the access
        files = self.sudo().filtered(lambda a: a.res_model == TICKET and a.res_id and not a.public)
        if not files:
            return self.browse()
        of_fields = files.filtered("res_field")
        tickets = self.env[TICKET]
        shown = of_fields.filtered(
            lambda a: (
                a.res_field in tickets._fields
                and tickets._has_field_access(tickets._fields[a.res_field], "read")
            )
        )
        if files != of_fields:
            shown |= (files - of_fields).filtered_domain(self._get_shown_ticket_files_domain())
        return (files - shown).sudo(False)

    @api.model
    def _get_shown_ticket_files_domain(self):
        """Return the domain of the files that are on a message which customers can read."""
        return Domain.custom(
            to_sql=lambda model, alias, query: self._get_shown_ticket_files_sql(alias)
        )

    @api.model
    def _get_shown_ticket_files_sql(self, alias):
        self.env["mail.message"].flush_model(
            ["model", "is_internal", "subtype_id", "attachment_ids"]
        )
        return SQL(
            """
            EXISTS (
                SELECT 1
                  FROM message_attachment_rel shown
                  JOIN mail_message message ON message.id = shown.message_id
                  JOIN mail_message_subtype subtype ON subtype.id = message.subtype_id
                 WHERE shown.attachment_id = %s
                   AND message.model = %s
                   AND message.is_internal IS NOT TRUE
                   AND subtype.internal IS NOT TRUE
            )
            """,
            SQL.identifier(alias, "id"),
            TICKET,
        )

    @api.model
    def _search(
        self, domain, offset=0, limit=None, order=None, *, active_test=True, bypass_access=False
    ):
        query = super()._search(
            domain, offset, limit, order, active_test=active_test, bypass_access=bypass_access
        )
        if self.env.su or bypass_access or not self.env.user.share:
            return query
        # A query that has its ids already was filtered by _check_access.
        if query._ids is None:
            query.add_where(
                SQL(
                    "(%(model)s IS DISTINCT FROM %(ticket)s OR %(public)s"
                    " OR %(field)s IS NOT NULL OR %(shown)s)",
                    model=SQL.identifier(query.table, "res_model"),
                    field=SQL.identifier(query.table, "res_field"),
                    public=SQL.identifier(query.table, "public"),
                    ticket=TICKET,
                    shown=self._get_shown_ticket_files_sql(query.table),
                )
            )
        return query
