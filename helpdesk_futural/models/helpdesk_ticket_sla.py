from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.working_time import hours_between, in_utc, moment_after

#: What a change of may give a ticket other promises, or keep those it has.
SLA_CRITERIA = (
    "team_id",
    "priority",
    "ticket_type_id",
    "severity_id",
    "tag_ids",
    "partner_id",
)
#: What else moves the clocks when it changes.
SLA_EVENTS = (
    "stage_id",
    "first_response_date",
    "oldest_unanswered_customer_message_date",
)
#: How far ahead a deadline is looked for that is so many working hours away.
SEARCH_HORIZON = timedelta(days=3660)


class HelpdeskTicketSla(models.Model):
    """What was promised on a ticket: its policies, the nearest deadline, met or missed."""

    _inherit = "helpdesk.ticket"

    sla_status_ids = fields.One2many(
        "helpdesk.sla.status", "ticket_id", string="SLA Status", readonly=True
    )
    sla_ids = fields.Many2many(
        "helpdesk.sla",
        string="SLA Policies",
        compute="_compute_sla_ids",
        search="_search_sla_ids",
        help="The policies that are or were for this ticket.",
    )
    sla_deadline = fields.Datetime(
        "SLA Deadline",
        compute="_compute_sla",
        store=True,
        # With the empty ones, so that all tickets can be listed in its order.
        index=True,
        help="The nearest deadline of a promise not yet kept; in the past if it was missed. Empty"
        " while all clocks stand still.",
    )
    sla_deadline_hours = fields.Float(
        "Hours to SLA Deadline",
        compute="_compute_sla_deadline_hours",
        search="_search_sla_deadline_hours",
        help="The team's working hours from now to the deadline, negative after it. Computed when"
        " it is read, so it is not in the database; reports there use the deadline.",
    )
    sla_reached = fields.Boolean(
        "SLA Met",
        compute="_compute_sla",
        store=True,
        help="All promises on this ticket were kept in time.",
    )
    sla_reached_late = fields.Boolean(
        "SLA Met Late",
        compute="_compute_sla",
        store=True,
        help="A promise on this ticket was kept, but after its deadline.",
    )
    sla_fail = fields.Boolean(
        "SLA Missed",
        compute="_compute_sla",
        search="_search_sla_fail",
        store=True,
        help="A deadline of this ticket has passed without the promise being kept in time.",
    )

    # ------------------------------------------------------------------
    # Computed fields
    # ------------------------------------------------------------------

    @api.depends(
        "sla_status_ids.status",
        "sla_status_ids.deadline",
        "sla_status_ids.reached_datetime",
        "sla_status_ids.reached_late",
        "sla_status_ids.ended_datetime",
    )
    def _compute_sla(self):
        for ticket in self:
            statuses = ticket.sla_status_ids
            running = statuses.filtered(lambda s: not s.reached_datetime and not s.ended_datetime)
            ticket.sla_deadline = min(filter(None, running.mapped("deadline")), default=False)
            ticket.sla_reached = bool(statuses) and all(s.status == "reached" for s in statuses)
            ticket.sla_reached_late = any(s.reached_late for s in statuses)
            ticket.sla_fail = any(s.status == "failed" for s in statuses)

    @api.depends("sla_status_ids.sla_id")
    def _compute_sla_ids(self):
        for ticket in self:
            ticket.sla_ids = ticket.sla_status_ids.sla_id

    @api.model
    def _search_sla_ids(self, operator, value):
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        if operator == "in" and False in value:
            known = [sla_id for sla_id in value if sla_id]
            return Domain("sla_status_ids", "=", False) | Domain(
                "sla_status_ids.sla_id", "in", known
            )
        return Domain("sla_status_ids.sla_id", operator, value)

    @api.model
    def _search_sla_fail(self, operator, value):
        """Search by the deadlines, not by what the scheduled job wrote last."""
        if operator != "in":
            return NotImplemented
        # The column knows all that has happened on the ticket; that time went by, the deadlines.
        known = Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s IS TRUE", model._field_to_sql(alias, "sla_fail", query)
            ),
            predicate=lambda ticket: ticket.sla_fail,
        )
        overdue = Domain("reached_datetime", "=", False) & Domain(
            "deadline", "<", fields.Datetime.now()
        )
        failed = known | Domain("sla_status_ids", "any!", overdue)
        return (failed if True in value else Domain.FALSE) | (
            ~failed if False in value else Domain.FALSE
        )

    @api.depends("sla_deadline")
    def _compute_sla_deadline_hours(self):
        now = in_utc(fields.Datetime.now())
        self.sla_deadline_hours = 0
        due = self.filtered("sla_deadline")
        if not due:
            return
        deadlines = [now, *map(in_utc, due.mapped("sla_deadline"))]
        # sudo: working hours, of tickets that the user reads
        work = due.sudo().team_id._get_work_intervals(min(deadlines), max(deadlines))
        for ticket in due:
            # sudo: as above
            team = ticket.sudo().team_id
            deadline, ours = in_utc(ticket.sla_deadline), work[team]
            ticket.sla_deadline_hours = hours_between(ours, now, deadline) - hours_between(
                ours, deadline, now
            )

    @api.model
    def _search_sla_deadline_hours(self, operator, value):
        """Search by the moment that is so many working hours from now, for each team its own."""
        if operator not in ("<", "<=", ">", ">=") or value < 0:
            return NotImplemented
        now = in_utc(fields.Datetime.now())
        # sudo: working hours; the tickets found are those that the user sees
        teams = self.env["helpdesk.team"].sudo().with_context(active_test=False)
        teams = teams.search([("use_sla", "=", True)])
        domain = Domain.FALSE
        for team, work in teams._get_work_intervals(now, now + SEARCH_HORIZON).items():
            moment = moment_after(work, now, value) or now + SEARCH_HORIZON
            moment = moment.replace(tzinfo=None)
            domain |= Domain("team_id", "=", team.id) & Domain("sla_deadline", operator, moment)
        return domain

    # ------------------------------------------------------------------
    # Events
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        # What is written while a ticket is being created, is looked at once at its end.
        later = self.with_context(helpdesk_sla_later=True)
        tickets = super(HelpdeskTicketSla, later).create(vals_list).with_env(self.env)
        if not self.env.context.get("helpdesk_sla_later"):
            tickets._update_slas()
        return tickets

    def write(self, vals):
        criteria = self._get_sla_criteria()
        triggers = [name for name in (*criteria, *SLA_EVENTS) if name in vals]
        if not triggers or self.env.context.get("helpdesk_sla_later"):
            return super().write(vals)
        before = {ticket: [ticket[name] for name in triggers] for ticket in self}
        result = super().write(vals)
        changed = self.filtered(lambda t: [t[name] for name in triggers] != before[t])
        changed._update_slas(only_new=not vals.keys() & set(criteria))
        return result

    # ------------------------------------------------------------------
    # Which policies
    # ------------------------------------------------------------------

    @api.model
    def _get_sla_criteria(self):
        """Return the names of the ticket's fields by which policies choose their tickets."""
        return SLA_CRITERIA

    def _get_matching_policies(self):
        """Return the policies for a ticket as it is now, archived ones included.

        :rtype: list[Policy]
        """
        self.ensure_one()
        if not self.team_id.use_sla:
            return []
        policies = self.env["helpdesk.sla"]._get_policies(self.team_id.id)
        category, severity = self.ticket_type_id, self.severity_id
        # The category is read last: mostly neither the severity nor a policy asks for it.
        outside = severity.id in severity._get_ids_outside_sla()
        if not policies or (outside and category.uses_severity):
            return []

        def has_category(category_ids):
            return category_ids & set(map(int, (category.parent_path or "").split("/")[:-1]))

        def matches(policy):
            return (
                self.priority >= policy.priority
                and (not policy.category_ids or has_category(policy.category_ids))
                and (not policy.severity_ids or severity.id in policy.severity_ids)
                and (not policy.tag_ids or policy.tag_ids & set(self.tag_ids.ids))
                and (not policy.partner_ids or self._is_customer_among(policy.partner_ids))
                and all(self[name].id in ids for name, ids in policy.more)
            )

        return [policy for policy in policies if matches(policy)]

    def _is_customer_among(self, partner_ids):
        """Tell whether the customer is one of the partners, or a person inside one of them."""
        partner = self.partner_id
        while partner:
            if partner.id in partner_ids:
                return True
            partner = partner.parent_id
        return False
