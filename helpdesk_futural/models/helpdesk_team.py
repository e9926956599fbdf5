from odoo import Command, api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.tools.mail import email_normalize

from .helpdesk_stage import OPEN_STATES


class HelpdeskTeam(models.Model):
    _name = "helpdesk.team"
    _description = "Helpdesk Team"
    _inherit = ["mail.alias.mixin", "mail.thread", "rating.parent.mixin"]
    _order = "sequence, name, id"
    _check_company_auto = True
    _rating_satisfaction_days = 30

    name = fields.Char(required=True, translate=True)
    description = fields.Html(
        translate=True, help="What this team is for, for agents and for customers' forms."
    )
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    member_ids = fields.Many2many(
        "res.users",
        "helpdesk_team_res_users_rel",
        "team_id",
        "user_id",
        string="Members",
        domain=lambda self: self.env["helpdesk.ticket"]._get_agent_domain(),
        default=lambda self: self._default_member_ids(),
        help="Agents who work in this team.",
    )
    leader_id = fields.Many2one(
        "res.users",
        "Team Leader",
        domain=lambda self: self.env["helpdesk.ticket"]._get_agent_domain(),
        help="Tickets are escalated to the team leader unless there is an escalation team.",
    )
    escalation_team_id = fields.Many2one(
        "helpdesk.team",
        check_company=True,
        domain="[('id', '!=', id), ('company_id', '=', company_id)]",
        help="Escalated tickets move to this team.",
    )
    stage_ids = fields.Many2many(
        "helpdesk.stage",
        "helpdesk_stage_helpdesk_team_rel",
        "team_id",
        "stage_id",
        string="Stages",
        default=lambda self: self._default_stage_ids(),
    )
    ticket_ids = fields.One2many("helpdesk.ticket", "team_id", string="Tickets")
    privacy_visibility = fields.Selection(
        [
            ("invited_internal", "Members and invited internal users"),
            ("internal", "All helpdesk users"),
            ("portal", "All helpdesk users, and customers their own tickets"),
        ],
        string="Visibility",
        required=True,
        default="portal",
        help="Who can see the tickets of this team.\n"
        "Members and invited internal users: members, the team leader and followers of the team.\n"
        "All helpdesk users: everybody with helpdesk rights.\n"
        "…and customers their own tickets: customers see their tickets in the portal too.\n"
        "Helpdesk administrators see all tickets.",
    )
    auto_assignment = fields.Boolean(
        "Automatic Assignment",
        help="Give new tickets to a member who is at work. Those that come while nobody is, and"
        " all others in the team's pool, are given out as soon as somebody is.",
    )
    assign_method = fields.Selection(
        [
            ("randomly", "Equal share: everybody gets the same number of tickets"),
            ("balanced", "Fewest open: the member with the fewest open tickets"),
        ],
        string="Assignment Method",
        required=True,
        default="randomly",
        help="Equal share counts the tickets each member got in the last 30 days.",
    )
    assign_max_open = fields.Integer(
        "Most Open Tickets per Agent",
        help="Whoever has so many open tickets of this team gets no more automatically; tickets"
        " that nobody has room for wait in the pool. 0: no limit.",
    )
    resource_calendar_id = fields.Many2one(
        "resource.calendar",
        "Working Hours",
        check_company=True,
        default=lambda self: self.env.company.resource_calendar_id,
        help="The team's working hours, holidays and time zone. Empty: the company's.",
    )
    use_alias = fields.Boolean(
        "Tickets by Email", default=True, help="Emails to the alias become tickets of this team."
    )
    ticket_properties = fields.PropertiesDefinition()
    has_followers = fields.Boolean(compute="_compute_has_followers")
    announces_new_tickets = fields.Boolean(
        compute="_compute_has_followers",
        help="Somebody follows the team to hear of new tickets.",
    )

    _name_company_uniq = models.Constraint(
        "UNIQUE (name, company_id)", "This company has a team of that name already."
    )
    _assign_max_open_positive = models.Constraint(
        "CHECK (assign_max_open >= 0)",
        "The most open tickets per agent can't be negative; 0 means no limit.",
    )

    def _default_member_ids(self):
        if self.env.user.has_group("helpdesk_futural.group_helpdesk_user"):
            return [Command.link(self.env.uid)]
        return []

    def _default_stage_ids(self):
        """The shipped stages; where they are gone, every stage that another team uses."""
        shipped = self.env["helpdesk.stage"].browse(
            stage.id
            for name in ("new", "in_progress", "waiting", "done", "closed", "cancelled")
            if (stage := self.env.ref(f"helpdesk_futural.stage_{name}", raise_if_not_found=False))
            and stage.active
        )
        return shipped or self.env["helpdesk.stage"].search([("team_ids", "!=", False)])

    @api.depends("message_follower_ids")
    def _compute_has_followers(self):
        for team in self:
            followed = self._get_followed(team._origin.id)
            team.has_followers, team.announces_new_tickets = followed

    @api.model
    @tools.ormcache("team_id")
    def _get_followed(self, team_id):
        """Return whether anybody follows the team, and whether to hear of new tickets.

        Kept in memory until somebody follows or leaves a team: see ``mail_followers.py``.
        """
        subtype_id = self.env["ir.model.data"]._xmlid_to_res_id(
            "helpdesk_futural.mt_team_ticket_new"
        )
        # sudo: whether anybody follows, not who
        followers = (
            self.env["mail.followers"]
            .sudo()
            .search([("res_model", "=", self._name), ("res_id", "=", team_id)])
        )
        return bool(followers), subtype_id in followers.subtype_ids.ids

    # ------------------------------------------------------------------
    # Constraints and CRUD
    # ------------------------------------------------------------------

    @api.constrains("stage_ids")
    def _check_stages(self):
        for team in self:
            if not team.stage_ids:
                raise ValidationError(
                    self.env._("The team “%s” needs at least one stage for its tickets.", team.name)
                )
        # sudo: the stages of tickets that the user doesn't see count as well
        groups = (
            self.env["helpdesk.ticket"]
            .sudo()
            ._read_group(
                [("team_id", "in", self.ids), ("state", "in", OPEN_STATES)],
                aggregates=["stage_id:recordset"],
            )
        )
        groups[0][0]._check_tickets_within_teams()

    @api.constrains("escalation_team_id")
    def _check_escalation_team_id(self):
        if self._has_cycle("escalation_team_id"):
            raise ValidationError(
                self.env._("Escalation can't lead back to the team where it started.")
            )

    @api.constrains("active")
    def _check_archived_without_open_tickets(self):
        for team, count in self.filtered(lambda t: not t.active)._count_open_tickets().items():
            raise ValidationError(
                self.env._(
                    "The team “%(team)s” has %(count)s open tickets. Close them or move them to"
                    " another team before you archive it, so that none is lost from sight.",
                    team=team.name,
                    count=count,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_tickets(self):
        # sudo: tickets that the user doesn't see must survive as well
        tickets = self.env["helpdesk.ticket"].sudo().with_context(active_test=False)
        for team, count in tickets._read_group(
            [("team_id", "in", self.ids)], ["team_id"], ["__count"]
        ):
            raise UserError(
                self.env._(
                    "The team “%(team)s” has %(count)s tickets, so it can't be deleted. Move the"
                    " tickets to another team first, or archive the team.",
                    team=team.name,
                    count=count,
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._with_alias_name(vals) for vals in vals_list]
        return super().create(vals_list)

    def write(self, vals):
        if "company_id" in vals:
            moving = self.filtered(lambda team: team.company_id.id != vals["company_id"])
            moving._check_no_tickets_to_take_along()
        if "use_alias" in vals and not vals["use_alias"]:
            vals = {**vals, "alias_name": False}
        before = {team: team.member_ids for team in self} if "member_ids" in vals else {}
        result = super().write(vals)
        for team, members in before.items():
            # Who leaves the team stops seeing a private team's tickets: following would keep it.
            if gone := (members - team.member_ids).partner_id:
                team.message_unsubscribe(gone.ids)
        return result

    def copy_data(self, default=None):
        vals_list = super().copy_data(default=default)
        return [
            dict(vals, name=self.env._("%s (copy)", team.name), alias_name=False)
            for team, vals in zip(self, vals_list, strict=True)
        ]

    def _check_no_tickets_to_take_along(self):
        """The company decides who sees a ticket and who bills it: it doesn't change under one."""
        # sudo: tickets that the user doesn't see count as well
        tickets = self.env["helpdesk.ticket"].sudo().with_context(active_test=False)
        if ticket := tickets.search([("team_id", "in", self.ids)], limit=1):
            raise ValidationError(
                self.env._(
                    "The team “%(team)s” has tickets of the company %(company)s. Create a new team"
                    " for the other company instead.",
                    team=ticket.team_id.name,
                    company=ticket.company_id.name,
                )
            )

    def _with_alias_name(self, vals):
        """Propose the team's name as its address, unless one is given or another has it."""
        if not vals.get("use_alias", True) or "alias_name" in vals or not vals.get("name"):
            return vals
        alias_name = self.env["ir.http"]._slugify(vals["name"])
        # sudo: aliases of other companies and models take the name too
        taken = self.env["mail.alias"].sudo().search_count([("alias_name", "=", alias_name)])
        return vals if taken or not alias_name else {**vals, "alias_name": alias_name}

    # ------------------------------------------------------------------
    # Answers to other models
    # ------------------------------------------------------------------

    def _alias_get_creation_values(self):
        values = super()._alias_get_creation_values()
        values["alias_model_id"] = self.env["ir.model"]._get_id("helpdesk.ticket")
        if self.id:
            values["alias_defaults"] = {"team_id": self.id}
        return values

    def _get_first_stage(self, *states):
        """Return the team's first stage with one of the states, the first state first.

        :param states: values of ``helpdesk.stage.state``, most wanted first
        :rtype: helpdesk.stage, empty if the team has none
        """
        self.ensure_one()
        stages = self._get_stages()
        for state in states:
            if found := stages.filtered(lambda stage, state=state: stage.state == state)[:1]:
                return found
        return stages.browse()

    def _get_new_ticket_stage(self):
        """Return the stage where tickets of this team start."""
        return self._get_first_stage("new") or self._get_stages()[:1]

    def _get_calendar(self):
        """Return the working calendar that counts for this team: its own or the company's."""
        self.ensure_one()
        # sudo: working hours are no secret to whoever may create a ticket
        return self.sudo().resource_calendar_id or self.sudo().company_id.resource_calendar_id

    def _get_mail_address(self):
        """Return the address that customers write to: the alias, else a mailbox's; False if neither."""
        self.ensure_one()
        return self.alias_email or self._get_mailbox_address(self.id)

    @api.model
    @tools.ormcache("team_id")
    def _get_mailbox_address(self, team_id):
        # sudo: the address of a mailbox is public, its other settings are not returned
        mailboxes = self.env["fetchmail.server"].sudo().search([("helpdesk_team_id", "=", team_id)])
        return next((email for m in mailboxes if (email := email_normalize(m.user or ""))), False)

    def _get_tz(self):
        """Return the name of the time zone in which the team's days begin and end."""
        return self._get_calendar_tz(self._get_calendar().id) or "UTC"

    @api.model
    @tools.ormcache("calendar_id")
    def _get_calendar_tz(self, calendar_id):
        # sudo: see _get_calendar
        return self.env["resource.calendar"].sudo().browse(calendar_id).tz

    @api.model
    def _get_default_team(self):
        """Return the team of a ticket created without one.

        The user's own first team in the current company, else the company's first.
        """
        company = [("company_id", "=", self.env.company.id)]
        own = self.search([("member_ids", "in", self.env.uid), *company], limit=1)
        return own or self.search(company, limit=1)

    def _count_open_tickets(self):
        """Return ``{team: number of open tickets}``; teams without any are left out."""
        # sudo: used to protect all tickets, also those that the user doesn't see
        return dict(
            self.env["helpdesk.ticket"]
            .sudo()
            ._read_group(
                [("team_id", "in", self.ids), ("state", "in", OPEN_STATES)],
                ["team_id"],
                ["__count"],
            )
        )
