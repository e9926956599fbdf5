from odoo import api, fields, models
from odoo.exceptions import UserError


class HelpdeskTicketCreateTimesheet(models.TransientModel):
    """Log time on a ticket: what the timer measured, or what the agent remembers."""

    _name = "helpdesk.ticket.create.timesheet"
    _inherit = ["helpdesk.ticket.dialog"]
    _description = "Log Time on a Ticket"

    ticket_id = fields.Many2one("helpdesk.ticket", required=True, ondelete="cascade")
    date = fields.Date(required=True, default=fields.Date.context_today)
    description = fields.Char(string="What You Did")
    from_timer = fields.Boolean(help="The current user's timer on the ticket ends with this.")
    team_bills_time = fields.Boolean(related="ticket_id.use_helpdesk_sale_timesheet")
    billable = fields.Boolean(
        compute="_compute_billable",
        store=True,
        readonly=False,
        help="Off: the customer is not billed for this time.",
    )
    measured_hours = fields.Float("Measured", compute="_compute_measured_hours", store=True)
    time_spent = fields.Float(
        compute="_compute_time_spent",
        store=True,
        readonly=False,
        help="Hours. Billable time is rounded as the team has it when it is logged.",
    )
    hours_to_log = fields.Float("Logged As", compute="_compute_hours_to_log")

    @api.depends("ticket_id")
    def _compute_billable(self):
        for wizard in self:
            wizard.billable = wizard.ticket_id.use_helpdesk_sale_timesheet

    @api.depends("ticket_id", "from_timer")
    def _compute_measured_hours(self):
        for wizard in self:
            ticket = wizard.ticket_id._origin
            seconds = ticket.timer_seconds if wizard.from_timer else 0
            wizard.measured_hours = seconds / 3600

    @api.depends("measured_hours", "billable")
    def _compute_time_spent(self):
        for wizard in self.filtered("measured_hours"):
            wizard.time_spent = wizard.ticket_id._round_hours(
                wizard.measured_hours, wizard.billable
            )

    @api.depends("ticket_id", "time_spent", "billable")
    def _compute_hours_to_log(self):
        for wizard in self:
            wizard.hours_to_log = wizard.ticket_id._round_hours(wizard.time_spent, wizard.billable)

    def action_generate_timesheet(self):
        """Create the entry, as the current user's; their timer on the ticket ends if it is its time.

        Billable time is rounded up by the team's rounding and minimum.

        :return: an action that closes the dialog
        :raises UserError: if there is no time, the team tracks none, or the user has no employee
        :raises AccessError: if the user may not log time
        """
        for wizard in self:
            wizard._generate()
        return {"type": "ir.actions.act_window_close"}

    def _generate(self):
        ticket = self.ticket_id
        ticket._check_can_measure()
        if self.time_spent <= 0:
            raise UserError(self.env._("Enter how much time you spent on %s.", ticket.display_name))
        line = self.env["account.analytic.line"].create(self._get_entry_values())
        if self.from_timer:
            ticket.action_timer_discard()
        return line

    def _get_entry_values(self):
        return {
            "helpdesk_ticket_id": self.ticket_id.id,
            "employee_id": self.ticket_id._get_own_employee().id,
            "date": self.date,
            "name": self.description or "/",
            "unit_amount": self.hours_to_log,
            **({} if self.billable else {"helpdesk_billable": False}),
        }

    def action_discard(self):
        """End the current user's timer without logging its time."""
        self.ticket_id.action_timer_discard()
        return {"type": "ir.actions.act_window_close"}

    def action_continue(self):
        """Go on measuring: the dialog was opened too early."""
        self.ticket_id.action_timer_resume()
        return {"type": "ir.actions.act_window_close"}
