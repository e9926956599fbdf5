from odoo import api, fields, models
from odoo.exceptions import UserError


class HelpdeskTicketTimesheet(models.Model):
    """Hours worked on a ticket: where they are logged, and how many there are."""

    _inherit = "helpdesk.ticket"

    use_helpdesk_timesheet = fields.Boolean(related="team_id.use_helpdesk_timesheet")
    use_helpdesk_sale_timesheet = fields.Boolean(related="team_id.use_helpdesk_sale_timesheet")
    project_id = fields.Many2one(
        "project.project",
        compute="_compute_project_id",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        index="btree_not_null",
        domain="[('allow_timesheets', '=', True), ('is_template', '=', False),"
        " '|', ('company_id', '=', False), ('company_id', '=', company_id)]",
        help="New hours are logged on this project. Hours that are logged already stay on theirs.",
    )
    timesheet_ids = fields.One2many(
        "account.analytic.line",
        "helpdesk_ticket_id",
        "Timesheets",
        groups="hr_timesheet.group_hr_timesheet_user",
    )
    total_hours_spent = fields.Float(
        "Hours Spent",
        compute="_compute_total_hours_spent",
        store=True,
        precompute=True,  # nothing is asked for new tickets, which have no hours yet
        help="All hours logged on the ticket, whoever worked them.",
    )
    encode_uom_in_days = fields.Boolean(compute="_compute_encode_uom_in_days")

    @api.depends("team_id")
    def _compute_project_id(self):
        for ticket in self:
            # sudo: the team's project is configuration
            team = ticket.team_id.sudo()
            ticket.project_id = team.use_helpdesk_timesheet and team.project_id

    @api.depends("timesheet_ids.unit_amount")
    def _compute_total_hours_spent(self):
        hours = dict(
            self.env["account.analytic.line"]._read_group(
                [("helpdesk_ticket_id", "in", self.ids)],
                ["helpdesk_ticket_id"],
                ["unit_amount:sum"],
            )
        )
        for ticket in self:
            ticket.total_hours_spent = hours.get(ticket._origin, 0.0)

    @api.depends_context("company")
    def _compute_encode_uom_in_days(self):
        # Only its id, which is cached: this is asked whenever a ticket is opened.
        day_id = self.env["ir.model.data"]._xmlid_to_res_id("uom.product_uom_day")
        self.encode_uom_in_days = self.env.company.timesheet_encode_uom_id.id == day_id

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_hours(self):
        # sudo: hours that the user doesn't see must survive as well
        lines = self.env["account.analytic.line"].sudo()
        if line := lines.search([("helpdesk_ticket_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "Hours are logged on %(ticket)s, so it can't be deleted: they may be on an"
                    " invoice. Archive the ticket instead, or delete its hours first.",
                    ticket=line.helpdesk_ticket_id.display_name,
                )
            )

    def _check_can_log_hours(self):
        """Raise unless hours can be logged on the ticket.

        A ticket that was closed before its team tracked time takes the team's project now.

        :raises UserError: if the ticket has no project, because its team tracks no time
        """
        for ticket in self:
            team = ticket.team_id.sudo()  # sudo: configuration
            if not ticket.project_id and team.use_helpdesk_timesheet:
                ticket.sudo().project_id = team.project_id  # sudo: of the team, as for new tickets
            if not ticket.project_id:
                raise UserError(
                    self.env._(
                        "%(ticket)s has no project to log hours on. An administrator can switch"
                        " on “Track Time” on the team “%(team)s”.",
                        ticket=ticket.display_name,
                        team=team.name,
                    )
                )
