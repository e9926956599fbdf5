from email.utils import parseaddr

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MailCase

MAIL = """\
From: {sender}
To: {to}
Subject: {subject}
Message-ID: <{message_id}@laine.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="=b"
{headers}
--=b
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: 8bit

<p>{body}</p>
--=b
Content-Type: text/plain; name="log.txt"
Content-Disposition: attachment; filename="log.txt"

error 17
--=b--
"""


@tagged("post_install", "-at_install")
class TestMail(MailCase):
    def _receive(self, sender="Liisa <liisa@laine.example>", headers="", **values):
        values = {
            "to": "tech@pohjola.example",
            "subject": "Tulostin jumissa",
            "message_id": f"mail{next(self._numbers)}",
            "body": "Hyvää päivää, tulostin ei toimi.",
            **values,
        }
        headers = headers + "\n" if headers else ""
        known = self.env["helpdesk.ticket"].search([])
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            self.env["mail.thread"].message_process(
                "mail.thread", MAIL.format(sender=sender, headers=headers, **values).encode()
            )
        return self.env["helpdesk.ticket"].search([]) - known

    def _notification_mails(self, message):
        self.env.flush_all()
        return self.env["mail.mail"].search([("mail_message_id", "=", message.id)])

    def test_a_mail_to_the_team_becomes_a_ticket(self):
        ticket = self._receive()
        self.assertEqual(ticket.team_id, self.team)
        self.assertEqual(ticket.stage_id, self.stage_new)
        self.assertEqual(ticket.name, "Tulostin jumissa")
        self.assertEqual(ticket.partner_id, self.customer)
        self.assertEqual(ticket.channel, "email")
        self.assertIn("tulostin ei toimi", ticket.description)
        self.assertEqual(ticket.message_ids.attachment_ids.mapped("name"), ["log.txt"])
        self.assertEqual(ticket.waiting_on, "team")
        self.assertEqual(ticket.last_message_preview, "Hyvää päivää, tulostin ei toimi.")
        self.assertEqual(ticket.last_author_id, self.customer)
        self.assertFalse(ticket.first_response_date)

    def test_an_unknown_sender_becomes_a_contact(self):
        ticket = self._receive(sender="Nils Ny <nils@ny.example>")
        self.assertEqual(ticket.partner_id.name, "Nils Ny")
        self.assertEqual(ticket.message_ids[-1].author_id, ticket.partner_id)
        again = self._receive(sender="N. Ny <NILS@ny.example>")
        self.assertEqual(again.partner_id, ticket.partner_id)

    def test_a_mail_without_subject_is_a_ticket_too(self):
        self.assertEqual(self._receive(subject="").name, "(No subject)")

    def test_a_colleagues_mail_makes_them_the_customer_not_the_agent(self):
        for user in (self.employee, self.aino):
            with self.subTest(user=user.login):
                ticket = self._receive(sender=user.email_formatted)
                self.assertEqual(ticket.partner_id, user.partner_id)
                self.assertFalse(ticket.user_id)
                self.assertEqual(ticket.waiting_on, "team")

    def test_mail_to_an_archived_team_lands_with_the_companys_team(self):
        heir = self._team(name="Heir", sequence=1)
        self.team.with_user(self.admin).action_archive()
        self.assertEqual(self._receive().team_id, heir)

    def test_the_agents_answer_comes_from_the_team_with_the_number(self):
        ticket = self._receive()
        message = ticket.with_user(self.aino).message_post(
            body="Unplug it, please.",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.customer.ids,
        )
        mail = self._notification_mails(message)
        self.assertEqual(mail.recipient_ids, self.customer)
        self.assertEqual(mail.subject, f"[#{ticket.ticket_ref}] Tulostin jumissa")
        for address in (mail.email_from, mail.reply_to):
            self.assertEqual(
                parseaddr(address), ("Aino Virtanen, Technical", "tech@pohjola.example")
            )
        self.assertEqual(ticket.waiting_on, "customer")
        self.assertEqual(ticket.first_response_date, message.date)
        self.assertEqual(ticket.last_author_id, self.aino.partner_id)

    def test_an_own_subject_still_carries_the_number(self):
        ticket = self._receive()
        message = ticket.with_user(self.aino).message_post(
            body="Done",
            subject="Your printer",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual(
            self._notification_mails(message).subject, f"[#{ticket.ticket_ref}] Your printer"
        )

    def test_the_customers_answer_lands_on_the_ticket(self):
        ticket = self._receive()
        answer = ticket.with_user(self.aino).message_post(
            body="Unplug it, please.", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertFalse(
            self._receive(
                subject=f"Re: [#{ticket.ticket_ref}] Tulostin jumissa",
                headers=f"In-Reply-To: {answer.message_id}",
                body="Kiitos!",
                message_id="answer1",
            )
        )
        self.assertEqual(ticket.waiting_on, "team")
        self.assertEqual(ticket.last_message_preview, "Kiitos!")
        self.assertIn(
            "tulostin ei toimi", ticket.description, "the first mail stays the description"
        )

    def test_an_internal_note_changes_nothing_the_customer_waits_for(self):
        ticket = self._receive()
        before = ticket.read(["waiting_on", "last_message_preview", "last_author_id"])
        note = ticket.with_user(self.aino).message_post(
            body="He is angry", message_type="comment", subtype_xmlid="mail.mt_note"
        )
        self.assertFalse(self._notification_mails(note))
        self.assertEqual(
            ticket.read(["waiting_on", "last_message_preview", "last_author_id"]), before
        )
        self.assertFalse(ticket.first_response_date)

    def test_the_first_response_is_the_first(self):
        ticket = self._receive()
        post = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
        first = ticket.with_user(self.aino).message_post(body="1", **post)
        first.date = fields.Datetime.subtract(first.date, hours=1)
        ticket.first_response_date = first.date
        second = ticket.with_user(self.lars).message_post(body="2", **post)
        self.assertEqual(ticket.first_response_date, first.date)
        self.assertEqual(ticket.last_agent_message_date, second.date)

    def test_a_message_brings_an_archived_ticket_back(self):
        ticket = self._receive()
        answer = ticket.with_user(self.aino).message_post(
            body="Bye", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        ticket.active = False
        self._receive(headers=f"In-Reply-To: {answer.message_id}", message_id="answer2")
        self.assertTrue(ticket.active)

    def test_customers_get_no_button_to_a_page_that_isnt_there(self):
        ticket = self._receive()
        message = ticket.with_user(self.aino).message_post(
            body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        if ticket._has_customer_page():
            self.skipTest("the portal addon brings the page")
        self.assertNotIn("/mail/view", self._notification_mails(message).body_html)

    def test_a_team_without_address_answers_as_core_does(self):
        self.team.alias_name = False
        ticket = self._ticket()
        message = ticket.with_user(self.aino).message_post(
            body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        mail = self._notification_mails(message)
        self.assertEqual(parseaddr(mail.email_from)[1], self.aino.email)
        self.assertEqual(parseaddr(mail.reply_to)[1], self.company.catchall_email)

    def test_a_team_with_a_mailbox_only_answers_from_the_mailboxs_address(self):
        self.team.alias_name = False
        self.env["fetchmail.server"].create(
            {
                "name": "Info",
                "server_type": "imap",
                "user": "info@provider.example",
                "helpdesk_team_id": self.team.id,
            }
        )
        message = (
            self._ticket()
            .with_user(self.aino)
            .message_post(body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment")
        )
        mail = self._notification_mails(message)
        for address in (mail.email_from, mail.reply_to):
            self.assertEqual(parseaddr(address)[1], "info@provider.example")

    def test_followers_of_a_team_hear_of_new_tickets(self):
        quiet = self._receive()
        self.assertNotIn(self.emma.partner_id, quiet.message_partner_ids)
        self.team.message_subscribe(self.emma.partner_id.ids)
        ticket = self._receive(message_id="loud")
        self.assertIn(self.emma.partner_id, ticket.message_partner_ids)
        self.assertIn(self.emma.partner_id, ticket.message_ids.notified_partner_ids)

    def test_a_stage_with_a_template_writes_to_the_customer(self):
        self.stage_done.template_id = self.env["mail.template"].create(
            {
                "name": "Solved",
                "model_id": self.env["ir.model"]._get_id("helpdesk.ticket"),
                "subject": "Solved: {{ object.name }}",
                "body_html": "<p>Dear <t t-out='object.partner_id.name'/></p>",
                "use_default_to": True,
            }
        )
        ticket = self._ticket()
        self.env.flush_all()
        self.cr.precommit.run()
        ticket.with_user(self.aino).stage_id = self.stage_done
        self.env.flush_all()
        self.cr.precommit.run()
        message = ticket.message_ids.filtered(lambda m: "Dear" in (m.body or ""))
        self.assertEqual(len(message), 1)
        self.assertEqual(message.notified_partner_ids, self.customer)
