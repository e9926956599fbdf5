from datetime import datetime

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import HelpdeskCase

TUESDAY_MORNING = "2026-03-10 08:00:00"  # ten o'clock in Helsinki
SUNDAY = "2026-03-15 08:00:00"


@tagged("post_install", "-at_install")
class TestClaim(HelpdeskCase):
    def test_claiming_takes_the_ticket_and_starts_the_work(self):
        ticket = self._ticket()
        ticket.with_user(self.aino).action_claim()
        self.assertEqual(ticket.user_id, self.aino)
        self.assertEqual(ticket.stage_id, self.stage_progress)
        self.assertTrue(ticket.assign_date)

    def test_claiming_a_ticket_that_waits_leaves_it_where_it_is(self):
        ticket = self._ticket(stage_id=self.stage_waiting.id)
        ticket.with_user(self.aino).assign_ticket_to_self()
        self.assertEqual((ticket.user_id, ticket.stage_id), (self.aino, self.stage_waiting))

    def test_the_second_to_claim_reads_who_has_it(self):
        ticket = self._ticket()
        ticket.with_user(self.aino).action_claim()
        with self.assertRaisesRegex(UserError, "Aino Virtanen"):
            ticket.with_user(self.lars).action_claim()
        self.assertEqual(ticket.user_id, self.aino)
        ticket.with_user(self.aino).action_claim()  # pressing twice harms nobody

    def test_claiming_many_takes_the_free_ones_and_names_the_others(self):
        taken, free = self._ticket(user_id=self.lars.id), self._ticket()
        result = (taken | free).with_user(self.aino).action_claim()
        self.assertEqual((taken.user_id, free.user_id), (self.lars, self.aino))
        self.assertIn("Lars Hansen", result["params"]["message"])

    def test_a_team_without_work_stage_keeps_the_claimed_ticket_new(self):
        team = self._team(name="Inbox", stage_ids=[Command.set(self.stage_new.ids)])
        ticket = self._ticket(team_id=team.id)
        ticket.with_user(self.aino).action_claim()
        self.assertEqual((ticket.user_id, ticket.stage_id), (self.aino, self.stage_new))

    def test_the_assignment_date_doesnt_survive_unassignment(self):
        with freeze_time(TUESDAY_MORNING):
            ticket = self._ticket(user_id=self.aino.id)
            self.env.flush_all()
        ticket.user_id = self.lars
        self.assertEqual(ticket.assign_date, datetime(2026, 3, 10, 8), "somebody had it since")
        ticket.user_id = False
        self.assertFalse(ticket.assign_date)

    def test_only_people_with_helpdesk_rights_are_agents(self):
        ticket = self._ticket()
        for user in (self.employee, self.portal):
            with self.subTest(user=user.login), self.assertRaisesRegex(ValidationError, user.name):
                ticket.user_id = user


@tagged("post_install", "-at_install")
class TestEscalate(HelpdeskCase):
    def test_escalation_goes_to_the_team_leader(self):
        ticket = self._ticket(user_id=self.aino.id)
        ticket.with_user(self.aino).action_escalate()
        self.assertEqual(ticket.user_id, self.lars)
        self.assertIn("Escalated by Aino Virtanen", ticket.message_ids[0].body)
        with self.assertRaisesRegex(UserError, "Lars Hansen already"):
            ticket.with_user(self.aino).action_escalate()

    def test_escalation_goes_to_the_escalation_team_even_if_the_agent_cant_look_inside(self):
        self.team.escalation_team_id = self.private_team
        ticket = self._ticket(user_id=self.aino.id)
        ticket.with_user(self.aino).action_escalate()
        self.assertEqual(ticket.team_id, self.private_team)
        self.assertFalse(ticket.user_id)
        self.assertFalse(self._as(self.aino).search([("id", "=", ticket.id)]))
        self.assertIn("from the team Technical to Board Matters", ticket.message_ids[0].body)

    def test_without_leader_or_team_the_agent_reads_what_is_missing(self):
        self.team.leader_id = False
        with self.assertRaisesRegex(UserError, "no leader and no escalation team"):
            self._ticket().with_user(self.aino).action_escalate()

    def test_escalation_doesnt_lead_in_a_circle(self):
        self.team.escalation_team_id = self.private_team
        with self.assertRaises(ValidationError):
            self.private_team.escalation_team_id = self.team


@tagged("post_install", "-at_install")
class TestAutomaticAssignment(HelpdeskCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.write({"auto_assignment": True, "assign_method": "balanced"})

    def _tickets(self, count, **values):
        return self.env["helpdesk.ticket"].create(
            [{"name": f"No {i}", "team_id": self.team.id, **values} for i in range(count)]
        )

    @freeze_time(TUESDAY_MORNING)
    def test_a_batch_is_spread_evenly(self):
        tickets = self._tickets(6)
        self.assertEqual(len(tickets.filtered(lambda t: t.user_id == self.aino)), 3)
        self.assertEqual(len(tickets.filtered(lambda t: t.user_id == self.lars)), 3)

    @freeze_time(TUESDAY_MORNING)
    def test_the_member_with_the_fewest_open_tickets_is_next(self):
        self._tickets(3, user_id=self.aino.id)
        self._tickets(4, user_id=self.lars.id, stage_id=self.stage_closed.id)
        self.assertEqual(self._tickets(1).user_id, self.lars)

    @freeze_time(TUESDAY_MORNING)
    def test_equal_shares_count_closed_tickets_too(self):
        self.team.assign_method = "randomly"
        self._tickets(3, user_id=self.aino.id)
        self._tickets(4, user_id=self.lars.id, stage_id=self.stage_closed.id)
        self.assertEqual(self._tickets(1).user_id, self.aino)

    @freeze_time(SUNDAY)
    def test_nobody_gets_a_ticket_on_sunday(self):
        self.assertFalse(self._tickets(2).user_id)

    @freeze_time(TUESDAY_MORNING)
    def test_a_member_on_leave_gets_nothing(self):
        resource = self.env["resource.resource"].create(
            {
                "name": "Aino",
                "user_id": self.aino.id,
                "calendar_id": self.calendar.id,
                "company_id": self.company.id,
            }
        )
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": self.calendar.id,
                "resource_id": resource.id,
                "date_from": "2026-03-09 00:00:00",
                "date_to": "2026-03-13 00:00:00",
            }
        )
        self.assertEqual(self._tickets(4).user_id, self.lars)

    @freeze_time(TUESDAY_MORNING)
    def test_specialists_come_first(self):
        category = self.env["helpdesk.ticket.type"].create(
            {"name": "Networks", "specialist_ids": [Command.set(self.lars.ids)]}
        )
        self._tickets(5, user_id=self.lars.id)
        self.assertEqual(self._tickets(1, ticket_type_id=category.id).user_id, self.lars)

    @freeze_time(TUESDAY_MORNING)
    def test_a_chosen_agent_is_kept(self):
        self.assertEqual(self._tickets(2, user_id=self.emma.id).user_id, self.emma)
