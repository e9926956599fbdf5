"""Answers to customers while the mail server is down, refuses for now, or breaks off: they wait, and leave once."""

import contextlib
import importlib.util
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools import file_path, mute_logger

from .test_mail_loop import LoopCase

#: Core logs what it can't send as an error, with a traceback.
_MAIL_LOGGERS = ("odoo.addons.mail.models.mail_mail", "odoo.addons.base.models.ir_mail_server")


@tagged("post_install", "-at_install")
class TestOutgoingMail(LoopCase):
    def setUp(self):
        super().setUp()
        quiet = contextlib.ExitStack()
        quiet.enter_context(mute_logger(*_MAIL_LOGGERS))
        self.addCleanup(quiet.close)
        self.ticket_id = self.receive_ticket()
        self.send_queue()
        self.outbox.take()

    def receive_ticket(self):
        return self.receive(
            self.write_mail("Matti <matti@asiakas.example>", self.address, "Where is my parcel?")
        )

    def answer(self, text, at_once=False):
        with self.transaction() as env:
            env["helpdesk.ticket"].browse(self.ticket_id).with_context(
                mail_notify_force_send=at_once
            ).message_post(body=text, message_type="comment", subtype_xmlid="mail.mt_comment")

    def run_queue_in(self, **later):
        with freeze_time(fields.Datetime.now() + timedelta(**later)):
            self.send_queue()

    def texts_sent(self):
        return [d.message.get_body().get_content() for d in self.outbox.take()]

    def assert_sent_once(self, *texts):
        sent = self.texts_sent()
        self.assertEqual(len(sent), len(texts))
        for text in texts:
            self.assertEqual(sum(text in each for each in sent), 1, text)

    def test_answers_wait_for_a_mail_server_that_is_down_for_an_hour_and_leave_once(self):
        port = self.outbox.port
        self.outbox.stop()
        for text in ("On Monday.", "Or Tuesday."):
            self.answer(text)
        self.send_queue()
        with self.transaction() as env:
            message = env["helpdesk.ticket"].browse(self.ticket_id).message_ids[0]
            # Whoever looks at the ticket sees that it has not left.
            self.assertEqual(message.notification_ids.notification_status, "exception")
        for minutes in (6, 20, 50):
            self.run_queue_in(minutes=minutes)
        self.outbox.start_on(port)
        self.run_queue_in(minutes=61)
        self.assertEqual(self.texts_sent(), [], "the next attempt is planned for later")
        self.run_queue_in(minutes=130)
        self.assert_sent_once("On Monday.", "Or Tuesday.")
        self.run_queue_in(minutes=500)
        self.assertEqual(self.texts_sent(), [])
        with self.transaction() as env:
            message = env["helpdesk.ticket"].browse(self.ticket_id).message_ids[0]
            self.assertEqual(message.notification_ids.notification_status, "sent")

    def test_the_queue_is_woken_for_the_next_attempt(self):
        self.outbox.stop()
        self.answer("On Monday.")
        before, started = self.planned_runs(), fields.Datetime.now()
        self.send_queue()
        [first] = self.planned_runs() - before
        self.assertAlmostEqual(first, started + timedelta(minutes=5), delta=timedelta(minutes=1))

    def planned_runs(self):
        """Return when the mail queue is to run by itself."""
        with self.transaction() as env:
            cron = env.ref("mail.ir_cron_mail_scheduler_action")
            return set(env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]).mapped("call_at"))

    def test_a_server_that_says_not_now_is_asked_again(self):
        with patch.object(self.outbox, "refusal", "451 Greylisted, try again later"):
            self.answer("On Monday.")
            self.send_queue()
        self.assertEqual(self.texts_sent(), [])
        self.run_queue_in(minutes=6)
        self.assert_sent_once("On Monday.")

    def test_a_server_that_says_never_is_not(self):
        with patch.object(self.outbox, "refusal", "554 We want no mail from you"):
            self.answer("On Monday.")
            self.send_queue()
        for days in (1, 4):
            self.run_queue_in(days=days)
        self.assertEqual(self.texts_sent(), [])

    def test_a_connection_that_breaks_off_leaves_nothing_behind(self):
        self.answer("On Monday.")
        with patch.object(self.outbox, "refusal", None):
            self.send_queue()
        self.run_queue_in(minutes=2)
        self.assertEqual(self.texts_sent(), [], "somebody may be at it still")
        self.run_queue_in(minutes=16)
        self.assert_sent_once("On Monday.")

    def test_who_has_answered_reads_no_error_when_the_connection_breaks_off(self):
        # Else they would send it again. Outside of tests core sends when the answer is committed.
        with (
            patch.object(self.outbox, "refusal", None),
            patch("odoo.modules.module.current_test", None),
        ):
            self.answer("On Monday.", at_once=True)
        self.assertEqual(self.texts_sent(), [])
        self.run_queue_in(minutes=1)
        self.assert_sent_once("On Monday.")
        self.run_queue_in(minutes=20)
        self.assertEqual(self.texts_sent(), [])

    def test_an_answer_that_leaves_at_once_leaves_once(self):
        with patch("odoo.modules.module.current_test", None):
            self.answer("On Monday.", at_once=True)
        self.assert_sent_once("On Monday.")
        self.run_queue_in(minutes=20)
        self.assertEqual(self.texts_sent(), [])

    def test_a_mail_that_is_being_handed_over_is_nobody_elses_to_change(self):
        # A change would undo what the sender notes down afterwards, and the mail would leave again.
        self.answer("On Monday.")
        free = []

        def look(_delivery):
            with self.registry.cursor() as cr:
                cr.execute(
                    "SELECT id FROM mail_mail WHERE state = 'outgoing' FOR UPDATE SKIP LOCKED"
                )
                free.append(cr.fetchall())

        with patch.object(self.outbox, "_deliver", look):
            self.send_queue()
        self.assert_sent_once("On Monday.")
        self.assertEqual(free, [[]])

    def test_a_run_of_the_queue_that_breaks_off_is_continued_in_a_minute(self):
        self.answer("On Monday.")
        before, started = self.planned_runs(), fields.Datetime.now()

        def send(mails, *_args, **_kwargs):
            mails.env.cr.execute("SELECT 1 / 0")  # as after a conflict: the transaction is lost

        with (
            patch.object(self.registry["mail.mail"], "send", send),
            mute_logger("odoo.sql_db"),
        ):
            self.send_queue()
        [planned] = self.planned_runs() - before
        self.assertAlmostEqual(planned, started + timedelta(minutes=1), delta=timedelta(seconds=40))
        self.send_queue()
        self.assert_sent_once("On Monday.")
        self.assertEqual(len(self.planned_runs() - before), 1, "nothing is left to plan for")

    def test_after_five_days_it_has_failed(self):
        self.answer("On Monday.")
        with self.transaction() as env:
            mail = env["mail.mail"].search(
                [("model", "=", "helpdesk.ticket"), ("state", "=", "outgoing")]
            )
            env.cr.execute(
                "UPDATE mail_mail SET create_date = create_date - INTERVAL '6 days' WHERE id = %s",
                [mail.id],
            )
        port = self.outbox.port
        self.outbox.stop()
        self.send_queue()
        self.outbox.start_on(port)
        self.run_queue_in(hours=6)
        self.assertEqual(self.texts_sent(), [])

    def test_after_a_week_without_scheduled_actions_what_waited_leaves_once(self):
        port = self.outbox.port
        self.outbox.stop()
        self.answer("On Monday.")
        self.send_queue()  # the last thing that it does
        self.answer("Or Tuesday.")
        self.outbox.start_on(port)
        self.run_queue_in(days=7)
        self.assert_sent_once("On Monday.", "Or Tuesday.")
        for days in (7, 8):
            self.run_queue_in(days=days)
        self.assertEqual(self.texts_sent(), [])

    def test_what_had_failed_before_the_update_stays_failed(self):
        self.answer("On Monday.")
        with self.transaction() as env:
            mail = env["mail.mail"].search(
                [("model", "=", "helpdesk.ticket"), ("state", "=", "outgoing")]
            )
            mail.state = "exception"
            env.flush_all()
            path = file_path("helpdesk_futural/migrations/19.0.1.4.0/post-outgoing_mail.py")
            spec = importlib.util.spec_from_file_location("migration", path)
            script = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(script)
            script.migrate(env.cr, "19.0.1.3.0")
        self.run_queue_in(hours=1)
        self.assertEqual(self.texts_sent(), [])
