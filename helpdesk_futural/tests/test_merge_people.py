from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_merge import MergeCase


@tagged("post_install", "-at_install")
class TestMergePeople(MergeCase):
    """Merging shows nobody what they were not to see."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Ticket = cls.env["helpdesk.ticket"]
        cls.survivor = Ticket.create(
            {"name": "Printer", "team_id": cls.team.id, "partner_id": cls.customer.id}
        )
        cls.pekkas = Ticket.create(
            {
                "name": "Printer too",
                "team_id": cls.team.id,
                "partner_id": cls.colleague_of_customer.id,
            }
        )

    def _say_as_pekka(self):
        return self._say(self.pekkas, "My salary slip is in it", self.colleague_of_customer)

    def test_a_colleagues_words_are_shown_to_agents_only(self):
        file = self._file(self.pekkas, "slip.txt")
        said = self._say(self.pekkas, "My slip is in it", self.colleague_of_customer)
        said.attachment_ids = file
        self._merge(self.pekkas, self.survivor)
        self.assertIn("My slip is in it", self._bodies(self.survivor))
        self.assertNotIn("My slip is in it", self._bodies(self.survivor, public=True))
        self.assertNotIn(self.colleague_of_customer, self.survivor.message_partner_ids)
        self.assertEqual(said.res_id, self.pekkas.id, "who wrote it still finds it")
        self.assertEqual(file.res_id, self.pekkas.id)
        note = self.survivor.message_ids.filtered(lambda m: "My slip" in (m.body or ""))
        self.assertEqual(note.attachment_ids.mapped("name"), ["slip.txt"])

    def test_internal_notes_and_colleagues_of_ours_move_all_the_same(self):
        note = self._answer(self.pekkas, "He is angry", "mail.mt_note")
        self.pekkas.message_subscribe(self.lars.partner_id.ids)
        self._merge(self.pekkas, self.survivor)
        self.assertEqual(note.res_id, self.survivor.id)
        self.assertIn(self.lars.partner_id, self.survivor.message_partner_ids)

    def test_the_agent_can_let_colleagues_read_each_other(self):
        said = self._say_as_pekka()
        self._merge(self.pekkas, self.survivor, join_people=True)
        self.assertEqual(said.res_id, self.survivor.id)
        self.assertIn(self.colleague_of_customer, self.survivor.message_partner_ids)

    def test_something_confidential_stays_so(self):
        said = self._say_as_pekka()
        self.pekkas.confidential = True
        self._finish()
        with self.assertRaisesRegex(AccessError, "confidential"):
            self._merge(self.pekkas, self.survivor, join_people=True)
        self._merge(self.pekkas, self.survivor)
        self.assertTrue(self.survivor.confidential)
        self.assertEqual(said.res_id, self.pekkas.id)

    def test_a_confidential_ticket_of_the_same_people_makes_the_survivor_confidential(self):
        secret = self._settled(confidential=True)
        said = self._say(secret, "Between us")
        self._merge(secret, self.survivor)
        self.assertTrue(self.survivor.confidential)
        self.assertEqual(said.res_id, self.survivor.id)

    def test_whoever_was_in_cc_of_one_reads_no_confidential_other(self):
        self.survivor.message_subscribe(self.other_customer.ids)
        secret = self._settled(confidential=True)
        self._say(secret, "Between us")
        self._merge(secret, self.survivor)
        self.assertNotIn("Between us", self._bodies(self.survivor, public=True))

    def test_organisations_that_an_administrator_joins_are_still_kept_apart(self):
        other = self._settled(partner_id=self.other_customer.id)
        self._say(other, "Our secret plan", self.other_customer)
        self._merge(other, self.survivor, self.admin, confirm_organisations=True)
        self.assertNotIn("Our secret plan", self._bodies(self.survivor, public=True))

    def test_the_wizard_names_who_would_read_what_is_new_to_them(self):
        wizard = self._wizard(self.pekkas, self.survivor)
        self.assertIn("Pekka Laine", wizard.newcomers)
        self.assertFalse(wizard.join_people)
        same = self._settled()
        wizard = self._wizard(same, self.survivor)
        self.assertFalse(wizard.newcomers)
        self.assertTrue(wizard.join_people)

    def test_whoever_was_kept_apart_is_heard_on_the_survivor(self):
        self._merge(self.pekkas, self.survivor)
        self.survivor.stage_id = self.stage_done
        self._finish()
        before = self._mails(self.survivor)
        message = self._say_as_pekka()
        self._finish()
        self.assertEqual(message.res_id, self.survivor.id)
        self.assertTrue(message.is_internal)
        self.assertNotIn("salary", self._bodies(self.survivor, public=True))
        self.assertEqual(self.survivor.state, "in_progress")
        self.assertEqual(self.pekkas.state, "closed")
        self.assertEqual(self._mails(self.survivor), before)
        self.survivor.with_user(self.aino).action_admit_outsiders()
        self.assertIn("salary", self._bodies(self.survivor, public=True))

    def test_an_agent_may_answer_a_conversation_that_was_kept_apart(self):
        self._merge(self.pekkas, self.survivor)
        answer = self._answer(self.pekkas, "We fixed it for both of you")
        self.assertEqual(answer.res_id, self.pekkas.id)
        self.assertNotIn(self.customer, answer.notified_partner_ids)
