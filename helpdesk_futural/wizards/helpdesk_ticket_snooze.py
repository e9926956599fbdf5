import babel.dates

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime, format_time
from odoo.tools.misc import babel_locale_parse, get_lang

from ..tools.snooze import QUICK_CHOICES, get_snooze_end


class HelpdeskTicketSnooze(models.TransientModel):
    """Ask until when to put tickets aside."""

    _name = "helpdesk.ticket.snooze"
    _description = "Snooze Tickets"

    ticket_ids = fields.Many2many("helpdesk.ticket", string="Tickets", required=True)
    choice = fields.Selection(
        "_get_choices", string="Come Back", required=True, default=QUICK_CHOICES[0]
    )
    until = fields.Datetime(
        "Snooze until",
        compute="_compute_until",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="In your time zone.",
    )

    @api.model
    def _get_choices(self):
        """Return the choices, each with the time where the user is."""
        labels = {
            "later": self.env._("In three hours"),
            "tomorrow": self.env._("Tomorrow morning"),
            "next_week": self.env._("Next Monday"),
        }
        choices = []
        for choice in QUICK_CHOICES:
            when = self._format_when(self._get_end(choice))
            choices.append((choice, f"{labels[choice]} ({when})"))
        return [*choices, ("custom", self.env._("Another time"))]

    @api.model
    def _format_when(self, moment):
        """Return day and time as the user's language and time zone have them: Fri, Nov 27 9:00 AM."""
        locale = babel_locale_parse(get_lang(self.env).code)
        local = fields.Datetime.context_timestamp(self, moment)
        day = babel.dates.format_skeleton("MMMEd", local, locale=locale)
        return f"{day} {format_time(self.env, moment, tz=self.env.tz.zone, time_format='short')}"

    @api.model
    def _get_end(self, choice):
        return get_snooze_end(choice, fields.Datetime.now(), self.env.tz.zone)

    @api.depends("choice")
    def _compute_until(self):
        for wizard in self:
            if wizard.choice in QUICK_CHOICES:
                wizard.until = wizard._get_end(wizard.choice)
            else:
                wizard.until = wizard.until or wizard._get_end("tomorrow")

    def action_snooze(self):
        """Snooze the tickets.

        :raises UserError: if the time is not in the future, or a ticket is solved or closed
        """
        self.ensure_one()
        if not self.ticket_ids:
            raise UserError(self.env._("Select the tickets to snooze first."))
        self.ticket_ids.action_snooze(self.until)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Snoozed until %s.", format_datetime(self.env, self.until, dt_format="medium")
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
