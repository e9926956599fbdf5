from datetime import datetime

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import helpdesk_ticket_assignment
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
        action = ticket.with_user(self.aino).action_escalate()
        self.assertEqual(action["params"]["next"]["res_model"], "helpdesk.ticket")
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

    def setUp(self):
        super().setUp()
        # Ids that earlier tests drew and rolled back look like tickets that others are creating.
        self._ticket(team_id=self.private_team.id)

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
    def test_whoever_has_the_most_open_tickets_allowed_gets_no_more(self):
        self.team.assign_max_open = 3
        self._tickets(2, user_id=self.aino.id)
        self._tickets(5, user_id=self.aino.id, stage_id=self.stage_closed.id)
        tickets = self._tickets(6)
        self.assertEqual(len(tickets.filtered(lambda t: t.user_id == self.aino)), 1)
        self.assertEqual(len(tickets.filtered(lambda t: t.user_id == self.lars)), 3)
        self.assertEqual(len(tickets.filtered(lambda t: not t.user_id)), 2)

    @freeze_time(TUESDAY_MORNING)
    def test_the_limit_holds_for_equal_shares_and_counts_this_team_only(self):
        self.team.write({"assign_method": "randomly", "assign_max_open": 1})
        elsewhere = self._team(name="Elsewhere")
        self._tickets(3, user_id=self.aino.id, team_id=elsewhere.id)
        self.assertEqual(self._tickets(3).user_id, self.aino | self.lars)

    @freeze_time(TUESDAY_MORNING)
    def test_others_help_out_when_the_specialists_are_full(self):
        self.team.assign_max_open = 1
        category = self.env["helpdesk.ticket.type"].create(
            {"name": "Networks", "specialist_ids": [Command.set(self.lars.ids)]}
        )
        tickets = self._tickets(2, ticket_type_id=category.id)
        self.assertEqual([t.user_id for t in tickets], [self.lars, self.aino])

    def test_a_negative_limit_is_refused(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.team.assign_max_open = -1
            self.env.flush_all()

    @freeze_time(TUESDAY_MORNING)
    def test_a_chosen_agent_is_kept(self):
        self.assertEqual(self._tickets(2, user_id=self.emma.id).user_id, self.emma)


@tagged("post_install", "-at_install")
class TestPool(HelpdeskCase):
    """Tickets that nobody could be given when they came."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.write({"auto_assignment": True, "assign_method": "balanced"})

    def setUp(self):
        super().setUp()
        self.commits = self._record_commits()

    def _give_out(self, moment):
        with freeze_time(moment):
            self.env["helpdesk.ticket"]._cron_assign_pooled()

    def _sunday_tickets(self, count=1, **values):
        with freeze_time(SUNDAY):
            values = {"name": "x", "team_id": self.team.id, **values}
            return self.env["helpdesk.ticket"].create([values] * count)

    def test_a_ticket_of_the_weekend_is_given_out_on_monday(self):
        tickets = self._sunday_tickets(4)
        self._give_out("2026-03-15 20:00:00")
        self.assertFalse(tickets.user_id)
        self._give_out("2026-03-16 07:00:00")
        self.assertEqual(len(tickets.filtered(lambda t: t.user_id == self.aino)), 2)
        self.assertEqual(len(tickets.filtered(lambda t: t.user_id == self.lars)), 2)

    def test_a_ticket_waits_until_somebody_has_room_and_the_urgent_one_goes_first(self):
        self.team.assign_max_open = 1
        busy = self._sunday_tickets(2)
        self._give_out(TUESDAY_MORNING)
        later, urgent = self._sunday_tickets(), self._sunday_tickets(priority="3")
        self._give_out(TUESDAY_MORNING)
        self.assertFalse((later | urgent).user_id)
        busy[0].stage_id = self.stage_closed
        self._give_out(TUESDAY_MORNING)
        self.assertEqual(urgent.user_id, busy[0].user_id)
        self.assertFalse(later.user_id)

    def test_only_teams_with_automatic_assignment_empty_their_pool(self):
        other = self._team(name="By Hand", member_ids=[Command.set(self.aino.ids)])
        by_hand = self._sunday_tickets(team_id=other.id)
        closed = self._sunday_tickets(stage_id=self.stage_closed.id)
        snoozed = self._sunday_tickets()
        with freeze_time(SUNDAY):
            snoozed.action_snooze("2026-03-20 08:00:00")
        self._give_out("2026-03-16 07:00:00")
        self.assertFalse((by_hand | closed | snoozed).user_id)
        self._give_out("2026-03-20 08:05:00")
        self.assertIn(snoozed.user_id, self.team.member_ids)

    def test_a_long_queue_is_given_out_in_batches(self):
        self._sunday_tickets(7)
        self.patch(helpdesk_ticket_assignment, "BATCH", 3)
        self._give_out("2026-03-16 07:00:00")
        self.assertEqual(self.commits, [(0, 7), (3, 4), (3, 1), (1, 0)])
        self.assertFalse(
            self.env["helpdesk.ticket"].search(
                [("team_id", "=", self.team.id), ("user_id", "=", False)]
            )
        )
