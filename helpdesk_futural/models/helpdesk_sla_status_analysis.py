from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.duration_field import Percentage

SUCCESS = {"reached": 100.0, "failed": 0.0}


class HelpdeskSlaStatusAnalysis(models.Model):
    """Which promises are kept, by whatever describes the ticket: for the analysis of service levels.

    Deadlines pass without anything being written, so the analysis looks at the clock, as the search
    does, and not at what the scheduled job noted last.
    """

    _inherit = "helpdesk.sla.status"

    success_rate = Percentage(
        "Success Rate (%)",
        compute="_compute_success_rate",
        help="100 for a promise that was kept in time, 0 for a missed one, empty while its clock"
        " runs: the average is the share of kept promises.",
    )
    user_id = fields.Many2one(related="ticket_id.user_id", string="Agent")
    partner_id = fields.Many2one(related="ticket_id.partner_id", string="Customer")
    commercial_partner_id = fields.Many2one(
        related="ticket_id.commercial_partner_id", string="Organisation"
    )
    ticket_type_id = fields.Many2one(related="ticket_id.ticket_type_id")
    priority = fields.Selection(related="ticket_id.priority")

    _start_date_idx = models.Index("(start_date)")

    @api.depends("status", "deadline", "reached_datetime")
    def _compute_success_rate(self):
        now = fields.Datetime.now()
        for status in self:
            outcome = "failed" if status._is_missed(now) else status.status
            status.success_rate = SUCCESS.get(outcome, False)

    def action_open_ticket(self):
        """Open the ticket that the promise was made on."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "helpdesk.ticket",
            "res_id": self.ticket_id.id,
            "views": [(False, "form")],
        }

    # ------------------------------------------------------------------
    # Grouping
    # ------------------------------------------------------------------

    @api.model
    def _get_status_sql(self, alias, query):
        """Return the SQL of the status right now: what ``_search_status`` finds, as a value."""
        reached = self._field_to_sql(alias, "reached_datetime", query)
        return SQL(
            "CASE WHEN %s OR (%s IS NULL AND %s < %s) THEN 'failed'"
            " WHEN %s IS NOT NULL THEN 'reached' ELSE 'ongoing' END",
            self._field_to_sql(alias, "reached_late", query),
            reached,
            self._field_to_sql(alias, "deadline", query),
            fields.Datetime.now(),
            reached,
        )

    def _read_group_groupby(self, alias, groupby_spec, query):
        if groupby_spec == "status":
            return self._get_status_sql(alias, query)
        return super()._read_group_groupby(alias, groupby_spec, query)

    def _read_group_select(self, aggregate_spec, query):
        if aggregate_spec != "success_rate:avg":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "AVG(CASE %s WHEN 'reached' THEN 100.0 WHEN 'failed' THEN 0.0 END)",
            self._get_status_sql(self._table, query),
        )
