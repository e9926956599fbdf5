from odoo import api, fields, models


class HelpdeskTicketStageHistory(models.Model):
    """Which stages a ticket was in and when: what the clocks of service levels are told from."""

    _inherit = "helpdesk.ticket"

    stage_history = fields.Json(
        compute="_compute_stage_history",
        store=True,
        precompute=True,
        readonly=False,  # who imports a ticket may know
        copy=False,
        help="[[stage, its meaning then, since when in UTC], …], for example"
        ' [[1, "new", "2025-03-03 08:00:00"]].',
    )

    @api.depends("stage_id", "state")
    def _compute_stage_history(self):
        now = fields.Datetime.now()
        for ticket in self:
            history = ticket.stage_history or []
            current = [ticket.stage_id.id, ticket.state]
            if current[0] and (not history or history[-1][:2] != current):
                # A second stage in the same second was no stay in the first.
                past = [visit for visit in history if visit[2] < fields.Datetime.to_string(now)]
                ticket.stage_history = [*past, [*current, fields.Datetime.to_string(now)]]
            else:
                ticket.stage_history = history
