from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import babel_locale_parse, get_lang

from ..tools.weeks import Weeks, last_weeks

TICKET = "helpdesk.ticket"
#: The periods to choose from, in weeks.
PERIODS = (4, 12, 26, 52)
DEFAULT_PERIOD = 12


@dataclass
class Scope:
    """What the dashboard is about: one team or all of them, now and over some weeks."""

    team_id: int | bool
    now: datetime
    weeks: Weeks
    labels: list[str]

    @property
    def domain(self):
        return Domain("team_id", "=", self.team_id) if self.team_id else Domain.TRUE

    def within(self, name, start=1, stop=None):
        """Return the domain of a date between two of the edges: by default, in the period.

        Moments are strings, so that the domain can travel.
        """
        edges = self.weeks.edges
        moments = (edges[start], edges[stop] if stop else edges[-1])
        since, until = map(fields.Datetime.to_string, moments)
        return Domain(name, ">=", since) & Domain(name, "<", until)


def field_key(name):
    """Return how to group by the field's values."""
    return lambda model, query: model._field_to_sql(model._table, name, query)


def between(key, edges):
    """Return how to group by what lies between the edges: 0 before the first, 1 after it, …"""
    kind = SQL("timestamp[]" if isinstance(edges[0], datetime) else "float8[]")
    return lambda model, query: SQL("width_bucket(%s, %s::%s)", key(model, query), edges, kind)


class HelpdeskDashboard(models.AbstractModel):
    """The manager's page: what is open, what came and went, how fast, how well.

    Each number is a *cell* with the domain of the records behind it::

        {"model": "helpdesk.ticket", "domain": […], "count": 12, "value": 3.5}

    ``count`` is how many records the user finds by the domain; ``value`` is what is shown: the count
    itself, an average of hours or a percentage of them, or False where there are none.

    All is read as the user, in a number of queries that doesn't depend on the number of tickets.
    This file has what charts have in common; those stand in ``helpdesk_dashboard_now.py`` (what is
    open) and ``helpdesk_dashboard_weeks.py`` (what happened).
    """

    _name = "helpdesk.dashboard"
    _description = "Helpdesk Dashboard"

    @api.model
    @api.readonly
    def get_data(self, weeks=DEFAULT_PERIOD, team_id=False):
        """Return everything on the dashboard.

        :param int weeks: how many weeks the numbers over time cover, the running one included: one
            of `PERIODS`, else the default. Weeks begin at midnight where the user is, on the day
            of the week of their language.
        :param int team_id: only this team's tickets; one that the user doesn't see means all teams
        :return: ``weeks`` and ``team_id`` as they were taken; ``periods`` and ``teams`` to choose
            from; ``tiles``: cells with a ``label``; ``charts``: each with ``labels``, and ``series``
            of as many cells; ``solved``: a table of cells with a row per week; ``empty``: whether
            there is no ticket in all of this
        :rtype: dict
        :raises AccessError: if the user has no helpdesk rights
        """
        if not self.env.user.has_group("helpdesk_futural.group_helpdesk_user"):
            raise AccessError(self.env._("The dashboard is for helpdesk users."))
        teams = self.env["helpdesk.team"].search_fetch([], ["name"])
        weeks = weeks if weeks in PERIODS else DEFAULT_PERIOD
        scope = self._get_scope(weeks, team_id in teams.ids and team_id)
        now_tiles, now_charts = self._get_now(scope)
        week_tiles, week_charts, solved = self._get_weeks(scope)
        return {
            "weeks": weeks,
            "team_id": scope.team_id,
            "periods": [{"id": n, "name": self.env._("Last %s weeks", n)} for n in PERIODS],
            "teams": [{"id": team.id, "name": team.name} for team in teams],
            "tiles": now_tiles + week_tiles,
            "charts": now_charts + week_charts,
            "solved": solved,
            "empty": not any(tile["count"] for tile in now_tiles + week_tiles),
        }

    def _get_scope(self, weeks, team_id):
        now = fields.Datetime.now()
        lang = get_lang(self.env)
        period = last_weeks(now, weeks, ZoneInfo(str(self.env.tz)), int(lang.week_start))
        locale = babel_locale_parse(lang.code)
        labels = [format_skeleton("MMMd", day, locale=locale) for day in period.days]
        return Scope(team_id, now, period, labels)

    # ------------------------------------------------------------------
    # For charts
    # ------------------------------------------------------------------

    def _tally(self, domain, keys, sums=(), model=TICKET):
        """Count the records that the user sees, in one query.

        :param list keys: what to group by, from `field_key` and `between`
        :param list sums: names of fields to count where they are set, and to add up
        :return: ``{(key, …): [count, count of the first field, its sum, …]}``
        :rtype: dict
        """
        model = self.env[model]
        query = model._search(domain)
        groups = [key(model, query) for key in keys]
        totals = [SQL("COUNT(*)")]
        for name in sums:
            value = model._field_to_sql(model._table, name, query)
            totals += [SQL("COUNT(%s)", value), SQL("SUM(%s)", value)]
        query.groupby = SQL(", ").join(SQL(str(n)) for n in range(1, len(groups) + 1))
        rows = self.env.execute_query(query.select(*groups, *totals))
        return {row[: len(keys)]: list(row[len(keys) :]) for row in rows}

    def _cell(self, domain, count, value=None, model=TICKET, **more):
        """Return a number and the way to the records behind it."""
        return {
            "model": model,
            "domain": list(domain),
            "count": count,
            "value": count if value is None else value,
            **more,
        }

    def _weekly(self, scope, counts, name, label, color, domain, model=TICKET):
        """Return a series with a cell per week.

        :param dict counts: ``{number of the week, from 2: count}``, as `between` numbers them
        :param callable domain: gives the domain for a start and a stop among the edges
        """
        return {
            "name": name,
            "label": label,
            "color": color,
            "cells": [
                self._cell(domain(n, n + 1), counts.get(n + 1, 0), model=model)
                for n in range(1, len(scope.labels) + 1)
            ],
        }
