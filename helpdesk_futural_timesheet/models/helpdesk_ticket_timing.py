from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.rounding import round_hours


class HelpdeskTicketTiming(models.Model):
    """Measuring time on a ticket: start, pause, resume, stop; then it is logged."""

    _inherit = "helpdesk.ticket"

    timer_state = fields.Selection(
        [("none", "Not Measuring"), ("running", "Running"), ("paused", "Paused")],
        string="My Timer",
        compute="_compute_timer",
    )
    timer_seconds = fields.Integer(
        "Time on My Timer", compute="_compute_timer", help="Seconds measured until now."
    )

    @api.depends_context("uid")
    def _compute_timer(self):
        timer = self._get_own_timer()
        for ticket in self:
            own = timer if timer.ticket_id == ticket._origin else timer.browse()
            ticket.timer_state = ("running" if own.started else "paused") if own else "none"
            ticket.timer_seconds = own._get_elapsed_seconds() if own else 0

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_timer_start(self):
        """Start measuring the current user's time on the ticket; a paused timer goes on.

        :return: True, or the action of a dialog if the user measures time on another ticket:
            there they log or discard that time first, and nothing has changed until they do
        :raises UserError: if the team tracks no time, or the user has no employee
        :raises AccessError: if the user may not log time or not change the ticket
        """
        self.ensure_one()
        self._check_can_measure()
        timer = self._get_own_timer()
        if timer and timer.ticket_id != self:
            return self._get_dialog_action(
                self.env._("You Measure Time on Another Ticket"), "helpdesk.ticket.timer.switch"
            )
        if timer:
            timer._resume()
        else:
            timer.create(
                {
                    "user_id": self.env.uid,
                    "ticket_id": self.id,
                    "started": fields.Datetime.now(),
                }
            )
        return True

    def action_timer_pause(self):
        """Pause the current user's timer on the ticket; without one, or paused, nothing happens."""
        self.ensure_one()
        self._get_own_timer(self)._pause()
        return True

    def action_timer_resume(self):
        """Let the current user's paused timer on the ticket go on.

        :raises UserError: if the user has no timer on the ticket
        """
        self.ensure_one()
        self._get_existing_timer()._resume()
        return True

    def action_timer_stop(self):
        """Pause the current user's timer and ask what they did; logging it removes the timer.

        :return: the action of the wizard ``helpdesk.ticket.create.timesheet``
        :raises UserError: if the user has no timer on the ticket
        """
        self.ensure_one()
        self._get_existing_timer()._pause()
        return self._get_dialog_action(
            self.env._("Log Time"), "helpdesk.ticket.create.timesheet", default_from_timer=True
        )

    def action_timer_discard(self):
        """Remove the current user's timer on the ticket; the measured time is lost."""
        self.ensure_one()
        self._get_own_timer(self).unlink()
        return True

    def action_log_time(self):
        """Ask for time that was not measured; return the wizard's action.

        :raises UserError: if the team tracks no time, or the user has no employee
        """
        self.ensure_one()
        self._check_can_measure()
        return self._get_dialog_action(
            self.env._("Log Time"), "helpdesk.ticket.create.timesheet", default_from_timer=False
        )

    # ------------------------------------------------------------------
    # Answers to the actions and wizards
    # ------------------------------------------------------------------

    def _get_own_timer(self, ticket=None):
        """Return the current user's timer: on the given ticket, or wherever it is."""
        domain = [("user_id", "=", self.env.uid)]
        if ticket is not None:
            domain.append(("ticket_id", "=", ticket.id))
        # sudo: users have no rights to write timers, for the rules of the actions would not hold;
        # this one is theirs
        return self.env["helpdesk.ticket.timer"].sudo().search(domain)

    def _get_existing_timer(self):
        timer = self._get_own_timer(self)
        if not timer:
            raise UserError(
                self.env._(
                    "You don't measure time on %s: the timer was stopped, perhaps in another"
                    " window.",
                    self.display_name,
                )
            )
        return timer

    def _check_can_measure(self):
        """Raise unless the current user can log time on the ticket; better now than afterwards."""
        self.check_access("write")
        self.env["account.analytic.line"].check_access("create")
        self._check_can_log_hours()
        if not self._get_own_employee():
            raise UserError(
                self.env._(
                    "You have no employee in %(company)s, so you can't log time. Ask an"
                    " administrator to create one and to link it to your user.",
                    company=self.company_id.name,
                )
            )

    def _get_own_employee(self):
        """Return the current user's employee in the ticket's company."""
        # sudo: which employee one is oneself
        employees = self.env["hr.employee"].sudo()
        company = self.project_id.sudo().company_id or self.company_id  # sudo: the link only
        return employees.search(
            [("user_id", "=", self.env.uid), ("company_id", "=", company.id)], limit=1
        )

    def _round_hours(self, hours, billable=True):
        """Return the hours to log for the hours worked, by the team's rounding if billable."""
        team = self.team_id.sudo()  # sudo: configuration
        if not billable:
            return round_hours(hours)
        return round_hours(hours, team.timesheet_rounding, team.timesheet_minimum)

    def _get_dialog_action(self, name, model, **context):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_ticket_id": self.id, **context},
        }
