from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools.properties_field import SparseProperties
from .helpdesk_ticket_type import PRIORITIES

CHANNELS = [
    ("email", "Email"),
    ("portal", "Portal"),
    ("form", "Web Form"),
    ("phone", "Phone"),
    ("manual", "By Hand"),
    ("api", "API"),
]
#: Titles in PostgreSQL's statistics.
TITLES_REMEMBERED = 1000


class HelpdeskTicket(models.Model):
    """What a ticket is, and how one comes to be.

    What belongs to it and what happens to it stands in the files beside this one: number,
    customer, lifecycle, mail, assignment and metrics.
    """

    _name = "helpdesk.ticket"
    _description = "Ticket"
    _inherit = [
        "portal.mixin",
        "mail.thread.cc",
        "mail.tracking.duration.mixin",
        "mail.activity.mixin",
        "rating.mixin",
    ]
    _order = "priority desc, id desc"
    _check_company_auto = True
    _track_duration_field = "stage_id"

    name = fields.Char("Subject", required=True, index="trigram", tracking=True)
    description = fields.Html(
        compute="_compute_description",
        store=True,
        readonly=False,
        precompute=True,
        sanitize_attributes=True,
    )
    active = fields.Boolean(default=True)
    color = fields.Integer()
    team_id = fields.Many2one(
        "helpdesk.team",
        required=True,
        ondelete="restrict",
        index=True,
        tracking=True,
        default=lambda self: self.env["helpdesk.team"]._get_default_team(),
    )
    company_id = fields.Many2one(related="team_id.company_id", store=True, index=True)
    ticket_type_id = fields.Many2one(
        "helpdesk.ticket.type",
        "Category",
        ondelete="restrict",
        index="btree_not_null",
        tracking=True,
    )
    uses_severity = fields.Boolean(related="ticket_type_id.uses_severity")
    severity_id = fields.Many2one(
        "helpdesk.severity",
        compute="_compute_severity_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
        tracking=True,
        help="How bad it is, for categories that use it; all others are not in the SLA.",
    )
    priority = fields.Selection(
        PRIORITIES,
        compute="_compute_priority",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        tracking=True,
    )
    tag_ids = fields.Many2many(
        "helpdesk.tag",
        "helpdesk_tag_helpdesk_ticket_rel",
        "helpdesk_ticket_id",
        "helpdesk_tag_id",
        string="Tags",
    )
    # Read with the rest: whatever is written to a ticket, tracking looks at them.
    properties = SparseProperties(definition="team_id.ticket_properties", copy=True, prefetch=True)
    channel = fields.Selection(
        CHANNELS, required=True, default="manual", help="How the request reached us."
    )
    resolution = fields.Html(
        "Resolution Notes",
        copy=False,
        help="What the problem was and how it was solved. The customer reads it when the ticket"
        " is solved.",
    )
    origin_id = fields.Many2one(
        "helpdesk.ticket",
        "Follow-up of",
        copy=False,
        index="btree_not_null",
        help="The earlier ticket that this one continues.",
    )
    confidential = fields.Boolean(
        tracking=True,
        help="Visible to its customer and participants only, not to the rest of the customer's"
        " organisation.",
    )

    _by_priority_idx = models.Index("(priority DESC, id DESC) WHERE active IS TRUE")
    _open_by_priority_idx = models.Index(
        "(priority DESC, id DESC) WHERE active IS TRUE AND state IN ('new', 'in_progress', 'waiting')"
    )
    _open_by_agent_idx = models.Index(
        "(user_id, priority DESC, id DESC)"
        " WHERE active IS TRUE AND state IN ('new', 'in_progress', 'waiting')"
    )
    # The numbers on boards and on the teams' dashboard come from the index alone.
    _open_count_idx = models.Index(
        "(company_id, team_id, stage_id)"
        " INCLUDE (id, priority, waiting_on, user_id, snooze_until, sla_fail)"
        " WHERE active IS TRUE AND state IN ('new', 'in_progress', 'waiting')"
    )
    _by_stage_idx = models.Index("(stage_id, priority DESC, id DESC) WHERE active IS TRUE")
    _by_team_state_idx = models.Index("(team_id, state) WHERE active IS TRUE")
    _by_creation_idx = models.Index("(create_date) WHERE active IS TRUE")

    def init(self):
        """Let PostgreSQL know more of tickets, so that it chooses the right index.

        A ticket's state follows from its stage: it took the two for independent, expected a fortieth
        of an open stage's tickets, and read and sorted them all where the first twenty were asked
        for. And of titles it remembers a hundred: a rare word in one of them was expected in each
        hundredth ticket, and all tickets were read by their priority to find eighty.
        """
        self.env.cr.execute(
            "SELECT 1 FROM pg_statistic_ext WHERE stxname = 'helpdesk_ticket_stage_state_stats'"
        )
        if not self.env.cr.rowcount:
            self.env.cr.execute(
                "CREATE STATISTICS helpdesk_ticket_stage_state_stats (dependencies, mcv)"
                " ON stage_id, state FROM helpdesk_ticket"
            )
            self.env.cr.execute(
                SQL("ALTER TABLE helpdesk_ticket ALTER name SET STATISTICS %s", TITLES_REMEMBERED)
            )
            self.env.cr.execute("ANALYZE helpdesk_ticket (stage_id, state, name)")

    # ------------------------------------------------------------------
    # Computed fields
    # ------------------------------------------------------------------

    @api.depends("ticket_type_id")
    def _compute_priority(self):
        for ticket in self:
            default = ticket.ticket_type_id.default_priority
            if default and not ticket._origin.id:
                ticket.priority = default
            elif not ticket.priority:
                ticket.priority = "1"

    @api.depends("ticket_type_id")
    def _compute_severity_id(self):
        not_in_sla = self.env["helpdesk.severity"].browse(
            self.env["ir.model.data"]._xmlid_to_res_id("helpdesk_futural.severity_10") or []
        )
        for ticket in self:
            category = ticket.ticket_type_id
            if not category.uses_severity:
                ticket.severity_id = not_in_sla
            elif ticket.severity_id == not_in_sla:
                ticket.severity_id = False

    @api.depends("ticket_type_id")
    def _compute_description(self):
        for ticket in self:
            template = ticket.ticket_type_id.description_template
            if template and not ticket.description and not ticket._origin.id:
                ticket.description = template

    def _compute_access_url(self):
        super()._compute_access_url()
        for ticket in self:
            ticket.access_url = f"/my/ticket/{ticket.id}"

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict(vals) for vals in vals_list]
        self._fill_team(vals_list)
        self._fill_customer(vals_list)
        self._fill_case_number(vals_list)
        # The creator follows too, but by the same insert as the customer.
        quiet = self.with_context(mail_create_nosubscribe=True)
        tickets = super(HelpdeskTicket, quiet).create(vals_list).with_env(self.env)
        tickets._subscribe_customers(new=True, creator=self._get_following_creator())
        return tickets

    def copy_data(self, default=None):
        vals_list = super().copy_data(default=default)
        return [
            dict(vals, name=self.env._("%s (copy)", ticket.name))
            for ticket, vals in zip(self, vals_list, strict=True)
        ]

    def _fill_team(self, vals_list):
        """Give a team to the values that name none: the category's, else the default team."""
        if all(vals.get("team_id") for vals in vals_list):
            return
        default = self.default_get(["team_id"]).get("team_id")
        categories = self.env["helpdesk.ticket.type"].browse(
            vals["ticket_type_id"] for vals in vals_list if vals.get("ticket_type_id")
        )
        # sudo: a category's team is configuration
        team_of_category = {c.id: c.team_id.id for c in categories.sudo() if c.team_id.active}
        for vals in vals_list:
            if not vals.get("team_id"):
                vals["team_id"] = team_of_category.get(vals.get("ticket_type_id")) or default
            if not vals["team_id"]:
                raise UserError(
                    self.env._(
                        "Create a helpdesk team for the company “%s” first: a ticket belongs to"
                        " a team.",
                        self.env.company.name,
                    )
                )
