from odoo.tests import tagged

from .common_metrics import MONDAY, MetricsCase


@tagged("post_install", "-at_install")
class TestMetrics(MetricsCase):
    """Who waits since when, and how often who wrote, whatever way the messages take."""

    def _waits_since(self, ticket):
        return ticket.oldest_unanswered_customer_message_date

    # Since when the customer waits --------------------------------------

    def test_a_mail_waits_for_its_answer_from_the_moment_it_came(self):
        with self._at():
            ticket = self._receive().ticket_id
        self.assertEqual(self._waits_since(ticket), MONDAY)
        with self._at(hours=2):
            self._answer(ticket)
        self.assertFalse(self._waits_since(ticket))

    def test_what_customers_fill_in_themselves_waits_for_its_answer(self):
        with self._at():
            by_form, by_portal, by_phone, by_hand = [
                self._ticket(channel=channel) for channel in ("form", "portal", "phone", "manual")
            ]
        self.assertEqual(self._waits_since(by_form), MONDAY)
        self.assertEqual(self._waits_since(by_portal), MONDAY)
        self.assertFalse(self._waits_since(by_phone))
        self.assertFalse(self._waits_since(by_hand))

    def test_an_import_of_closed_tickets_leaves_nobody_waiting(self):
        ticket = self._ticket(channel="portal", stage_id=self.stage_closed.id)
        self.assertFalse(self._waits_since(ticket))

    def test_writing_again_moves_nothing(self):
        ticket = self._ticket()
        with self._at():
            self._say(ticket)
        with self._at(hours=3):
            self._say(ticket, "Hello?")
        self.assertEqual(self._waits_since(ticket), MONDAY)

    def test_notes_and_automatic_mails_answer_nobody(self):
        with self._at():
            ticket = self._receive().ticket_id
        with self._at(hours=1):
            self._answer(ticket, subtype="mail.mt_note")
            ticket._queue_automatic_mails(self.env.ref("helpdesk_futural.mail_template_received"))
            self.env.cr.flush()
        self.assertEqual(self._waits_since(ticket), MONDAY)

    def test_a_robots_mail_waits_for_no_answer(self):
        ticket = self._receive(
            auto_submitted="auto-generated", **{"from": "monitor@laine.example"}
        ).ticket_id
        self.assertEqual(ticket.waiting_on, "team")
        self.assertFalse(self._waits_since(ticket))

    def test_a_robots_answer_waits_for_none_either(self):
        ticket = self._receive().ticket_id
        answer = self._answer(ticket)
        self._receive(in_reply_to=answer.message_id, auto_submitted="auto-replied")
        self.assertFalse(self._waits_since(ticket))

    def test_the_solution_answers_and_a_later_message_waits_anew(self):
        with self._at():
            ticket = self._ticket()
            self._say(ticket, "Thanks, it works.")
        with self._at(hours=1):
            ticket.stage_id = self.stage_done
        self.assertFalse(self._waits_since(ticket))
        with self._at(hours=5):
            self._say(ticket)
        self.assertEqual(ticket.state, "in_progress")
        self.assertEqual(self._waits_since(ticket), self._moment(hours=5))

    def test_the_clock_of_the_senders_computer_starts_no_deadline_in_the_past_or_future(self):
        for date in ("Mon, 01 Jan 2001 10:00:00 +0000", "Mon, 01 Jan 2035 10:00:00 +0000"):
            with self.subTest(date=date), self._at():
                ticket = self._receive(date=date).ticket_id
                self.assertEqual(self._waits_since(ticket), MONDAY)

    def test_a_mail_that_was_on_its_way_for_long_waits_since_it_was_sent(self):
        with self._at(hours=26):
            ticket = self._receive(date="Mon, 03 Mar 2025 08:00:00 +0200").ticket_id
        self.assertEqual(self._waits_since(ticket), MONDAY)

    def test_a_copy_waits_for_nobody(self):
        ticket = self._ticket()
        self._say(ticket)
        self.assertFalse(self._waits_since(ticket.copy()))
