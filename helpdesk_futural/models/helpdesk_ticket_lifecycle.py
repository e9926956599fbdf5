from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .helpdesk_stage import DONE_STATES, STAGE_STATES

KANBAN_STATES = [("normal", "In Progress"), ("done", "Ready"), ("blocked", "Blocked")]


class HelpdeskTicketLifecycle(models.Model):
    """Stages: what moves a ticket, and what each move does."""

    _inherit = "helpdesk.ticket"

    stage_id = fields.Many2one(
        "helpdesk.stage",
        compute="_compute_stage_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        ondelete="restrict",
        index=True,
        copy=False,
        tracking=True,
        group_expand="_read_group_stage_ids",
        domain="[('team_ids', '=', team_id)]",
    )
    state = fields.Selection(
        STAGE_STATES,
        string="Stage Meaning",
        compute="_compute_state",
        store=True,
        precompute=True,
        index=True,
        help="What the stage means, whatever it is called.",
    )
    kanban_state = fields.Selection(
        KANBAN_STATES, string="Progress", required=True, default="normal", copy=False
    )
    date_last_stage_update = fields.Datetime(
        "Last Stage Update", default=fields.Datetime.now, readonly=True, copy=False, index=True
    )
    solved_date = fields.Datetime(
        compute="_compute_done_dates",
        store=True,
        readonly=False,
        copy=False,
        index="btree_not_null",
        help="When the ticket was solved; empty again when it is reopened.",
    )
    close_date = fields.Datetime(
        "Closed on",
        compute="_compute_done_dates",
        store=True,
        readonly=False,
        copy=False,
        index="btree_not_null",
        help="When the ticket was closed; empty again when it is reopened.",
    )
    closed_by_partner = fields.Boolean(
        "Closed by Customer",
        copy=False,
        readonly=True,
        help="The customer confirmed the solution or closed the ticket.",
    )

    # ------------------------------------------------------------------
    # Where a ticket stands
    # ------------------------------------------------------------------

    @api.depends("team_id")
    def _compute_stage_id(self):
        """A ticket keeps its stage in a new team that has it, else goes where it means the same."""
        for ticket in self:
            # sudo: stages are configuration, shown to everybody who sees a ticket in them
            team, stage = ticket.team_id.sudo(), ticket.stage_id.sudo()
            if not team or (stage and stage in team._get_stages()):
                continue
            same = stage and team._get_first_stage(stage.state)
            ticket.stage_id = same or team._get_new_ticket_stage()

    @api.depends("stage_id.state")
    def _compute_state(self):
        for ticket in self:
            # sudo: as for the stage itself
            ticket.state = ticket.stage_id.sudo().state

    @api.depends("state")
    def _compute_done_dates(self):
        now = fields.Datetime.now()
        for ticket in self:
            ticket.close_date = ticket.state == "closed" and (ticket.close_date or now)
            # A ticket that is closed without ever having been solved was not solved.
            ticket.solved_date = (
                (ticket.state == "solved" and (ticket.solved_date or now))
                or (ticket.state == "closed" and ticket.solved_date)
                or False
            )

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        """Show the columns of the team at hand, or those of every team, also where empty."""
        team_id = self.env.context.get("default_team_id")
        in_use = [("team_ids", "=", team_id)] if team_id else [("team_ids", "!=", False)]
        return stages.search(["|", ("id", "in", stages.ids), *in_use])

    @api.constrains("stage_id", "team_id")
    def _check_stage_of_team(self):
        for ticket in self:
            # Read with the others of the team: mostly the stage that was left is one of them.
            if ticket.stage_id not in ticket.team_id._get_stages().filtered("state"):
                raise ValidationError(
                    self.env._(
                        "The team “%(team)s” does not work with the stage “%(stage)s”.",
                        team=ticket.team_id.name,
                        stage=ticket.stage_id.name,
                    )
                )

    # ------------------------------------------------------------------
    # Events
    # ------------------------------------------------------------------

    def write(self, vals):
        if not vals.keys() & {"stage_id", "team_id"}:
            return super().write(vals)
        before = {ticket: ticket.stage_id for ticket in self}
        result = super().write(vals)
        moved = self.filtered(lambda ticket: ticket.stage_id != before[ticket])
        if moved:
            moved._on_stage_changed(before, vals)
        return result

    def _on_stage_changed(self, before, vals):
        """React to tickets having entered another stage.

        :param dict before: ``{ticket: stage}`` that they left
        :param dict vals: what was written together with the stage; those values stay
        """
        self.date_last_stage_update = fields.Datetime.now()
        if "kanban_state" not in vals:
            self.kanban_state = "normal"
        self.filtered(
            lambda t: t.state != "closed" and t.closed_by_partner
        ).closed_by_partner = False
        if "waiting_on" not in vals:
            # Whoever takes a ticket back to work has the next move.
            self.filtered(
                lambda t: (
                    t.state in ("new", "in_progress")
                    and before[t].state not in ("new", "in_progress")
                )
            ).waiting_on = "team"

    def action_solve(self):
        """Move the tickets to their team's first stage that means solved, else closed."""
        for team, tickets in self.grouped("team_id").items():
            if stage := team._get_first_stage("solved", "closed"):
                tickets.stage_id = stage
        return True

    def _on_customer_message(self, message):
        """React to a public message of the customer: an archived ticket comes back to the queues."""
        self.filtered(lambda ticket: not ticket.active).active = True

    def _on_agent_message(self, message):
        """React to a public message of an agent."""

    # ------------------------------------------------------------------
    # Mixins' questions
    # ------------------------------------------------------------------

    def _get_rotting_depends_fields(self):
        return [*super()._get_rotting_depends_fields(), "state"]

    def _get_rotting_domain(self):
        return super()._get_rotting_domain() & Domain("state", "not in", DONE_STATES)

    def _search_is_rotting(self, operator, value):
        """Find by stage and date. Core's search leaves out what has rotted for over a year."""
        if operator not in ("in", "not in"):
            return NotImplemented
        now = self.env.cr.now()
        # sudo: stages are shown to everybody who sees a ticket in them
        stages = self.env["helpdesk.stage"].sudo().with_context(active_test=False)
        rotting = Domain.OR(
            Domain("stage_id", "=", stage.id)
            & Domain(
                "date_last_stage_update", "<", now - timedelta(days=stage.rotting_threshold_days)
            )
            for stage in stages.search(
                [("rotting_threshold_days", ">", 0), ("state", "not in", DONE_STATES)]
            )
        )
        return rotting if (operator == "in") == (True in value) else ~rotting

    def _rating_get_parent_field_name(self):
        return "team_id"
