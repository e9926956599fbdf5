import logging
from datetime import timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from ..tools.assignment import distribute
from .helpdesk_stage import OPEN_STATES

_logger = logging.getLogger(__name__)

BATCH = 100
#: So many tickets that others are creating at this moment are considered; it bounds the effort.
MOST_AHEAD = 1000


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
        if not self.env.context.get("helpdesk_no_assignment"):
            tickets._assign_automatically(new=True)
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

        :return: True, or where to go for who doesn't see the tickets any more
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
        if self == self._filtered_access("read"):
            return True
        # The form or list that it was done from would look for them in vain.
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_futural.helpdesk_ticket_action_my"
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Escalated to a team whose tickets you don't see."),
                "next": dict(action, target="main"),
            },
        }

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

    def _assign_automatically(self, new=False):
        """Give the tickets without agent to members at work, as their teams are set up.

        :param bool new: the tickets were just created. Others may be creating some at the same
            moment, which this transaction doesn't see; they count as given to who is next, so
            that not all go to the one who has the fewest now. Nobody waits for anybody.
        :return: the tickets that got an agent
        """
        assigned = self.browse()
        for team, tickets in self.filtered(lambda t: not t.user_id).grouped("team_id").items():
            # sudo: customers and the mail gateway create tickets too, and see no users
            team = team.sudo()
            if not team.auto_assignment:
                continue
            at_work = tickets._filter_at_work(team, team.member_ids.filtered("active"))
            if not at_work:
                continue
            chosen = distribute(
                [tickets._get_candidates(ticket, at_work) for ticket in tickets],
                tickets._get_load(team, at_work),
                tickets._get_room(team, at_work),
                turn=tickets.ids[0],
                ahead=tickets._count_being_created() if new else 0,
            )
            given = {}
            # sudo: as above
            for ticket, user in zip(tickets.sudo(), chosen, strict=True):
                if user:
                    given[user] = given.get(user, tickets.browse()) + ticket
            for user, theirs in given.items():
                theirs.user_id = user
                assigned += theirs
        return assigned.sudo(self.env.su)

    def _count_being_created(self):
        """Return how many tickets were begun just before these by transactions still going on.

        Ids are drawn from a sequence, so whoever creates at the same moment has one right before
        ours without our seeing the ticket. An id whose creation failed looks the same; that it
        is mistaken only matters, and seldom, while others are writing.
        """
        first = min(self.ids)
        [[count]] = self.env.execute_query(
            SQL(
                "SELECT CASE WHEN pg_snapshot_xmin(pg_current_snapshot()) < pg_current_xact_id()"
                " THEN %s - COALESCE(MAX(id), %s) ELSE 0 END"
                " FROM helpdesk_ticket WHERE id < %s",
                first - 1,
                first - 1,
                first,
            )
        )
        return min(count, MOST_AHEAD)

    def _get_candidates(self, ticket, at_work):
        """Return who may get the ticket, in groups: the category's specialists first."""
        specialists = ticket.ticket_type_id.sudo().specialist_ids & at_work  # sudo: configuration
        return [list(specialists), list(at_work)]

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
        if team.assign_method == "balanced":
            return self._count_by_agent(team, members, Domain("state", "in", OPEN_STATES))
        since = fields.Datetime.now() - timedelta(days=30)
        return self._count_by_agent(team, members, Domain("assign_date", ">=", since))

    def _get_room(self, team, members):
        """Return ``{member: how many more they may get}``; empty where the team sets no limit."""
        if not (most := team.assign_max_open):
            return {}
        has = self._count_by_agent(team, members, Domain("state", "in", OPEN_STATES))
        return {member: most - has.get(member, 0) for member in members}

    def _count_by_agent(self, team, members, domain):
        domain &= Domain("user_id", "in", members.ids) & Domain("team_id", "=", team.id)
        # sudo: see _assign_automatically
        tickets = self.sudo().with_context(active_test=False)
        return dict(tickets._read_group(domain, ["user_id"], ["__count"]))

    @api.model
    def _cron_assign_pooled(self):
        """Give pooled tickets of teams with automatic assignment to who has come to work or has room.

        So a ticket of the night is given out in the morning: urgent ones first, then the oldest.
        Snoozed tickets wait until they wake. All that can be given is, in batches that are
        committed one by one; somebody who claims a ticket at that moment goes first.
        """
        due = []
        for team in self.env["helpdesk.team"].search([("auto_assignment", "=", True)]):
            if self._filter_at_work(team, team.member_ids.filtered("active")):
                pooled = self.search(self._get_pooled_domain(team), order="priority desc, id")
                due += [(team, ids) for ids in split_every(BATCH, pooled.ids)]
        remaining = sum(len(ids) for _team, ids in due)
        cron = self.env["ir.cron"]
        if due:
            cron._commit_progress(remaining=remaining)
        for team, ids in due:
            tickets = self.search(
                self._get_pooled_domain(team) & Domain("id", "in", ids), order="priority desc, id"
            )
            given = tickets.try_lock_for_update(allow_referencing=True)._assign_automatically()
            if given:
                _logger.info("Gave %s pooled tickets of the team %s.", len(given), team.name)
            remaining -= len(ids)
            if not cron._commit_progress(len(ids), remaining=remaining):
                break

    @api.model
    def _get_pooled_domain(self, team):
        """Return the domain of the team's tickets that wait for an agent."""
        return (
            Domain("team_id", "=", team.id)
            & Domain("user_id", "=", False)
            & Domain("state", "in", OPEN_STATES)
            & Domain("is_snoozed", "=", False)
        )
