"""Automatic assignment when many tickets come at the same moment."""

import contextlib
from collections import Counter

from odoo import Command
from odoo.tests import tagged

from .common import CommittedCase

_PROCESSES = 8
_TICKETS = 20
_MEMBERS = 4
_SHARE = _PROCESSES * _TICKETS // _MEMBERS


@tagged("post_install", "-at_install")
class TestAssignmentConcurrency(CommittedCase):
    def setUp(self):
        super().setUp()
        self.day = self.use_new_day()
        agents = [self.create_agent(f"Agent {number} Share") for number in range(_MEMBERS)]
        with self.transaction() as env:
            # No mail about each ticket they get.
            env["res.users"].browse(agents).notification_type = "inbox"
        always = [
            Command.create(
                {"name": "Day and night", "dayofweek": str(day), "hour_from": 0, "hour_to": 24}
            )
            for day in range(7)
        ]
        calendar_id = self.create_committed(
            "resource.calendar", {"name": "Always", "tz": "UTC", "attendance_ids": always}
        )
        self.agents = agents
        self.team_id = self.create_committed(
            "helpdesk.team",
            {
                "name": "Concurrency",
                "alias_name": False,
                "auto_assignment": True,
                "resource_calendar_id": calendar_id,
                "member_ids": [Command.set(agents)],
            },
        )
        self.addCleanup(self.unlink_committed, "helpdesk.ticket", [("team_id", "=", self.team_id)])

    def create_and_count(self, **team_values):
        """Let all processes create tickets; return ``{agent: tickets}``, None for the pool."""
        with self.transaction() as env:
            env["helpdesk.team"].browse(self.team_id).write(team_values)
        _results, log = self.create_in_processes(self.day, self.team_id, _PROCESSES, _TICKETS)
        self.assertFalse(log, "Odoo should log no complaint while the tickets are created")
        with self.transaction() as env:
            tickets = env["helpdesk.ticket"].search([("team_id", "=", self.team_id)])
            return Counter(ticket.user_id.id or None for ticket in tickets)

    def check_fair(self, shares):
        self.assertEqual(sum(shares.values()), _PROCESSES * _TICKETS)
        self.assertEqual(set(shares), set(self.agents), "every ticket goes to a member")
        for agent_id, count in shares.items():
            with self.subTest(agent=agent_id):
                self.assertAlmostEqual(count, _SHARE, delta=_MEMBERS)

    def create_unseen(self, count):
        """Create tickets in transactions that don't see each other; return their agents."""
        values = {"name": "The printer jams", "team_id": self.team_id}
        with contextlib.ExitStack() as stack:
            at_once = [stack.enter_context(self.transaction()) for _number in range(count)]
            for env in at_once:
                env.cr.execute("SELECT 1")  # from here on it sees nothing of the others
            for env in at_once:
                # None of them has ended; waiting for one would raise an error.
                env.cr.execute("SET LOCAL lock_timeout = '5s'")
            return [env["helpdesk.ticket"].create(values).user_id.id for env in at_once]

    def test_transactions_that_dont_see_each_other_choose_different_members(self):
        self.assertEqual(Counter(self.create_unseen(8)), dict.fromkeys(self.agents, 2))

    def test_whoever_has_the_fewest_doesnt_get_all_that_come_at_once(self):
        with self.transaction() as env:
            env["helpdesk.team"].browse(self.team_id).assign_method = "balanced"
            env["helpdesk.ticket"].create(
                [
                    {"name": "Before", "team_id": self.team_id, "user_id": agent_id}
                    for agent_id in self.agents[1:]
                    for _number in range(3)
                ]
            )
        agents = self.create_unseen(8)
        has = Counter(agents) + Counter(dict.fromkeys(self.agents[1:], 3))
        self.assertEqual(sorted(has.values()), [4, 4, 4, 5])

    def test_equal_shares_are_equal_when_eight_processes_create_at_once(self):
        self.check_fair(self.create_and_count(assign_method="randomly"))

    def test_nobody_gets_all_because_they_had_the_fewest_open_a_moment_ago(self):
        # One of four has none and the others have twelve each: 196 tickets, 49 for everybody.
        with self.transaction() as env:
            env["helpdesk.ticket"].create(
                [
                    {"name": "Before", "team_id": self.team_id, "user_id": agent_id}
                    for agent_id in self.agents[1:]
                    for _number in range(12)
                ]
            )
        shares = self.create_and_count(assign_method="balanced")
        self.assertEqual(sum(shares.values()), _PROCESSES * _TICKETS + 36)
        for agent_id in self.agents:
            with self.subTest(agent=agent_id):
                self.assertAlmostEqual(shares[agent_id], 49, delta=_MEMBERS)

    def test_nobody_gets_many_more_than_the_limit(self):
        shares = self.create_and_count(assign_method="balanced", assign_max_open=30)
        self.assertLessEqual(max(shares[a] for a in self.agents), 30 + _PROCESSES // 2)
        self.assertGreaterEqual(shares[None], _PROCESSES * _TICKETS - 4 * (30 + _PROCESSES // 2))
