from odoo import fields, models


class HelpdeskTicketTimer(models.Model):
    """A stopwatch on a ticket. It lives on the server: any browser of the user shows the same.

    Each user has one at most; users read their own, and change it through the ticket's actions.
    """

    _name = "helpdesk.ticket.timer"
    _description = "Ticket Timer"
    _rec_name = "ticket_id"

    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    ticket_id = fields.Many2one("helpdesk.ticket", required=True, ondelete="cascade", index=True)
    started = fields.Datetime(help="Since when it runs. Empty: it is paused.")
    seconds = fields.Integer(help="Seconds measured before the last pause.")

    _user_uniq = models.Constraint("UNIQUE (user_id)", "You measure time on a ticket already.")

    def _get_elapsed_seconds(self):
        """Return the seconds measured until now."""
        self.ensure_one()
        running = (fields.Datetime.now() - self.started).total_seconds() if self.started else 0
        return self.seconds + max(int(running), 0)

    def _pause(self):
        for timer in self.filtered("started"):
            timer.write({"seconds": timer._get_elapsed_seconds(), "started": False})

    def _resume(self):
        self.filtered(lambda timer: not timer.started).started = fields.Datetime.now()
