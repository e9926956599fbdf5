from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.duration_field import Duration
from ..tools.working_time import hours_between
from .helpdesk_stage import OPEN_STATES

WAITING_CLOCKS = [("team", "Us"), ("customer", "Customer")]


class HelpdeskTicketHours(models.Model):
    """How long things took, in working hours: from the ticket's dates, and who waited for whom.

    Hours are worked out when something happens, in the working hours that the team has then. They
    stay as they are when the ticket goes to a team with another calendar, or the calendar changes.
    An import may bring those that another system measured.
    """

    _inherit = "helpdesk.ticket"

    assign_hours = Duration(
        "Hours to Assignment",
        compute="_compute_assign_hours",
        store=True,
        readonly=False,
        copy=False,
        help="Working hours of the team's calendar from the creation until an agent first took"
        " the ticket. Empty while it is in the pool.",
    )
    first_response_hours = Duration(
        "Hours to First Response",
        compute="_compute_first_response_hours",
        store=True,
        readonly=False,
        copy=False,
        help="Working hours of the team's calendar from the creation until an agent first"
        " answered the customer. Empty until then.",
    )
    solve_hours = Duration(
        "Hours to Resolution",
        compute="_compute_solve_hours",
        store=True,
        readonly=False,
        copy=False,
        help="Working hours of the team's calendar from the creation until the ticket was solved."
        " Empty until then, and again when it is reopened.",
    )
    close_hours = Duration(
        "Hours to Closing",
        compute="_compute_close_hours",
        store=True,
        readonly=False,
        copy=False,
        help="Working hours of the team's calendar from the creation until the ticket was closed."
        " Empty until then, and again when it is reopened.",
    )
    open_hours = fields.Float(
        "Hours Open",
        compute="_compute_open_hours",
        search="_search_open_hours",
        help="Elapsed hours, nights and weekends included, from the creation until the ticket was"
        " solved or closed, or until now.",
    )
    waiting_clock = fields.Selection(
        WAITING_CLOCKS,
        "Waiting Time Counts For",
        compute="_compute_waiting_hours",
        store=True,
        precompute=True,
        copy=False,
        help="Whose waiting time is running; nobody's while the ticket is solved or closed.",
    )
    waiting_since = fields.Datetime(
        compute="_compute_waiting_hours",
        store=True,
        precompute=True,
        copy=False,
        help="Since when the ticket has been waiting for us, or for the customer.",
    )
    waiting_team_hours = Duration(
        "Hours Waiting for Us",
        compute="_compute_waiting_hours",
        store=True,
        precompute=True,
        copy=False,
        help="Working hours of the team's calendar in which the open ticket waited for us. What"
        " is running now is added when somebody answers or the ticket is solved or closed.",
    )
    waiting_customer_hours = Duration(
        "Hours Waiting for Customer",
        compute="_compute_waiting_hours",
        store=True,
        precompute=True,
        copy=False,
        help="Working hours of the team's calendar in which the open ticket waited for the"
        " customer. What is running now is added when somebody answers or the ticket is solved or"
        " closed.",
    )

    # ------------------------------------------------------------------
    # From the creation to a date
    # ------------------------------------------------------------------

    @api.depends("assign_date")
    def _compute_assign_hours(self):
        self._fill_hours_since_creation("assign_hours", "assign_date")

    @api.depends("first_response_date")
    def _compute_first_response_hours(self):
        self._fill_hours_since_creation("first_response_hours", "first_response_date")

    @api.depends("solved_date")
    def _compute_solve_hours(self):
        self._fill_hours_since_creation("solve_hours", "solved_date")

    @api.depends("close_date")
    def _compute_close_hours(self):
        self._fill_hours_since_creation("close_hours", "close_date")

    def _fill_hours_since_creation(self, hours_name, date_name):
        hours = self._get_working_hours([(t, t.create_date, t[date_name]) for t in self])
        for ticket, value in zip(self, hours, strict=True):
            ticket[hours_name] = value

    def _get_working_hours(self, spans):
        """Return the working hours in each span of time, by the calendar of the ticket's team.

        :param spans: ``[(ticket, start, stop)]``; the same ticket may stand there several times
        :return: a list of hours; False where a date is missing, or the end comes before the start
            (an imported date: nobody knows how long it took)
        :rtype: list[float | bool]
        """
        # The moment of creation has microseconds, all others have none.
        spans = [(t, start and start.replace(microsecond=0), stop) for t, start, stop in spans]
        known = [(start, stop) for _ticket, start, stop in spans if start and stop]
        known = [(start, stop) for start, stop in known if start <= stop]
        if not known:
            return [False] * len(spans)
        # sudo: the team's working hours are no secret to whoever moves its tickets
        teams = self.browse(ticket.id for ticket, _start, _stop in spans).sudo().team_id
        work = teams._get_work_intervals(
            min(start for start, _stop in known), max(stop for _start, stop in known)
        )
        return [
            hours_between(work[ticket.sudo().team_id], start, stop)  # sudo: as above
            if start and stop and start <= stop
            else False
            for ticket, start, stop in spans
        ]

    # ------------------------------------------------------------------
    # Open
    # ------------------------------------------------------------------

    @api.depends("solved_date", "close_date", "create_date")
    def _compute_open_hours(self):
        now = fields.Datetime.now()
        for ticket in self:
            end = ticket.solved_date or ticket.close_date or now
            start = ticket.create_date or end
            ticket.open_hours = max((end - start).total_seconds() / 3600, 0)

    @api.model
    def _search_open_hours(self, operator, value):
        if operator not in ("<", "<=", ">", ">=") or isinstance(value, bool):
            return NotImplemented

        def to_sql(model, alias, query):
            hours = model._get_open_hours_sql(alias, query)
            return SQL("%s %s %s", hours, SQL(operator), float(value))

        return Domain.custom(to_sql=to_sql)

    @api.model
    def _get_open_hours_sql(self, alias, query):
        """Return the SQL of ``open_hours``, which is not stored."""
        end = SQL(
            "COALESCE(%s, %s, %s)",
            self._field_to_sql(alias, "solved_date", query),
            self._field_to_sql(alias, "close_date", query),
            fields.Datetime.now(),
        )
        start = self._field_to_sql(alias, "create_date", query)
        return SQL("EXTRACT(EPOCH FROM (%s - %s)) / 3600", end, start)

    # ------------------------------------------------------------------
    # Who waits for whom
    # ------------------------------------------------------------------

    @api.depends("waiting_on", "state")
    def _compute_waiting_hours(self):
        """Stop the clock that ran, and start that of the side whose turn it is now."""
        now = fields.Datetime.now()
        turning = self.filtered(lambda t: t._get_waiting_clock() != t.waiting_clock)
        ended = turning.filtered("waiting_clock")
        hours = dict(
            zip(
                ended,
                self._get_working_hours([(t, t.waiting_since, now) for t in ended]),
                strict=True,
            )
        )
        for ticket in self:
            waited = {
                "team": ticket.waiting_team_hours,
                "customer": ticket.waiting_customer_hours,
            }
            if ticket in ended:
                # Once one side's time is known, the other's is none rather than unknown.
                waited = {side: sum_of or 0 for side, sum_of in waited.items()}
                waited[ticket.waiting_clock] += hours[ticket] or 0
            since = now if ticket in turning else ticket.waiting_since
            clock = ticket._get_waiting_clock()
            ticket.waiting_team_hours = waited["team"]
            ticket.waiting_customer_hours = waited["customer"]
            ticket.waiting_since = clock and since
            ticket.waiting_clock = clock

    def _get_waiting_clock(self):
        """Return whose waiting time counts now: "team", "customer", or False for none."""
        return self.state in OPEN_STATES and self.waiting_on
