"""The helpdesk's main job over real mail servers: the people in it, and what is so after each step.

Mail travels over SMTP and waits in an IMAP mailbox, and the agent works in a browser. Two things
differ from a server in production, since all of it happens in the one transaction of an
``HttpCase``:

- core refuses to send mail while a test runs; ``_disable_send`` is overruled here;
- core sends an answer after the commit; in a test it sends at once, inside the transaction.
"""

import base64
import smtplib
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import make_msgid
from unittest.mock import patch

from odoo.tests import HttpCase, new_test_user, tagged

from .mailservers import HOST, ImapMailbox, SmtpServer

CUSTOMER = Address("Päivi Hämäläinen", addr_spec="paivi.hamalainen@asiakas.example")
SUBJECT = "Tulostin ei tulosta ääkkösiä"
ANSWER = "Hei Päivi! Valitse asetuksista merkistö UTF-8. Auttoiko?"
# PNG, 16 by 16 pixels.
RED_SQUARE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQAQMAAAAlPW0iAAAABlBMVEXQICD////WFAPIAAAADElEQVR42mNgIA0A"
    "AAAwAAEodEl9AAAAAElFTkSuQmCC"
)
PDF = (
    b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
LOG = "Virhe: merkkiä ”ä” ei löydy.\n"


@tagged("post_install", "-at_install")
class MainJobCase(HttpCase):
    """A team with an address, an agent and a colleague, and the servers that mail goes through."""

    agent_groups = "helpdesk_futural.group_helpdesk_user"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        domain = cls.env["mail.alias.domain"].create({"name": "tuki.example"})
        cls.env.company.alias_domain_id = domain
        cls.agent = new_test_user(
            cls.env,
            "aino.agent",
            groups=cls.agent_groups,
            name="Aino Virtanen",
            email="aino@yritys.example",
            lang="en_US",
        )
        cls.colleague = new_test_user(
            cls.env,
            "eero.agent",
            groups="helpdesk_futural.group_helpdesk_user",
            name="Eero Korhonen",
            email="eero@yritys.example",
        )
        cls.team = cls.env["helpdesk.team"].create(
            {
                "name": "Printers",
                "company_id": cls.env.company.id,
                "alias_name": "tulostimet",
                "alias_domain_id": domain.id,
                "member_ids": (cls.agent + cls.colleague).ids,
            }
        )
        cls.address = "tulostimet@tuki.example"

        cls.outbox = SmtpServer().start()
        cls.addClassCleanup(cls.outbox.stop)
        # Nothing else is sent than what happens here.
        cls.env["mail.mail"].search([("state", "=", "outgoing")]).state = "cancel"
        cls.env["ir.mail_server"].search([]).active = False
        cls.env["ir.mail_server"].create(
            {
                "name": "Outgoing",
                "smtp_host": HOST,
                "smtp_port": cls.outbox.port,
                "smtp_encryption": "none",
                "smtp_authentication": "login",
                "from_filter": "tuki.example",
            }
        )

    def setUp(self):
        super().setUp()
        self.startPatcher(
            patch.object(type(self.env["ir.mail_server"]), "_disable_send", return_value=False)
        )
        self.outbox.take()

    # ------------------------------------------------------------------
    # The customer
    # ------------------------------------------------------------------

    def write_first_mail(self):
        """Write what a mail program makes of a text with a picture in it and two files."""
        message = EmailMessage()
        message["From"] = CUSTOMER
        message["To"] = Address("Tulostimet", addr_spec=self.address)
        message["Subject"] = SUBJECT
        message["Message-ID"] = make_msgid(domain="asiakas.example")
        message.set_content("Hei!\n\nÄ:n tilalla on punainen täplä, katso kuvaa.\n\nPäivi\n")
        message.add_alternative(
            "<p>Hei!</p><p>Ä:n tilalla on punainen täplä, katso kuvaa:"
            '<img src="cid:tapla@asiakas.example" alt="täplä"></p><p>Päivi</p>',
            subtype="html",
        )
        message.get_payload()[1].add_related(
            RED_SQUARE, "image", "png", cid="<tapla@asiakas.example>", filename="täplä.png"
        )
        message.add_attachment(PDF, "application", "pdf", filename="testisivu.pdf")
        message.add_attachment(LOG, filename="näyttö.txt", charset="utf-8")
        return message

    def write_answer(self, received, text):
        """Write what a mail program makes of "Reply" to a received mail."""
        message = EmailMessage()
        message["From"] = CUSTOMER
        message["To"] = received["Reply-To"]
        message["Subject"] = f"Re: {received['Subject']}"
        message["Message-ID"] = make_msgid(domain="asiakas.example")
        message["In-Reply-To"] = received["Message-ID"]
        message["References"] = f"{received.get('References', '')} {received['Message-ID']}".strip()
        message.set_content(f"{text}\n\n> {ANSWER}\n")
        return message

    def send_as_customer(self, message, server):
        """Send over SMTP to whom the message says."""
        with smtplib.SMTP(HOST, server.port, timeout=60) as smtp:
            try:
                smtp.send_message(message)
            except smtplib.SMTPDataError:
                self.fail(f"The mail server could not deliver: {server.errors}")

    def take_queued_mail(self, address):
        """Let the queue send what waits in it; return the one mail to the address."""
        self.send_queued_mail()
        [delivery] = [d for d in self.outbox.take() if d.recipients == (address,)]
        return delivery.message

    def send_queued_mail(self):
        # Stages' mails are written when a transaction ends. As in receive(), the job commits.
        self.env.cr.flush()
        with self.registry.cursor() as cr:
            cron = self.env.ref("mail.ir_cron_mail_scheduler_action").with_env(self.env(cr=cr))
            cron.method_direct_trigger()
        self.env.invalidate_all()

    # ------------------------------------------------------------------
    # What is so after each step
    # ------------------------------------------------------------------

    def assert_new_ticket(self):
        """Check that the first mail became one whole ticket; return it."""
        ticket = self.env["helpdesk.ticket"].search([("team_id", "=", self.team.id)])
        self.assertEqual(len(ticket), 1, "The mail should be one ticket of the team it was sent to")
        self.assertEqual(ticket.name, SUBJECT)
        self.assertRegex(ticket.ticket_ref, r"^\d{9}$")
        self.assertEqual(ticket.stage_id, self.env.ref("helpdesk_futural.stage_new"))
        self.assertEqual(ticket.channel, "email")
        self.assertFalse(ticket.user_id, "Nobody has claimed it yet")
        self.assertEqual(ticket.partner_id.name, CUSTOMER.display_name)
        self.assertEqual(ticket.partner_id.email_normalized, CUSTOMER.addr_spec)
        self.assertEqual(ticket.partner_email, CUSTOMER.addr_spec)
        self.assertIn("punainen täplä", ticket.description)

        message = self.customer_messages(ticket)
        self.assertEqual(len(message), 1, "The mail should be the first message, once")
        self.assertEqual(message.author_id, ticket.partner_id)
        files = {file.name: file.raw for file in message.attachment_ids}
        self.assertEqual(files["testisivu.pdf"], PDF)
        self.assertEqual(files["näyttö.txt"].decode().splitlines(), LOG.splitlines())
        picture = message.attachment_ids.filtered(lambda file: file.raw == RED_SQUARE)
        self.assertEqual(len(picture), 1)
        for body in (message.body, ticket.description):
            self.assertNotIn("cid:", body, "The picture inside the text should be shown")
            self.assertIn(f"/web/image/{picture.id}", body)
        return ticket

    def assert_answer_reached_customer(self, ticket):
        """Check that the agent's answer left as one mail to the customer; return what they got."""
        deliveries = self.outbox.take()
        self.assertEqual([d.recipients for d in deliveries], [(CUSTOMER.addr_spec,)])
        received = deliveries[0].message
        for header in ("From", "Reply-To"):
            [sender] = received[header].addresses
            self.assertEqual(sender.display_name, "Aino Virtanen, Printers", header)
            self.assertEqual(sender.addr_spec, self.address, header)
        self.assertIn(f"[#{ticket.ticket_ref}]", received["Subject"])
        self.assertIn(ANSWER, received.get_body(("html",)).get_content())
        self.assertNotIn(self.agent.email, str(received), "Agents' own addresses stay inside")
        return received

    def assert_on_same_ticket(self, ticket):
        """Check that the customer's answer is on their ticket, and only there."""
        tickets = self.env["helpdesk.ticket"].search([("partner_id", "=", ticket.partner_id.id)])
        self.assertEqual(tickets, ticket, "An answer should make no second ticket")
        message = self.customer_messages(ticket)[:1]
        self.assertIn("Kiitos, ääkköset tulostuvat!", message.body)
        self.assertEqual(message.author_id, ticket.partner_id)
        self.assertFalse(message.is_internal)
        ticket.invalidate_recordset()
        self.assertEqual(ticket.waiting_on, "team")
        self.assertEqual(ticket.user_id, self.agent)

    def assert_only_mail_is_to(self, address):
        """Check that one mail left, also of those that waited in the queue; return it."""
        self.send_queued_mail()
        deliveries = self.outbox.take()
        self.assertEqual([d.recipients for d in deliveries], [(address,)])
        return deliveries[0].message

    def customer_messages(self, ticket):
        """Return the mails on the ticket, newest first."""
        return ticket.message_ids.filtered(lambda message: message.message_type == "email")


class MailboxCase(MainJobCase):
    """Mail waits in an IMAP mailbox until Odoo's scheduled action fetches it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mailbox = ImapMailbox().start()
        cls.addClassCleanup(cls.mailbox.stop)
        cls.mx = SmtpServer(deliver=cls.mailbox.deliver).start()
        cls.addClassCleanup(cls.mx.stop)
        cls.env["fetchmail.server"].search([]).active = False
        cls.fetchmail_server = cls.env["fetchmail.server"].create(
            {
                "name": "Printers",
                "server_type": "imap",
                "server": HOST,
                "port": cls.mailbox.port,
                "user": cls.mailbox.user,
                "password": cls.mailbox.password,
                "object_id": cls.env["ir.model"]._get_id("helpdesk.ticket"),
            }
        )
        cls.fetchmail_server.button_confirm_login()

    def receive(self, message):
        self.send_as_customer(message, self.mx)
        self.assertEqual(self.mailbox.count("UNSEEN"), 1)
        # Fetching commits after each mail. A cursor of its own takes that in a test (it makes
        # savepoints of commits); the test's own cursor forbids it.
        self.env.flush_all()
        with self.registry.cursor() as cr:
            cron = self.env.ref("mail.ir_cron_mail_gateway_action").with_env(self.env(cr=cr))
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertFalse(self.fetchmail_server.error_message)
