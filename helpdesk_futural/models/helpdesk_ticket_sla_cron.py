import logging

from odoo import api, models
from odoo.tools import split_every

_logger = logging.getLogger(__name__)

BATCH = 200


class HelpdeskTicketSlaCron(models.Model):
    """The scheduled job of service levels: computes anew, reports missed deadlines, warns."""

    _inherit = "helpdesk.ticket"

    @api.model
    def _cron_sla(self):
        """Do all that is due with the clocks, in batches that are committed one by one.

        Deadlines of teams whose working time changed move first. Then those that passed are
        reported, however long the job was off, and those that are near are warned of: each once.
        """
        if not self._refresh_outdated_slas():
            return
        Status = self.env["helpdesk.sla.status"]
        jobs = [
            (act, ids)
            for find, act in (
                (Status._find_missed, type(Status)._report_missed),
                (Status._find_to_warn, type(Status)._warn),
            )
            for ids in split_every(BATCH, find().ids)
        ]
        remaining = sum(len(ids) for _act, ids in jobs)
        cron = self.env["ir.cron"]
        if jobs:
            cron._commit_progress(remaining=remaining)
        for act, ids in jobs:
            self._act_on_free(Status.browse(ids), act)
            remaining -= len(ids)
            if not cron._commit_progress(len(ids), remaining=remaining):
                break

    def _refresh_outdated_slas(self):
        """Move the deadlines of teams whose working time changed.

        :return: whether there is time left for more
        """
        cron = self.env["ir.cron"]
        teams = self.env["helpdesk.team"].with_context(active_test=False)
        for team in teams.search([("sla_outdated_since", "!=", False)], order="id"):
            since, all_done = team.sla_outdated_since, True
            running = self.env["helpdesk.sla.status"]._get_running_domain()
            tickets = self.with_context(active_test=False).search(
                [("team_id", "=", team.id), ("sla_status_ids", "any", running)], order="id"
            )
            batches = list(split_every(BATCH, tickets.ids))
            for number, ids in enumerate(batches, 1):
                free = self.browse(ids).try_lock_for_update(allow_referencing=True)
                all_done &= len(free) == len(ids)
                self._act_on_all_or_each(
                    free,
                    lambda some, since=since: some._update_slas(derive=False, settled=since),
                )
                remaining = sum(map(len, batches[number:]))
                if not cron._commit_progress(len(ids), remaining=remaining):
                    return False
            # Whoever changed the working time again meanwhile, or works on a ticket at this very
            # moment, is waited for: the next run begins anew.
            team.invalidate_recordset(["sla_outdated_since"])
            locked = team.try_lock_for_update(allow_referencing=True)
            if locked and all_done and team.sla_outdated_since == since:
                team.sla_outdated_since = False
            if not cron._commit_progress():
                return False
        return True

    def _act_on_free(self, statuses, act):
        """Act on the statuses of tickets on which nobody works at this very moment."""
        statuses = statuses.exists()
        free = statuses.ticket_id.try_lock_for_update(allow_referencing=True)
        self._act_on_all_or_each(statuses.filtered(lambda s: s.ticket_id in free), act)

    def _act_on_all_or_each(self, records, act):
        """Act on all together, or on each that lets itself: one bad ticket stops no other."""
        if not records:
            return
        try:
            with self.env.cr.savepoint():
                act(records)
        except Exception:
            if len(records) == 1:
                _logger.exception("The deadlines of %s can't be handled.", records)
            else:
                for record in records:
                    self._act_on_all_or_each(record, act)

    def _clear_sla_activities(self):
        """Take away reminders of deadlines that were kept, or ended, or are missed by now."""
        running = self.env["helpdesk.sla.status"]._get_running_domain()
        # sudo: reminders of others as well; they were made by the scheduled job
        tickets = self.sudo()
        left = tickets.sla_status_ids.filtered_domain(running)
        missed = left.filtered("missed_notice_date")
        soon = left.filtered("warned_date") - missed
        for kind, statuses in (("soon", soon), ("missed", missed)):
            if settled := tickets - statuses.ticket_id:
                settled.activity_unlink([f"helpdesk_futural.mail_activity_type_sla_{kind}"])

    def _get_sla_watchers(self):
        """Return who is told of this ticket's deadlines: its agent and the team leader.

        The members of the team, where there is neither.
        """
        self.ensure_one()
        team = self.team_id
        users = (self.user_id | team.leader_id).filtered("active")
        return users or team.member_ids.filtered("active")

    def _get_sla_leader(self):
        """Return to whom a missed deadline is reported besides: the escalation team's leader."""
        self.ensure_one()
        team = self.team_id
        leaders = team.escalation_team_id.leader_id, team.leader_id
        return next((leader for leader in leaders if leader.active), leaders[0].browse())

    def _escalate_missed(self):
        """Hand tickets up as the button does, where somebody is above."""
        for team, tickets in self.grouped("team_id").items():
            if team.escalation_team_id:
                tickets._escalate_to_team(team.escalation_team_id)
            elif team.leader_id.active:
                tickets.filtered(lambda t: t.user_id != t.team_id.leader_id)._escalate_to_leader(
                    team.leader_id
                )
