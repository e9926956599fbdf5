from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .helpdesk_stage import OPEN_STATES

#: How many other tickets of the customer stand beside a ticket.
CUSTOMER_TICKETS_SHOWN = 10
#: What the list of those shows, and what the record rules and the ORM ask for: read with the search.
_READ_BESIDE = (
    "active",
    "commercial_partner_id",
    "company_id",
    "last_message_date",
    "name",
    "stage_id",
    "state",
    "team_id",
    "ticket_ref",
    "user_id",
)


class HelpdeskTicketRelated(models.Model):
    """Tickets that have to do with each other, and what else the customer has open."""

    _inherit = "helpdesk.ticket"

    related_ids = fields.Many2many(
        "helpdesk.ticket",
        "helpdesk_ticket_related_rel",
        "ticket_id",
        "related_id",
        string="Related Tickets",
        copy=False,
        check_company=True,
        help="Tickets about the same thing. The link shows on both sides.",
    )
    follow_up_ids = fields.One2many("helpdesk.ticket", "origin_id", "Follow-up Tickets")
    customer_open_ticket_ids = fields.Many2many(
        "helpdesk.ticket",
        string="Other Open Tickets of This Customer",
        compute="_compute_customer_open_ticket_ids",
        help="The latest open tickets of the customer's organisation.",
    )

    @api.depends("commercial_partner_id")
    def _compute_customer_open_ticket_ids(self):
        """Search once for all tickets; the record rules say which ones the user sees."""
        organisations = self.commercial_partner_id.ids
        found = self.browse()
        if organisations:
            found = self.search_fetch(
                Domain("commercial_partner_id", "in", organisations)
                & Domain("state", "in", OPEN_STATES),
                _READ_BESIDE,
                order="last_message_date desc, id desc",
                limit=CUSTOMER_TICKETS_SHOWN + 1 if len(self) == 1 else None,
            )
        by_organisation = found.grouped("commercial_partner_id")
        for ticket in self:
            others = by_organisation.get(ticket.commercial_partner_id._origin, found.browse())
            ticket.customer_open_ticket_ids = (others - ticket._origin)[:CUSTOMER_TICKETS_SHOWN]

    # ------------------------------------------------------------------
    # Both sides of a relation
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self._check_links(vals_list)
        tickets = super().create(vals_list)
        linking = [bool(vals.get("related_ids")) for vals in vals_list]
        if any(linking):
            tickets.browse(
                ticket.id for ticket, links in zip(tickets, linking, strict=True) if links
            )._mirror_related(set())
        return tickets

    def write(self, vals):
        self._check_links([vals])
        if "related_ids" not in vals:
            return super().write(vals)
        before = self._get_related_pairs()
        result = super().write(vals)
        self._mirror_related(before)
        return result

    @api.model
    def _check_links(self, vals_list):
        """Nobody refers to a ticket that they don't see: Odoo shows the name of what is referred to.

        Constraints could not check it: they are run with all rights.
        """
        named = {
            vals[n] for vals in vals_list for n in ("origin_id", "merged_into_id") if n in vals
        }
        self.browse(named - {False, None}).check_access("read")

    def _get_related_pairs(self):
        """Return the rows of the relation that begin with these tickets, ``{(id, related id)}``."""
        if not self.ids:
            return set()
        self.flush_model(["related_ids"])
        return set(
            self.env.execute_query(
                SQL(
                    "SELECT ticket_id, related_id FROM helpdesk_ticket_related_rel"
                    " WHERE ticket_id IN %s",
                    tuple(self.ids),
                )
            )
        )

    def _mirror_related(self, before):
        """Do on the other side what was done on this one, for all tickets in two queries.

        :param set before: the pairs as they were, see :meth:`_get_related_pairs`
        """
        after = self._get_related_pairs()
        added, removed = after - before, before - after
        # What was linked has to be readable; what the user doesn't see can't be linked.
        self.browse({related for _ticket, related in added}).check_access("read")
        own = {pair for pair in added if pair[0] == pair[1]}
        gone = {(related, ticket) for ticket, related in removed} | own
        if gone:
            self.env.execute_query(
                SQL(
                    "DELETE FROM helpdesk_ticket_related_rel"
                    " WHERE (ticket_id, related_id) IN %s RETURNING 1",
                    tuple(gone),
                )
            )
        mirrored = [(related, ticket) for ticket, related in added - own]
        if mirrored:
            self.env.execute_query(
                SQL(
                    "INSERT INTO helpdesk_ticket_related_rel (ticket_id, related_id)"
                    " VALUES %s ON CONFLICT DO NOTHING RETURNING 1",
                    SQL(", ").join(SQL("%s", pair) for pair in mirrored),
                )
            )
        if gone or mirrored:
            self.invalidate_model(["related_ids"])
