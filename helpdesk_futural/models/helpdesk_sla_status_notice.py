from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_datetime


class HelpdeskSlaStatusNotice(models.Model):
    """Who hears of deadlines that are near or missed, and when: once each."""

    _inherit = "helpdesk.sla.status"

    @api.model
    def _get_running_domain(self):
        return Domain("reached_datetime", "=", False) & Domain("ended_datetime", "=", False)

    @api.model
    def _find_missed(self, domain=Domain.TRUE):
        """Return the clocks whose deadline passed, and nobody was told."""
        return self.search(
            domain
            & self._get_running_domain()
            & Domain("deadline", "<", fields.Datetime.now())
            & Domain("missed_notice_date", "=", False)
            & Domain("ticket_id.active", "=", True),
            order="deadline, id",
        )

    @api.model
    def _get_due_soon_domain(self):
        """Return the domain of the clocks whose deadline is near, as their policies say."""
        now = fields.Datetime.now()
        return (
            self._get_running_domain()
            & Domain("warning_date", "<=", now)
            & Domain("deadline", ">=", now)
        )

    @api.model
    def _find_to_warn(self, domain=Domain.TRUE):
        """Return the clocks whose deadline is near, and nobody was warned."""
        return self.search(
            domain
            & self._get_due_soon_domain()
            & Domain("warned_date", "=", False)
            & Domain("ticket_id.active", "=", True),
            order="deadline, id",
        )

    # ------------------------------------------------------------------
    # The two events
    # ------------------------------------------------------------------

    def _report_missed(self):
        """Tell agent and leader that these deadlines were missed, and escalate as promised."""
        # Somebody may have answered since they were found.
        statuses = self._find_missed(Domain("id", "in", self.ids))
        now = fields.Datetime.now()
        statuses.write({"status": "failed", "missed_notice_date": now})
        # What was near is missed now: one reminder is enough.
        statuses.ticket_id._clear_sla_activities()
        statuses._schedule_activities("missed")
        escalated = statuses.filtered(lambda s: s.sla_id.escalate != "none")
        escalated._log_missed()
        escalated.filtered(lambda s: s.sla_id.escalate == "notify")._notify_leaders()
        escalated.filtered(lambda s: s.sla_id.escalate == "reassign").ticket_id._escalate_missed()

    def _warn(self):
        """Tell agent and leader that these deadlines are near."""
        statuses = self._find_to_warn(Domain("id", "in", self.ids))
        statuses.write({"warned_date": fields.Datetime.now()})
        statuses._schedule_activities("soon")

    # ------------------------------------------------------------------
    # What people read
    # ------------------------------------------------------------------

    def _schedule_activities(self, kind):
        """Give everybody who watches the tickets an activity, in their language."""
        Activity = self.env["mail.activity"].with_context(mail_activity_quick_update=True)
        activity_type = self.env.ref(f"helpdesk_futural.mail_activity_type_sla_{kind}")
        model_id = self.env["ir.model"]._get_id("helpdesk.ticket")
        Activity.create(
            [
                {
                    "res_model_id": model_id,
                    "res_id": status.ticket_id.id,
                    "activity_type_id": activity_type.id,
                    "automated": True,
                    "user_id": user.id,
                    "date_deadline": fields.Datetime.context_timestamp(
                        status.with_context(tz=user.tz or status.team_id._get_tz()),
                        status.deadline,
                    ).date(),
                    "summary": status._get_notice(kind, user.partner_id, user.tz),
                }
                for status in self
                for user in status.ticket_id._get_sla_watchers()
            ]
        )

    def _get_notice(self, kind, partner, tz=None):
        """Return what somebody is told, in their language and time zone."""
        self.ensure_one()
        status = self.with_context(lang=partner.lang or self.env.lang)
        values = {
            "policy": status.sla_id.name,
            "time": format_datetime(
                status.env, status.deadline, tz=tz or status.team_id._get_tz(), dt_format="short"
            ),
        }
        if kind == "soon":
            return status.env._("%(policy)s: due %(time)s", **values)
        return status.env._("%(policy)s: missed on %(time)s", **values)

    def _log_missed(self):
        """Note down on the tickets what was missed, in the language of the company."""
        bodies = {}
        for status in self:
            ticket = status.ticket_id
            text = status._get_notice("missed", ticket.company_id.partner_id)
            bodies[ticket.id] = (
                Markup("%s<br/>%s") % (bodies[ticket.id], text) if (ticket.id in bodies) else text
            )
        self.ticket_id._message_log_batch(bodies=bodies)

    def _notify_leaders(self):
        """Send each leader one message about all tickets of theirs, not one for each."""
        for leader, statuses in self.grouped(lambda s: s.ticket_id._get_sla_leader()).items():
            if not leader:
                continue
            lines = Markup("").join(
                Markup("<li>%s – %s</li>")
                % (
                    status.ticket_id._get_html_link(),
                    status._get_notice("missed", leader.partner_id, leader.tz),
                )
                for status in statuses
            )
            told = statuses.with_context(lang=leader.lang or self.env.lang)
            subject = told.env._("Deadlines missed: %s", len(statuses))
            # One ticket's message belongs to that ticket, so that it can be answered there.
            thread = (
                statuses.ticket_id if len(statuses.ticket_id) == 1 else (self.env["mail.thread"])
            )
            thread.message_notify(
                partner_ids=leader.partner_id.ids,
                subject=subject,
                body=Markup("<ul>%s</ul>") % lines,
            )
