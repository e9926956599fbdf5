from datetime import timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common_lifecycle import LifecycleCase


@tagged("post_install", "-at_install")
class TestCustomersAnswer(LifecycleCase):
    def _closed(self, days_ago=0, **values):
        with freeze_time(self._days_ago(days=days_ago)):
            ticket = self._settled(user_id=self.aino.id, **values)
            ticket.stage_id = self.stage_closed
            self._finish()
        return ticket

    def test_an_answer_puts_waiting_and_solved_tickets_back_to_work(self):
        for stage, expected in (
            (self.stage_new, self.stage_new),
            (self.stage_progress, self.stage_progress),
            (self.stage_waiting, self.stage_progress),
            (self.stage_done, self.stage_progress),
        ):
            with self.subTest(stage=stage.name):
                ticket = self._settled(stage_id=stage.id)
                ticket.waiting_on = "customer"
                self._say(ticket)
                self._finish()
                self.assertEqual(ticket.stage_id, expected)
                self.assertEqual(ticket.waiting_on, "team")
                self.assertFalse(ticket.solved_date)

    def test_the_team_chooses_where_answered_tickets_go(self):
        self.team.with_user(self.admin).customer_reply_stage_id = self.stage_new
        ticket = self._settled(stage_id=self.stage_waiting.id)
        self._say(ticket)
        self.assertEqual(ticket.stage_id, self.stage_new)

    def test_only_an_open_stage_of_the_team_can_be_chosen(self):
        foreign = self.env["helpdesk.stage"].create({"name": "Foreign"})
        for stage in (foreign, self.stage_closed, self.stage_done):
            with self.subTest(stage=stage.name), self.assertRaises(ValidationError):
                self.team.with_user(self.admin).customer_reply_stage_id = stage
        with self.assertRaises(ValidationError):
            self.team.with_user(self.admin).agent_reply_stage_id = foreign

    def test_a_stage_taken_from_the_team_is_replaced(self):
        doing = self.env["helpdesk.stage"].create({"name": "Doing", "sequence": 9})
        self.team.stage_ids = [Command.link(doing.id)]
        self.team.customer_reply_stage_id = doing
        self.team.stage_ids = [Command.unlink(doing.id)]
        self.assertEqual(self.team.customer_reply_stage_id, self.stage_progress)

    def test_an_answer_soon_after_closing_reopens(self):
        ticket = self._closed(days_ago=13)
        ticket.closed_by_partner = True
        self._say(ticket)
        self._finish()
        self.assertEqual(ticket.stage_id, self.stage_progress)
        self.assertFalse(ticket.close_date or ticket.closed_by_partner)
        self.assertEqual(ticket.activity_ids.user_id, self.aino)
        self.assertIn("Reopened", ticket.activity_ids.summary)
        self.assertIn("Reopened:", self._mails(ticket)[-1].subject)

    def test_a_cancelled_ticket_reopens_as_well(self):
        cancelled = self.env["helpdesk.stage"].create(
            {"name": "Cancelled", "state": "closed", "sequence": 6}
        )
        self.team.stage_ids = [Command.link(cancelled.id)]
        ticket = self._settled(stage_id=cancelled.id)
        self._say(ticket)
        self.assertEqual(ticket.stage_id, self.stage_progress)

    def test_somebody_hears_of_a_reopened_ticket_that_nobody_has(self):
        ticket = self._closed()
        ticket.user_id = False
        self._say(ticket)
        self.assertEqual(ticket.activity_ids.user_id, self.lars, "the leader")
        self.team.leader_id = False
        (self.aino | self.lars).notification_type = "inbox"
        orphan = self._closed()
        orphan.user_id = False
        self._say(orphan)
        self._finish()
        told = (
            self.env["mail.message"]
            .search([("model", "=", "helpdesk.ticket"), ("res_id", "=", orphan.id)])
            .notified_partner_ids
        )
        self.assertLessEqual((self.aino | self.lars).partner_id, told)

    def test_an_agent_who_left_is_not_the_one_told(self):
        ticket = self._closed()
        self.aino.active = False
        self._say(ticket)
        self.assertEqual(ticket.activity_ids.user_id, self.lars)

    def test_a_late_answer_becomes_a_linked_ticket(self):
        old = self._closed(days_ago=15, ticket_type_id=self.category_support.id, confidential=True)
        attachment = (
            self.env["ir.attachment"]
            .with_user(self.portal)
            .sudo()
            .create(
                {
                    "name": "photo.txt",
                    "raw": b"jam",
                    "res_model": "mail.compose.message",
                    "res_id": 0,
                }
            )
        )
        message = self._say(old, "<p>Jammed again</p>", attachment_ids=attachment.ids)
        self._finish()
        new = self.env["helpdesk.ticket"].search([("origin_id", "=", old.id)])
        self.assertEqual(len(new), 1)
        self.assertEqual((old.stage_id, old.waiting_on), (self.stage_closed, old.waiting_on))
        self.assertFalse(old.last_customer_message_date)
        for name in ("partner_id", "team_id", "ticket_type_id", "confidential"):
            self.assertEqual(new[name], old[name], name)
        self.assertNotEqual(new.ticket_ref, old.ticket_ref)
        self.assertEqual(new.stage_id, self.stage_new)
        self.assertEqual(message.res_id, new.id)
        self.assertEqual(message.author_id, self.customer)
        self.assertEqual(attachment.res_id, new.id)
        self.assertIn("Jammed again", new.description)
        self.assertEqual(new.last_customer_message_date, message.date)
        for one, other in ((old, new), (new, old)):
            notes = " ".join(str(m.body) for m in one.message_ids)
            self.assertIn(f'data-oe-id="{other.id}"', notes)
            self.assertIn(f"#{other.ticket_ref}", notes)
        mail = self._mails(new)
        self.assertEqual(len(mail), 1, "the new number, not a second acknowledgement")
        self.assertIn(f"[#{new.ticket_ref}]", mail.subject)
        self.assertIn(old.ticket_ref, mail.body_html)
        self.assertEqual(mail.recipient_ids, self.customer)

    def test_a_late_answer_by_mail_posts_on_the_new_ticket_with_its_files(self):
        old = self._closed(days_ago=15)
        self.env["helpdesk.ticket"].browse(old.id).message_post(
            body="Jammed again",
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            author_id=self.customer.id,
            attachments=[("log.txt", b"error 17")],
        )
        new = self.env["helpdesk.ticket"].search([("origin_id", "=", old.id)])
        self.assertEqual(new.channel, "email")
        self.assertIn("Jammed again", new.description)
        message = new.message_ids.filtered(lambda m: m.message_type == "email")
        self.assertEqual(message.attachment_ids.mapped("res_id"), new.ids)
        self.assertFalse(old.message_ids & message)

    def test_the_mail_gateway_makes_the_new_ticket_by_itself(self):
        old = self._closed(days_ago=15)
        gateway = self.env["helpdesk.ticket"].with_context(helpdesk_no_acknowledgement=True)
        new = gateway.create({**old._prepare_follow_up_values("It jams"), "channel": "email"})
        new._after_follow_up_created()
        mail = self._mails(new)
        self.assertEqual(mail.subject, f"[#{new.ticket_ref}] It jams")
        self.assertIn(old.ticket_ref, mail.body_html)

    def test_a_colleague_who_answers_late_takes_part_in_the_new_ticket(self):
        old = self._closed(days_ago=15)
        message = self._say(old, author=self.colleague_of_customer)
        new = self.env["helpdesk.ticket"].browse(message.res_id)
        self.assertEqual(new.partner_id, self.customer)
        self.assertIn(self.colleague_of_customer, new.message_partner_ids)

    def test_several_late_answers_make_one_ticket(self):
        old = self._closed(days_ago=15)
        first, second = self._say(old), self._say(old, "And it beeps")
        self.assertEqual(first.res_id, second.res_id)
        new = self.env["helpdesk.ticket"].browse(first.res_id)
        new.stage_id = self.stage_closed
        self._finish()
        self.assertEqual(self._say(old, "Hello?").res_id, new.id)
        self.assertEqual(new.stage_id, self.stage_progress, "the follow-up itself reopens")

    def test_a_message_that_is_on_the_old_ticket_already_moves_on(self):
        old = self._closed(days_ago=15)
        message = self.env["mail.message"].create(
            {
                "model": old._name,
                "res_id": old.id,
                "body": "Let in late",
                "message_type": "email",
                "author_id": self.customer.id,
                "subtype_id": self.env.ref("mail.mt_comment").id,
            }
        )
        old._on_customer_message(message)
        self.assertEqual(self.env["helpdesk.ticket"].browse(message.res_id).origin_id, old)
        self.assertEqual(old.stage_id, self.stage_closed)

    def test_agents_and_notes_stay_on_the_old_ticket(self):
        old = self._closed(days_ago=15)
        self.assertEqual(self._answer(old).res_id, old.id)
        self.assertEqual(self._answer(old, subtype="mail.mt_note").res_id, old.id)
        self.assertEqual(old.stage_id, self.stage_closed)

    def test_a_team_may_never_reopen(self):
        self.team.reopen_days = 0
        ticket = self._closed()
        self._say(ticket)
        self.assertEqual(ticket.stage_id, self.stage_closed)
        self.assertTrue(self.env["helpdesk.ticket"].search([("origin_id", "=", ticket.id)]))

    def test_solved_is_never_too_late(self):
        with freeze_time(self._days_ago(days=300)):
            ticket = self._settled(stage_id=self.stage_done.id)
        self._say(ticket)
        self.assertEqual(ticket.stage_id, self.stage_progress)

    def test_the_portal_user_needs_no_right_to_write_for_being_heard(self):
        ticket = self._settled(stage_id=self.stage_waiting.id)
        message = self.env["mail.message"].create(
            {
                "model": ticket._name,
                "res_id": ticket.id,
                "author_id": self.customer.id,
                "message_type": "comment",
                "subtype_id": self.env.ref("mail.mt_comment").id,
            }
        )
        ticket.with_user(self.portal)._on_customer_message(message)
        self._finish()
        self.assertEqual(ticket.stage_id, self.stage_progress)


@tagged("post_install", "-at_install")
class TestAgentsAnswer(LifecycleCase):
    def test_an_answer_goes_where_the_team_says_and_is_all_the_customer_gets(self):
        self.stage_waiting.template_id = self._template("waiting")
        self.team.with_user(self.admin).agent_reply_stage_id = self.stage_waiting
        ticket = self._settled(stage_id=self.stage_progress.id)
        self._answer(ticket)
        self.assertFalse(self._mails(ticket), "the answer itself was enough")
        self.assertEqual(ticket.stage_id, self.stage_waiting)
        self.assertEqual(ticket.waiting_on, "customer")
        self.assertTrue(ticket.first_response_date)

    def test_without_such_a_stage_it_stays(self):
        ticket = self._settled(stage_id=self.stage_progress.id)
        self._answer(ticket)
        self.assertEqual((ticket.stage_id, ticket.waiting_on), (self.stage_progress, "customer"))

    def test_a_word_after_the_solution_doesnt_reopen(self):
        self.team.agent_reply_stage_id = self.stage_waiting
        for stage in (self.stage_done, self.stage_closed):
            ticket = self._settled(stage_id=stage.id)
            self._answer(ticket)
            self.assertEqual(ticket.stage_id, stage)

    def test_a_note_changes_nothing(self):
        self.team.agent_reply_stage_id = self.stage_waiting
        ticket = self._settled(stage_id=self.stage_progress.id)
        self._answer(ticket, subtype="mail.mt_note")
        self.assertEqual((ticket.stage_id, ticket.waiting_on), (self.stage_progress, "team"))

    def test_an_automatic_mail_changes_nothing(self):
        self.team.agent_reply_stage_id = self.stage_waiting
        ticket = self._settled(stage_id=self.stage_progress.id)
        ticket._queue_automatic_mails(self._template("reopened"))
        self._finish()
        self.assertEqual((ticket.stage_id, ticket.waiting_on), (self.stage_progress, "team"))
        self.assertFalse(ticket.first_response_date or ticket.last_agent_message_date)


@tagged("post_install", "-at_install")
class TestConfirmAndReopen(LifecycleCase):
    def test_confirming_closes_without_another_mail(self):
        cancelled = self.env["helpdesk.stage"].create(
            {"name": "Cancelled", "state": "closed", "sequence": 6}
        )
        self.team.stage_ids = [Command.link(cancelled.id)]
        ticket = self._settled(stage_id=self.stage_done.id)
        ticket.with_user(self.portal).sudo().action_customer_confirm()
        self.assertFalse(self._mails(ticket), "they know, they did it")
        self.assertEqual(ticket.stage_id, self.stage_closed)
        self.assertTrue(ticket.closed_by_partner and ticket.solved_date)
        self.assertIn(
            "confirmed by Liisa Laine", "".join(map(str, ticket.message_ids.mapped("body")))
        )

    def test_only_a_solved_ticket_can_be_confirmed(self):
        for stage in (self.stage_new, self.stage_waiting, self.stage_closed):
            with self.assertRaisesRegex(UserError, "Only a solved ticket"):
                self._settled(stage_id=stage.id).with_user(self.aino).action_customer_confirm()

    def test_a_team_without_closed_stage_says_so(self):
        self.team.stage_ids = [Command.unlink(self.stage_closed.id)]
        ticket = self._settled(stage_id=self.stage_done.id)
        with self.assertRaisesRegex(UserError, "no stage for closed"):
            ticket.with_user(self.aino).action_customer_confirm()

    def test_the_customer_reopens_what_is_not_solved(self):
        for stage in (self.stage_done, self.stage_closed):
            ticket = self._settled(stage_id=stage.id, user_id=self.aino.id)
            ticket.with_user(self.portal).sudo().action_customer_reopen()
            self._finish()
            self.assertEqual((ticket.stage_id, ticket.waiting_on), (self.stage_progress, "team"))
            self.assertEqual(ticket.activity_ids.user_id, self.aino)
            self.assertIn("Reopened by Liisa", "".join(map(str, ticket.message_ids.mapped("body"))))

    def test_open_and_long_closed_tickets_cant_be_reopened(self):
        with self.assertRaisesRegex(UserError, "open already"):
            self._settled().with_user(self.aino).action_customer_reopen()
        ticket = self._settled(stage_id=self.stage_closed.id)
        with (
            freeze_time(fields.Datetime.now() + timedelta(days=15)),
            self.assertRaisesRegex(UserError, "too long ago"),
        ):
            ticket.with_user(self.aino).action_customer_reopen()

    def test_customers_cant_call_it_past_the_portal(self):
        ticket = self._settled(stage_id=self.stage_done.id)
        for action in ("action_customer_confirm", "action_customer_reopen"):
            with self.assertRaises(AccessError):
                getattr(ticket.with_user(self.portal), action)()


@tagged("post_install", "-at_install")
class TestLifecycleSettings(LifecycleCase):
    def test_an_administrator_finds_it_on_the_teams_form(self):
        with Form(self.team.with_user(self.admin)) as form:
            form.reopen_days = 30
            form.auto_close_ticket = True
            self.assertEqual(form.to_stage_id, self.stage_closed)
            self.assertEqual(form.from_stage_ids.ids, (self.stage_waiting | self.stage_done).ids)
        self.assertEqual(self.team.auto_close_day, 7)

    def test_a_new_team_begins_with_the_shipped_mails(self):
        self.assertEqual(self.team.acknowledgement_template_id, self._template("received"))
        self.assertEqual(self.team.follow_up_template_id, self._template("follow_up"))
        self.assertEqual(
            self.env.ref("helpdesk_futural.stage_done").template_id, self._template("solved")
        )
