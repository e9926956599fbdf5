from datetime import timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.working_days import days_with_work, working_days_ago
from .helpdesk_stage import OPEN_STATES

#: The team's field for each of the shipped templates.
SHIPPED_TEMPLATES = {
    "acknowledgement_template_id": "helpdesk_futural.mail_template_received",
    "reopened_template_id": "helpdesk_futural.mail_template_reopened",
    "follow_up_template_id": "helpdesk_futural.mail_template_follow_up",
    "reminder_template_id": "helpdesk_futural.mail_template_reminder",
    "rating_template_id": "helpdesk_futural.mail_template_rating",
    "rating_reminder_template_id": "helpdesk_futural.mail_template_rating_reminder",
}

UTC = ZoneInfo("UTC")
#: How far back a calendar is searched for working days, in elapsed days per working day asked for.
HORIZONS = (3, 30, 400)


class HelpdeskTeamLifecycle(models.Model):
    """What the team's tickets do when somebody answers, and when nobody does."""

    _inherit = "helpdesk.team"

    customer_reply_stage_id = fields.Many2one(
        "helpdesk.stage",
        "After the Customer's Answer",
        compute="_compute_customer_reply_stage_id",
        store=True,
        readonly=False,
        domain="[('id', 'in', stage_ids), ('state', 'in', ('new', 'in_progress', 'waiting'))]",
        help="Waiting, solved and closed tickets return to this stage when the customer answers."
        " Tickets that are being worked on stay where they are.",
    )
    agent_reply_stage_id = fields.Many2one(
        "helpdesk.stage",
        "After Our Answer",
        compute="_compute_agent_reply_stage_id",
        store=True,
        readonly=False,
        domain="[('id', 'in', stage_ids)]",
        help="Open tickets go to this stage when an agent answers the customer. The answer is all"
        " the customer gets then: the stage's email is not sent. Empty: the agent decides.",
    )
    reopen_days = fields.Integer(
        "Reopen Within",
        default=14,
        help="Elapsed days after closing during which the customer's answer reopens the ticket."
        " A later answer becomes a new ticket, linked to the old one. 0: always a new ticket.",
    )
    acknowledgement_template_id = fields.Many2one(
        "mail.template",
        "We Have Received It",
        domain=[("model", "=", "helpdesk.ticket")],
        default=lambda self: self._default_template("acknowledgement_template_id"),
        help="Sent for new tickets that come by email, web form or portal; never to robots."
        " Empty: nothing is sent.",
    )
    reopened_template_id = fields.Many2one(
        "mail.template",
        "We Have Reopened It",
        domain=[("model", "=", "helpdesk.ticket")],
        default=lambda self: self._default_template("reopened_template_id"),
        help="Sent when a closed ticket is open again. Empty: nothing is sent.",
    )
    follow_up_template_id = fields.Many2one(
        "mail.template",
        "It Has a New Number",
        domain=[("model", "=", "helpdesk.ticket")],
        default=lambda self: self._default_template("follow_up_template_id"),
        help="Sent when the answer to a ticket closed long ago becomes a new ticket."
        " Empty: as for any new ticket.",
    )
    reminder_template_id = fields.Many2one(
        "mail.template",
        "We Are About to Close It",
        domain=[("model", "=", "helpdesk.ticket")],
        default=lambda self: self._default_template("reminder_template_id"),
        help="Sent one working day before a ticket is closed automatically. Empty: nothing is"
        " sent.",
    )
    auto_close_ticket = fields.Boolean(
        "Automatic Closing", help="Close tickets when nobody has written anything for a while."
    )
    auto_close_day = fields.Integer(
        "Close After",
        default=7,
        help="Working days of the team's calendar, without weekends and holidays, in which neither"
        " side wrote a message and the stage stayed the same. The customer is reminded one"
        " working day before.",
    )
    from_stage_ids = fields.Many2many(
        "helpdesk.stage",
        "helpdesk_team_auto_close_stage_rel",
        "team_id",
        "stage_id",
        string="From Stages",
        compute="_compute_auto_close_stages",
        store=True,
        readonly=False,
        domain="[('id', 'in', stage_ids), ('state', '!=', 'closed')]",
        help="Tickets in these stages are closed. A ticket whose customer still waits for our"
        " answer is never closed automatically.",
    )
    to_stage_id = fields.Many2one(
        "helpdesk.stage",
        compute="_compute_auto_close_stages",
        store=True,
        readonly=False,
        domain="[('id', 'in', stage_ids), ('state', 'in', ('solved', 'closed'))]",
        help="Where tickets go that nobody answered.",
    )

    _reopen_days_positive = models.Constraint(
        "CHECK (reopen_days >= 0)", "The number of days to reopen can't be negative."
    )
    _auto_close_day_positive = models.Constraint(
        "CHECK (NOT auto_close_ticket OR auto_close_day > 0)",
        "Tickets can be closed automatically after one working day or more.",
    )

    def _default_template(self, field_name):
        return self.env.ref(SHIPPED_TEMPLATES[field_name], raise_if_not_found=False)

    @api.depends("stage_ids.active", "stage_ids.state")
    def _compute_customer_reply_stage_id(self):
        """Keep the chosen stage while the team has it, else take the first in progress."""
        for team in self:
            if not team._can_hold_reopened(team.customer_reply_stage_id):
                team.customer_reply_stage_id = team._get_first_stage("in_progress", "new")._origin

    @api.depends("stage_ids.active")
    def _compute_agent_reply_stage_id(self):
        for team in self:
            if team.agent_reply_stage_id not in team.stage_ids._origin:
                team.agent_reply_stage_id = False

    @api.depends("auto_close_ticket", "stage_ids.active")
    def _compute_auto_close_stages(self):
        """Propose stages once automatic closing is on; let go of those that the team gave up."""
        for team in self:
            own = team.stage_ids._origin
            stages = team.from_stage_ids._origin & own
            target = team.to_stage_id & own
            if team.auto_close_ticket:
                stages = stages or own.filtered(lambda stage: stage.state in ("waiting", "solved"))
                target = target or team._get_first_stage("closed", "solved")._origin
            team.from_stage_ids = stages - target
            team.to_stage_id = target

    @api.constrains("customer_reply_stage_id", "agent_reply_stage_id", "to_stage_id", "stage_ids")
    def _check_reply_stages(self):
        for team in self:
            chosen = team.customer_reply_stage_id | team.agent_reply_stage_id | team.to_stage_id
            if foreign := chosen.filtered("active") - team.stage_ids:
                raise ValidationError(
                    self.env._(
                        "The team “%(team)s” does not work with the stage “%(stage)s”. Add it to"
                        " the team's stages first.",
                        team=team.name,
                        stage=foreign[0].name,
                    )
                )
            if team.customer_reply_stage_id.state in ("solved", "closed"):
                raise ValidationError(
                    self.env._(
                        "An answered ticket can't go to “%s”: nobody would see that the customer"
                        " answered. Choose a stage that means open.",
                        team.customer_reply_stage_id.name,
                    )
                )

    @api.constrains("auto_close_ticket", "from_stage_ids", "to_stage_id")
    def _check_auto_close_stages(self):
        for team in self.filtered("auto_close_ticket"):
            if not team.from_stage_ids or not team.to_stage_id:
                raise ValidationError(
                    self.env._(
                        "To close tickets automatically, the team “%s” needs the stages to close"
                        " them from and a stage for the closed ones.",
                        team.name,
                    )
                )
            if foreign := team.from_stage_ids.filtered("active") - team.stage_ids:
                raise ValidationError(
                    self.env._(
                        "The team “%(team)s” does not work with the stage “%(stage)s”. Add it to"
                        " the team's stages first.",
                        team=team.name,
                        stage=foreign[0].name,
                    )
                )
            if team.to_stage_id in team.from_stage_ids:
                raise ValidationError(
                    self.env._(
                        "Tickets can't be closed automatically from “%s” into the same stage.",
                        team.to_stage_id.name,
                    )
                )

    def _can_hold_reopened(self, stage):
        self.ensure_one()
        return stage.active and stage.state in OPEN_STATES and stage in self.stage_ids._origin

    def _get_customer_reply_stage(self):
        """Return the stage for tickets that the customer answered.

        Empty if the team has no stage for open tickets.
        """
        self.ensure_one()
        # sudo: stages are configuration, shown to everybody who sees a ticket in them
        team = self.sudo()
        if team._can_hold_reopened(team.customer_reply_stage_id):
            return team.customer_reply_stage_id
        return team._get_first_stage("in_progress", "new", "waiting")

    def _get_working_days_ago(self, days):
        """Return the moment since which so many working days of the team have passed.

        Days count on which the team's calendar has working time that no public holiday takes. A
        calendar without any working time, or none, counts every day.

        :rtype: datetime (aware), or None if the calendar has too few working days
        """
        self.ensure_one()
        calendar = self._get_calendar()
        tz = ZoneInfo(self._get_tz())
        now = fields.Datetime.now().replace(tzinfo=UTC)
        if not calendar.attendance_ids:
            return working_days_ago(now, days, None, tz)
        for horizon in HORIZONS:
            # The end of today, so that a day counts that has yet to begin.
            intervals = calendar._work_intervals_batch(
                now - timedelta(days=(days + 2) * horizon), now + timedelta(days=1)
            )[False]
            worked = days_with_work(((start, stop) for start, stop, _ in intervals), tz)
            if found := working_days_ago(now, days, worked, tz):
                return found
        return None
