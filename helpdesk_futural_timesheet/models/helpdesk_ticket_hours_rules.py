from odoo import models
from odoo.exceptions import UserError

from odoo.addons.helpdesk_futural.models.helpdesk_stage import DONE_STATES


class HelpdeskTicketHoursRules(models.Model):
    """What becomes of hours when tickets are merged, and what is asked before they are closed."""

    _inherit = "helpdesk.ticket"

    def _merge_into(self, target, **options):
        result = super()._merge_into(target, **options)
        self._move_hours(target)
        return result

    def _move_hours(self, target):
        """Move hours and running timers to the target; who pays for the hours stays as it is.

        Hours that nothing pays for yet, and that nobody gave away, are paid as the target's.
        """
        # sudo: hours and timers of colleagues move as well
        lines = self.env["account.analytic.line"].sudo()
        lines = lines.search([("helpdesk_ticket_id", "in", self.ids)])
        fields = [lines._fields[name] for name in ("so_line", "partner_id")]
        kept = lines.filtered(lambda line: line.so_line or not line.helpdesk_billable)
        with self.env.protecting(fields, lines):
            moving = lines.with_context(helpdesk_merge_hours=True)
            moving.write({"helpdesk_ticket_id": target.id})
            # The target's item, and later changes of it, are not for these.
            kept.filtered(
                lambda line: line.so_line != target.sudo().sale_line_id  # sudo: to compare only
            ).is_so_line_edited = True
            self.env.flush_all()
        (lines - kept)._compute_so_line()
        timers = self.env["helpdesk.ticket.timer"].sudo()  # sudo: as above
        timers.search([("ticket_id", "in", self.ids)]).ticket_id = target

    def _on_stage_changed(self, before, vals):
        result = super()._on_stage_changed(before, vals)
        # Customers who confirm a solution and the job that closes idle tickets can't log time.
        if not self.env.su and self.env.user._is_internal():
            self.filtered(
                lambda t: t.state in DONE_STATES and before[t].state not in DONE_STATES
            )._check_time_is_logged()
        return result

    def _check_time_is_logged(self):
        for ticket in self:
            # sudo: configuration
            if not ticket.team_id.sudo().require_timesheet or ticket.total_hours_spent:
                continue
            if ticket.merged_into_id:  # its hours are on the other ticket
                continue
            raise UserError(
                self.env._(
                    "The team “%(team)s” asks for the time spent before a ticket is closed: log"
                    " yours on %(ticket)s first.",
                    team=ticket.team_id.name,
                    ticket=ticket.display_name,
                )
            )
