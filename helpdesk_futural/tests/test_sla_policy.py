"""What administrators see of a policy, and who follows when they change it."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common_sla import SlaCase, local


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
