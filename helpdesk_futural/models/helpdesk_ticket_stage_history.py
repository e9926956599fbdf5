from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .helpdesk_stage import OPEN_STATES


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

    @api.model
    def _get_open_at_domain(self, moment=None):
        """Return the domain of the tickets that were open at a moment, also if they aren't now.

        :param datetime moment: now, if not given
        """
        is_open = Domain("state", "in", OPEN_STATES)
        if not moment:
            return is_open

        def to_sql(model, alias, query):
            # A ticket created in this very second has no stage before it yet.
            return SQL(
                """COALESCE((
                    SELECT visit->>1 FROM jsonb_array_elements(%s) visit
                     WHERE visit->>2 <= %s ORDER BY visit->>2 DESC LIMIT 1
                ), 'new') IN %s""",
                model._field_to_sql(alias, "stage_history", query),
                fields.Datetime.to_string(moment),
                OPEN_STATES,
            )

        unchanged = Domain("date_last_stage_update", "<=", moment)
        return Domain("create_date", "<=", moment) & (
            (unchanged & is_open) | (~unchanged & Domain.custom(to_sql=to_sql))
        )
