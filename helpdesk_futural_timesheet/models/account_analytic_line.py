from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.helpdesk_futural.tools.new_columns import add_columns


class AccountAnalyticLine(models.Model):
    """Hours on tickets: what an entry takes from its ticket, and when it is locked."""

    _inherit = "account.analytic.line"

    helpdesk_ticket_id = fields.Many2one(
        "helpdesk.ticket",
        "Ticket",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('use_helpdesk_timesheet', '=', True), ('project_id', '!=', False)]",
        help="The helpdesk ticket that the time was spent on.",
    )
    helpdesk_team_id = fields.Many2one(
        related="helpdesk_ticket_id.team_id",
        string="Helpdesk Team",
        store=True,
        index="btree_not_null",
    )
    helpdesk_organisation_id = fields.Many2one(
        related="helpdesk_ticket_id.commercial_partner_id",
        string="Customer's Organisation",
        store=True,
        index="btree_not_null",
    )
    helpdesk_ticket_type_id = fields.Many2one(
        related="helpdesk_ticket_id.ticket_type_id", string="Ticket Category", store=True
    )

    def _auto_init(self):
        add_columns(self, "helpdesk_team_id", "helpdesk_organisation_id", "helpdesk_ticket_type_id")
        return super()._auto_init()

    # ------------------------------------------------------------------
    # What an entry takes from its ticket
    # ------------------------------------------------------------------

    @api.depends("helpdesk_ticket_id.partner_id")
    def _compute_partner_id(self):
        result = super()._compute_partner_id()
        for line in self.filtered(lambda aal: aal.helpdesk_ticket_id and aal._is_not_billed()):
            line.partner_id = line.helpdesk_ticket_id.partner_id
        return result

    @api.depends("helpdesk_ticket_id.partner_id.commercial_partner_id")
    def _compute_commercial_partner(self):
        on_tickets = self.filtered("helpdesk_ticket_id")
        result = super(AccountAnalyticLine, self - on_tickets)._compute_commercial_partner()
        for line in on_tickets:
            # sudo: who logs time from the Timesheets app may have no helpdesk rights
            line.commercial_partner_id = line.helpdesk_ticket_id.sudo().commercial_partner_id
        return result

    @api.depends("helpdesk_ticket_id")
    def _compute_display_name(self):
        result = super()._compute_display_name()
        for line in self.filtered("helpdesk_ticket_id"):
            # sudo: the case number only; who may read the entry may know what it was for
            number = line.helpdesk_ticket_id.sudo().ticket_ref
            line.display_name = f"{line.display_name} - #{number}"
        return result

    @api.model_create_multi
    def create(self, vals_list):
        default_id = self.env.context.get("default_helpdesk_ticket_id")
        vals_list = [
            {"helpdesk_ticket_id": default_id, **vals} if default_id else dict(vals)
            for vals in vals_list
        ]
        on_tickets = [vals for vals in vals_list if vals.get("helpdesk_ticket_id")]
        if on_tickets:
            tickets = self.env["helpdesk.ticket"].browse(
                v["helpdesk_ticket_id"] for v in on_tickets
            )
            tickets.check_access("read")
            # sudo: the ticket's project is not necessarily one that the agent may see
            tickets = tickets.sudo()
            for ticket, vals in zip(tickets, on_tickets, strict=True):
                if not vals.get("project_id"):
                    ticket._check_can_log_hours()
                    vals["project_id"] = ticket.project_id.id
                vals.setdefault("company_id", ticket.company_id.id)
        return super().create(vals_list)

    def write(self, vals):
        if vals.get("helpdesk_ticket_id"):
            self.env["helpdesk.ticket"].browse(vals["helpdesk_ticket_id"]).check_access("read")
        return super().write(vals)

    # ------------------------------------------------------------------
    # Locks
    # ------------------------------------------------------------------

    def _check_can_write(self, values):
        # Programs choose their context: only the merge, which has all rights, is believed.
        merging = self.env.su and self.env.context.get("helpdesk_merge_hours")
        if "helpdesk_ticket_id" in values and not merging:
            # sudo: invoices are not for everybody who logs time
            for line in self.sudo():
                if line.helpdesk_ticket_id.id != values["helpdesk_ticket_id"] and (
                    not line._is_not_billed()
                ):
                    raise UserError(
                        self.env._("Hours that are invoiced can't move to another ticket.")
                    )
        return super()._check_can_write(values)
