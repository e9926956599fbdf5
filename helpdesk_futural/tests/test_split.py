from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MailCase
from .common_merge import MergeCase


@tagged("post_install", "-at_install")
class TestSplit(MergeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls.env["helpdesk.ticket"].create(
            {
                "name": "Printer",
                "team_id": cls.team.id,
                "partner_id": cls.customer.id,
                "channel": "email",
                "description": "<p>It is jammed.</p>",
            }
        )

    def setUp(self):
        super().setUp()
        self._finish()
        self.first = self._say(self.ticket, "It is jammed.")
        self.file = self._file(self.ticket, "invoice.txt")
        self.second = self._say(self.ticket, "And the invoice is wrong.")
        self.second.attachment_ids = self.file
        self._finish()

    def test_the_message_and_its_files_move_to_a_ticket_of_the_same_customer(self):
        new = self._split(self.ticket, self.second, name="Wrong invoice")
        self.assertEqual((new.name, new.partner_id), ("Wrong invoice", self.customer))
        self.assertEqual((self.second.res_id, self.file.res_id), (new.id, new.id))
        self.assertEqual(self.first.res_id, self.ticket.id)
        self.assertIn("the invoice is wrong", new.description)
        self.assertIn("It is jammed", self.ticket.description)
        self.assertIn(self.customer, new.message_partner_ids)

    def test_the_dialog_opened_from_a_message_splits_that_one(self):
        wizards = self.env["helpdesk.ticket.split"].with_user(self.aino)
        wizard = wizards.with_context(
            default_ticket_id=self.ticket.id, default_message_ids=self.second.ids
        ).create({})
        self.assertEqual((wizard.message_ids, wizard.name), (self.second, "Printer"))
        wizard.action_split()
        self.assertEqual(self.second.res_id, self.ticket.follow_up_ids.id)

    def test_both_tickets_lead_to_each_other(self):
        new = self._split(self.ticket, self.second)
        self.assertEqual(new.origin_id, self.ticket)
        self.assertEqual(self.ticket.follow_up_ids, new)
        self.assertIn(self.ticket.ticket_ref, self._bodies(new))
        self.assertIn(new.ticket_ref, self._bodies(self.ticket))

    def test_the_customer_is_told_only_if_asked(self):
        new = self._split(self.ticket, self.second)
        self.assertFalse(self._mails(new))
        told = self._split(self.ticket, self.first, notify_customer=True)
        self.assertEqual(self._mails(told).recipient_ids, self.customer)

    def test_a_colleagues_own_matter_becomes_their_ticket(self):
        message = self._say(self.ticket, "My screen is black", self.colleague_of_customer)
        new = self._split(self.ticket, message)
        self.assertEqual(new.partner_id, self.colleague_of_customer)
        self.assertNotIn(self.customer, new.message_partner_ids, "it was none of theirs")

    def test_a_strangers_message_stays_the_customers_ticket(self):
        message = self._say(self.ticket, "Ask me", self.other_customer)
        self.assertEqual(self._split(self.ticket, message).partner_id, self.customer)

    def test_both_tickets_say_who_wrote_last_and_who_waits(self):
        answer = self._answer(self.ticket, "Unplug it.")
        new = self._split(self.ticket, self.second)
        self.assertEqual(
            (new.waiting_on, new.last_message_preview[:15]), ("team", "And the invoice")
        )
        self.assertFalse(new.first_response_date)
        self.assertEqual(self.ticket.last_message_preview, "Unplug it.")
        self.assertEqual(self.ticket.waiting_on, "customer")
        self._split(self.ticket, answer)
        self.assertEqual(self.ticket.waiting_on, "team", "nobody has answered what is left")
        self.assertEqual(self.ticket.oldest_unanswered_customer_message_date, self.first.date)

    def test_a_note_stays_internal_on_the_new_ticket(self):
        note = self._answer(self.ticket, "He pays late", "mail.mt_note")
        new = self._split(self.ticket, self.second | note)
        self.assertEqual(note.res_id, new.id)
        self.assertNotIn("He pays late", self._bodies(new, public=True))
        self.assertNotIn("He pays late", new.description)

    def test_only_the_tickets_own_conversation_can_be_split(self):
        other = self._settled()
        foreign = self._say(other, "Elsewhere")
        log = self.ticket.message_ids.filtered(lambda m: m.message_type == "notification")[:1]
        for messages in (foreign, log):
            with self.assertRaisesRegex(UserError, self.ticket.ticket_ref):
                self.ticket.with_user(self.aino)._split_off(messages)
        with self.assertRaisesRegex(UserError, "Choose the messages"):
            self._split(self.ticket, self.first.browse())

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.models")
    def test_whoever_doesnt_see_the_ticket_cant_split_it(self):
        hidden = self._settled(team_id=self.private_team.id)
        message = self._say(hidden, "For the board")
        with self.assertRaises(AccessError):
            self._split(hidden, message)
        self.assertEqual(message.res_id, hidden.id)


@tagged("post_install", "-at_install")
class TestSplitMail(MailCase):
    def test_answers_to_what_moved_land_on_the_new_ticket(self):
        ticket = self._receive(subject="Printer").ticket_id
        row = self._receive(subject=f"#{ticket.ticket_ref}", body="And the invoice is wrong.")
        message = row.ticket_id.message_ids.filtered(lambda m: "invoice" in (m.body or ""))
        new = ticket.with_user(self.aino)._split_off(message, name="Invoice")
        row = self._receive(in_reply_to=message.message_id)
        self.assertEqual((row.outcome, row.ticket_id.id), ("reply", new.id))
        row = self._receive(subject=f"#{ticket.ticket_ref}")
        self.assertEqual(row.ticket_id, ticket)
