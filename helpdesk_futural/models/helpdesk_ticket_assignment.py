from datetime import timedelta
from random import random
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..tools.assignment import distribute
from .helpdesk_stage import OPEN_STATES


class HelpdeskTicketAssignment(models.Model):
    """Who works on a ticket: claim, automatic assignment, escalation."""

    _inherit = "helpdesk.ticket"

    user_id = fields.Many2one(
        "res.users",
        "Assigned to",
        index="btree_not_null",
        tracking=True,
        copy=False,
        check_company=True,
        domain=lambda self: self._get_agent_domain(),
        help="The agent. Empty: the ticket is in the team's pool.",
    )
    assign_date = fields.Datetime(
        "Assigned on",
        compute="_compute_assign_date",
        store=True,
        readonly=False,
        copy=False,
        help="When somebody first took the ticket; empty while it is in the pool.",
    )

    @api.model
    def _get_agent_domain(self):
        """Return the domain of the users who can be agents."""
        group_id = self.env["ir.model.data"]._xmlid_to_res_id(
            "helpdesk_futural.group_helpdesk_user", raise_if_not_found=False
        )
        return [("share", "=", False), ("all_group_ids", "in", [group_id])]

    @api.depends("user_id")
    def _compute_assign_date(self):
        now = fields.Datetime.now()
        for ticket in self:
            ticket.assign_date = ticket.user_id and (ticket.assign_date or now)

    @api.constrains("user_id")
    def _check_user_id(self):
        for user in self.user_id:
            # sudo: group membership of another user
            if user.share or not user.sudo().has_group("helpdesk_futural.group_helpdesk_user"):
                raise ValidationError(
                    self.env._("%s has no helpdesk rights, so can't be given a ticket.", user.name)
                )

    @api.model_create_multi
    def create(self, vals_list):
        tickets = super().create(vals_list)
        tickets._assign_automatically()
        return tickets

    # ------------------------------------------------------------------
    # Claim and escalate
    # ------------------------------------------------------------------

    def action_claim(self):
        """Take the tickets: the current user becomes their agent, new ones go into progress.

        Tickets that another agent has stay with them; the user reads who that is. Of two agents
        who claim at the same moment one wins: PostgreSQL fails the other's transaction, Odoo
        runs it again, and then it sees the winner.

        :return: True, or a notification naming the tickets that others have
        :raises UserError: if others have all of them
        """
        self.check_access("write")
        taken = self.filtered(lambda t: t.user_id and t.user_id != self.env.user)
        free = self - taken
        owners = "\n".join(
            self.env._("%(ticket)s is with %(agent)s.", ticket=t.display_name, agent=t.user_id.name)
            for t in taken
        )
        if taken and not free:
            raise UserError(owners)
        free.filtered(lambda t: not t.user_id).user_id = self.env.user
        for team, tickets in free.filtered(lambda t: t.state == "new").grouped("team_id").items():
            if stage := team._get_first_stage("in_progress"):
                tickets.stage_id = stage
        if not taken:
            return True
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "title": self.env._("Some tickets are with others"),
                "message": owners,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def assign_ticket_to_self(self):
        """Same as :meth:`action_claim`, under the name that connected programs know."""
        return self.action_claim()

    def action_escalate(self):
        """Hand the tickets up: to the team's escalation team, else to the team leader.

        :raises UserError: if a ticket's team has neither, or the leader has the ticket already
        """
        self.check_access("write")
        for team, tickets in self.grouped("team_id").items():
            # sudo: the escalation team may be one whose tickets the agent doesn't see
            target, leader = team.sudo().escalation_team_id, team.sudo().leader_id
            if target:
                tickets._escalate_to_team(target)
            elif leader and leader.active:
                tickets._escalate_to_leader(leader)
            else:
                raise UserError(
                    self.env._(
                        "The team “%s” has no leader and no escalation team. An administrator"
                        " can set one on the team.",
                        team.name,
                    )
                )
        return True

    def _escalate_to_team(self, team):
        former = {ticket: ticket.team_id.name for ticket in self}
        # sudo: the agent gives the ticket away, perhaps to a team that they don't see
        tickets = self.sudo()
        tickets.write({"team_id": team.id, "user_id": False})
        tickets._message_log_batch(
            bodies={
                ticket.id: self.env._(
                    "Escalated by %(agent)s from the team %(former)s to %(team)s.",
                    agent=self.env.user.name,
                    former=former[self.browse(ticket.id)],
                    team=team.name,
                )
                for ticket in tickets
            }
        )
        tickets._assign_automatically()

    def _escalate_to_leader(self, leader):
        with_leader = self.filtered(lambda ticket: ticket.user_id == leader)
        if with_leader:
            raise UserError(
                self.env._(
                    "%(ticket)s is with the team leader %(leader)s already.",
                    ticket=with_leader[0].display_name,
                    leader=leader.name,
                )
            )
        self.user_id = leader
        self._message_log_batch(
            bodies={
                ticket.id: self.env._(
                    "Escalated by %(agent)s to the team leader %(leader)s.",
                    agent=self.env.user.name,
                    leader=leader.name,
                )
                for ticket in self
            }
        )

    # ------------------------------------------------------------------
    # Automatic assignment
    # ------------------------------------------------------------------

    def _assign_automatically(self):
        """Give the tickets without agent to members at work, as their teams are set up."""
        for team, tickets in self.filtered(lambda t: not t.user_id).grouped("team_id").items():
            # sudo: customers and the mail gateway create tickets too, and see no users
            team = team.sudo()
            if not team.auto_assignment:
                continue
            members = team.member_ids.filtered("active")
            at_work = tickets._filter_at_work(team, members)
            candidates = [tickets._get_candidates(ticket, at_work) for ticket in tickets]
            load = tickets._get_load(team, at_work)
            chosen = distribute(candidates, load, tie_break=lambda _user: random())  # noqa: S311
            for ticket, user in zip(tickets.sudo(), chosen, strict=True):
                if user:
                    ticket.user_id = user

    def _get_candidates(self, ticket, at_work):
        """Return who may get the ticket: the category's specialists first."""
        specialists = ticket.ticket_type_id.sudo().specialist_ids & at_work  # sudo: configuration
        return list(specialists or at_work)

    def _filter_at_work(self, team, members):
        """Return the members whose working hours and leaves say that they work now.

        A member's own calendar counts, else the team's.
        """
        if not members:
            return members
        now = fields.Datetime.now().replace(tzinfo=ZoneInfo("UTC"))
        soon = now + timedelta(minutes=1)
        at_work = self.env["res.users"]
        for calendar, users in members.grouped(
            lambda u: u.resource_ids[:1].calendar_id or team._get_calendar()
        ).items():
            resources = users.resource_ids
            intervals = calendar._work_intervals_batch(now, soon, resources=resources)
            for user in users:
                # Without a resource of their own the calendar's common hours count ("False").
                if intervals.get(user.resource_ids[:1].id, ()):
                    at_work += user
        return at_work

    def _get_load(self, team, members):
        """Return ``{member: tickets}``: open now, or for equal shares those of the last 30 days."""
        domain = Domain("user_id", "in", members.ids) & Domain("team_id", "=", team.id)
        if team.assign_method == "balanced":
            domain &= Domain("state", "in", OPEN_STATES)
        else:
            since = fields.Datetime.now() - timedelta(days=30)
            domain &= Domain("assign_date", ">=", since)
        # sudo: see _assign_automatically
        return dict(
            self.sudo()
            .with_context(active_test=False)
            ._read_group(domain, ["user_id"], ["__count"])
        )
