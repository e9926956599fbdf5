from datetime import datetime

from odoo import fields, models


class HelpdeskSlaStatusBadge(models.Model):
    """What a ticket's form shows of a clock."""

    _inherit = "helpdesk.sla.status"

    def _is_over(self):
        self.ensure_one()
        return bool(self.reached_datetime or self.ended_datetime)

    def _get_shown(self):
        """Return which of a policy's clocks on a ticket counts now: the one that runs, or ran last."""
        # Not by slicing, which would read each record by itself.
        return max(self, key=lambda status: (not status._is_over(), status.start_date, status.id))

    def _get_badge_order(self):
        """Running clocks by their deadline, then those that stand still, then what is over."""
        self.ensure_one()
        return self._is_over(), self.deadline or datetime.max, self.id

    def _get_badge(self):
        """Return what a badge needs; moments are strings in UTC, hours are *working* hours."""
        self.ensure_one()
        # sudo: names of the policy and the stage, for whoever sees the ticket
        status = self.sudo()
        policy = status.sla_id._get_names()[status.sla_id.id]
        stage = status.sla_stage_id.display_name
        text = fields.Datetime.to_string
        return {
            "id": self.id,
            "policy": policy,
            "stage": stage,
            "hours": self.hours,
            "deadline": text(self.deadline),
            "warning": text(self.warning_date),
            "reached": text(self.reached_datetime),
            "late": self.reached_late,
            "ended": text(self.ended_datetime),
            "paused": bool(self.paused_since),
            "remaining_hours": self.remaining_hours,
            "exceeded_hours": self.exceeded_hours,
        }
