from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import MailCase


@tagged("post_install", "-at_install")
class TestNewTickets(MailCase):
    def test_one_mail_to_two_teams_makes_one_ticket_in_the_first(self):
        billing = self._team(name="Billing", alias_name="billing")
        row = self._receive(to="billing@pohjola.example, tech@pohjola.example")
        self.assertEqual(row.ticket_id.team_id, billing)
        bodies = " ".join(row.ticket_id.message_ids.mapped("body"))
        self.assertIn("Also sent to: Technical", bodies)
        self.assertFalse(row.ticket_id.email_cc)

    def test_our_own_address_in_cc_is_nobody_to_answer(self):
        self._team(name="Billing", alias_name="billing")
        self.assertFalse(self._receive(cc="billing@pohjola.example").ticket_id.email_cc)
        row = self._receive(cc="billing@pohjola.example, Nils <nils@ny.example>")
        self.assertEqual(row.ticket_id.email_cc, '"Nils" <nils@ny.example>')

    def test_a_mailbox_that_is_no_alias_has_its_team(self):
        billing = self._team(name="Billing")
        mailbox = self.env["fetchmail.server"].create(
            {"name": "Info", "helpdesk_team_id": billing.id, "server_type": "imap"}
        )
        self.assertEqual(mailbox.object_id.model, "helpdesk.ticket")
        thread = self.env["mail.thread"].with_context(default_fetchmail_server_id=mailbox.id)
        raw = self._mail(to="info@provider.example").as_bytes()
        thread.message_process("helpdesk.ticket", raw)
        row = self.env["helpdesk.incoming.mail"].search([], limit=1)
        self.assertEqual((row.ticket_id.team_id, row.mailbox_id), (billing, mailbox))

    def test_a_mail_to_us_and_another_app_reaches_both(self):
        self.env["mail.alias"].create(
            {
                "alias_name": "groups",
                "alias_domain_id": self.alias_domain.id,
                "alias_model_id": self.env["ir.model"]._get_id("mail.blacklist"),
            }
        )
        row = self._receive(to="tech@pohjola.example, groups@pohjola.example")
        self.assertEqual(row.outcome, "ticket")
        made = self.env["mail.blacklist"].search([("email", "=", "liisa@laine.example")])
        self.assertIn("jammed", made.message_ids.mapped("body")[0])

    def test_another_apps_mail_in_our_mailbox_is_given_to_it(self):
        self.env["mail.alias"].create(
            {
                "alias_name": "groups",
                "alias_domain_id": self.alias_domain.id,
                "alias_model_id": self.env["ir.model"]._get_id("mail.blacklist"),
            }
        )
        before = self.env["helpdesk.ticket"].search_count([])
        row = self._receive(model="helpdesk.ticket", to="groups@pohjola.example")
        self.assertFalse(row, "it is no business of the helpdesk's administrators")
        self.assertEqual(self.env["helpdesk.ticket"].search_count([]), before)
        self.assertTrue(
            self.env["mail.blacklist"].search_count([("email", "=", "liisa@laine.example")])
        )

    def test_monitoring_makes_a_ticket_without_acknowledgement(self):
        before = self.env["mail.mail"].search([])
        row = self._receive(
            subject="Disk full", auto_submitted="auto-generated", **{"from": "nagios@laine.example"}
        )
        self.assertEqual(row.outcome, "ticket")
        self.assertIn("automatic", row.evidence)
        self.assertIn("jammed", row.ticket_id.description)
        self.env.flush_all()
        self.assertFalse(self.env["mail.mail"].search([]) - before)

    def test_an_automatic_answer_to_us_that_fits_nowhere_makes_no_ticket(self):
        ours = self.other_customer.message_post(body="Greetings")
        row = self._receive(in_reply_to=ours.message_id, auto_submitted="auto-replied")
        self.assertEqual((row.outcome, len(row.ticket_id)), ("rejected", 0))
        row = self._receive(auto_submitted="auto-replied")
        self.assertEqual(row.outcome, "ticket", "nobody else would ever read it")

    def test_what_a_mail_brings_along_does_no_harm(self):
        message = self._mail()
        message.add_alternative(
            "<p onclick='x()'>Hello<script>alert(1)</script>"
            "<a href='javascript:alert(2)'>here</a></p>",
            subtype="html",
        )
        description = self._receive(message).ticket_id.description
        self.assertIn("Hello", description)
        for harm in ("script", "onclick", "alert"):
            self.assertNotIn(harm, description)

    def test_a_mail_that_is_too_large_keeps_its_text_and_names_what_is_missing(self):
        self.env["ir.config_parameter"].set_param("helpdesk_futural.incoming_mail_max_mb", 1)
        message = self._mail(body="See the video.")
        message.add_attachment(bytes(2 << 20), maintype="video", subtype="mp4", filename="jam.mp4")
        message.add_attachment("error 17", filename="log.txt")
        row = self._receive(message)
        ticket = row.ticket_id
        self.assertIn("See the video", ticket.description)
        self.assertEqual(ticket.message_ids.attachment_ids.mapped("name"), ["log.txt"])
        self.assertTrue(ticket.message_ids.filtered(lambda m: "jam.mp4" in (m.body or "")))

    def test_a_busy_senders_mail_is_never_dropped(self):
        self.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", 3)
        rows = [self._receive() for _i in range(6)]
        self.assertEqual({row.outcome for row in rows}, {"ticket"})

    def test_no_header_of_a_mail_steers_anything(self):
        row = self._receive(
            x_odoo_objects="helpdesk.ticket-1",
            x_priority="1",
            reply_to="ingrid@dahl.example",
            sender="ingrid@dahl.example",
        )
        self.assertEqual(row.ticket_id.partner_id, self.customer)
        self.assertEqual(row.ticket_id.priority, "1")

    def test_a_sender_that_fails_authentication_is_shown(self):
        row = self._receive(
            authentication_results="mx.pohjola.example; dmarc=fail header.from=laine.example"
        )
        message = row.ticket_id.message_ids.filtered(lambda m: m.message_type == "email")
        self.assertIn("DMARC", message.helpdesk_warning)

    def test_a_late_answer_becomes_a_follow_up(self):
        ticket = self._receive().ticket_id
        answer = self._answer(ticket)
        ticket.stage_id = self.stage_closed
        ticket.close_date = fields.Datetime.now() - timedelta(days=60)
        row = self._receive(subject="It happened again", in_reply_to=answer.message_id)
        self.assertEqual(row.outcome, "ticket")
        self.assertEqual(row.ticket_id.origin_id, ticket)
        self.assertEqual(row.ticket_id.partner_id, self.customer)
        self.assertEqual(ticket.stage_id, self.stage_closed)
        again = self._receive(subject="And again", in_reply_to=answer.message_id)
        self.assertEqual((again.outcome, again.ticket_id), ("reply", row.ticket_id))

    def test_an_answer_in_time_reopens(self):
        ticket = self._receive().ticket_id
        answer = self._answer(ticket)
        ticket.stage_id = self.stage_closed
        row = self._receive(subject="Not yet", in_reply_to=answer.message_id)
        self.assertEqual((row.outcome, row.ticket_id), ("reply", ticket))
        self.assertEqual(ticket.state, "in_progress")
