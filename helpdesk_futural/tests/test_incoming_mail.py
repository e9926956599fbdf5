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
