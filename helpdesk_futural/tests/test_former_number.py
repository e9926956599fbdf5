from odoo.tests import tagged

from .common import MailCase


@tagged("post_install", "-at_install")
class TestFormerNumber(MailCase):
    """Tickets moved in from another helpdesk are known by the numbers that they had there."""

    def setUp(self):
        super().setUp()
        self.ticket = self._ticket(name="The coffee machine", former_ref="HT00042")

    def test_a_mail_that_quotes_the_old_number_reaches_its_ticket(self):
        for subject in (
            "Re: The ticket HT00042 has been closed.",
            "VS: [#HT00042] Coffee",
            "ht00042",
        ):
            with self.subTest(subject=subject):
                row = self._receive(subject=subject)
                self.assertEqual((row.outcome, row.ticket_id), ("reply", self.ticket))
                self.assertEqual(row.evidence, "#HT00042 in the subject")

    def test_a_stranger_who_quotes_it_gets_a_ticket_of_their_own_and_learns_nothing(self):
        row = self._receive(subject="The ticket HT00042", **{"from": "eve@evil.example"})
        self.assertEqual(row.outcome, "ticket")
        self.assertNotEqual(row.ticket_id, self.ticket)
        note = row.ticket_id.message_ids.filtered(lambda m: "takes no part" in (m.body or ""))
        self.assertIn(self.ticket.ticket_ref, note.body)
        self.assertTrue(note.subtype_id.internal or note.is_internal)

    def test_of_two_helpdesks_with_the_same_numbers_the_senders_ticket_is_meant(self):
        theirs = self._ticket(partner_id=self.other_customer.id, former_ref="HT00042")
        row = self._receive(subject="HT00042", **{"from": "ingrid@dahl.example"})
        self.assertEqual(row.ticket_id, theirs)
        self.assertEqual(self._receive(subject="HT00042").ticket_id, self.ticket)

    def test_bare_digits_are_no_number_but_digits_after_a_hash_are(self):
        self.ticket.former_ref = "104"
        self.assertEqual(self._receive(subject="Room 104 is cold").outcome, "ticket")
        self.assertEqual(self._receive(subject="Re: #104").ticket_id, self.ticket)

    def test_the_search_finds_it_however_it_is_written(self):
        tickets = self._as(self.aino)
        for written in ("HT00042", "#HT00042", "ht00042"):
            with self.subTest(written=written):
                self.assertIn(self.ticket.id, dict(tickets.name_search(written)))
        self.ticket.former_ref = "202400042"  # looks like a case number of ours
        self.assertIn(self.ticket.id, dict(tickets.name_search("#202400042")))
        self.assertEqual(tickets.search([("display_name", "ilike", "202400042")]), self.ticket)

    def test_a_case_number_goes_first(self):
        other = self._ticket(partner_id=self.customer.id)
        self.ticket.former_ref = other.ticket_ref
        self.assertEqual(self._receive(subject=f"Re: [#{other.ticket_ref}]").ticket_id, other)
