from collections import defaultdict

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from .helpdesk_dashboard import TICKET, between, field_key
from .helpdesk_stage import DONE_STATES

SLA_STATUS = "helpdesk.sla.status"
DONE = Domain("state", "in", DONE_STATES)
#: Elapsed hours within which tickets were solved or closed.
SOLVED_WITHIN = (24, 72, 168, 336, 672)
#: Weeks in the table of what became of them.
SOLVED_WEEKS = 12


def _done_key(model, query):
    """The moment at which the work ended: solved, or closed without ever having been solved."""
    solved, closed = (field_key(name)(model, query) for name in ("solved_date", "close_date"))
    return SQL("COALESCE(%s, %s)", solved, closed)


def _open_hours_key(model, query):
    return model._get_open_hours_sql(model._table, query)


def _sla_status_key(model, query):
    return model._get_status_sql(model._table, query)


class HelpdeskDashboardWeeks(models.AbstractModel):
    """What happened in the weeks of the period: what came and went, how fast, how well."""

    _inherit = "helpdesk.dashboard"

    def _get_weeks(self, scope):
        flow_tiles, flow, solved = self._get_flow(scope)
        parts = [
            self._get_response(scope),
            self._get_sla(scope),
            self._get_satisfaction(scope),
        ]
        tiles = [*flow_tiles, *(tile for tile, _chart in parts)]
        return tiles, [flow, *(chart for _tile, chart in parts)], solved

    # ------------------------------------------------------------------
    # What came and went
    # ------------------------------------------------------------------

    def _get_flow(self, scope):
        edges = scope.weeks.edges

        def opened(start=1, stop=None):
            return scope.domain & scope.within("create_date", start, stop)

        def done(start=1, stop=None):
            unsolved = Domain("solved_date", "=", False)
            return scope.domain & (
                scope.within("solved_date", start, stop)
                | (unsolved & scope.within("close_date", start, stop))
            )

        created = self._tally(
            opened(0),
            [
                between(field_key("create_date"), edges),
                field_key("state"),
                between(_open_hours_key, list(map(float, SOLVED_WITHIN))),
            ],
        )
        came, solved = defaultdict(int), defaultdict(int)
        for (week, state, within), [count] in created.items():
            came[week] += count
            if state in DONE_STATES:
                solved[week, within] += count
        went = {
            week: count
            for (week,), [count] in self._tally(done(0), [between(_done_key, edges)]).items()
        }
        series = [
            self._weekly(scope, came, "opened", self.env._("Opened"), "blue", opened),
            self._weekly(scope, went, "done", self.env._("Solved or closed"), "teal", done),
        ]
        tiles = [
            self._tile(opened, came, name="opened", label=self.env._("Opened")),
            self._tile(done, went, name="done", label=self.env._("Solved or Closed")),
        ]
        chart = {
            "name": "flow",
            "title": self.env._("Opened and Solved per Week"),
            "help": self.env._("A ticket that is reopened is no longer solved."),
            "type": "bar",
            "labels": scope.labels,
            "series": series,
            "action": "helpdesk_futural.helpdesk_ticket_action_analysis",
            "action_label": self.env._("Ticket Analysis"),
        }
        return tiles, chart, self._get_solved(scope, opened, came, solved)

    def _tile(self, domain, counts, model=TICKET, **more):
        """Return the cell of the whole period, and that of the same time before it."""
        return self._cell(
            domain(),
            sum(count for week, count in counts.items() if week > 1),
            model=model,
            before=self._cell(domain(0, 1), counts.get(1, 0), model=model),
            **more,
        )

    def _get_solved(self, scope, opened, came, solved):
        """Return what became of the tickets of each week: how many were solved within which time.

        A cohort: a row per week of creation, a column per age. Percentages are of the week's
        tickets. Where so much time has not passed for all of them yet, more may follow.
        """
        count = len(scope.labels)
        rows = []
        for number in range(max(1, count - SOLVED_WEEKS + 1), count + 1):
            week = opened(number, number + 1)
            total = came.get(number + 1, 0)
            cells = []
            for column, hours in enumerate(SOLVED_WITHIN):
                within = sum(solved.get((number + 1, n), 0) for n in range(column + 1))
                domain = week & DONE & Domain("open_hours", "<", hours)
                percent = 100 * within / total if total else False
                cells.append(self._cell(domain, within, percent))
            unsolved = total - sum(
                solved.get((number + 1, n), 0) for n in range(len(SOLVED_WITHIN) + 1)
            )
            rows.append(
                {
                    "label": scope.labels[number - 1],
                    "total": self._cell(week, total),
                    "cells": cells,
                    "open": self._cell(week & ~DONE, unsolved),
                }
            )
        return {
            "columns": [
                self.env._("1 day"),
                self.env._("3 days"),
                self.env._("1 week"),
                self.env._("2 weeks"),
                self.env._("4 weeks"),
            ],
            "rows": rows,
        }

    # ------------------------------------------------------------------
    # How fast
    # ------------------------------------------------------------------

    def _get_response(self, scope):
        """Return the average working hours to the first response, by the week of that response."""

        def answered(start=1, stop=None):
            known = Domain("first_response_hours", "!=", False)
            return scope.domain & known & scope.within("first_response_date", start, stop)

        by_week = between(field_key("first_response_date"), scope.weeks.edges)
        tallies = self._tally(answered(0), [by_week], ["first_response_hours"])
        counts = {week: count for (week,), (count, _known, _sum) in tallies.items()}
        hours = {week: total for (week,), (_count, _known, total) in tallies.items()}

        def average(*weeks):
            count = sum(counts.get(week, 0) for week in weeks)
            return sum(hours.get(week, 0) for week in weeks) / count if count else False

        label = self.env._("First Response")
        series = self._weekly(scope, counts, "hours", label, "purple", answered)
        for week, cell in enumerate(series["cells"], 2):
            cell["value"] = average(week)
        tile = self._tile(answered, counts, name="first_response", label=label, unit="hours")
        tile["value"] = average(*range(2, len(scope.labels) + 2))
        tile["before"]["value"] = average(1)
        tile["note"] = self.env._("working hours, on average")
        return tile, {
            "name": "first_response",
            "title": self.env._("Hours to First Response"),
            "help": self.env._(
                "Working hours until an agent first answered the customer: the average of the"
                " tickets that were answered in the week."
            ),
            "type": "line",
            "unit": "hours",
            "labels": scope.labels,
            "series": [series],
        }

    # ------------------------------------------------------------------
    # How well
    # ------------------------------------------------------------------

    def _get_sla(self, scope):
        """Return how many promises were kept and missed, by the week in which they were made."""
        by_week = between(field_key("start_date"), scope.weeks.edges)
        made = scope.domain & scope.within("start_date", 0)
        tallies = self._tally(made, [by_week, _sla_status_key], model=SLA_STATUS)
        met, missed = self.env._("Met"), self.env._("Missed")
        kinds = (("reached", met, "teal"), ("failed", missed, "red"))
        tile, series = self._get_shares(scope, tallies, kinds, "status", "start_date", SLA_STATUS)
        tile |= {"name": "sla", "label": self.env._("SLA Met")}
        tile["note"] = self.env._("of promises: %s", tile["count"])
        return tile, {
            "name": "sla",
            "title": self.env._("SLA Met and Missed"),
            "help": self.env._(
                "Promises by the week in which they were made; running ones don't count yet."
            ),
            "type": "bar",
            "stacked": True,
            "labels": scope.labels,
            "series": series,
            "action": "helpdesk_futural.helpdesk_sla_status_action_analysis",
            "action_label": self.env._("SLA Analysis"),
        }

    def _get_satisfaction(self, scope):
        """Return what customers said, by the week in which they rated first."""
        by_week = between(field_key("rating_date"), scope.weeks.edges)
        rated = scope.domain & scope.within("rating_date", 0)
        tallies = self._tally(
            rated & Domain("satisfaction", "!=", False), [by_week, field_key("satisfaction")]
        )
        satisfied, okay = self.env._("Satisfied"), self.env._("Okay")
        kinds = (
            ("satisfied", satisfied, "teal"),
            ("okay", okay, "yellow"),
            ("dissatisfied", self.env._("Dissatisfied"), "red"),
        )
        tile, series = self._get_shares(
            scope, tallies, kinds, "satisfaction", "rating_date", TICKET
        )
        tile |= {"name": "satisfaction", "label": self.env._("Satisfied Customers")}
        tile["note"] = self.env._("of ratings: %s", tile["count"])
        return tile, {
            "name": "satisfaction",
            "title": self.env._("Customer Satisfaction"),
            "help": self.env._("Ratings by the week in which the customer gave them."),
            "type": "bar",
            "stacked": True,
            "labels": scope.labels,
            "series": series,
            "action": "helpdesk_futural.rating_rating_action_helpdesk",
            "action_label": self.env._("Customer Ratings"),
        }

    def _get_shares(self, scope, tallies, kinds, name, date_name, model):
        """Return how many percent are of the first kind, as a tile, and a series for each kind.

        :param dict tallies: ``{(week, kind): [count]}``
        :param tuple kinds: value of the field, label and colour of each kind that counts
        """
        values = [kind for kind, _label, _color in kinds]

        def among(kinds):
            of_kind = scope.domain & Domain(name, "in", kinds)
            return lambda start=1, stop=None: of_kind & scope.within(date_name, start, stop)

        counts = {
            kind: {week: count for (week, each), [count] in tallies.items() if each == kind}
            for kind in values
        }
        series = [
            self._weekly(scope, counts[kind], kind, label, color, among([kind]), model)
            for kind, label, color in kinds
        ]
        all_counts = defaultdict(int)
        for of_kind in counts.values():
            for week, count in of_kind.items():
                all_counts[week] += count

        def percent(*weeks):
            total = sum(all_counts.get(week, 0) for week in weeks)
            good = sum(counts[values[0]].get(week, 0) for week in weeks)
            return 100 * good / total if total else False

        tile = self._tile(among(values), all_counts, model=model, unit="percent")
        tile["value"] = percent(*range(2, len(scope.labels) + 2))
        tile["before"]["value"] = percent(1)
        return tile, series
