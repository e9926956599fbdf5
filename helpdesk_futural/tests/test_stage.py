from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestStage(HelpdeskCase):
    def test_done_stages_are_folded_unless_the_administrator_unfolds_them(self):
        self.assertEqual(self.stages.filtered("fold"), self.stage_done | self.stage_closed)
        stage = self.env["helpdesk.stage"].create(
            {"name": "Solved here", "state": "solved", "fold": False}
        )
        self.assertFalse(stage.fold)

    def test_a_stage_in_use_cant_be_deleted(self):
        ticket = self._ticket()
        ticket.active = False
        with self.assertRaisesRegex(UserError, "can't be deleted"):
            self.stage_new.with_user(self.admin).unlink()

    def test_a_stage_with_open_tickets_cant_be_archived(self):
        ticket = self._ticket()
        with self.assertRaisesRegex(ValidationError, "Move them to another stage"):
            self.stage_new.with_user(self.admin).action_archive()
        ticket.stage_id = self.stage_closed
        self.stage_new.with_user(self.admin).action_archive()
        self.assertFalse(self.stage_new.active)

    def test_a_stage_cant_be_taken_from_a_team_with_tickets_in_it(self):
        self._ticket()
        with self.assertRaisesRegex(ValidationError, "Technical"):
            self.stage_new.with_user(self.admin).team_ids = [Command.unlink(self.team.id)]
        with self.assertRaisesRegex(ValidationError, "Technical"):
            self.team.with_user(self.admin).stage_ids = [Command.unlink(self.stage_new.id)]

    def test_a_team_needs_a_stage(self):
        with self.assertRaisesRegex(ValidationError, "at least one stage"):
            self.team.with_user(self.admin).stage_ids = [Command.clear()]

    def test_deleting_a_stage_offers_to_move_its_tickets(self):
        tickets = self._ticket() | self._ticket(active=False)
        action = self.stage_new.with_user(self.admin).action_delete()
        wizard = Form(
            self.env[action["res_model"]].with_user(self.admin).with_context(**action["context"])
        )
        self.assertEqual(wizard.ticket_count, 2)
        wizard.target_stage_id = self.stage_progress
        wizard.save().action_delete()
        self.assertFalse(self.stage_new.exists())
        self.assertEqual(tickets.stage_id, self.stage_progress)

    def _wizard(self, **values):
        return (
            self.env["helpdesk.stage.delete"]
            .with_user(self.admin)
            .create({"stage_ids": [Command.set(self.stage_new.ids)], **values})
        )

    def test_the_tickets_need_a_stage_to_go_to(self):
        self._ticket()
        with self.assertRaisesRegex(UserError, "Choose the stage"):
            self._wizard().action_delete()
        foreign = self.env["helpdesk.stage"].create({"name": "Elsewhere"})
        with self.assertRaisesRegex(UserError, "not used by: Technical"):
            self._wizard(target_stage_id=foreign.id).action_delete()
        self.assertTrue(self.stage_new.exists())

    def test_an_empty_stage_is_simply_deleted(self):
        self._wizard().action_delete()
        self.assertFalse(self.stage_new.exists())

    def test_customers_hear_nothing_of_an_administrator_tidying_up(self):
        template = self.env["mail.template"].create(
            {
                "name": "In progress",
                "model_id": self.env["ir.model"]._get_id("helpdesk.ticket"),
                "subject": "We work on it",
                "body_html": "<p>We work on it</p>",
                "use_default_to": True,
            }
        )
        self.stage_progress.template_id = template
        ticket = self._ticket()
        self.env.flush_all()
        self.cr.precommit.run()
        before = ticket.message_ids
        self._wizard(target_stage_id=self.stage_progress.id).action_delete()
        self.env.flush_all()
        self.cr.precommit.run()
        self.assertEqual(ticket.stage_id, self.stage_progress)
        self.assertEqual(ticket.message_ids, before)

    def test_a_copied_stage_means_the_same(self):
        self.assertEqual(self.stage_closed.copy().state, "closed")
