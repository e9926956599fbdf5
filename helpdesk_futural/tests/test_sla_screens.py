"""What agents read of deadlines, and administrators of policies."""

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

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
class TestSlaPolicyForm(SlaCase):
    def setUp(self):
        super().setUp()
        self.at(3, 9)

    def _form(self, record=None):
        policies = self.env["helpdesk.sla"].with_user(self.admin).with_company(self.company)
        return Form(record.with_user(self.admin) if record else policies)

    def _shown(self, form):
        tickets = self.env["helpdesk.ticket"].browse(form.matching_ticket_ids.ids)
        return form.matching_ticket_count, set(tickets.mapped("name"))

    def test_it_shows_the_open_tickets_that_it_is_for_before_it_is_saved(self):
        self._ticket(name="plain")
        self._ticket(name="urgent", priority="3")
        self._ticket(name="urgent bug", priority="3", ticket_type_id=self.category_bug.id)
        self._ticket(name="closed", stage_id=self.stage_closed.id)
        self._ticket(name="elsewhere", team_id=self.private_team.id)
        form = self._form()
        form.team_id = self.team
        self.assertEqual(self._shown(form), (3, {"plain", "urgent", "urgent bug"}))
        form.priority = "3"
        self.assertEqual(self._shown(form), (2, {"urgent", "urgent bug"}))
        form.ticket_type_ids.add(self.category_bug)
        self.assertEqual(self._shown(form), (1, {"urgent bug"}))
        form.partner_ids.add(self.other_customer)
        self.assertEqual(self._shown(form), (0, set()))
        form.partner_ids.clear()
        form.partner_ids.add(self.organisation)
        self.assertEqual(self._shown(form), (1, {"urgent bug"}), "people inside count")
        form.name = "Bugs"
        policy = form.save()
        action = policy.action_view_open_tickets()
        found = self._as(self.admin).search(action["domain"])
        self.assertEqual(found.mapped("name"), ["urgent bug"])

    def test_what_is_shown_is_what_gets_a_clock(self):
        for priority in "0123":
            self._ticket(name=priority, priority=priority)
        form = self._form()
        form.name, form.team_id, form.priority = "High", self.team, "2"
        count, names = self._shown(form)
        policy = form.save()
        policy.action_apply_to_open_tickets()
        self.assertEqual(count, 2)
        self.assertEqual(set(policy.status_ids.ticket_id.mapped("name")), names)

    def test_changes_of_a_saved_policy_show_too_and_only_the_first_tickets_are_listed(self):
        policy = self._policy()
        for i in range(12):
            self._ticket(name=f"No {i}", priority="3" if i < 9 else "0")
        form = self._form(policy)
        form.priority = "3"
        count, names = self._shown(form)
        self.assertEqual((count, len(names)), (9, 8))
        self.assertEqual(policy.priority, "0", "nothing is saved")

    def test_it_says_in_a_sentence_what_is_promised(self):
        form = self._form()
        form.team_id = self.team
        form.priority = "2"
        form.tag_ids.add(self.env["helpdesk.tag"].create({"name": "Night"}))
        form.target = "resolution"
        form.time = 1.5
        self.assertEqual(
            form.summary,
            "Tickets of Technical, priority at least High, tagged Night: it is solved within 1:30 h"
            " of working time.",
        )

    def test_a_team_that_has_no_service_levels_yet_is_told_and_gets_them_by_one_click(self):
        self.team.use_sla = False
        form = self._form()
        form.name, form.team_id = "Answer", self.team
        self.assertFalse(form.team_uses_sla)
        policy = form.save()
        policy.action_use_sla()
        self.assertTrue(self.team.use_sla)

    def test_the_team_leads_to_its_policies_and_a_policy_to_what_became_of_it(self):
        policy = self._policy()
        self._policy(name="Other", team_id=self.private_team.id)
        ticket = self._ticket()
        team = self.team.with_user(self.admin)
        self.assertEqual(team.sla_count, 1)
        self.assertEqual(team.action_view_slas()["context"]["default_team_id"], team.id)
        action = policy.with_user(self.admin).action_view_statuses()
        statuses = self.env["helpdesk.sla.status"].with_user(self.admin).search(action["domain"])
        self.assertEqual((statuses.ticket_id, policy.status_count), (ticket, 1))
        self.assertIn("pivot", [kind for _id, kind in action["views"]])

    def test_agents_read_policies_and_change_nothing(self):
        policy = self._policy()
        self._ticket()
        theirs = policy.with_user(self.aino)
        self.assertEqual(theirs.name, policy.name)
        for attempt in (
            lambda: theirs.write({"time": 1}),
            lambda: theirs.action_apply_to_open_tickets(),
            lambda: theirs.action_archive(),
            lambda: theirs.action_use_sla(),
            lambda: self.env["helpdesk.sla.follow"].with_user(self.aino).create({}),
        ):
            with self.assertRaises(AccessError):
                attempt()


@tagged("post_install", "-at_install")
class TestSlaFollow(SlaCase):
    """Whether open tickets follow a policy that changes."""

    def setUp(self):
        super().setUp()
        self.at(3, 8)
        self.policy = self._policy().with_user(self.admin)
        self.running = self._ticket(name="running")
        self.met = self._ticket(name="met")
        self._answer(self.met)
        self.at(3, 9)

    def _deadline(self, ticket):
        self.env.flush_all()
        return self._status(ticket, self.policy.sudo()).deadline

    def _ask(self, action):
        """Return the dialog that an action opens."""
        self.assertEqual(action["res_model"], "helpdesk.sla.follow")
        model = self.env[action["res_model"]].with_user(self.admin)
        return Form(model.with_context(**action["context"])).save()

    def test_only_new_tickets_follow_if_the_administrator_says_so(self):
        self.policy.time = 2
        dialog = self._ask(self.policy.action_ask_follow(["time"]))
        self.assertEqual(dialog.ticket_count, 1, "what was met stays met")
        self.running.stage_id = self.stage_progress
        self.assertEqual(self._deadline(self.running), local(3, 12))
        self.assertEqual(self._deadline(self._ticket()), local(3, 11))

    def test_open_tickets_follow_if_the_administrator_says_so(self):
        self.policy.time = 2
        self._ask(self.policy.action_ask_follow(["time"])).action_follow()
        self.assertEqual(self._deadline(self.running), local(3, 10))
        self.assertEqual(self._deadline(self.met), local(3, 12))

    def test_whoever_writes_by_program_changes_nothing_for_open_tickets_unless_told_to(self):
        self.policy.write({"time": 2})
        self.assertEqual(self._deadline(self.running), local(3, 12))
        self.policy.with_context(helpdesk_sla_follow=True).write({"time": 3})
        self.assertEqual(self._deadline(self.running), local(3, 11))
        self.policy.with_context(helpdesk_sla_follow=False).write({"time": 2})
        self.assertEqual(self._deadline(self.running), local(3, 11))
        self.assertFalse(
            self.policy.with_context(helpdesk_sla_follow=False).action_ask_follow(["time"])
        )

    def test_other_conditions_take_no_clock_and_give_none_while_a_ticket_is_worked_on(self):
        plain = self._ticket(name="plain", team_id=self.private_team.id)
        self.at(3, 10)
        self.policy.priority = "2"
        second = self._policy(name="New", target="resolution", promised_since=local(3, 10))
        self.at(3, 11)
        (self.running | plain).stage_id = self.stage_progress
        self.assertEqual(self._deadline(self.running), local(3, 12))
        self.assertFalse(self._status(self.running, second))
        self.running.priority = "0"
        self.assertFalse(self._deadline(self.running), "another priority, other promises")
        self.assertTrue(self._status(self.running, second))

    def test_reopening_is_a_new_promise_by_the_policies_of_then(self):
        solve = self._policy(name="Solve", target="resolution", promised_since=local(3, 9))
        self.at(3, 10)
        self.running.stage_id = self.stage_done
        self.assertFalse(self._status(self.running, solve))
        self.at(3, 11)
        self.running.stage_id = self.stage_progress
        self.assertEqual(self._status(self.running, solve).start_date, local(3, 11))

    def test_a_new_policy_asks_about_the_open_tickets_that_it_is_for(self):
        values = {"name": "Solve", "team_id": self.team.id, "target": "resolution", "time": 8}
        policies = self.env["helpdesk.sla"].with_user(self.admin)
        policy = policies.create(values)
        self.assertFalse(policy.status_ids)
        dialog = self._ask(policy.action_ask_follow(list(values)))
        self.assertEqual(dialog.ticket_count, 2)
        dialog.action_follow()
        self.assertEqual(policy.status_ids.ticket_id, self.running | self.met)
        at_once = policies.with_context(helpdesk_sla_follow=True).create(values)
        self.assertEqual(at_once.status_ids.ticket_id, self.running | self.met)

    def test_an_archived_policy_keeps_its_word_unless_the_clocks_are_stopped(self):
        action = self.policy.action_archive()
        dialog = self._ask(action)
        self.assertTrue(dialog.archived)
        self.assertEqual(dialog.ticket_count, 1)
        self.running.stage_id = self.stage_progress
        self.assertEqual(self._deadline(self.running), local(3, 12), "it runs on")
        self.assertFalse(self._deadline(self._ticket()))
        dialog.action_follow()
        self.assertFalse(self._status(self.running))
        self.assertEqual(self._deadline(self.met), local(3, 12), "what was met is known")

    def test_several_are_archived_with_one_question(self):
        other = self._policy(name="Other", target="resolution").with_user(self.admin)
        other.with_context(helpdesk_sla_follow=True).time = 3
        dialog = self._ask((self.policy | other).action_archive())
        self.assertEqual((dialog.sla_ids, dialog.ticket_count), (self.policy | other, 2))

    def test_nothing_is_asked_where_nothing_would_change(self):
        self.policy.name = "Another name"
        self.assertFalse(self.policy.action_ask_follow(["name", "description"]))
        unused = self._policy(name="Unused", partner_ids=[Command.set(self.other_customer.ids)])
        self.assertFalse(unused.with_user(self.admin).action_ask_follow(["time"]))
        self.assertFalse(unused.with_user(self.admin).action_archive())

    def test_a_policy_with_a_history_is_archived_and_not_deleted(self):
        with self.assertRaisesRegex(UserError, "Archive it instead"):
            self.policy.unlink()
        unused = self._policy(name="Unused", partner_ids=[Command.set(self.other_customer.ids)])
        unused.with_user(self.admin).unlink()
        self.assertFalse(unused.exists())


@tagged("post_install", "-at_install")
class TestSlaScreensSpeed(SlaCase):
    def setUp(self):
        super().setUp()
        self.at(3, 9)

    def _count(self, operation):
        """Count what it costs once what is kept in memory between transactions is there."""
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
