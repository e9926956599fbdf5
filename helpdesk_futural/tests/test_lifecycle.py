from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestLifecycle(HelpdeskCase):
    def test_a_ticket_starts_in_the_teams_new_stage(self):
        self.assertEqual(self._ticket().stage_id, self.stage_new)
        backlog = self.env["helpdesk.stage"].create({"name": "Backlog", "state": "in_progress"})
        odd_team = self._team(name="Odd", stage_ids=[fields.Command.set(backlog.ids)])
        self.assertEqual(self._ticket(team_id=odd_team.id).stage_id, backlog)

    def test_the_closing_date_doesnt_survive_reopening(self):
        ticket = self._ticket()
        ticket.stage_id = self.stage_done
        self.assertTrue(ticket.solved_date)
        self.assertFalse(ticket.close_date)
        solved = ticket.solved_date
        with freeze_time(fields.Datetime.now() + timedelta(hours=1)):
            ticket.stage_id = self.stage_closed
            self.env.flush_all()
        self.assertEqual(ticket.solved_date, solved, "closing keeps when it was solved")
        self.assertGreater(ticket.close_date, solved)
        ticket.closed_by_partner = True
        ticket.stage_id = self.stage_progress
        self.assertFalse(ticket.close_date or ticket.solved_date or ticket.closed_by_partner)

    def test_a_ticket_closed_without_solution_was_not_solved(self):
        ticket = self._ticket()
        ticket.stage_id = self.stage_closed
        self.assertTrue(ticket.close_date)
        self.assertFalse(ticket.solved_date)

    def test_a_renamed_stage_keeps_its_meaning(self):
        ticket = self._ticket()
        self.stage_new.name = "Jono"
        self.assertEqual(ticket.state, "new")
        self.stage_new.state = "in_progress"
        self.assertEqual(ticket.state, "in_progress")

    def test_moving_a_ticket_resets_its_progress_mark(self):
        ticket = self._ticket(kanban_state="blocked")
        with freeze_time(fields.Datetime.now() + timedelta(hours=2)):
            ticket.stage_id = self.stage_progress
        self.assertEqual(ticket.kanban_state, "normal")
        self.assertGreater(ticket.date_last_stage_update, ticket.create_date)
        ticket.write({"stage_id": self.stage_waiting.id, "kanban_state": "done"})
        self.assertEqual(ticket.kanban_state, "done")

    def test_solving_needs_one_click(self):
        plain = self._ticket(user_id=self.aino.id)
        short = self._team(
            name="Short", stage_ids=[fields.Command.set((self.stage_new | self.stage_closed).ids)]
        )
        other = self._ticket(team_id=short.id)
        (plain | other).with_user(self.aino).action_solve()
        self.assertEqual((plain.stage_id, other.stage_id), (self.stage_done, self.stage_closed))

    def test_writing_the_same_stage_is_no_move(self):
        ticket = self._ticket(kanban_state="blocked")
        before = ticket.date_last_stage_update
        with freeze_time(fields.Datetime.now() + timedelta(hours=2)):
            ticket.stage_id = self.stage_new
        self.assertEqual((ticket.date_last_stage_update, ticket.kanban_state), (before, "blocked"))

    def test_a_ticket_keeps_its_meaning_in_another_team(self):
        doing = self.env["helpdesk.stage"].create({"name": "Doing", "state": "in_progress"})
        inbox = self.env["helpdesk.stage"].create({"name": "Inbox", "state": "new"})
        other = self._team(name="Other", stage_ids=[fields.Command.set((doing | inbox).ids)])
        working = self._ticket(stage_id=self.stage_progress.id)
        solved = self._ticket(stage_id=self.stage_done.id)
        (working | solved).write({"team_id": other.id})
        self.assertEqual(working.stage_id, doing)
        self.assertEqual(solved.stage_id, inbox, "no such stage there: the team looks at it anew")

    def test_a_team_moved_with_the_same_stages_changes_nothing(self):
        other = self._team(name="Other")
        ticket = self._ticket(stage_id=self.stage_waiting.id)
        ticket.team_id = other
        self.assertEqual(ticket.stage_id, self.stage_waiting)

    def test_a_stage_of_another_team_is_refused(self):
        foreign = self.env["helpdesk.stage"].create({"name": "Elsewhere"})
        with self.assertRaisesRegex(ValidationError, "does not work with the stage"):
            self._ticket().stage_id = foreign

    def test_waiting_for_the_customer_is_their_turn(self):
        ticket = self._ticket()
        self.assertEqual(ticket.waiting_on, "team")
        ticket.stage_id = self.stage_waiting
        self.assertEqual(ticket.waiting_on, "customer")

    def test_rotting_is_counted_for_open_tickets_only(self):
        self.stage_progress.rotting_threshold_days = 3
        self.stage_done.rotting_threshold_days = 3
        with freeze_time(fields.Datetime.now() - timedelta(days=5)):
            stale = self._ticket(stage_id=self.stage_progress.id)
            done = self._ticket(stage_id=self.stage_done.id)
        fresh = self._ticket(stage_id=self.stage_progress.id)
        tickets = stale | done | fresh
        self.assertEqual(tickets.filtered("is_rotting"), stale)
        found = self._as(self.aino).search([("is_rotting", "=", True), ("id", "in", tickets.ids)])
        self.assertEqual(found, stale)

    def test_the_time_in_each_stage_is_shown(self):
        ticket = self._ticket()
        self.flush_tracking()
        with freeze_time(fields.Datetime.now() + timedelta(hours=1)):
            ticket.stage_id = self.stage_progress
            self.flush_tracking()
        self.assertIn(str(self.stage_new.id), ticket.duration_tracking)

    def flush_tracking(self):
        self.env.flush_all()
        self.cr.precommit.run()

    def test_the_columns_of_a_team_are_its_stages_even_when_empty(self):
        tickets = self._as(self.aino).with_context(
            default_team_id=self.team.id, read_group_expand=True
        )
        groups = tickets.web_read_group(
            [("team_id", "=", self.team.id)], ["stage_id"], ["__count"]
        )["groups"]
        self.assertEqual([g["stage_id"][0] for g in groups], self.stages.ids)

    def test_the_form_offers_the_teams_stages_and_fills_in(self):
        with Form(self._as(self.aino)) as form:
            form.name = "By phone"
            form.team_id = self.team
            form.ticket_type_id = self.category_bug
            form.severity_id = self.env.ref("helpdesk_futural.severity_1")
            form.partner_id = self.customer
            self.assertEqual(form.stage_id, self.stage_new)
            self.assertEqual(form.partner_email, "liisa@laine.example")
        ticket = form.record
        self.assertRegex(ticket.ticket_ref, r"^\d{9,}$")
        self.assertEqual(ticket.create_uid, self.aino)
