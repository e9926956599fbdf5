from collections import defaultdict
from datetime import timedelta
from itertools import pairwise

from odoo import fields, models
from odoo.fields import Domain

from .helpdesk_dashboard import TICKET, between, field_key
from .helpdesk_stage import OPEN_STATES

OPEN = Domain("state", "in", OPEN_STATES)
#: Elapsed days that part young tickets from old ones.
AGES = (1, 3, 7, 28)
#: As many agents have a bar of their own.
MAX_AGENTS = 12


class HelpdeskDashboardNow(models.AbstractModel):
    """What is open at this moment: how old it is, and who has it."""

    _inherit = "helpdesk.dashboard"

    def _get_now(self, scope):
        opened = scope.domain & OPEN
        edges = [scope.now - timedelta(days=days) for days in reversed(AGES)]
        ages = between(field_key("create_date"), edges)
        counts = self._tally(opened, [field_key("user_id"), field_key("waiting_on"), ages])
        totals = {key: count for key, [count] in counts.items()}
        return self._get_now_tiles(opened, totals), [
            self._get_age_chart(opened, totals, edges),
            self._get_load_chart(opened, totals),
        ]

    def _get_now_tiles(self, opened, totals):
        def add_up(matches):
            return sum(count for key, count in totals.items() if matches(*key))

        unassigned = opened & Domain("user_id", "=", False)
        for_us = opened & Domain("waiting_on", "=", "team")
        missed = opened & Domain("sla_fail", "=", True)
        return [
            self._cell(
                opened,
                add_up(lambda user, side, age: True),
                name="open",
                label=self.env._("Open"),
            ),
            self._cell(
                unassigned,
                add_up(lambda user, side, age: not user),
                name="unassigned",
                label=self.env._("Unassigned"),
            ),
            self._cell(
                for_us,
                add_up(lambda user, side, age: side == "team"),
                name="waiting_for_us",
                label=self.env._("Waiting for Us"),
            ),
            self._cell(
                missed,
                self.env[TICKET].search_count(missed),
                name="sla_failed",
                label=self.env._("Open, SLA Missed"),
            ),
        ]

    def _get_age_chart(self, opened, totals, edges):
        """Return the open tickets by elapsed days since they were created, youngest first."""
        counts = defaultdict(int)
        for (_user_id, side, age), count in totals.items():
            counts[side, age] += count
        moments = [False, *map(fields.Datetime.to_string, edges), False]
        domains = []
        for since, until in pairwise(moments):
            domain = Domain("create_date", ">=", since) if since else Domain.TRUE
            domain &= Domain("create_date", "<", until) if until else Domain.TRUE
            domains.insert(0, domain)
        labels = [
            self.env._("Under a day"),
            self.env._("1 to 3 days"),
            self.env._("3 to 7 days"),
            self.env._("1 to 4 weeks"),
            self.env._("Over 4 weeks"),
        ]
        return {
            "name": "age",
            "title": self.env._("Open Tickets by Age"),
            "help": self.env._("Time since the ticket was created."),
            "type": "bar",
            "stacked": True,
            "labels": labels,
            "series": self._get_sides(
                [
                    [
                        (opened & domain, counts[side, len(edges) - n])
                        for n, domain in enumerate(domains)
                    ]
                    for side in ("team", "customer")
                ]
            ),
        }

    def _get_load_chart(self, opened, totals):
        """Return the open tickets of each agent, who has most of them first; then the pool."""
        counts, sides = defaultdict(int), defaultdict(int)
        for (user_id, side, _age), count in totals.items():
            counts[user_id] += count
            sides[user_id, side] += count
        # sudo: the names of those whose tickets the user sees, of whatever company
        users = (
            self.env["res.users"]
            .sudo()
            .browse(filter(None, counts))
            .sorted(lambda user: (-counts[user.id], user.name or "", user.id))
        )
        rows = [(user.name, user.ids) for user in users[:MAX_AGENTS]]
        if others := users[MAX_AGENTS:]:
            rows.append((self.env._("%s others", len(others)), others.ids))
        if counts[None]:
            rows.append((self.env._("Unassigned"), [False]))
        return {
            "name": "load",
            "title": self.env._("Open Tickets per Agent"),
            "help": "",
            "type": "bar",
            "horizontal": True,
            "stacked": True,
            "labels": [name for name, _ids in rows],
            "series": self._get_sides(
                [
                    [
                        (
                            opened & Domain("user_id", "in", ids),
                            sum(sides[user_id or None, side] for user_id in ids),
                        )
                        for _name, ids in rows
                    ]
                    for side in ("team", "customer")
                ]
            ),
        }

    def _get_sides(self, rows):
        """Return two series, of who is waited for, from their lists of domains and counts."""
        us, customer = self.env._("Waiting for us"), self.env._("Waiting for customer")
        labels = (("team", us, "orange"), ("customer", customer, "blue"))
        return [
            {
                "name": side,
                "label": label,
                "color": color,
                "cells": [
                    self._cell(domain & Domain("waiting_on", "=", side), count)
                    for domain, count in row
                ],
            }
            for (side, label, color), row in zip(labels, rows, strict=True)
        ]
