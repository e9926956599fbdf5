from odoo.tests import tagged

from .common import MailCase


@tagged("post_install", "-at_install")
class TestPairing(MailCase):
    def setUp(self):
        super().setUp()
        self.ticket = self._receive().ticket_id
        self.answer = self._answer(self.ticket)

    def _number(self, prefix="Re: "):
        return f"{prefix}[#{self.ticket.ticket_ref}] Printer"

    def test_an_answer_is_paired_by_its_headers_whatever_the_subject(self):
        for header in ("in_reply_to", "references"):
            with self.subTest(header=header):
                row = self._receive(subject="Something", **{header: self.answer.message_id})
                self.assertEqual((row.outcome, row.ticket_id), ("reply", self.ticket))
                self.assertEqual(row.evidence, "References")

    def test_an_answer_to_ones_own_first_mail_is_paired(self):
        first = self.ticket.message_ids.filtered(lambda m: m.message_type == "email")
        row = self._receive(in_reply_to=first.message_id)
        self.assertEqual((row.outcome, row.ticket_id), ("reply", self.ticket))
        self.assertEqual(self.ticket.waiting_on, "team")

    def test_the_number_pairs_where_headers_are_stripped(self):
        for prefix in ("", "Re: ", "VS: ", "Sv: AW: Fwd: "):
            with self.subTest(prefix=prefix):
                row = self._receive(subject=self._number(prefix))
                self.assertEqual((row.outcome, row.ticket_id), ("reply", self.ticket))
                self.assertIn("in the subject", row.evidence)
        self.assertEqual(self.ticket.waiting_on, "team")

    def test_everybody_who_takes_part_may_use_the_number(self):
        self.ticket.email_cc = "Cousin <cousin@elsewhere.example>"
        self.ticket.message_subscribe(self.other_customer.ids)
        for sender in (
            "pekka@laine.example",  # the same organisation
            "uusi@laine.example",  # … from an address that is no contact yet
            "ingrid@dahl.example",  # a follower
            "COUSIN@elsewhere.example",  # in CC before
            self.lars.email,  # a colleague of ours
        ):
            with self.subTest(sender=sender):
                row = self._receive(subject=self._number(), **{"from": sender})
                self.assertEqual((row.outcome, row.ticket_id), ("reply", self.ticket))
                message = self.ticket.message_ids.filtered(lambda m: m.message_type == "email")[0]
                self.assertNotEqual(message.author_id, self.env.ref("base.partner_root"))
                if sender != self.lars.email:
                    self.assertIn(sender.lower(), message.email_from.lower())
                    self.assertEqual(self.ticket.waiting_on, "team")
                self.ticket.waiting_on = "customer"

    def test_a_stranger_quoting_a_number_gets_an_own_ticket_and_learns_nothing(self):
        row = self._receive(subject=self._number(), **{"from": "eve@evil.example"})
        self.assertEqual(row.outcome, "ticket")
        self.assertNotEqual(row.ticket_id, self.ticket)
        note = row.ticket_id.message_ids.filtered(lambda m: "takes no part" in (m.body or ""))
        self.assertIn(self.ticket.ticket_ref, note.body)
        self.assertTrue(note.subtype_id.internal or note.is_internal)
        mails = self.env["mail.mail"].search([("model", "=", "helpdesk.ticket")])
        for mail in mails.filtered(lambda m: m.res_id == row.ticket_id.id):
            self.assertNotIn(self.ticket.ticket_ref, f"{mail.subject}{mail.body_html}")

    def test_a_stranger_in_the_thread_is_heard_by_agents_only(self):
        mails = self.env["mail.mail"].search([])
        row = self._receive(
            in_reply_to=self.answer.message_id, **{"from": "Eve <eve@evil.example>"}
        )
        self.assertEqual((row.outcome, row.ticket_id), ("note", self.ticket))
        message = self.ticket.message_ids[0]
        self.assertEqual(message.helpdesk_sender, "outsider")
        self.assertTrue(message.is_internal)
        self.assertEqual(self.ticket.waiting_on, "customer", "it is not the customer's answer")
        sent = self.env["mail.mail"].search([]) - mails
        self.assertNotIn(self.customer, sent.recipient_ids)
        self.assertNotIn("eve@evil.example", self.ticket.email_cc or "")

    def test_the_agent_lets_a_stranger_in_with_one_click(self):
        self._receive(in_reply_to=self.answer.message_id, **{"from": "Eve <eve@evil.example>"})
        ticket = self.ticket.with_user(self.aino)
        self.assertIn("eve@evil.example", ticket.outsider_emails)
        ticket.action_admit_outsiders()
        message = self.ticket.message_ids[0]
        self.assertFalse(message.is_internal or message.subtype_id.internal)
        self.assertIn("eve@evil.example", self.ticket.message_partner_ids.mapped("email"))
        self.assertFalse(ticket.outsider_emails)
        row = self._receive(subject=self._number(), **{"from": "eve@evil.example"})
        self.assertEqual((row.outcome, row.ticket_id), ("reply", self.ticket))

    def test_an_answer_to_an_internal_note_stays_internal(self):
        note = self._answer(self.ticket, "He is angry", "mail.mt_note")
        row = self._receive(in_reply_to=note.message_id, **{"from": self.lars.email})
        self.assertEqual((row.outcome, row.ticket_id), ("note", self.ticket))
        self.assertTrue(self.ticket.message_ids[0].is_internal)
        self.assertEqual(self.ticket.waiting_on, "customer")

    def test_the_agent_answering_by_mail_answers_the_customer(self):
        self._receive(subject=self._number())
        before = self.env["mail.mail"].search([])
        row = self._receive(subject=self._number(), **{"from": self.aino.email_formatted})
        self.assertEqual(row.outcome, "reply")
        self.assertEqual(self.ticket.waiting_on, "customer")
        self.env.flush_all()
        sent = self.env["mail.mail"].search([]) - before
        self.assertIn(self.customer, sent.recipient_ids)
        self.assertIn("<tech@pohjola.example>", sent.filtered("recipient_ids")[0].email_from)

    def test_a_robots_answer_is_logged_and_moves_nothing(self):
        self.ticket.stage_id = self.stage_waiting
        row = self._receive(
            subject="Out of office",
            in_reply_to=self.answer.message_id,
            auto_submitted="auto-replied",
        )
        self.assertEqual((row.outcome, row.ticket_id), ("note", self.ticket))
        self.assertEqual(self.ticket.message_ids[0].helpdesk_sender, "robot")
        self.assertEqual(
            (self.ticket.stage_id, self.ticket.waiting_on), (self.stage_waiting, "customer")
        )

    def test_an_answer_to_an_acknowledgement_is_the_customers_message(self):
        acknowledgement = self.ticket.message_post(
            body="We have received it.",
            message_type="auto_comment",
            subtype_xmlid="mail.mt_note",
            author_id=self.env.ref("base.partner_root").id,
        )
        row = self._receive(in_reply_to=acknowledgement.message_id)
        self.assertEqual((row.outcome, row.ticket_id), ("reply", self.ticket))
        self.assertEqual(self.ticket.waiting_on, "team")

    def test_bounces_of_other_shapes_become_no_tickets(self):
        before = self.env["helpdesk.ticket"].search_count([])
        shapes = (
            {"from": "MAILER-DAEMON@mx.provider.example", "return_path": "<>"},
            {"from": "Mail Delivery System <postmaster@provider.example>", "return_path": "<>"},
            {"from": "<>", "subject": "Mail delivery failed: returning message to sender"},
        )
        for headers in shapes:
            with self.subTest(sender=headers["from"]):
                body = (
                    "This message was created automatically by mail delivery software.\n"
                    "A message that you sent could not be delivered:\n\n  liisa@laine.example\n"
                    "    550 5.1.1 no such user\n"
                )
                values = {"subject": "Undelivered Mail Returned to Sender", "body": body, **headers}
                row = self._receive(**values)
                self.assertEqual(row.outcome, "bounce")
        self.assertEqual(self.env["helpdesk.ticket"].search_count([]), before)

    def test_an_answer_to_a_deleted_ticket_is_a_new_one(self):
        reference = self.answer.message_id
        self.ticket.unlink()
        row = self._receive(subject="Re: Printer", references=reference)
        self.assertEqual((row.outcome, row.team_id), ("ticket", self.team))

    def test_the_same_answer_twice_is_one_whoever_of_the_thread_wrote_it(self):
        for sender in (
            "Liisa Laine <liisa@laine.example>",
            "uusi@laine.example",
            self.aino.email_formatted,
        ):
            with self.subTest(sender=sender):
                message = self._mail(in_reply_to=self.answer.message_id, **{"from": sender})
                self.assertEqual(self._receive(message).outcome, "reply")
                self.assertEqual(self._receive(message).outcome, "duplicate")

    def test_people_in_cc_take_part(self):
        row = self._receive(
            in_reply_to=self.answer.message_id,
            to="tech@pohjola.example, Ingrid <ingrid@dahl.example>",
            cc="Nils Ny <nils@ny.example>, billing@pohjola.example",
        )
        self.assertEqual(row.ticket_id, self.ticket)
        self.assertIn(self.other_customer, self.ticket.message_partner_ids)
        self.assertIn("nils@ny.example", self.ticket.email_cc)
        self.assertNotIn("tech@", self.ticket.email_cc)
        suggested = {
            r.get("email") for r in self.ticket._message_get_suggested_recipients(no_create=True)
        }
        self.assertIn("nils@ny.example", suggested)

    def test_a_bounce_is_shown_on_the_message_that_bounced(self):
        answer = self.ticket.with_user(self.aino).message_post(
            body="x",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.customer.ids,
        )
        self.env.flush_all()
        row = self._receive(BOUNCE.format(message_id=answer.message_id).encode())
        self.assertEqual((row.outcome, row.ticket_id), ("bounce", self.ticket))
        notification = answer.notification_ids.filtered(lambda n: n.res_partner_id == self.customer)
        self.assertEqual(notification.notification_status, "bounce")
        self.assertEqual(self.customer.message_bounce, 1)


BOUNCE = """\
From: MAILER-DAEMON@mx.pohjola.example (Mail Delivery System)
To: bounce@pohjola.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce1@mx.pohjola.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=b"

--=b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.
--=b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.pohjola.example

Final-Recipient: rfc822; liisa@laine.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 No such user
--=b
Content-Type: text/rfc822-headers

Message-ID: {message_id}
Subject: x
--=b--
"""
