"""What agents read of deadlines: on the ticket, in lists and queues."""

from odoo import fields
from odoo.tests import tagged

from .common_sla import SlaCase, local


@tagged("post_install", "-at_install")
class TestSlaBadges(SlaCase):
    def setUp(self):
        super().setUp()
        self.at(3, 9)

    def _badges(self, ticket, user=None):
        self.env.flush_all()
        ticket.invalidate_recordset()
        return ticket.with_user(user or self.aino).sla_badges

    def _badge(self, ticket):
        (badge,) = self._badges(ticket)
        return badge

    def test_a_running_clock_tells_its_deadline_and_the_working_hours_left(self):
        self._policy()
        ticket = self._ticket()
        self.at(3, 12, 30)
        badge = self._badge(ticket)
        self.assertEqual(badge["policy"], "Answer within 4 hours")
        self.assertEqual(badge["deadline"], fields.Datetime.to_string(local(3, 14)))
        self.assertEqual(badge["remaining_hours"], 1, "nobody works from 12 to 13")
        self.assertEqual(badge["warning"], fields.Datetime.to_string(local(3, 13)))
        self.assertFalse(badge["paused"] or badge["reached"] or badge["ended"])

    def test_a_clock_that_stands_still_keeps_its_hours_and_has_no_deadline(self):
        self._policy(target="resolution", time=6)
        ticket = self._ticket()
        self.at(3, 11)
        ticket.stage_id = self.stage_waiting
        self.at(5, 11)
        badge = self._badge(ticket)
        self.assertTrue(badge["paused"])
        self.assertEqual((badge["deadline"], badge["remaining_hours"]), (False, 4))

    def test_what_was_met_late_tells_by_how_much(self):
        self._policy()
        ticket = self._ticket()
        self.at(3, 15)
        self.assertEqual(self._badge(ticket)["remaining_hours"], -1, "overdue")
        self.at(3, 16)
        self._answer(ticket)
        badge = self._badge(ticket)
        self.assertEqual((badge["late"], badge["exceeded_hours"]), (True, 2))

    def test_each_policy_has_one_badge_and_counts_what_was_before(self):
        self._policy(name="Each answer", target="next_response", time=2)
        ticket = self._ticket()
        for day, answered in ((4, 10), (5, 16), (6, 9)):
            self.at(day, 9)
            self._ask(ticket)
            self.at(day, answered)
            if day != 6:
                self._answer(ticket)
        badge = self._badge(ticket)
        self.assertEqual(badge["deadline"], fields.Datetime.to_string(local(6, 11)))
        self.assertEqual(badge["earlier"], {"met": 1, "missed": 1})

    def test_the_nearest_deadline_stands_first_and_what_is_over_last(self):
        self._policy(name="Answer", time=1)
        self._policy(name="Solve", target="resolution", time=16)
        self._policy(name="Start", target="stage", stage_id=self.stage_progress.id, time=5)
        ticket = self._ticket()
        self._answer(ticket)
        names = [badge["policy"] for badge in self._badges(ticket)]
        self.assertEqual(names, ["Start", "Solve", "Answer"])

    def test_they_are_right_in_the_very_transaction_that_changes_them(self):
        self._policy()
        ticket = self._ticket().with_user(self.aino)
        self.assertFalse(ticket.sla_badges[0]["reached"])
        self._answer(ticket)
        self.assertTrue(ticket.sla_badges[0]["reached"])

    def test_a_team_without_service_levels_shows_nothing(self):
        self._policy()
        ticket = self._ticket(team_id=self.private_team.id).with_user(self.emma)
        self.assertFalse(ticket.use_sla or ticket.sla_badges)
        self.assertTrue(self._ticket().use_sla)

    def test_an_agent_gets_the_clock_explained(self):
        self._policy(target="resolution", time=6)
        ticket = self._ticket()
        self.at(3, 11)
        ticket.stage_id = self.stage_waiting
        self.at(4, 9)
        ticket.stage_id = self.stage_progress
        self.at(4, 10)
        status = ticket.with_user(self.aino).sla_status_ids
        steps = status.get_explanation()[status.id]
        self.assertEqual(
            [(s["event"], s["stage"], s["hours"]) for s in steps],
            [("started", "New", 0), ("paused", "Waiting", 2), ("resumed", "Working", 6)],
        )
        self.assertEqual(steps[1]["datetime"], local(3, 11))

    def test_deadlines_are_in_the_teams_time_zone_whoever_reads_them(self):
        self.team.resource_calendar_id = self._calendar("America/New_York")
        self._policy()
        ticket = self._ticket()
        for zone in ("Europe/Helsinki", "Asia/Tokyo"):
            self.aino.tz = zone
            deadline = fields.Datetime.to_string(local(3, 13, tz="America/New_York"))
            self.assertEqual(self._badge(ticket)["deadline"], deadline)


@tagged("post_install", "-at_install")
class TestSlaDueSoon(SlaCase):
    def setUp(self):
        super().setUp()
        self.policy = self._policy()  # warns an hour before
        self.at(3, 8)
        self.ticket = self._ticket(name="Jammed")

    def _is_due_soon(self):
        self.env.flush_all()
        self.ticket.invalidate_recordset()
        tickets = self._as(self.aino)
        own = [("id", "=", self.ticket.id)]
        found = bool(tickets.search([*own, ("sla_due_soon", "=", True)]))
        self.assertNotEqual(found, bool(tickets.search([*own, ("sla_due_soon", "=", False)])))
        self.assertEqual(found, self.ticket.with_user(self.aino).sla_due_soon)
        return found

    def test_it_is_from_the_warning_to_the_deadline_before_any_job_has_run(self):
        for when, soon in (
            ((3, 10, 59), False),
            ((3, 11), True),
            ((3, 12), True),
            ((3, 13), False),
        ):
            with self.subTest(when=when):
                self.at(*when)
                self.assertEqual(self._is_due_soon(), soon)

    def test_a_snoozed_ticket_is_due_all_the_same(self):
        self.ticket.action_snooze(local(20))
        self.at(3, 11, 30)
        self.assertTrue(self._is_due_soon())

    def test_it_leaves_once_it_is_answered_or_waits_for_the_customer(self):
        self.at(3, 11, 30)
        self.ticket.stage_id = self.stage_waiting
        self.assertFalse(self._is_due_soon())
        self.ticket.stage_id = self.stage_progress
        self.assertTrue(self._is_due_soon())
        self._answer(self.ticket)
        self.assertFalse(self._is_due_soon())

    def test_a_policy_that_never_warns_makes_nothing_due_soon(self):
        self.policy.with_context(helpdesk_sla_follow=True).warning_hours = 0
        self.at(3, 11, 30)
        self.assertFalse(self._is_due_soon())

    def test_both_queues_are_in_the_order_of_the_deadlines(self):
        self.at(3, 9)
        urgent = self._ticket(name="Beeping")
        self._policy(name="Urgent", priority="3", time=1)
        urgent.priority = "3"
        self.env.flush_all()
        for name in ("sla_due_soon", "sla_failed"):
            action = self.env.ref(f"helpdesk_futural.helpdesk_ticket_action_{name}")
            for view in action.view_ids.view_id:
                with self.subTest(queue=name, view=view.type):
                    arch = self._as(self.aino).get_view(view.id, view.type)["arch"]
                    self.assertIn('default_order="sla_deadline, id"', arch)
        found = self._as(self.aino).search(
            [("id", "in", (self.ticket | urgent).ids)], order="sla_deadline, id"
        )
        self.assertEqual(found, urgent | self.ticket)


@tagged("post_install", "-at_install")
class TestSlaScreensSpeed(SlaCase):
    def setUp(self):
        super().setUp()
        self.at(3, 9)

    def _count(self, operation):
        """Count what it costs once what is kept in memory between transactions is there."""
        self.env.invalidate_all()
        operation()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        operation()
        return self.cr.sql_log_count - before

    def _policies(self, number):
        for i in range(number):
            self._policy(name=f"No {i}", target=("first_response", "resolution")[i % 2])

    def test_lists_and_cards_cost_the_same_for_few_deadlines_and_many(self):
        self._policies(1)
        shown = {name: {} for name in ("sla_deadline", "sla_due_soon", "sla_deadline_hours")}

        def read(limit):
            self._as(self.aino).web_search_read(
                [("team_id", "=", self.team.id)], shown, limit=limit, order="sla_deadline, id"
            )

        self.env["helpdesk.ticket"].create([self._values() for _i in range(5)])
        few = self._count(lambda: read(5))
        self._policies(5)
        self.env["helpdesk.ticket"].create([self._values() for _i in range(60)])
        self.assertLessEqual(self._count(lambda: read(60)), few)

    def _values(self):
        return {"name": "x", "team_id": self.team.id, "partner_id": self.customer.id}

    def test_the_form_costs_the_same_for_two_policies_and_ten(self):
        self._policies(2)

        def read(ticket):
            ticket.with_user(self.aino).web_read({"use_sla": {}, "sla_badges": {}})

        one = self._ticket()
        few = self._count(lambda: read(one))
        self._policies(8)
        many = self._ticket()
        self.assertLessEqual(self._count(lambda: read(many)), few + 1, "eight more policies")
        self.assertLessEqual(few, 14)

    def test_the_question_costs_no_query_for_each_ticket(self):
        self._policies(1)
        policy = self.env["helpdesk.sla"].search([("team_id", "=", self.team.id)])

        def apply():
            policy.with_context(helpdesk_sla_follow=True).time += 1

        self.env["helpdesk.ticket"].create([self._values() for _i in range(3)])
        few = self._count(apply)
        self.env["helpdesk.ticket"].create([self._values() for _i in range(40)])
        self.assertLessEqual(self._count(apply) - few, 2, "writes are split into batches")
