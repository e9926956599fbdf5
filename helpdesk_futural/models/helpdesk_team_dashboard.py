from odoo import fields, models
from odoo.fields import Domain

from .helpdesk_stage import OPEN_STATES

OPEN = Domain("state", "in", OPEN_STATES)


class HelpdeskTeamDashboard(models.Model):
    """The numbers on a team's dashboard card: each is the count of the list that it opens."""

    _inherit = "helpdesk.team"

    open_ticket_count = fields.Integer("Open Tickets", compute="_compute_open_ticket_counts")
    unassigned_ticket_count = fields.Integer("Unassigned", compute="_compute_open_ticket_counts")
    urgent_ticket_count = fields.Integer("Urgent", compute="_compute_open_ticket_counts")
    waiting_for_us_count = fields.Integer("Waiting for Us", compute="_compute_open_ticket_counts")
    snoozed_ticket_count = fields.Integer("Snoozed", compute="_compute_open_ticket_counts")
    my_open_ticket_count = fields.Integer("My Tickets", compute="_compute_queue_counts")
    unread_ticket_count = fields.Integer("Unread", compute="_compute_queue_counts")
    rotting_ticket_count = fields.Integer("Rotting", compute="_compute_queue_counts")

    sla_due_soon_count = fields.Integer("SLA Due Soon", compute="_compute_queue_counts")
    sla_failed_count = fields.Integer("SLA Failed", compute="_compute_queue_counts")

    def _compute_open_ticket_counts(self):
        """Count what the user may see, in two queries for all teams.

        Snoozed tickets are open, and urgent if they are, but nobody has to act on them now.
        """
        counts = {team_id: [0, 0, 0, 0, 0] for team_id in self.ids}
        tickets = self.env["helpdesk.ticket"]
        opened = Domain("team_id", "in", self.ids) & OPEN
        for team, priority, waiting_on, total, assigned in tickets._read_group(
            opened & Domain("is_snoozed", "=", False),
            ["team_id", "priority", "waiting_on"],
            ["__count", "user_id:count"],
        ):
            count = counts[team.id]
            count[0] += total
            count[1] += total - assigned
            count[2] += total if priority == "3" else 0
            count[3] += total if waiting_on == "team" else 0
        for team, priority, total in tickets._read_group(
            opened & Domain("is_snoozed", "=", True), ["team_id", "priority"], ["__count"]
        ):
            count = counts[team.id]
            count[0] += total
            count[2] += total if priority == "3" else 0
            count[4] += total
        for team in self:
            (
                team.open_ticket_count,
                team.unassigned_ticket_count,
                team.urgent_ticket_count,
                team.waiting_for_us_count,
                team.snoozed_ticket_count,
            ) = counts.get(team.id, (0, 0, 0, 0, 0))

    def _compute_queue_counts(self):
        """Count queues that are small and have an index each, in one query per queue."""
        awake = Domain("is_snoozed", "=", False)
        mine = self._count_tickets(OPEN & awake & Domain("user_id", "=", self.env.uid))
        unread = self._count_tickets(Domain("unread", "=", True))
        rotting = self._count_tickets(Domain("is_rotting", "=", True))
        due_soon = self._count_tickets(Domain("sla_due_soon", "=", True))
        failed = self._count_tickets(OPEN & Domain("sla_fail", "=", True))
        for team in self:
            team.my_open_ticket_count = mine.get(team, 0)
            team.unread_ticket_count = unread.get(team, 0)
            team.rotting_ticket_count = rotting.get(team, 0)
            team.sla_due_soon_count = due_soon.get(team, 0)
            team.sla_failed_count = failed.get(team, 0)

    def _count_tickets(self, domain):
        return dict(
            self.env["helpdesk.ticket"]._read_group(
                Domain("team_id", "in", self.ids) & domain, ["team_id"], ["__count"]
            )
        )

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
