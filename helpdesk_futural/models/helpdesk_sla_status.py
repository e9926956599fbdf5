from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.sla_clock import FOREVER, Run, find_pauses, read_clock, read_history
from ..tools.working_time import hours_between, in_utc
from .helpdesk_sla import TARGETS

STATUSES = [("ongoing", "In Progress"), ("reached", "Met"), ("failed", "Missed")]


class HelpdeskSlaStatus(models.Model):
    """A clock: what became of one promise on one ticket.

    Nobody writes it by hand; ``helpdesk_ticket_sla_clock.py`` tells it from what happens on the
    ticket. Where a promise can be made again (each message of the customer, each reopening), each
    time has a row of its own.
    """

    _name = "helpdesk.sla.status"
    _description = "SLA Status"
    _order = "deadline, id"
    _rec_name = "sla_id"

    ticket_id = fields.Many2one(
        "helpdesk.ticket", required=True, index=True, ondelete="cascade", readonly=True
    )
    team_id = fields.Many2one(related="ticket_id.team_id", store=True, precompute=True, index=True)
    company_id = fields.Many2one(
        related="ticket_id.company_id", store=True, precompute=True, index=True
    )
    sla_id = fields.Many2one(
        "helpdesk.sla", "Policy", required=True, index=True, ondelete="cascade", readonly=True
    )
    target = fields.Selection(TARGETS, required=True, readonly=True)
    sla_stage_id = fields.Many2one(
        "helpdesk.stage", "Promised Stage", readonly=True, ondelete="set null"
    )
    hours = fields.Float(
        "Promised Hours", readonly=True, help="Working hours, as promised when the clock started."
    )
    start_date = fields.Datetime("Started on", required=True, readonly=True)
    deadline = fields.Datetime(
        readonly=True,
        index=True,
        help="When the promise is broken if the clock runs on. Empty while it stands still: see"
        " the hours left then.",
    )
    warning_date = fields.Datetime(
        readonly=True, help="When to warn of the deadline. Empty: never, or the clock stands still."
    )
    reached_datetime = fields.Datetime("Met on", readonly=True)
    reached_late = fields.Boolean(readonly=True, help="Kept, but after the deadline.")
    ended_datetime = fields.Datetime(
        "Ended on",
        readonly=True,
        help="When a missed promise lost its object: the ticket was closed without being solved,"
        " or the policy is no longer for it.",
    )
    status = fields.Selection(
        STATUSES, required=True, default="ongoing", readonly=True, search="_search_status"
    )
    paused_since = fields.Datetime(readonly=True)
    paused_hours = fields.Float(
        readonly=True, help="Working hours for which the clock stood still, at the last change."
    )
    exceeded_hours = fields.Float(
        readonly=True,
        help="By how many working hours the deadline was missed, once it is clear.",
    )
    remaining_hours = fields.Float(
        "Hours Left",
        compute="_compute_remaining_hours",
        help="Working hours left right now; negative after the deadline. Stands still while the"
        " ticket waits for the customer.",
    )
    warned_date = fields.Datetime("Warned on", readonly=True)
    missed_notice_date = fields.Datetime(
        "Reported on", readonly=True, help="When agent and leader were told that it was missed."
    )

    _due_idx = models.Index(
        "(deadline) WHERE reached_datetime IS NULL AND ended_datetime IS NULL"
        " AND missed_notice_date IS NULL"
    )
    _to_warn_idx = models.Index(
        "(warning_date) WHERE reached_datetime IS NULL AND ended_datetime IS NULL"
        " AND warned_date IS NULL"
    )
    # With what queues ask of the clocks that run: thousands are found without being read.
    _unmet_idx = models.Index(
        "(deadline) INCLUDE (ticket_id, warning_date, ended_datetime)"
        " WHERE reached_datetime IS NULL"
    )

    @api.model
    def search_fetch(self, domain, field_names=None, offset=0, limit=None, order=None):
        """Read a ticket's clocks with the query that finds them: they are listed to be read."""
        if field_names == ["ticket_id"]:
            field_names = None
        return super().search_fetch(domain, field_names, offset, limit, order)

    # ------------------------------------------------------------------
    # Right at any moment
    # ------------------------------------------------------------------

    @api.model
    def _get_missed_domain(self):
        """Return the domain of the clocks that missed their deadline, known to the row or not."""
        return Domain("reached_late", "=", True) | (
            Domain("reached_datetime", "=", False) & Domain("deadline", "<", fields.Datetime.now())
        )

    @api.model
    def _search_status(self, operator, value):
        """Search by the deadline, not by what the scheduled job wrote last."""
        if operator != "in":
            return NotImplemented
        missed = self._get_missed_domain()
        met = Domain("reached_datetime", "!=", False) & Domain("reached_late", "=", False)
        domains = {
            "failed": missed,
            "reached": met,
            "ongoing": Domain("reached_datetime", "=", False) & ~missed,
        }
        return Domain.OR(domains[status] for status in value if status in domains)

    def _update(self, values):
        """Write what has changed; mostly nothing has, where a ticket moves on without a pause."""
        self.ensure_one()
        changed = {name: value for name, value in values.items() if self[name] != (value or False)}
        if changed:
            self.write(changed)

    def _is_missed(self, now):
        """Tell whether the deadline has passed without the promise being kept."""
        self.ensure_one()
        return not self.reached_datetime and self.deadline and self.deadline < now

    @api.depends("deadline", "reached_datetime", "ended_datetime", "ticket_id.stage_history")
    def _compute_remaining_hours(self):
        now = in_utc(fields.Datetime.now())
        for status, work, pauses in self._with_work_and_pauses(now):
            reading = read_clock(work, pauses, status._get_run(), status.hours, now)
            status.remaining_hours = reading.remaining_hours

    def _get_run(self):
        moments = (self.start_date, self.reached_datetime, self.ended_datetime)
        return Run(*(in_utc(moment) if moment else None for moment in moments))

    def _with_work_and_pauses(self, now):
        """Yield each status with its team's work until now and the pauses of its ticket."""
        # sudo: the policy's pauses and the ticket's history, of statuses that the user reads
        known = self.sudo().with_prefetch()
        if not known.ticket_id:
            return
        work = known.ticket_id.team_id._get_work_intervals(min(known.mapped("start_date")), now)
        excluded = known.sla_id._get_excluded_stage_ids()
        for status, own in zip(self, known, strict=True):
            visits = read_history(own.ticket_id.stage_history or [])
            pauses = find_pauses(visits, excluded[own.sla_id.id])
            yield status, work[own.ticket_id.team_id], pauses

    # ------------------------------------------------------------------
    # Explained
    # ------------------------------------------------------------------

    def get_explanation(self):
        """Tell what happened to each clock, step by step, oldest first.

        :return: ``{id: [{"event", "datetime", "stage", "hours"}, …]}``; event is ``started``,
            ``paused``, ``resumed``, ``missed`` (the deadline passed), ``met`` or ``ended``;
            ``datetime`` is naive in UTC; ``stage`` is the name of the stage entered, or False;
            ``hours`` are the *working* hours since the step before
        :rtype: dict[int, list[dict]]
        """
        statuses = self.with_prefetch()
        statuses.check_access("read")
        now = in_utc(fields.Datetime.now())
        # sudo: names of stages are shown to everybody who sees a ticket in them
        stages = self.env["helpdesk.stage"].sudo().with_context(active_test=False)
        names = {stage.id: stage.name for stage in stages.search([])}
        return {
            status.id: status._explain(work, pauses, names, now)
            for status, work, pauses in statuses._with_work_and_pauses(now)
        }

    def _explain(self, work, pauses, stage_names, now):
        run = self._get_run()
        # Not until now: a stage that was entered in this very second has paused the clock already.
        until = run.stop or FOREVER
        # sudo: the ticket's history, as in _with_work_and_pauses
        history = self.sudo().ticket_id.stage_history or []
        entered = {visit.start: visit.stage_id for visit in read_history(history)}
        steps = [(run.start, "started")]
        for start, stop in pauses:
            if start <= run.start < stop:
                start = run.start
            if run.start <= start < until:
                steps.append((start, "paused"))
                if stop < until:
                    steps.append((stop, "resumed"))
        if self.deadline and in_utc(self.deadline) < (run.stop or now):
            steps.append((in_utc(self.deadline), "missed"))
        if run.reached:
            steps.append((run.reached, "met"))
        elif run.ended:
            steps.append((run.ended, "ended"))
        steps.sort(key=lambda step: step[0])
        return [
            {
                "event": event,
                "datetime": moment.replace(tzinfo=None),
                "stage": stage_names.get(entered.get(moment), False),
                "hours": hours_between(work, before, moment),
            }
            for (before, _event), (moment, event) in zip([steps[0], *steps], steps, strict=False)
        ]

    def _follow_policies(self):
        """Let running clocks promise what their policies promise today; archived ones nothing."""
        now = fields.Datetime.now()
        missed = self.filtered(lambda status: status._is_missed(now))
        archived = self.filtered(lambda status: not status.sla_id.active)
        (archived & missed).ended_datetime = now
        for status in self - missed - archived:
            status.hours = status.sla_id.time
            status.sla_stage_id = status.sla_id.stage_id
        (archived - missed).unlink()
