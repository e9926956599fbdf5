from odoo import fields, models
from odoo.exceptions import UserError


class HelpdeskTicketTimerSwitch(models.TransientModel):
    """A user starts measuring on a ticket while they measure on another."""

    _name = "helpdesk.ticket.timer.switch"
    _inherit = ["helpdesk.ticket.dialog"]
    _description = "Switch the Timer to Another Ticket"

    ticket_id = fields.Many2one("helpdesk.ticket", "Start on", required=True, ondelete="cascade")
    former_ticket_name = fields.Char(
        "You Measure on", compute="_compute_former", help="The ticket with the running timer."
    )
    measured_hours = fields.Float("Measured", compute="_compute_former")
    description = fields.Char(string="What You Did There")

    def _compute_former(self):
        for wizard in self:
            timer = self.env["helpdesk.ticket"]._get_own_timer()
            wizard.former_ticket_name = timer.ticket_id.display_name
            wizard.measured_hours = timer._get_elapsed_seconds() / 3600 if timer else 0

    def action_log_and_start(self):
        """Log the time of the other ticket, then start the timer on this one.

        :raises UserError: if the other timer is gone meanwhile, see ``action_timer_stop`` too
        """
        self.ensure_one()
        timer = self.env["helpdesk.ticket"]._get_own_timer()
        if timer and timer.ticket_id != self.ticket_id:
            former = self.env["helpdesk.ticket"].browse(timer.ticket_id.id)
            if not former.has_access("read"):
                raise UserError(
                    self.env._(
                        "You don't see %s any more, so you can't log time on it. Tell its team"
                        " how long you worked, and discard the timer.",
                        self.former_ticket_name,
                    )
                )
            timer._pause()
            if timer.seconds:
                self.env["helpdesk.ticket.create.timesheet"].create(
                    {
                        "ticket_id": former.id,
                        "description": self.description,
                        "from_timer": True,
                    }
                ).action_generate_timesheet()
            else:
                timer.unlink()
        self.ticket_id.action_timer_start()
        return {"type": "ir.actions.act_window_close"}

    def action_discard_and_start(self):
        """Forget the time of the other ticket, and start the timer on this one."""
        self.ensure_one()
        self.env["helpdesk.ticket"]._get_own_timer().unlink()
        self.ticket_id.action_timer_start()
        return {"type": "ir.actions.act_window_close"}
