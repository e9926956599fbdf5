from datetime import timedelta

from odoo import fields, models

from ..tools.sla_clock import (
    Run,
    find_pauses,
    read_clock,
    read_history,
    resolution_runs,
    run_until,
)
from ..tools.working_time import in_utc, moment_before

#: How far ahead a deadline is looked for: most are near, and a calendar may be empty for long.
HORIZONS = (timedelta(days=90), timedelta(days=730), timedelta(days=3660))


class HelpdeskTicketSlaClock(models.Model):
    """The clocks: started, paused, met and ended by what happens on the ticket.

    All follows from the ticket's stage history, its messages and the policies that match now, so
    one method does it for any number of tickets after any event.
    """

    _inherit = "helpdesk.ticket"

    def _update_slas(self, derive=True, with_past=False, settled=None, only_new=False):
        """Bring the clocks of the tickets up to date with what happened on them.

        Reached and missed promises stay as they are. The number of queries depends neither on the
        tickets nor on their policies.

        :param bool derive: look for the policies that match now; else only run the known clocks
        :param bool with_past: also tell clocks that were over before the policy came to the ticket
        :param bool only_new: policies that were changed since a promise began are not for it
        :param datetime settled: deadlines before this moment (now, if not given) stay missed
        """
        # sudo: whatever somebody may do to a ticket, its clocks follow
        tickets = self.sudo()
        Policies = tickets.env["helpdesk.sla"]
        policies = {team: Policies._get_policies(team.id) for team in tickets.team_id}
        Status = tickets.env["helpdesk.sla.status"]
        statuses = tickets.sla_status_ids
        known = statuses.grouped("ticket_id")
        running = statuses.filtered(lambda s: not s.reached_datetime and not s.ended_datetime)
        tickets = tickets.filtered(
            lambda t: t in known or (t.team_id.use_sla and policies[t.team_id])
        )
        now = in_utc(fields.Datetime.now())
        clocks, over = [], Status
        for ticket in tickets:
            own = known.get(ticket, Status)
            planned = ticket._plan_clocks(own, derive, with_past, only_new)
            over |= own - Status.union(*(status for status, _policy, _run in planned))
            clocks += [(ticket, *plan) for plan in planned]
        ended = over & running
        settled = settled or now.replace(tzinfo=None)
        missed = ended.filtered(lambda s: s._is_missed(settled))
        missed.write({"ended_datetime": now.replace(tzinfo=None), "status": "failed"})
        reminded = running.filtered(lambda s: s.warned_date or s.missed_notice_date).ticket_id
        (ended - missed).unlink()
        tickets._run_clocks(clocks, now, settled)
        reminded._clear_sla_activities()

    # ------------------------------------------------------------------
    # Which clocks
    # ------------------------------------------------------------------

    def _plan_clocks(self, statuses, derive, with_past, only_new):
        """Return the clocks that a ticket has to have.

        :return: ``[(status or an empty one, policy, run), …]``
        """
        self.ensure_one()
        visits = read_history(self.stage_history or [])
        # What was merged into another ticket goes on there.
        if not visits or self.merged_into_id:
            return []
        running = statuses.filtered(lambda s: not s.reached_datetime and not s.ended_datetime)
        used = set(running.sla_id.ids)
        if derive:
            matching = self._get_matching_policies()
        elif self.team_id.use_sla:
            matching = self.env["helpdesk.sla"]._get_policies(self.team_id.id)
        else:
            matching = []
        if derive and only_new and self.team_id.use_sla:
            # What runs was promised when the policy was for the ticket.
            fitting = {policy.id for policy in matching}
            policies = self.env["helpdesk.sla"]._get_policies(self.team_id.id)
            matching = [p for p in policies if p.id in fitting or p.id in used]
        matching = [
            policy for policy in matching if policy.id in used or (derive and policy.active)
        ]
        answers_first = any(policy.target == "first_response" for policy in matching)
        planned = []
        for policy in matching:
            own = {in_utc(s.start_date): s for s in statuses if s.sla_id.id == policy.id}
            for run in self._get_runs(policy, visits, own, answers_first):
                status = own.get(run.start, statuses.browse())
                if status or (
                    policy.active
                    and derive
                    and (with_past or not run.stop)
                    and not (only_new and policy.since and run.start < in_utc(policy.since))
                ):
                    planned.append((status, policy, run))
        return planned

    def _get_runs(self, policy, visits, own, answers_first):
        """Return the runs of a policy's clock.

        :param dict own: ``{start: status}`` of the clocks that the ticket has by this policy
        :param bool answers_first: whether another policy promises the first response
        """
        # These are promised once: the clock that the ticket has is the one.
        start = min(own, default=None)
        if policy.target == "first_response":
            answered = self.first_response_date and in_utc(self.first_response_date)
            # An imported ticket may have been answered before it came here.
            answered = answered and max(answered, start or visits[0].start)
            return [run_until(visits, answered, self._is_solving, start)]
        if policy.target == "stage":
            stage = self.env["helpdesk.stage"].browse(policy.stage_id)
            return [run_until(visits, None, lambda visit: self._is_reaching(visit, stage), start)]
        if policy.target == "resolution":
            return resolution_runs(visits, self._is_resolving)
        return self._get_next_response_runs(visits, own, answers_first)

    def _get_next_response_runs(self, visits, own, answers_first):
        asked = self.oldest_unanswered_customer_message_date
        asked = asked and in_utc(asked)
        answered = self.last_agent_message_date and in_utc(self.last_agent_message_date)
        runs = []
        for start, status in own.items():
            if status.reached_datetime:
                runs.append(Run(start, reached=in_utc(status.reached_datetime)))
            elif start != asked:
                run = run_until(visits, answered, self._is_solving, start)
                # Nobody waits for an answer any longer, though there was none.
                if run.stop:
                    runs.append(run)
        if asked and (self.first_response_date or not answers_first or asked in own):
            runs.append(run_until(visits, None, self._is_solving, asked))
        return runs

    # ------------------------------------------------------------------
    # When a promise is kept
    # ------------------------------------------------------------------

    def _is_solving(self, visit):
        """Tell whether the stage is an answer by itself: the customer is told of the solution."""
        return visit.state == "solved"

    def _is_resolving(self, visit):
        """Tell whether a ticket that comes into the stage is resolved.

        In teams without a stage that means solved, the first closed one does: a cancelled ticket is
        in another.
        """
        if visit.state == "solved":
            return True
        team = self.team_id
        return not team._get_first_stage("solved") and (
            visit.stage_id == team._get_first_stage("closed").id
        )

    def _is_reaching(self, visit, stage):
        """Tell whether a ticket that comes into the stage has reached the one that was promised."""
        if visit.stage_id == stage.id or visit.state == "solved":
            return True
        if visit.state == "closed":
            return False
        order = self.team_id.stage_ids.sorted().ids
        return (
            visit.stage_id in order
            and stage.id in order
            and order.index(visit.stage_id) > order.index(stage.id)
        )

    # ------------------------------------------------------------------
    # What they show
    # ------------------------------------------------------------------

    def _run_clocks(self, clocks, now, settled):
        """Write what the clocks show now.

        :param clocks: ``[(ticket, status or an empty one, policy, run), …]``
        """
        Status = self.env["helpdesk.sla.status"]
        clocks = [clock for clock in clocks if not clock[1].reached_datetime]
        values_list, gone = [], Status
        for horizon in HORIZONS:
            if not clocks:
                break
            start = min(run.start for _ticket, _status, _policy, run in clocks)
            teams = self.env["helpdesk.team"].union(*(ticket.team_id for ticket, *_ in clocks))
            work, undecided = teams._get_work_intervals(start, now + horizon), []
            for clock in clocks:
                ticket, status, policy, run = clock
                values = self._read_clock(clock, work[ticket.team_id], now, settled)
                if not (values["deadline"] or values["paused_since"]) and (
                    horizon != HORIZONS[-1] and not run.stop
                ):
                    undecided.append(clock)
                elif run.ended and not run.reached and values["status"] != "failed":
                    gone |= status
                elif status:
                    status._update(values)
                else:
                    values_list.append(
                        {
                            "ticket_id": ticket.id,
                            "sla_id": policy.id,
                            "target": policy.target,
                            "sla_stage_id": policy.stage_id,
                            "hours": policy.hours,
                            "start_date": run.start.replace(tzinfo=None),
                            **values,
                        }
                    )
            clocks = undecided
        gone.unlink()
        Status.create(values_list)

    def _read_clock(self, clock, work, now, settled):
        """Return the values of a status, from its run."""
        ticket, status, policy, run = clock
        visits = read_history(ticket.stage_history)
        missed = status and status._is_missed(settled)
        reading = read_clock(
            work,
            find_pauses(visits, policy.excluded),
            run,
            status.hours if status else policy.hours,
            now,
            in_utc(status.deadline) if missed else None,
        )
        late = bool(run.reached and reading.deadline and reading.deadline < run.reached)
        failed = late or (
            not run.reached and reading.deadline and reading.deadline < (run.ended or now)
        )
        warning = None
        if reading.deadline and policy.warning_hours and not run.stop:
            before = moment_before(work, reading.deadline, policy.warning_hours)
            warning = max(before or run.start, run.start)

        def naive(moment):
            return moment and moment.replace(tzinfo=None, microsecond=0)

        return {
            "deadline": naive(reading.deadline),
            "warning_date": naive(warning),
            "reached_datetime": naive(run.reached),
            "reached_late": late,
            "ended_datetime": naive(not run.reached and run.ended),
            "status": "failed" if failed else "reached" if run.reached else "ongoing",
            "paused_since": naive(reading.paused_since),
            "paused_hours": reading.paused_hours,
            "exceeded_hours": reading.exceeded_hours if run.stop else 0,
        }
