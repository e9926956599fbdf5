from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

#: What decides over who sees a ticket.
DECIDING_FIELDS = ("company_id", "team_id", "partner_id", "commercial_partner_id", "confidential")


class HelpdeskTicketVisibility(models.Model):
    """Which tickets a customer sees: their own, those they take part in, their organisation's."""

    _inherit = "helpdesk.ticket"

    portal_visible = fields.Boolean(
        "Visible to Me as a Customer",
        compute="_compute_portal_visible",
        search="_search_portal_visible",
        help="The current user may follow the ticket in the portal: as its customer, as a"
        " participant, or because they see all tickets of their organisation.",
    )

    def _check_access(self, operation):
        if self.env.user.share:
            # sudo: to decide over the access; otherwise all that a ticket has would be read for it
            self.sudo().fetch(DECIDING_FIELDS)
        return super()._check_access(operation)

    # What it depends on of the user's own contact is seen to in res.partner.
    @api.depends_context("uid")
    @api.depends(
        "team_id.privacy_visibility",
        "partner_id",
        "commercial_partner_id",
        "confidential",
        "message_follower_ids",
    )
    def _compute_portal_visible(self):
        me = self.env.user.partner_id.sudo()  # sudo: customers can't read their scope
        tickets = self._origin.sudo()  # sudo: to decide over the access
        tickets.team_id.fetch(["privacy_visibility"])
        shown = tickets.filtered(lambda t: t.team_id.privacy_visibility == "portal")
        visible = shown.filtered(lambda t: t.partner_id == me)
        # Asked for only where it makes a difference: most open their own ticket.
        if (rest := shown - visible) and me.helpdesk_portal_scope == "company":
            organisation = me.commercial_partner_id
            visible |= rest.filtered(
                lambda t: t.commercial_partner_id == organisation and not t.confidential
            )
        if rest := shown - visible:
            visible |= rest._filter_followed_by(me)
        visible_ids = set(visible.ids)
        for ticket in self:
            ticket.portal_visible = ticket._origin.id in visible_ids

    def _filter_followed_by(self, partner):
        """Return those that the contact takes part in; asked with all rights."""
        followers = self.env["mail.followers"].search_fetch(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("partner_id", "=", partner.id),
            ],
            ["res_id"],
        )
        return self.browse(followers.mapped("res_id"))

    @api.model
    def _search_portal_visible(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        # An array leads straight to the tickets; for "IN" the planner reads all tickets, and with the
        # reasons themselves it may walk all, the latest first, until it has a page full. The rows'
        # places, good for the statement they are found in, spare the search for each in the index.
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s = ANY(ARRAY(%s))", SQL.identifier(alias, "ctid"), self._get_visible_sql()
            )
        )

    @api.model
    def _get_visible_sql(self):
        """Return the query for the places (``ctid``) of the tickets that the user sees as a customer.

        It is evaluated anew each time, unlike values in a record rule. Arrays, since each part of an OR
        can then be looked up in its index, and their results be united (``BitmapOr``).
        """
        self.flush_model(["team_id", "partner_id", "commercial_partner_id", "confidential"])
        self.env["helpdesk.team"].flush_model(["privacy_visibility"])
        self.env["mail.followers"].flush_model(["res_model", "res_id", "partner_id"])
        # sudo: customers can't read their scope
        me = self.env.user.partner_id.sudo()
        reasons = [
            SQL("partner_id = %s", me.id),
            # Without those of their own, which they follow as well: looking up each again costs the most.
            SQL(
                "id = ANY(ARRAY(SELECT res_id FROM mail_followers"
                " WHERE res_model = 'helpdesk.ticket' AND partner_id = %(me)s AND res_id NOT IN"
                " (SELECT id FROM helpdesk_ticket WHERE partner_id = %(me)s)))",
                me=me.id,
            ),
        ]
        if me.helpdesk_portal_scope == "company":
            reasons.append(
                SQL(
                    "commercial_partner_id = %s AND confidential IS NOT TRUE",
                    me.commercial_partner_id.id,
                )
            )
        return SQL(
            "SELECT ctid FROM helpdesk_ticket WHERE (%s) AND team_id = ANY(ARRAY("
            "SELECT id FROM helpdesk_team WHERE privacy_visibility = 'portal'))",
            SQL(" OR ").join(SQL("(%s)", reason) for reason in reasons),
        )
