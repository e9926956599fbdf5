from datetime import timedelta
from zoneinfo import ZoneInfo

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, email_normalize

from ..tools.case_number import format_case_number, parse_case_number, split_case_number
from .helpdesk_ticket_type import PRIORITIES

CHANNELS = [
    ("email", "Email"),
    ("portal", "Portal"),
    ("form", "Web Form"),
    ("phone", "Phone"),
    ("manual", "By Hand"),
    ("api", "API"),
]


class HelpdeskTicket(models.Model):
    """What a ticket is: fields, numbering, create and write.

    What happens to a ticket stands in the files beside this one: lifecycle, mail, assignment
    and metrics.
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
    _rec_names_search = ["ticket_ref", "name"]
    _primary_email = "partner_email"
    _check_company_auto = True
    _track_duration_field = "stage_id"

    name = fields.Char("Subject", required=True, index="trigram", tracking=True)
    ticket_ref = fields.Char(
        "Case Number",
        required=True,
        copy=False,
        readonly=True,
        default=False,
        help="Given when the ticket is created: the day, then a counter.",
    )
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
    properties = fields.Properties(definition="team_id.ticket_properties", copy=True)
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

    # Customer -----------------------------------------------------------
    partner_id = fields.Many2one("res.partner", "Customer", index=True, tracking=True)
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id",
        string="Organisation",
        store=True,
        index="btree_not_null",
    )
    partner_name = fields.Char(
        "Customer Name", compute="_compute_partner_name", store=True, readonly=False
    )
    partner_email = fields.Char(
        "Customer Email", compute="_compute_partner_email", store=True, readonly=False
    )
    partner_phone = fields.Char(
        "Customer Phone", compute="_compute_partner_phone", store=True, readonly=False
    )
    partner_ticket_count = fields.Integer(
        "Customer's Other Tickets", compute="_compute_partner_ticket_counts"
    )
    partner_open_ticket_count = fields.Integer(
        "Customer's Other Open Tickets", compute="_compute_partner_ticket_counts"
    )

    _ticket_ref_uniq = models.UniqueIndex("(ticket_ref)", "This case number is taken.")
    _open_by_priority_idx = models.Index(
        "(priority DESC, id DESC) WHERE active AND state IN ('new', 'in_progress', 'waiting')"
    )
    _open_by_agent_idx = models.Index(
        "(user_id, priority DESC, id DESC)"
        " WHERE active AND state IN ('new', 'in_progress', 'waiting')"
    )
    _by_stage_idx = models.Index("(stage_id, priority DESC, id DESC) WHERE active")
    _by_team_state_idx = models.Index("(team_id, state) WHERE active")

    # ------------------------------------------------------------------
    # Computed fields
    # ------------------------------------------------------------------

    @api.depends("name", "ticket_ref")
    def _compute_display_name(self):
        for ticket in self:
            number = f" (#{ticket.ticket_ref})" if ticket.ticket_ref else ""
            ticket.display_name = f"{ticket.name or ''}{number}"

    @api.model
    def _search_display_name(self, operator, value):
        """Find by words of the subject, and by the number however people write it (``#…``)."""
        if isinstance(value, str) and (number := parse_case_number(value)):
            if operator in ("ilike", "like", "=", "in", "=ilike", "=like"):
                return Domain("ticket_ref", "=", number) | Domain("name", "ilike", number)
            value = number
        elif isinstance(value, str) and value.strip().startswith("#"):
            value = value.strip().lstrip("#")
        return super()._search_display_name(operator, value)

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

    @api.depends("partner_id.name")
    def _compute_partner_name(self):
        for ticket in self.filtered("partner_id"):
            ticket.partner_name = ticket.partner_id.name

    @api.depends("partner_id.email")
    def _compute_partner_email(self):
        for ticket in self.filtered("partner_id"):
            ticket.partner_email = ticket.partner_id.email

    @api.depends("partner_id.phone")
    def _compute_partner_phone(self):
        for ticket in self.filtered("partner_id"):
            ticket.partner_phone = ticket.partner_id.phone

    def _compute_partner_ticket_counts(self):
        """Count the other tickets of the customer's organisation, two numbers in one query."""
        counts = {}
        for partner, stage, count in self._read_group(
            [("commercial_partner_id", "in", self.commercial_partner_id.ids)],
            ["commercial_partner_id", "stage_id"],
            ["__count"],
        ):
            total, opened = counts.get(partner, (0, 0))
            counts[partner] = (total + count, opened + (0 if stage.fold else count))
        for ticket in self:
            total, opened = counts.get(ticket.commercial_partner_id, (0, 0))
            if total and ticket.active and ticket._origin.id:  # the ticket itself is no other
                total, opened = total - 1, opened - (not ticket.stage_id.fold)
            ticket.partner_ticket_count = total
            ticket.partner_open_ticket_count = max(opened, 0)

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
        tickets = super().create(vals_list)
        tickets._subscribe_customers()
        return tickets

    def write(self, vals):
        if "ticket_ref" in vals and any(t.ticket_ref != vals["ticket_ref"] for t in self):
            raise UserError(
                self.env._("A case number never changes: customers know the ticket by it.")
            )
        former = {}
        if "partner_id" in vals:
            former = {t: t.partner_id for t in self if t.partner_id.id != vals["partner_id"]}
        result = super().write(vals)
        for ticket, partner in former.items():
            ticket._replace_customer(partner)
        return result

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

    def _fill_customer(self, vals_list):
        """Find or create the contact of values that have only an address or a phone number."""
        by_company = {}
        for vals in vals_list:
            if vals.get("partner_id") or not (
                vals.get("partner_email") or vals.get("partner_phone")
            ):
                continue
            # sudo: a team's company is no secret to who creates a ticket in the team
            team = self.env["helpdesk.team"].browse(vals["team_id"]).sudo()
            by_company.setdefault(team.company_id, []).append(vals)
        for company, company_vals_list in by_company.items():
            by_email = self._find_or_create_customers_by_email(company, company_vals_list)
            for vals in company_vals_list:
                if email := email_normalize(vals.get("partner_email")):
                    vals["partner_id"] = by_email.get(email, self.env["res.partner"]).id
                elif vals.get("partner_phone"):
                    vals["partner_id"] = self._find_or_create_customer_by_phone(company, vals).id

    def _find_or_create_customers_by_email(self, company, vals_list):
        """Return ``{normalised address: contact}`` for the addresses in the values.

        Addresses of our own mailboxes get no contact.
        """
        known = {}
        for vals in vals_list:
            if email := email_normalize(vals.get("partner_email")):
                known.setdefault(email, {"phone": vals.get("partner_phone") or False})
                if vals.get("partner_name"):
                    known[email]["name"] = vals["partner_name"]
        # sudo: whoever may create a ticket may have its customer registered; nothing of a
        # contact is returned but its link
        partners = (
            self.env["mail.thread"]
            .sudo()
            ._partner_find_from_emails_single(
                [v["partner_email"] for v in vals_list if email_normalize(v.get("partner_email"))],
                filter_found=lambda p: not p.company_id or p.company_id == company,
                additional_values=known,
            )
        )
        return {partner.email_normalized: partner for partner in partners}

    def _find_or_create_customer_by_phone(self, company, vals):
        phone = vals["partner_phone"].strip()
        # sudo: as for an address
        partners = self.env["res.partner"].sudo()
        return partners.search(
            [("phone", "=", phone), ("company_id", "in", [False, company.id])], limit=1
        ) or partners.create({"name": vals.get("partner_name") or phone, "phone": phone})

    def _subscribe_customers(self):
        """Make each ticket's customer a follower, so that answers reach them. One insert for all."""
        with_customer = self.filtered("partner_id")
        if not with_customer:
            return
        subtypes = self.env["mail.message.subtype"]._default_subtypes(self._name)
        _default_ids, _internal_ids, external_ids = subtypes
        # sudo: followers of tickets that the user may write
        followers = self.env["mail.followers"].sudo()
        existing = {
            (f.res_id, f.partner_id.id)
            for f in followers.search_fetch(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", with_customer.ids),
                    ("partner_id", "in", with_customer.partner_id.ids),
                ],
                ["res_id", "partner_id"],
            )
        }
        followers.create(
            [
                {
                    "res_model": self._name,
                    "res_id": ticket.id,
                    "partner_id": ticket.partner_id.id,
                    "subtype_ids": [Command.set(external_ids)],
                }
                for ticket in with_customer
                if (ticket.id, ticket.partner_id.id) not in existing
            ]
        )

    def _replace_customer(self, former):
        """End the former customer's access and begin the new one's.

        The former customer no longer follows the ticket, and links in mails they got are void.
        """
        self.ensure_one()
        if former:
            # sudo: whoever may change the customer changes who follows as the customer
            self.sudo().message_unsubscribe(former.ids)
            self.sudo().access_token = False
        self._subscribe_customers()

    # ------------------------------------------------------------------
    # Case numbers
    # ------------------------------------------------------------------

    def _fill_case_number(self, vals_list):
        """Put a case number into the values of each new ticket.

        An administrator's import may bring its own numbers; nobody else sets one.
        """
        import_allowed = self.env.su or self.env.user.has_group(
            "helpdesk_futural.group_helpdesk_manager"
        )
        drawing = {}
        for vals in vals_list:
            number = vals.get("ticket_ref")
            if number and import_allowed:
                self._reserve_case_number(number)
            else:
                team = self.env["helpdesk.team"].browse(vals["team_id"])
                drawing.setdefault(self._get_case_number_day(team), []).append(vals)
        for day, day_vals_list in drawing.items():
            numbers = self._draw_case_numbers(day, len(day_vals_list))
            for vals, number in zip(day_vals_list, numbers, strict=True):
                vals["ticket_ref"] = number

    def _get_case_number_day(self, team):
        """Return today's date where the team works."""
        now = fields.Datetime.now().replace(tzinfo=ZoneInfo("UTC"))
        return now.astimezone(ZoneInfo(team._get_tz())).date()

    def _draw_case_numbers(self, day, count):
        """Return ``count`` numbers of ``day`` that nobody else gets, now or later.

        The counter is a PostgreSQL sequence for each day: drawing from it neither waits for
        another transaction nor fails because of one, and a number drawn by a transaction that
        is rolled back is not given again.

        :param datetime.date day: the day where the team works
        :param int count: how many
        :rtype: list[str]
        """
        counters = self._next_counters(self.env.cr, day, count)
        if counters[0] is None:  # the first ticket of the day
            counters = self._create_case_sequence(day, count)
        return [format_case_number(day, counter) for counter in counters]

    def _get_case_sequence_name(self, day):
        return f"helpdesk_ticket_ref_{day:%Y%m%d}"

    def _next_counters(self, cr, day, count):
        """Return the day's next counters; Nones where the day has no sequence yet."""
        cr.execute(
            SQL(
                "SELECT nextval(to_regclass(%s)) FROM generate_series(1, %s)",
                self._get_case_sequence_name(day),
                count,
            )
        )
        return [counter for (counter,) in cr.fetchall()]

    def _create_case_sequence(self, day, count):
        """Create the day's sequence in a transaction of its own, once, and draw from it there.

        Its own transaction, so that the first ticket of the day keeps nobody waiting until it is
        committed; behind a lock, since PostgreSQL fails one of two that create the same. The
        caller's transaction can't draw the first numbers itself: PostgreSQL remembers in it that
        there is no such sequence.
        """
        sequence = self._get_case_sequence_name(day)
        with self.env.registry.cursor() as cr:
            cr.execute(SQL("SELECT pg_advisory_xact_lock(hashtext(%s))", sequence))
            # Numbers of that day that were imported, or whose sequence was cleaned up since.
            cr.execute(
                SQL(
                    "SELECT COALESCE(MAX(substr(ticket_ref, 7)::bigint), 0) FROM helpdesk_ticket"
                    " WHERE ticket_ref >= %s AND ticket_ref < %s AND ticket_ref ~ '^[0-9]{9,12}$'",
                    f"{day:%y%m%d}",
                    f"{day + timedelta(days=1):%y%m%d}",
                )
            )
            start = cr.fetchone()[0] + 1
            cr.execute(
                SQL(
                    "CREATE SEQUENCE IF NOT EXISTS %s MINVALUE 1 START %s",
                    SQL.identifier(sequence),
                    SQL(str(start)),
                )
            )
            return self._next_counters(cr, day, count)

    def _reserve_case_number(self, number):
        """Keep an imported number from being drawn again later that day.

        :raises ValidationError: if it is not a case number
        """
        parts = split_case_number(number)
        if not parts:
            raise ValidationError(
                self.env._("“%s” is not a case number of the form YYMMDDXXX.", number)
            )
        self.env.execute_query(
            SQL(
                "SELECT CASE WHEN c.oid IS NULL THEN 0 ELSE setval(c.oid::regclass,"
                " GREATEST(%s, (SELECT COALESCE(last_value, 0) FROM pg_sequences"
                " WHERE schemaname = current_schema AND sequencename = %s))) END"
                " FROM (SELECT to_regclass(%s)::oid AS oid) c",
                parts[1],
                f"helpdesk_ticket_ref_20{parts[0]}",
                f"helpdesk_ticket_ref_20{parts[0]}",
            )
        )

    @api.autovacuum
    def _gc_case_sequences(self):
        """Drop the sequences of days long past: nothing is numbered in the past any more."""
        oldest_kept = fields.Date.subtract(fields.Date.today(), days=60)
        sequences = self.env.execute_query(
            SQL(
                "SELECT sequencename FROM pg_sequences WHERE schemaname = current_schema"
                " AND sequencename ~ '^helpdesk_ticket_ref_[0-9]{8}$' AND sequencename < %s",
                self._get_case_sequence_name(oldest_kept),
            )
        )
        for (sequence,) in sequences:
            self.env.cr.execute(SQL("DROP SEQUENCE IF EXISTS %s", SQL.identifier(sequence)))

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_view_customer_tickets(self):
        """Open the other tickets of the customer's organisation."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_futural.helpdesk_ticket_action_all"
        )
        action["domain"] = [
            ("commercial_partner_id", "=", self.commercial_partner_id.id),
            ("id", "!=", self.id),
        ]
        action["context"] = {"default_partner_id": self.partner_id.id}
        return action
