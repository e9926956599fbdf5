from odoo import api, fields, models


class HelpdeskTicketSlaBadges(models.Model):
    """The clocks as the form shows them: one badge for each policy."""

    _inherit = "helpdesk.ticket"

    use_sla = fields.Boolean(related="team_id.use_sla")
    sla_badges = fields.Json(compute="_compute_sla_badges")

    @api.depends(
        "stage_history",
        "sla_status_ids.deadline",
        "sla_status_ids.reached_datetime",
        "sla_status_ids.ended_datetime",
        "sla_status_ids.hours",
    )
    def _compute_sla_badges(self):
        """Tell what each policy's clock shows now: the one that runs, else the one that ran last.

        Running clocks come first, the nearest deadline at the top. Moments are strings in UTC,
        hours are *working* hours; ``earlier`` counts the clocks before it, by their status.
        """
        targets = dict(
            self.env["helpdesk.sla.status"]._fields["target"]._description_selection(self.env)
        )
        for ticket in self:
            by_policy = ticket.sla_status_ids.grouped("sla_id")
            shown = [(statuses._get_shown(), statuses) for statuses in by_policy.values()]
            shown.sort(key=lambda pair: pair[0]._get_badge_order())
            ticket.sla_badges = [
                {
                    **status._get_badge(),
                    "target": targets[status.target],
                    "earlier": {
                        "met": len((statuses - status).filtered(lambda s: s.status == "reached")),
                        "missed": len((statuses - status).filtered(lambda s: s.status == "failed")),
                    },
                }
                for status, statuses in shown
            ]
