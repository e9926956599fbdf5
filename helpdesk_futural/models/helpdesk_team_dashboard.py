from odoo import fields, models

from .helpdesk_stage import OPEN_STATES


class HelpdeskTeamDashboard(models.Model):
    """The numbers on a team's dashboard card."""

    _inherit = "helpdesk.team"

    open_ticket_count = fields.Integer("Open Tickets", compute="_compute_ticket_counts")
    unassigned_ticket_count = fields.Integer("Unassigned", compute="_compute_ticket_counts")
    urgent_ticket_count = fields.Integer("Urgent", compute="_compute_ticket_counts")
    waiting_for_us_count = fields.Integer("Waiting for Us", compute="_compute_ticket_counts")
    my_open_ticket_count = fields.Integer("My Tickets", compute="_compute_my_open_ticket_count")

    def _compute_ticket_counts(self):
        """Count what the user may see, in one query for all teams."""
        counts = {team_id: [0, 0, 0, 0] for team_id in self.ids}
        for team, priority, waiting_on, total, assigned in self.env["helpdesk.ticket"]._read_group(
            [("team_id", "in", self.ids), ("state", "in", OPEN_STATES)],
            ["team_id", "priority", "waiting_on"],
            ["__count", "user_id:count"],
        ):
            count = counts[team.id]
            count[0] += total
            count[1] += total - assigned
            count[2] += total if priority == "3" else 0
            count[3] += total if waiting_on == "team" else 0
        for team in self:
            (
                team.open_ticket_count,
                team.unassigned_ticket_count,
                team.urgent_ticket_count,
                team.waiting_for_us_count,
            ) = counts.get(team.id, (0, 0, 0, 0))

    def _compute_my_open_ticket_count(self):
        counts = dict(
            self.env["helpdesk.ticket"]._read_group(
                [
                    ("team_id", "in", self.ids),
                    ("state", "in", OPEN_STATES),
                    ("user_id", "=", self.env.uid),
                ],
                ["team_id"],
                ["__count"],
            )
        )
        for team in self:
            team.my_open_ticket_count = counts.get(team, 0)

    def action_view_tickets(self):
        """Open the team's tickets; the context's ``search_default_*`` keys choose the queue."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_futural.helpdesk_ticket_action_team"
        )
        queue = {k: v for k, v in self.env.context.items() if k.startswith("search_default_")}
        action["display_name"] = self.name
        action["context"] = {
            "active_id": self.id,
            "default_team_id": self.id,
            "search_default_team_id": self.id,
            **(queue or {"search_default_open": 1}),
        }
        return action
