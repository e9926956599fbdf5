from odoo import api, fields, models

SET_UP_BY = {"use_helpdesk_timesheet", "use_helpdesk_sale_timesheet", "project_id"}


class HelpdeskTeamTimesheet(models.Model):
    """Teams that track time, and those that bill it: what they need, created for them."""

    _inherit = "helpdesk.team"

    use_helpdesk_timesheet = fields.Boolean(
        "Track Time",
        help="Agents log the hours they work on tickets. The team gets a project for them.",
    )
    use_helpdesk_sale_timesheet = fields.Boolean(
        "Bill Time",
        help="Hours are billed to the customer: from prepaid hours, or afterwards.",
    )
    project_id = fields.Many2one(
        "project.project",
        check_company=True,
        copy=False,
        index="btree_not_null",
        domain="[('is_template', '=', False), '|', ('company_id', '=', False),"
        " ('company_id', '=', company_id)]",
        help="Hours on the team's tickets are logged on this project. Empty: one is created.",
    )
    timesheet_product_id = fields.Many2one(
        "product.product",
        "Service",
        check_company=True,
        domain="[('type', '=', 'service'), ('sale_ok', '=', True),"
        " ('invoice_policy', '=', 'delivery'), ('service_type', '=', 'timesheet')]",
        help="What customers without prepaid hours are billed: a service invoiced on timesheets.",
    )
    require_timesheet = fields.Boolean(
        "Time Before Closing",
        help="Agents can't solve or close a ticket that has no time logged.",
    )
    timesheet_rounding = fields.Integer(
        "Rounding (minutes)",
        help="Billable time is rounded up to multiples of so many minutes. 0: whole minutes.",
    )
    timesheet_minimum = fields.Integer(
        "Minimum (minutes)", help="The least billable time of one entry, in minutes."
    )

    prepaid_warning_hours = fields.Float(
        "Tell the Customer Below (hours)",
        help="When a customer's prepaid hours fall to this, they get one mail. 0: no mail.",
    )

    portal_show_hours = fields.Selection(
        [
            ("none", "Nothing"),
            ("hours", "Hours"),
            ("entries", "Hours and What Was Done"),
        ],
        "Customers See",
        compute="_compute_portal_show_hours",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="What customers see in the portal of the time on their tickets, and of the prepaid"
        " hours they have left. “What Was Done” are the descriptions of the entries, as your agents"
        " write them. Names and costs of employees are never shown.",
    )

    _timesheet_minutes_positive = models.Constraint(
        "CHECK (timesheet_rounding >= 0 AND timesheet_minimum >= 0)",
        "Rounding and minimum are numbers of minutes; 0 means none.",
    )

    @api.depends("use_helpdesk_sale_timesheet")
    def _compute_portal_show_hours(self):
        """Let those who pay for the time see it; of what isn't billed nobody gets to know."""
        for team in self:
            shown = team.portal_show_hours or "none"
            if team.use_helpdesk_sale_timesheet and shown == "none":
                shown = "hours"
            team.portal_show_hours = shown

    @api.model_create_multi
    def create(self, vals_list):
        teams = super().create([self._with_both_switches(vals) for vals in vals_list])
        teams._set_up_timesheets()
        return teams

    def write(self, vals):
        vals = self._with_both_switches(vals)
        if not vals.keys() & {
            "use_helpdesk_timesheet",
            "use_helpdesk_sale_timesheet",
            "project_id",
        }:
            return super().write(vals)
        former = {team: team.project_id for team in self}
        result = super().write(vals)
        self._set_up_timesheets()
        self._give_project_to_tickets(former)
        return result

    @api.model
    def _with_both_switches(self, vals):
        """Billing time needs tracking it: each switch takes the other along."""
        if vals.get("use_helpdesk_sale_timesheet"):
            return {**vals, "use_helpdesk_timesheet": True}
        if "use_helpdesk_timesheet" in vals and not vals["use_helpdesk_timesheet"]:
            return {**vals, "use_helpdesk_sale_timesheet": False}
        return vals

    def _set_up_timesheets(self):
        """Create what teams that track or bill time lack; what is there stays as it is."""
        # sudo: a helpdesk administrator sets the team up, without rights on projects and products
        tracking = self.sudo().filtered("use_helpdesk_timesheet")
        without = tracking.filtered(lambda team: not team.project_id)
        if without:
            # sudo: as above
            projects = (
                self.env["project.project"]
                .sudo()
                .with_context(mail_create_nosubscribe=True, mail_create_nolog=True)
            )
            created = projects.create([team._get_project_values() for team in without])
            for team, project in zip(without, created, strict=True):
                team.project_id = project
        tracking.project_id.filtered(lambda p: not p.allow_timesheets).allow_timesheets = True
        billing = tracking.filtered("use_helpdesk_sale_timesheet")
        billing.project_id.filtered(lambda p: not p.allow_billable).allow_billable = True
        without_product = billing.filtered(lambda team: not team.timesheet_product_id)
        if without_product:
            without_product.timesheet_product_id = self._get_or_create_timesheet_product()

    def _get_project_values(self):
        self.ensure_one()
        return {
            "name": self.name,
            "company_id": self.company_id.id,
            "allow_timesheets": True,
            "allow_billable": self.use_helpdesk_sale_timesheet,
            # Not "portal": core would list the hours in the customer's portal apart from the
            # tickets, whose own rules say who of an organisation may see what.
            "privacy_visibility": "employees",
            "user_id": self.leader_id.id,
        }

    @api.model
    def _get_or_create_timesheet_product(self):
        """Return the service that helpdesk hours are billed as."""
        name = "helpdesk_futural_timesheet.product_helpdesk_hours"
        # sudo: see _set_up_timesheets
        product = self.env.ref(name, raise_if_not_found=False)
        if product and product.sudo().active:
            return product
        # sudo: as above
        products = self.env["product.product"].sudo()
        return products.create(
            {
                "name": self.env._("Helpdesk Hours"),
                "type": "service",
                "service_policy": "delivered_timesheet",
                "uom_id": self.env.ref("uom.product_uom_hour").id,
            }
        )

    def _give_project_to_tickets(self, former):
        """Let tickets that aren't closed follow their team; hours that are logged stay in place.

        :param dict former: ``{team: project}`` that the tickets had from their teams
        """
        # sudo: tickets that the administrator's own company selection hides follow as well
        tickets = (
            self.env["helpdesk.ticket"]
            .sudo()
            .search([("team_id", "in", self.ids), ("state", "!=", "closed")])
        )
        for team, of_team in tickets.grouped("team_id").items():
            if team.use_helpdesk_sale_timesheet:
                of_team.filtered(lambda t: not t.sale_line_id)._compute_sale_line_id()
            if team.use_helpdesk_timesheet:
                of_team.filtered(
                    lambda t, team=team: not t.project_id or t.project_id == former.get(team)
                ).project_id = team.project_id
