from odoo import Command
from odoo.tests import tagged

from .common import MailCase


@tagged("post_install", "-at_install")
class TestMergeMail(MailCase):
    """Answers to a merged ticket reach the one that goes on, in whatever way they find it."""

    def setUp(self):
        super().setUp()
        self.survivor = self._receive(subject="Printer").ticket_id
        self.merged = self._receive(subject="Printer again").ticket_id
        self.moved = self._answer(self.merged)
        self.stayed = self.merged.message_post(body="Assigned", message_type="notification")

    def _merge(self, tickets=None, target=None, **values):
        self.env.flush_all()
        wizards = self.env["helpdesk.ticket.merge"].with_user(self.aino)
        wizards.create(
            {
                "ticket_ids": [Command.set((tickets or self.merged).ids)],
                "target_id": (target or self.survivor).id,
                **values,
            }
        ).action_merge()

    def _assert_reaches_survivor(self, row, outcome="reply"):
        self.assertEqual((row.outcome, row.ticket_id), (outcome, self.survivor))
        self.assertEqual(self.merged.state, "closed")
        self.assertFalse(self.merged.follow_up_ids)

    def test_an_answer_to_a_message_that_moved(self):
        self._merge()
        row = self._receive(in_reply_to=self.moved.message_id)
        self._assert_reaches_survivor(row)
        self.assertEqual(self.survivor.waiting_on, "team")

    def test_an_answer_to_a_message_that_stayed(self):
        self.stayed.subtype_id = self.env.ref("mail.mt_comment")
        self._merge()
        row = self._receive(references=self.stayed.message_id)
        self._assert_reaches_survivor(row)
        self.assertIn(self.merged.ticket_ref, row.evidence)

    def test_an_answer_to_the_mail_about_the_merge(self):
        self._merge(notify_customers=True)
        mail = self.env["mail.mail"].search(
            [("model", "=", "helpdesk.ticket"), ("res_id", "=", self.merged.id)], limit=1
        )
        self._assert_reaches_survivor(self._receive(in_reply_to=mail.message_id))

    def test_the_merged_tickets_number_in_the_subject(self):
        self._merge()
        row = self._receive(subject=f"Re: [#{self.merged.ticket_ref}] Printer again")
        self._assert_reaches_survivor(row)

    def test_a_chain_leads_to_its_end(self):
        last = self._receive(subject="Last").ticket_id
        self._merge()
        self._merge(self.survivor, last)
        row = self._receive(subject=f"#{self.merged.ticket_ref}")
        self.assertEqual(row.ticket_id, last)

    def test_a_stranger_with_the_merged_number_gets_an_own_ticket(self):
        self._merge()
        row = self._receive(subject=f"#{self.merged.ticket_ref}", **{"from": "eve@evil.example"})
        self.assertEqual(row.outcome, "ticket")
        self.assertNotEqual(row.ticket_id, self.survivor)

    def test_an_answer_to_a_solved_survivor_reopens_that_one(self):
        self._merge()
        self.survivor.stage_id = self.stage_closed
        self._assert_reaches_survivor(self._receive(subject=f"#{self.merged.ticket_ref}"))
        self.assertEqual(self.survivor.state, "in_progress")

    def test_a_late_answer_continues_the_survivor(self):
        self._merge()
        self.survivor.stage_id = self.stage_closed
        (self.merged | self.survivor).write({"close_date": "2020-01-01 12:00:00"})
        row = self._receive(subject=f"#{self.merged.ticket_ref}")
        self.assertEqual(row.outcome, "ticket")
        self.assertEqual(row.ticket_id.origin_id, self.survivor)

    def test_a_follow_up_that_was_merged_is_not_answered_in_its_place(self):
        self.survivor.stage_id = self.stage_closed
        self.survivor.close_date = "2020-01-01 12:00:00"
        follow_up = self._receive(subject=f"#{self.survivor.ticket_ref}").ticket_id
        other = self._receive(subject="Other").ticket_id
        self._merge(follow_up, other)
        row = self._receive(subject=f"#{self.survivor.ticket_ref}")
        self.assertEqual(row.ticket_id, other)

    def test_what_the_customer_writes_on_the_merged_tickets_page(self):
        self._merge()
        message = (
            self.merged.with_user(self.portal)
            .sudo()
            .message_post(
                body="Still!",
                author_id=self.customer.id,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        )
        self.assertEqual(message.res_id, self.survivor.id)
        self.assertEqual(self.survivor.waiting_on, "team")

    def test_a_robots_answer_is_a_note_on_the_survivor(self):
        self._merge()
        row = self._receive(
            subject=f"Out of office #{self.merged.ticket_ref}", auto_submitted="auto-replied"
        )
        self._assert_reaches_survivor(row, "note")

    def test_a_colleague_who_was_kept_apart_is_heard_by_agents_only(self):
        pekkas = self._receive(subject="Mine", **{"from": "pekka@laine.example"}).ticket_id
        self._merge(pekkas)
        self.survivor.stage_id = self.stage_waiting
        mails = self.env["mail.mail"].search([])
        row = self._receive(subject=f"#{pekkas.ticket_ref}", **{"from": "pekka@laine.example"})
        self.assertEqual((row.outcome, row.ticket_id), ("note", self.survivor))
        self.assertTrue(self.survivor.message_ids[0].is_internal)
        self.assertEqual((self.survivor.state, self.survivor.waiting_on), ("in_progress", "team"))
        sent = self.env["mail.mail"].search([]) - mails
        self.assertNotIn(self.customer, sent.recipient_ids)
        # By the survivor's own number a colleague takes part, as in any ticket.
        row = self._receive(
            subject=f"#{self.survivor.ticket_ref}", **{"from": "pekka@laine.example"}
        )
        self.assertEqual(row.outcome, "reply")
