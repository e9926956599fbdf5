from dataclasses import dataclass
from datetime import datetime

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from .helpdesk_ticket_type import PRIORITIES

TARGETS = [
    ("first_response", "First Response"),
    ("next_response", "Next Response"),
    ("stage", "Reach a Stage"),
    ("resolution", "Resolution"),
]


@dataclass(frozen=True)
class Policy:
    """What is needed of a policy to find its tickets and run their clocks; kept in memory."""

    id: int
    active: bool
    target: str
    stage_id: int
    since: datetime | None
    hours: float
    warning_hours: float
    excluded: frozenset
    priority: str
    category_ids: frozenset
    tag_ids: frozenset
    partner_ids: frozenset
    severity_ids: frozenset
    #: What other addons ask of a ticket: ``((name of its field, ids of which it has one), …)``
    more: tuple[tuple[str, frozenset], ...]


class HelpdeskSla(models.Model):
    """A promise: how soon which tickets of a team are answered, taken up or resolved."""

    _name = "helpdesk.sla"
    _description = "SLA Policy"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    description = fields.Html(translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    team_id = fields.Many2one(
        "helpdesk.team",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env["helpdesk.team"]._get_default_team(),
    )
    company_id = fields.Many2one(related="team_id.company_id", store=True, index=True)
    priority = fields.Selection(
        PRIORITIES,
        "Minimum Priority",
        required=True,
        default="0",
        help="Tickets of this priority or a higher one.",
    )
    ticket_type_ids = fields.Many2many(
        "helpdesk.ticket.type",
        string="Categories",
        help="Tickets of these categories, and of those inside them. Empty: any.",
    )
    tag_ids = fields.Many2many(
        "helpdesk.tag", string="Tags", help="Tickets with one of these tags. Empty: any."
    )
    partner_ids = fields.Many2many(
        "res.partner",
        string="Customers",
        help="Tickets of these customers, and of people in these organisations. Empty: any.",
    )
    severity_ids = fields.Many2many(
        "helpdesk.severity",
        string="Severities",
        domain=[("in_sla", "=", True)],
        help="Tickets of these severities. Empty: any that is covered.",
    )
    target = fields.Selection(
        TARGETS,
        required=True,
        default="first_response",
        help="First Response: an agent has answered the customer, or the ticket is solved.\n"
        "Next Response: each message of the customer is answered, counted from the first that"
        " nobody answered yet. Until the first response, a policy for that goes before.\n"
        "Reach a Stage: the ticket is in the stage, or in a later one that isn't closed.\n"
        "Resolution: the ticket is solved; after reopening it counts anew. Closing a ticket that"
        " never was solved ends the clock: the promise was neither kept nor broken.",
    )
    stage_id = fields.Many2one(
        "helpdesk.stage",
        compute="_compute_stages",
        store=True,
        readonly=False,
        ondelete="restrict",
        domain="[('team_ids', '=', team_id)]",
    )
    time = fields.Float(
        "Within",
        required=True,
        default=8,
        help="Working hours of the team. The clock stands still while the ticket waits for the"
        " customer.",
    )
    exclude_stage_ids = fields.Many2many(
        "helpdesk.stage",
        "helpdesk_sla_exclude_stage_rel",
        "sla_id",
        "stage_id",
        string="Stands Still In",
        compute="_compute_stages",
        store=True,
        readonly=False,
        domain="[('team_ids', '=', team_id), ('state', 'in', ('new', 'in_progress'))]",
        help="More stages in which the clock stands still. It always does in stages that mean"
        " waiting, solved or closed.",
    )
    warning_hours = fields.Float(
        "Warn Before",
        default=1,
        help="Working hours before the deadline when agent and team leader are warned. 0: never.",
    )
    escalate = fields.Selection(
        [
            ("none", "Activity Only"),
            ("notify", "Message to the Leader"),
            ("reassign", "Escalate the Ticket"),
        ],
        "When Missed",
        required=True,
        default="none",
        help="The agent and the team leader always get an activity. Besides:\n"
        "Message to the Leader: a note on the ticket, and a message to the leader of the escalation"
        " team, else of the team.\n"
        "Escalate the Ticket: it moves to the escalation team, else to the team leader.",
    )
    promised_since = fields.Datetime(
        copy=False,
        readonly=True,
        help="When the promise was made or changed last: what began before doesn't get it by"
        " itself. Empty: always.",
    )
    status_ids = fields.One2many("helpdesk.sla.status", "sla_id")

    _time_positive = models.Constraint(
        "CHECK (time > 0)", "Promise a time: it must be more than zero working hours."
    )
    _warning_hours_positive = models.Constraint(
        "CHECK (warning_hours >= 0)", "The hours to warn before the deadline can't be negative."
    )

    @api.depends("team_id", "target")
    def _compute_stages(self):
        for sla in self:
            if sla.target != "stage" or sla.stage_id not in sla.team_id.stage_ids._origin:
                sla.stage_id = False
            sla.exclude_stage_ids = sla.exclude_stage_ids & sla.team_id.stage_ids._origin

    @api.constrains("target", "stage_id", "exclude_stage_ids", "team_id")
    def _check_stages(self):
        for sla in self:
            if sla.target == "stage" and not sla.stage_id:
                raise ValidationError(
                    self.env._("Choose the stage that the policy “%s” promises.", sla.name)
                )
            if foreign := (sla.stage_id | sla.exclude_stage_ids) - sla.team_id.stage_ids:
                raise ValidationError(
                    self.env._(
                        "The team “%(team)s” does not work with the stage “%(stage)s”.",
                        team=sla.team_id.name,
                        stage=foreign[0].name,
                    )
                )
            if sla.stage_id in sla.exclude_stage_ids:
                raise ValidationError(
                    self.env._(
                        "The clock of “%s” can't stand still in the very stage that is promised.",
                        sla.name,
                    )
                )

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        policies = super().create(vals_list)
        self.env.registry.clear_cache()
        return policies

    def write(self, vals):
        if vals.keys() & {"team_id", "target"}:
            self._check_not_in_use(vals)
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        # sudo: the clocks of tickets that the user doesn't see count as well
        if used := self.sudo().filtered("status_ids"):
            raise UserError(
                self.env._(
                    "Tickets were measured by the policy “%s”. Archive it instead: what was met"
                    " and missed stays known.",
                    used[0].name,
                )
            )

    def _check_not_in_use(self, vals):
        for sla in self.sudo().filtered("status_ids"):  # sudo: see _unlink_except_in_use
            if (
                vals.get("team_id", sla.team_id.id) != sla.team_id.id
                or vals.get("target", sla.target) != sla.target
            ):
                raise UserError(
                    self.env._(
                        "Tickets were measured by the policy “%s”, so it keeps its team and its"
                        " target. Archive it and create another.",
                        sla.name,
                    )
                )

    def copy_data(self, default=None):
        vals_list = super().copy_data(default=default)
        return [
            dict(vals, name=self.env._("%s (copy)", sla.name))
            for sla, vals in zip(self, vals_list, strict=True)
        ]

    # ------------------------------------------------------------------
    # Which tickets
    # ------------------------------------------------------------------

    @api.model
    @tools.ormcache("team_id")
    def _get_policies(self, team_id):
        """Return the team's policies, archived ones included, in their order.

        :rtype: tuple[Policy]
        """
        # sudo: every ticket is measured, whoever creates it
        policies = self.sudo().with_context(active_test=False).search([("team_id", "=", team_id)])
        return tuple(
            Policy(
                id=sla.id,
                active=sla.active,
                target=sla.target,
                stage_id=sla.stage_id.id,
                since=sla.promised_since or None,
                hours=sla.time,
                warning_hours=sla.warning_hours,
                excluded=frozenset(sla.exclude_stage_ids.ids),
                priority=sla.priority,
                category_ids=frozenset(sla.ticket_type_ids.ids),
                tag_ids=frozenset(sla.tag_ids.ids),
                partner_ids=frozenset(sla.partner_ids.ids),
                severity_ids=frozenset(sla.severity_ids.ids),
                more=tuple(
                    (name, frozenset(records.ids))
                    for name, records in sla._get_more_criteria().items()
                    if records
                ),
            )
            for sla in policies
        )

    # What a ticket's form shows of its policies, without reading them for each.

    @api.model
    @tools.ormcache("self.env.lang")
    def _get_names(self):
        """Return what all policies are called in the user's language, ``{id: name}``."""
        # sudo: names of the policies that a ticket runs by, for whoever sees the ticket
        policies = self.sudo().with_context(active_test=False).search_fetch([], ["name"])
        return {sla.id: sla.name for sla in policies}

    @api.model
    @tools.ormcache()
    def _get_excluded_stage_ids(self):
        """Return in which stages besides those that always do the clocks stand still.

        :rtype: dict[int, frozenset[int]]
        """
        # sudo: every ticket is measured, whoever looks at it
        policies = self.sudo().with_context(active_test=False)
        return {
            sla.id: frozenset(sla.exclude_stage_ids.ids)
            for sla in policies.search_fetch([], ["exclude_stage_ids"])
        }

    def _get_more_criteria(self):
        """Return what addons ask of a ticket, besides what the policy has by itself.

        The ticket's fields need to be in its ``_get_sla_criteria``, the policy's in
        ``_get_promise_fields``.

        :return: ``{name of the ticket's many2one: records of which it must have one, or none}``
        """
        self.ensure_one()
        return {}

    def _get_matching_tickets_domain(self):
        """Return the domain of the tickets that this policy is for, also before it is saved.

        It tells nothing about the tickets' stages: add what you need.
        """
        self.ensure_one()
        domain = Domain("team_id", "in", self.team_id._origin.ids)
        domain &= Domain("priority", "in", [p for p, _label in PRIORITIES if p >= self.priority])
        domain &= (
            Domain("ticket_type_id", "=", False)
            | Domain("ticket_type_id.uses_severity", "=", False)
            | Domain("severity_id", "=", False)
            | Domain("severity_id.in_sla", "=", True)
        )
        for name, operator, records in (
            ("ticket_type_id", "child_of", self.ticket_type_ids),
            ("tag_ids", "in", self.tag_ids),
            ("partner_id", "child_of", self.partner_ids),
            ("severity_id", "in", self.severity_ids),
            *((name, "in", records) for name, records in self._get_more_criteria().items()),
        ):
            if records:
                domain &= Domain(name, operator, records._origin.ids)
        return domain

    def action_apply_to_open_tickets(self):
        """Let the open tickets follow the policies as they are now.

        Tickets that match get a clock, from their creation on; running clocks get the promised
        hours of today; those of archived policies end. What was met or missed stays.
        """
        self.check_access("write")
        statuses = self.env["helpdesk.sla.status"].sudo()  # sudo: all tickets of the team
        running = statuses.search(
            [
                ("sla_id", "in", self.ids),
                ("reached_datetime", "=", False),
                ("ended_datetime", "=", False),
            ]
        )
        tickets = running.ticket_id
        running._follow_policies()
        for sla in self.filtered("active"):
            domain = sla._get_matching_tickets_domain() & Domain(
                "state", "in", ("new", "in_progress", "waiting")
            )
            tickets |= tickets.search(domain)
        tickets._update_slas()
        return True
