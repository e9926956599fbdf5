from datetime import timedelta
from unittest.mock import MagicMock, patch

from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MailCase


@tagged("post_install", "-at_install")
class TestRegister(MailCase):
    def test_every_mail_has_a_row_that_says_what_became_of_it(self):
        row = self._receive()
        self.assertEqual((row.state, row.outcome), ("processed", "ticket"))
        self.assertEqual(row.team_id, self.team)
        self.assertEqual(row.ticket_id.name, "Printer")
        self.assertIn("tech@pohjola.example", row.evidence)
        self.assertEqual(row.email_from, "Liisa Laine <liisa@laine.example>")
        self.assertTrue(row.raw)

    def test_mail_of_other_apps_is_no_business_of_the_helpdesk(self):
        self.env["mail.alias"].create(
            {
                "alias_name": "groups",
                "alias_domain_id": self.alias_domain.id,
                "alias_model_id": self.env["ir.model"]._get_id("res.partner"),
            }
        )
        self.assertFalse(self._receive(to="groups@pohjola.example"))

    def test_the_same_mail_twice_makes_one_ticket(self):
        message = self._mail()
        first, second = self._receive(message), self._receive(message)
        self.assertEqual(second.outcome, "duplicate")
        mails = first.ticket_id.message_ids.filtered(lambda m: m.message_type == "email")
        self.assertEqual(len(mails), 1)

    def test_a_duplicate_names_the_ticket_that_has_the_mail(self):
        message = self._mail()
        self.assertEqual(self._receive(message).ticket_id, self._receive(message).ticket_id)

    def test_a_device_that_gives_all_its_mails_one_id_loses_none(self):
        rows = [
            self._receive(subject=subject, message_id="<scanner@laine.example>")
            for subject in ("Paper out", "Paper jam", "Paper jam", "Paper out")
        ]
        self.assertEqual([r.outcome for r in rows], ["ticket", "ticket", "duplicate", "duplicate"])

    def test_a_mail_that_fails_is_kept_whole_and_nobody_is_bothered_with_an_error(self):
        with patch.object(
            type(self.env["helpdesk.ticket"]), "message_new", side_effect=ZeroDivisionError("bug")
        ):
            row = self._receive()
        self.assertEqual(row.state, "failed")
        self.assertIn("ZeroDivisionError: bug", row.error)
        self.assertTrue(row.raw)
        row.with_user(self.admin).action_process()
        self.assertEqual((row.state, row.attempts), ("processed", 2))
        self.assertEqual(row.ticket_id.partner_id, self.customer)

    def test_a_database_conflict_is_tried_again_before_the_mail_is_kept(self):
        original = type(self.env["helpdesk.ticket"]).message_new
        failures = [SerializationFailure("conflict"), SerializationFailure("conflict")]

        def conflicting(self, *args, **kwargs):
            if failures:
                raise failures.pop()
            return original(self, *args, **kwargs)

        with patch.object(type(self.env["helpdesk.ticket"]), "message_new", conflicting):
            row = self._receive()
        self.assertEqual((row.state, row.attempts, len(row.ticket_id)), ("processed", 1, 1))

    def test_a_mail_whose_worker_died_is_taken_up_but_not_for_ever(self):
        row = self._receive()
        row.ticket_id.unlink()
        long_ago = fields.Datetime.now() - timedelta(hours=2)
        row.write({"state": "processing", "attempt_date": long_ago})
        self._run_cron()
        self.assertEqual((row.state, row.attempts), ("processed", 2))
        row.write({"state": "processing", "attempt_date": long_ago, "attempts": 3})
        self._run_cron()
        self.assertEqual(row.state, "failed")
        self.assertIn("worker stopped", row.error)

    def test_administrators_are_told_once_a_day(self):
        row = self._receive()
        inbox = [("res_partner_id", "=", self.admin.partner_id.id)]
        self.admin.notification_type = "inbox"
        before = self.env["mail.notification"].search_count(inbox)
        row.state = "failed"
        self._run_cron()
        self._run_cron()
        row.copy({"state": "failed"})
        self._run_cron()
        self.assertEqual(self.env["mail.notification"].search_count(inbox) - before, 1)

    def test_raw_messages_are_forgotten_after_thirty_days_unless_they_wait(self):
        done, failed = self._receive(), self._receive()
        failed.state = "failed"
        attachments = self.env["ir.attachment"].search(
            [
                ("res_model", "=", done._name),
                ("res_id", "in", (done | failed).ids),
                ("res_field", "=", "raw"),
            ]
        )
        self.env.cr.execute(
            "UPDATE ir_attachment SET create_date = create_date - interval '31 days'"
            " WHERE id IN %s",
            [tuple(attachments.ids)],
        )
        self.env.invalidate_all()
        self._run_cron()
        self.assertFalse(done.raw)
        self.assertTrue(failed.raw)

    def test_an_enormous_mail_waits_for_a_persons_decision(self):
        self.env["ir.config_parameter"].set_param("helpdesk_futural.incoming_mail_hold_mb", 0)
        row = self._receive(body="x" * (1 << 20))
        self.assertEqual((row.state, row.outcome), ("held", False))
        row.with_user(self.admin).action_process()
        self.assertEqual((row.state, row.outcome), ("processed", "ticket"))

    def test_a_mail_that_cant_be_registered_stays_in_the_mailbox(self):
        mailbox = self.env["fetchmail.server"].create(
            {"name": "Info", "helpdesk_team_id": self.team.id, "server_type": "imap"}
        )
        handled = []
        connection = MagicMock(handled_message=handled.append)
        server_class = type(self.env["fetchmail.server"])
        base = next(c for c in server_class.mro() if c.__module__.endswith("mail.models.fetchmail"))
        with patch.object(base, "_connect__", return_value=connection):
            connection = mailbox._connect__()
        thread = self.env["mail.thread"].with_context(default_fetchmail_server_id=mailbox.id)
        register = type(self.env["helpdesk.incoming.mail"])
        with (
            patch.object(register, "create", side_effect=OSError("no space left on device")),
            self.assertRaises(OSError),
        ):
            thread.message_process("helpdesk.ticket", self._mail().as_bytes())
        connection.handled_message(1)
        self.assertEqual(handled, [], "core would have deleted it")
        thread.message_process("helpdesk.ticket", self._mail().as_bytes())
        connection.handled_message(2)
        self.assertEqual(handled, [2])

    def test_discarding_ends_the_matter(self):
        row = self._receive()
        with self.assertRaises(UserError):
            row.with_user(self.admin).action_discard()
        row.state = "failed"
        row.with_user(self.admin).action_discard()
        self.assertEqual(row.state, "discarded")

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_access")
    def test_the_register_is_the_administrators_alone(self):
        row = self._receive()
        self.assertEqual(row.with_user(self.admin).subject, "Printer")
        for attempt in (
            lambda: row.with_user(self.aino).read(["subject"]),
            lambda: row.with_user(self.aino).action_process(),
            lambda: row.with_user(self.admin).write({"state": "processed"}),
        ):
            with self.assertRaises(AccessError):
                attempt()


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


@tagged("post_install", "-at_install")
class TestNewTickets(MailCase):
    def test_one_mail_to_two_teams_makes_one_ticket_in_the_first(self):
        billing = self._team(name="Billing", alias_name="billing")
        row = self._receive(to="billing@pohjola.example, tech@pohjola.example")
        self.assertEqual(row.ticket_id.team_id, billing)
        bodies = " ".join(row.ticket_id.message_ids.mapped("body"))
        self.assertIn("Also sent to: Technical", bodies)
        self.assertFalse(row.ticket_id.email_cc)

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
