from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.mail_subject import subject_key
from .helpdesk_stage import DONE_STATES, OPEN_STATES

#: Elapsed days after its end during which a ticket can be what the customer writes of again.
DUPLICATE_DAYS = 14


class HelpdeskTicketDuplicate(models.Model):
    """A hint that the customer has asked the same before."""

    _inherit = "helpdesk.ticket"

    subject_key = fields.Char(
        compute="_compute_subject_key",
        store=True,
        precompute=True,
        help="The subject as it is compared: without “Re:”, case numbers, case and spacing.",
    )
    possible_duplicate_id = fields.Many2one(
        "helpdesk.ticket",
        "Looks Like",
        compute="_compute_possible_duplicate_id",
        help="An earlier ticket of the same customer with the same subject.",
    )
    no_duplicate = fields.Boolean(
        copy=False, readonly=True, help="An agent said that this is no duplicate."
    )

    _same_subject_idx = models.Index(
        "(commercial_partner_id, subject_key) WHERE commercial_partner_id IS NOT NULL"
    )

    @api.depends("name")
    def _compute_subject_key(self):
        for ticket in self:
            ticket.subject_key = subject_key(ticket.name) or False

    @api.depends("subject_key", "commercial_partner_id", "state", "no_duplicate", "merged_into_id")
    def _compute_possible_duplicate_id(self):
        """Look for the latest earlier ticket with that subject, for all tickets in one query.

        It is open, or was solved or closed within :data:`DUPLICATE_DAYS`.
        """
        self.possible_duplicate_id = False
        nothing = subject_key(self.env._("(No subject)"))
        asked = self.filtered(
            lambda t: (
                t._origin.id
                and t.commercial_partner_id
                and t.subject_key
                and t.subject_key != nothing
                and t.state in OPEN_STATES
                and not t.no_duplicate
            )
        )
        if not asked:
            return
        since = fields.Datetime.now() - timedelta(days=DUPLICATE_DAYS)
        found = self.search_fetch(
            Domain("commercial_partner_id", "in", asked.commercial_partner_id.ids)
            & Domain("subject_key", "in", asked.mapped("subject_key"))
            & Domain("merged_into_id", "=", False)
            & (
                Domain("state", "in", OPEN_STATES)
                | (
                    Domain("state", "in", DONE_STATES)
                    & Domain("date_last_stage_update", ">=", since)
                )
            ),
            ["commercial_partner_id", "subject_key", "company_id"],
            order="id desc",
        )
        earlier = found.grouped(lambda t: (t.commercial_partner_id, t.subject_key, t.company_id))
        for ticket in asked:
            key = (ticket.commercial_partner_id._origin, ticket.subject_key, ticket.company_id)
            known = (ticket | ticket.origin_id | ticket.related_ids)._origin
            ticket.possible_duplicate_id = next(
                (t for t in earlier.get(key, ()) if t.id < ticket._origin.id and t not in known),
                False,
            )

    def action_merge_duplicate(self):
        """Open the merge into the ticket that this one looks like."""
        self.ensure_one()
        return self._get_merge_action(self.possible_duplicate_id)

    def action_dismiss_duplicate(self):
        """Say that these tickets are no duplicates, so that the hint doesn't come back."""
        self.no_duplicate = True
        return True
