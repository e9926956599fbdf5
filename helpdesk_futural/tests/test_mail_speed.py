"""What a mail costs, and that what is known without asking the database is right."""

import json

from odoo.tests import tagged

from .common import MailCase


@tagged("post_install", "-at_install")
class TestMailSpeed(MailCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.use_sla = True
        cls.env["helpdesk.sla"].create(
            [
                {"name": target, "team_id": cls.team.id, "target": target, "time": 4}
                for target in ("first_response", "resolution")
            ]
        )

    def _count(self, **values):
        """Return how many queries a mail costs, and its row in the register."""
        message = self._mail(**values).as_bytes()
        known = self.env["helpdesk.incoming.mail"].search([])
        self.env.cr.flush()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.env["mail.thread"].message_process(None, message)
        return (
            self.env.cr.sql_log_count - before,
            self.env["helpdesk.incoming.mail"].search([]) - known,
        )

    def test_a_mail_costs_no_more_than_core_and_the_register(self):
        self.team.acknowledgement_template_id = False
        self._receive()
        new, row = self._count()
        self.assertEqual((row.outcome, len(row.ticket_id.sla_status_ids)), ("ticket", 2))
        self.assertLessEqual(new, 42)
        first = row.ticket_id.message_ids.filtered(lambda m: m.message_type == "email")
        self._receive(in_reply_to=first.message_id)
        reply, answer = self._count(in_reply_to=first.message_id)
        self.assertEqual((answer.outcome, answer.ticket_id), ("reply", row.ticket_id))
        self.assertLessEqual(reply, 47)

    def test_an_acknowledgement_costs_what_its_records_cost(self):
        self._receive()
        new, row = self._count()
        self.assertTrue(row.ticket_id.acknowledgement_date)
        self.assertLessEqual(new, 58)

    def test_a_sender_who_writes_is_no_longer_taken_for_bounced(self):
        lists = self.env["res.partner"].create(
            {"name": "Twin", "email": "Liisa@Laine.example", "message_bounce": 2}
        )
        self.customer.message_bounce = 3
        self.other_customer.message_bounce = 1
        self._receive()
        self.assertFalse((self.customer | lists).filtered("message_bounce"))
        self.assertEqual(self.other_customer.message_bounce, 1)

    def test_a_category_says_what_is_described_and_the_mail_comes_after(self):
        self.category_bug.description_template = "<p>Serial number?</p>"
        self.team.alias_defaults = repr(
            {"team_id": self.team.id, "ticket_type_id": self.category_bug.id}
        )
        ticket = self._receive(body="It smokes.").ticket_id
        self.assertIn("Serial number?", ticket.description)
        self.assertIn("It smokes.", str(ticket.message_ids.mapped("body")))

    def test_what_a_subtype_means_counts_at_once(self):
        ticket = self._receive().ticket_id
        answer = self._answer(ticket)
        self.assertTrue(ticket.first_response_date)
        self.assertEqual(ticket._get_message_side(answer), "agent")
        answer.sudo().subtype_id.internal = True
        self.assertFalse(ticket._get_message_side(answer))

    def test_a_ticket_that_is_gone_before_the_end_is_not_acknowledged(self):
        tickets = self.env["helpdesk.ticket"].create(
            [
                {
                    "name": name,
                    "team_id": self.team.id,
                    "partner_id": self.customer.id,
                    "channel": "email",
                }
                for name in ("Spam", "Printer")
            ]
        )
        spam, kept = tickets
        spam.unlink()
        self.env.cr.flush()
        self.assertTrue(kept.acknowledgement_date)
        mails = self.env["mail.mail"].search(
            [("model", "=", "helpdesk.ticket"), ("res_id", "in", tickets.ids)]
        )
        self.assertEqual(mails.mapped("res_id"), kept.ids)

    def test_only_a_ticket_that_may_be_open_somewhere_is_announced(self):
        def announced(row):
            self.env.cr.flush()
            return sum(
                json.loads(sent.channel)[1:3] == ["helpdesk.ticket", row.ticket_id.id]
                for sent in self.env["bus.bus"].search([])
            )

        row = self._receive()
        self.assertEqual(announced(row), 0)
        first = row.ticket_id.message_ids.filtered(lambda m: m.message_type == "email")
        self.assertEqual(announced(self._receive(in_reply_to=first.message_id)), 1)

    def test_nobody_rates_a_ticket_by_making_it(self):
        ticket = self._as(self.aino).create(
            {"name": "Fine", "team_id": self.team.id, "rating_last_value": 5}
        )
        self.env.flush_all()
        self.assertEqual((ticket.rating_last_value, ticket.satisfaction), (0, False))
