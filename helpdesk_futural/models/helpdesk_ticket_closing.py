import logging
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import split_every

_logger = logging.getLogger(__name__)

UTC = ZoneInfo("UTC")
BATCH = 100
NOT_REMINDED = Domain("reminder_date", "=", False)


class HelpdeskTicketClosing(models.Model):
    """Tickets that nobody answers: reminded of, then closed, by the team's working days."""

    _inherit = "helpdesk.ticket"

    reminder_date = fields.Datetime(
        "Reminded on",
        copy=False,
        readonly=True,
        help="When the customer was told that the ticket is about to be closed.",
    )

    # ------------------------------------------------------------------
    # Whatever happens ends the idling
    # ------------------------------------------------------------------

    def _on_stage_changed(self, before, vals):
        result = super()._on_stage_changed(before, vals)
        self._forget_reminder()
        return result

    def _on_customer_message(self, message):
        result = super()._on_customer_message(message)
        self._forget_reminder()
        return result

    def _on_agent_message(self, message):
        result = super()._on_agent_message(message)
        self._forget_reminder()
        return result

    def _forget_reminder(self):
        self.filtered("reminder_date").reminder_date = False

    def _is_to_be_closed_automatically(self):
        """Tell whether the ticket will be closed where it stands if nobody writes."""
        self.ensure_one()
        team = self.team_id.sudo()  # sudo: configuration
        return team.auto_close_ticket and self.stage_id in team.from_stage_ids

    # ------------------------------------------------------------------
    # The scheduled job
    # ------------------------------------------------------------------

    @api.model
    def _cron_auto_close(self):
        """Close the tickets of all teams that have been idle long enough; remind of the next.

        Idle is a ticket in which neither side wrote a public message and whose stage stayed the
        same, for the team's ``auto_close_day`` *working* days. Nothing is closed less than a working
        day after the reminder, however long the job was off. All that is due is done, in batches
        that are committed one by one.
        """
        # Solved tickets of archived teams are closed as well; archived tickets are left alone.
        teams = self.env["helpdesk.team"].with_context(active_test=False)
        due = [
            (team, find, act, ids)
            for team in teams.search(
                [("auto_close_ticket", "=", True), ("to_stage_id", "!=", False)]
            )
            for find, act in (
                (self._find_to_close, type(self)._auto_close),
                (self._find_to_remind_of_closing, type(self)._remind_of_closing),
            )
            for ids in split_every(BATCH, find(team).ids)
        ]
        remaining = sum(len(ids) for _team, _find, _act, ids in due)
        cron = self.env["ir.cron"]
        if due:
            cron._commit_progress(remaining=remaining)
        for team, find, act, ids in due:
            # Somebody may have written meanwhile, or be working on a ticket at this very moment:
            # they go first, and the next run sees the ticket anew.
            tickets = find(team, Domain("id", "in", ids))
            act(tickets.try_lock_for_update(allow_referencing=True))
            remaining -= len(ids)
            if not cron._commit_progress(len(ids), remaining=remaining):
                break

    @api.model
    def _find_to_close(self, team, domain=Domain.TRUE):
        """Return the team's tickets whose time is over, and of which the customer was told so."""
        if team.reminder_template_id.active:
            told_before = team._get_working_days_ago(1)
            if not told_before:
                return self.browse()
            told_before = told_before.astimezone(UTC).replace(tzinfo=None)
            domain &= Domain("reminder_date", "<=", told_before)
        return self._find_idle(team, team.auto_close_day, domain)

    @api.model
    def _find_to_remind_of_closing(self, team, domain=Domain.TRUE):
        """Return the team's tickets that have a working day left, or less."""
        if not team.reminder_template_id.active:
            return self.browse()
        return self._find_idle(team, team.auto_close_day - 1, domain & NOT_REMINDED)

    @api.model
    def _find_idle(self, team, days, domain=Domain.TRUE):
        """Return the team's tickets within the domain that have been idle for so many working days."""
        since = team._get_working_days_ago(days)
        if not since:
            return self.browse()
        since = since.astimezone(UTC).replace(tzinfo=None)

        def not_after(name):
            return Domain(name, "=", False) | Domain(name, "<=", since)

        # A customer who wrote last and still waits must not be shut up.
        unanswered = Domain("waiting_on", "=", "team") & Domain(
            "last_customer_message_date", "!=", False
        )
        return self.search(
            domain
            & Domain("team_id", "=", team.id)
            & Domain("stage_id", "in", (team.from_stage_ids - team.to_stage_id).ids)
            & Domain("state", "!=", "closed")
            & Domain("is_snoozed", "=", False)
            & Domain("date_last_stage_update", "<=", since)
            & not_after("last_customer_message_date")
            & not_after("last_agent_message_date")
            & ~unanswered,
            order="id",
        )

    def _auto_close(self):
        for team, tickets in self.grouped("team_id").items():
            tickets._track_set_log_message(
                self.env._(
                    "Closed automatically: nobody wrote for %s working days.", team.auto_close_day
                )
            )
            tickets.stage_id = team.to_stage_id
            _logger.info("Closed %s idle tickets of the team %s.", len(tickets), team.name)

    def _remind_of_closing(self):
        for team, tickets in self.grouped("team_id").items():
            tickets._queue_automatic_mails(team.reminder_template_id)
        self.reminder_date = fields.Datetime.now()
