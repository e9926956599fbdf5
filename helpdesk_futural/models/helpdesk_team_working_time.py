from datetime import UTC, datetime

from odoo import api, models, tools

from ..tools.working_time import clipped, in_utc, normalized


class HelpdeskTeamWorkingTime(models.Model):
    """When the team works: what service levels and response times are counted in."""

    _inherit = "helpdesk.team"

    def _get_work_intervals(self, start, stop):
        """Return when each of the teams works, as :mod:`..tools.working_time` wants it.

        The team's calendar counts, else the company's, in its time zone and without its public
        holidays. Where nothing says *when* there is work, every hour counts but for the holidays:
        without a calendar, in one without working hours, and in one with flexible hours.

        Costs no query but the first time: the work of each calendar is kept per year.

        :param datetime start: aware, or naive in UTC
        :param datetime stop: the same
        :rtype: dict[helpdesk.team, list[tuple[datetime, datetime]]]
        """
        start, stop = in_utc(start), in_utc(stop)
        # sudo: the calendar of the company is no secret to whoever works on its tickets
        keys = {team: (team._get_calendar().id, team.sudo().company_id.id) for team in self}
        work = {
            key: normalized(
                interval
                for year in range(start.year, stop.year + 1)
                for interval in clipped(self._get_work_of_year(*key, year), start, stop)
            )
            for key in set(keys.values())
        }
        return {team: work[key] for team, key in keys.items()}

    @api.model
    @tools.ormcache("calendar_id", "company_id", "year")
    def _get_work_of_year(self, calendar_id, company_id, year):
        """Return the intervals of work in a year (UTC).

        Forgotten when a calendar, its hours or its holidays change: see ``resource_calendar.py``.
        """
        start, stop = (datetime(y, 1, 1, tzinfo=UTC) for y in (year, year + 1))
        # sudo: everybody who sees a ticket sees its deadline, whatever they may read of calendars
        calendar = self.env["resource.calendar"].sudo().browse(calendar_id)
        if not calendar:
            return ((start, stop),)
        # Core would count the days off of all companies that are in no calendar.
        holidays = [("time_type", "=", "leave"), ("company_id", "in", [False, company_id])]
        if calendar.attendance_ids and not calendar.flexible_hours:
            work = calendar._work_intervals_batch(start, stop, domain=holidays)[False]
            return tuple(normalized((begin, end) for begin, end, _attendance in work))
        off = calendar._leave_intervals_batch(start, stop, domain=holidays)[False]
        whole_year = type(off)([(start, stop, self.env["resource.calendar.leaves"])])
        return tuple(normalized((begin, end) for begin, end, _leave in whole_year - off))
