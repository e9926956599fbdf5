import re

from odoo import Command
from odoo.tests import tagged

from .common import HelpdeskCase

SCRIPT = "helpdesk_futural/migrations/19.0.1.5.0/post-rules.py"
BEFORE = """[
    '|', '|', '|',
    ('team_id.privacy_visibility', '!=', 'invited_internal'),
    ('team_id.member_ids', 'in', [user.id]),
    ('team_id.leader_id', '=', user.id),
    ('team_id.message_partner_ids', 'in', [user.partner_id.id]),
]"""
BEFORE_MACRO = """[
    '|', '|', '|', '|',
    ('team_ids', '=', False),
    ('team_ids.privacy_visibility', '!=', 'invited_internal'),
    ('team_ids.member_ids', 'in', [user.id]),
    ('team_ids.leader_id', '=', user.id),
    ('team_ids.message_partner_ids', 'in', [user.partner_id.id]),
]"""


@tagged("post_install", "-at_install")
class TestTeamVisibility(HelpdeskCase):
    """Which teams an agent sees, right after it changed: found by search, and opened by number."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.private_team = cls._team(name="Security", privacy_visibility="invited_internal")

    def _assert_sees(self, expected):
        ticket = self._as(self.aino).browse(self.ticket.id)
        team = self.private_team.with_user(self.aino)
        for record in (ticket, team):
            self.assertEqual(record.has_access("read"), expected, record._name)
            self.assertEqual(record.search_count([("id", "=", record.id)]), int(expected))

    def test_each_reason_counts_at_once_and_ends_at_once(self):
        self.ticket = self._ticket(team_id=self.private_team.id)
        team = self.private_team.with_user(self.admin)
        reasons = {
            "member": (
                lambda: team.write({"member_ids": [Command.link(self.aino.id)]}),
                lambda: team.write({"member_ids": [Command.unlink(self.aino.id)]}),
            ),
            "leader": (
                lambda: team.write({"leader_id": self.aino.id}),
                lambda: team.write({"leader_id": False}),
            ),
            "follower": (
                lambda: team.message_subscribe(self.aino.partner_id.ids),
                lambda: team.message_unsubscribe(self.aino.partner_id.ids),
            ),
            "open to all": (
                lambda: team.write({"privacy_visibility": "internal"}),
                lambda: team.write({"privacy_visibility": "invited_internal"}),
            ),
        }
        self._assert_sees(False)
        for reason, (begins, ends) in reasons.items():
            with self.subTest(reason=reason):
                begins()
                self._assert_sees(True)
                ends()
                self._assert_sees(False)

    def test_a_ticket_that_moves_is_seen_where_it_is(self):
        self.ticket = self._ticket()
        self._assert_reads(True)
        self.ticket.team_id = self.private_team
        self._assert_reads(False)

    def _assert_reads(self, expected):
        self.assertEqual(self._as(self.aino).browse(self.ticket.id).has_access("read"), expected)

    def test_a_team_being_made_is_nobodys(self):
        self.assertFalse(self.env["helpdesk.team"].with_user(self.aino).new({}).agent_visible)

    def test_only_closed_teams_are_asked_about_and_new_ones_at_once(self):
        teams = self.env["helpdesk.team"].with_user(self.aino)
        teams.search([])
        open_team = self._team(name="Open")
        closed = self._team(name="Closed", privacy_visibility="invited_internal")
        self.assertEqual(teams.browse((open_team | closed).ids)._filtered_access("read"), open_team)
        open_team = open_team.with_user(self.aino)
        with self.assertQueryCount(0):
            self.assertEqual(open_team._find_agent_visible_ids(), set(open_team.ids))
        closed.unlink()
        self.assertEqual(open_team._find_agent_visible_ids(), set(open_team.ids))

    def test_teams_are_found_by_it(self):
        teams = self.env["helpdesk.team"].with_user(self.admin)
        both = self.team | self.private_team
        domain = [("id", "in", both.ids)]
        self.assertEqual(teams.search([*domain, ("agent_visible", "=", True)]), self.team)
        self.assertEqual(teams.search([*domain, ("agent_visible", "=", False)]), self.private_team)

    def test_tickets_are_found_by_it(self):
        both = self._ticket() | self._ticket(team_id=self.private_team.id)
        tickets = self.env["helpdesk.ticket"].with_user(self.admin)
        domain = [("id", "in", both.ids)]
        self.assertEqual(tickets.search([*domain, ("agent_visible", "=", True)]), both[0])
        self.assertEqual(tickets.search([*domain, ("agent_visible", "=", False)]), both[1])
        self.assertEqual(both.with_user(self.admin).mapped("agent_visible"), [True, False])

    def test_teams_stand_in_no_query_where_all_are_open(self):
        tickets = self._as(self.aino)
        self.assertIn("team_id", str(tickets._search([]).select().code))
        self.env["helpdesk.team"].search([]).privacy_visibility = "internal"
        self.assertNotIn("team_id", str(tickets._search([]).select().code))

    # Rules of installed databases ----------------------------------------------------

    def test_rules_that_spelled_it_out_ask_the_team(self):
        rule = self.env.ref("helpdesk_futural.helpdesk_ticket_rule_user")
        macro_rule = self.env.ref("helpdesk_futural.helpdesk_macro_rule_user")
        wanted = [re.sub(r"\s", "", r.domain_force) for r in (rule, macro_rule)]
        rule.domain_force, macro_rule.domain_force = BEFORE, BEFORE_MACRO
        self._migrate(SCRIPT, "19.0.1.4.0")
        migrated = [re.sub(r"\s|,(?=\])", "", r.domain_force) for r in (rule, macro_rule)]
        self.assertEqual(migrated, [re.sub(r",(?=\])", "", domain) for domain in wanted])

    def test_a_rule_that_an_administrator_changed_keeps_the_change(self):
        rule = self.env.ref("helpdesk_futural.helpdesk_ticket_rule_user")
        own = "[('team_id.name', '!=', 'invited_internal')]"
        rule.domain_force = own
        self._migrate(SCRIPT, "19.0.1.4.0")
        self.assertEqual(rule.domain_force, own)
        rule.domain_force = BEFORE.replace("[\n", "[('active', '=', True),\n")
        self._migrate(SCRIPT, "19.0.1.4.0")
        self.assertEqual(
            rule.domain_force,
            "[('active','=',True),('agent_visible','=',True),]",
        )
