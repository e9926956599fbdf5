from ast import literal_eval
from email.utils import parseaddr

from odoo import Command
from odoo.tests import tagged
from odoo.tools import html2plaintext, mute_logger

from .common_lifecycle import LifecycleCase


class _RollBack(Exception):
    pass


@tagged("post_install", "-at_install")
class TestStageMails(LifecycleCase):
    def test_the_customer_is_told_from_the_teams_address_with_the_number(self):
        ticket = self._settled(user_id=self.aino.id, resolution="<p>New roller.</p>")
        ticket.with_user(self.aino).stage_id = self.stage_done
        mail = self._mails(ticket)
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.recipient_ids, self.customer)
        self.assertEqual(mail.subject, f"[#{ticket.ticket_ref}] Solved: The printer is jammed")
        for address in (mail.email_from, mail.reply_to):
            self.assertEqual(parseaddr(address), ("Technical", "tech@pohjola.example"))
        self.assertIn("New roller.", mail.body_html)
        self.assertIn(mail.mail_message_id, ticket.message_ids)
        self.assertEqual(mail.mail_message_id.notified_partner_ids, self.customer)

    def test_a_team_without_address_writes_from_the_catch_all_which_is_read(self):
        self.team.alias_name = False
        ticket = self._settled()
        ticket.stage_id = self.stage_done
        mail = self._mails(ticket)
        for address in (mail.email_from, mail.reply_to):
            self.assertEqual(parseaddr(address)[1], self.company.catchall_email)

    def test_the_customer_is_greeted_never_the_agent(self):
        ticket = self._settled(user_id=self.aino.id)
        ticket.with_user(self.aino).stage_id = self.stage_closed
        body = self._mails(ticket).body_html
        self.assertIn("Liisa Laine", body)
        self.assertNotIn("Aino", body)

    def test_the_customer_reads_their_own_language(self):
        self.env["res.lang"]._activate_lang("fi_FI")
        template = self.stage_done.template_id
        template.with_context(lang="fi_FI").subject = "Ratkaistu: {{ object.name }}"
        self.customer.lang = "fi_FI"
        tickets = self._settled() | self._settled(partner_id=self.other_customer.id)
        tickets.with_user(self.aino).stage_id = self.stage_done
        finnish, english = self._mails(tickets)
        self.assertIn("Ratkaistu: The printer", finnish.subject)
        self.assertIn('lang="fi-FI"', finnish.body_html)
        self.assertIn("Solved: The printer", english.subject)

    def test_a_template_without_language_still_follows_the_customers(self):
        self.env["res.lang"]._activate_lang("fi_FI")
        template = self.stage_done.template_id
        template.lang = False
        template.with_context(lang="fi_FI").subject = "Ratkaistu"
        self.customer.lang = "fi_FI"
        ticket = self._settled()
        ticket.with_user(self.aino).stage_id = self.stage_done
        self.assertIn("Ratkaistu", self._mails(ticket).subject)

    def test_entering_a_stage_is_told_once(self):
        ticket = self._settled()
        ticket.stage_id = self.stage_waiting
        ticket.stage_id = self.stage_done
        ticket.name = "Printer"
        self.assertEqual(len(self._mails(ticket)), 1)
        ticket.priority = "3"
        ticket.stage_id = self.stage_done
        self.assertEqual(len(self._mails(ticket)), 1)
        ticket.stage_id = self.stage_progress
        self._finish()
        ticket.stage_id = self.stage_done
        self.assertEqual(len(self._mails(ticket)), 2, "entered again, told again")

    def test_solved_and_closed_at_once_is_told_as_closed_with_the_solution(self):
        ticket = self._settled(resolution="<p>New roller.</p>")
        ticket.stage_id = self.stage_done
        ticket.stage_id = self.stage_closed
        mail = self._mails(ticket)
        self.assertIn("Closed:", mail.subject)
        self.assertIn("New roller.", mail.body_html)

    def test_a_stage_left_and_entered_again_at_once_is_not_told(self):
        ticket = self._settled(stage_id=self.stage_done.id)
        ticket.stage_id = self.stage_progress
        ticket.stage_id = self.stage_done
        self.assertFalse(self._mails(ticket))

    def test_mails_wait_in_the_queue_until_the_commit(self):
        cron = self.env.ref("mail.ir_cron_mail_scheduler_action")
        before = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        tickets = self._settled() | self._settled()
        tickets.stage_id = self.stage_done
        self.assertEqual(self._mails(tickets).mapped("state"), ["outgoing"] * 2)
        after = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        self.assertGreater(after, before, "the queue is asked to run now, not in an hour")

    def test_a_rollback_takes_the_mails_back(self):
        ticket = self._settled()
        with self.assertRaises(_RollBack), self.env.cr.savepoint():
            ticket.stage_id = self.stage_done
            self.assertEqual(len(self._mails(ticket)), 1)
            raise _RollBack
        self.env.invalidate_all()
        self.assertFalse(self._mails(ticket))
        self.assertEqual(ticket.stage_id, self.stage_new)

    def test_robots_are_asked_not_to_answer_but_failures_are_wanted(self):
        ticket = self._settled()
        ticket.stage_id = self.stage_done
        headers = literal_eval(self._mails(ticket).headers)
        self.assertEqual(headers["Auto-Submitted"], "auto-generated")
        suppressed = headers["X-Auto-Response-Suppress"].split(", ")
        self.assertIn("OOF", suppressed)
        self.assertIn("AutoReply", suppressed)
        self.assertNotIn("NDR", suppressed)

    def test_the_mail_belongs_to_the_conversation(self):
        ticket = self._settled()
        said = self._say(ticket)
        ticket.with_user(self.aino).stage_id = self.stage_done
        mail = self._mails(ticket)
        self.assertEqual(mail.references.split(), [said.message_id, mail.message_id])
        values = ticket._message_parse_extract_from_parent(mail.mail_message_id)
        self.assertFalse(values["is_internal"], "the customer's answer to it is public")
        self.assertEqual(ticket.last_author_id, self.customer, "and it is nobody's message itself")
        self.assertFalse(ticket.first_response_date)

    def test_customers_without_address_are_left_out(self):
        nobody = self.env["res.partner"].create({"name": "Phone only", "phone": "+358 1"})
        tickets = self._settled(partner_id=nobody.id) | self._settled()
        tickets.stage_id = self.stage_done
        self.assertEqual(self._mails(tickets).recipient_ids, self.customer)

    def test_own_recipients_of_a_template_are_kept(self):
        template = self.stage_done.template_id.copy(
            {"use_default_to": False, "email_to": "quality@pohjola.example"}
        )
        self.stage_done.template_id = template
        ticket = self._settled()
        ticket.stage_id = self.stage_done
        mail = self._mails(ticket)
        self.assertEqual((mail.email_to, mail.recipient_ids.ids), ("quality@pohjola.example", []))

    def test_a_template_without_recipients_goes_to_the_customer(self):
        self.stage_done.template_id = self.stage_done.template_id.copy({"use_default_to": False})
        ticket = self._settled()
        ticket.stage_id = self.stage_done
        self.assertEqual(self._mails(ticket).recipient_ids, self.customer)

    def test_an_archived_template_is_silent(self):
        self.stage_done.template_id.active = False
        ticket = self._settled()
        ticket.stage_id = self.stage_done
        self.assertFalse(self._mails(ticket))

    def test_a_call_written_down_as_waiting_is_told_a_finished_one_isnt(self):
        self.stage_waiting.template_id = self._template("waiting")
        waiting = self._ticket(channel="phone", stage_id=self.stage_waiting.id)
        done = self._ticket(channel="phone", stage_id=self.stage_done.id)
        self.assertEqual(len(self._mails(waiting)), 1)
        self.assertFalse(self._mails(done))

    def test_imported_history_is_told_to_nobody(self):
        self.stage_waiting.template_id = self._template("waiting")
        tickets = self.env["helpdesk.ticket"].with_context(import_file=True)
        ticket = tickets.create(
            {
                "name": "Old",
                "team_id": self.team.id,
                "partner_id": self.customer.id,
                "channel": "email",
                "stage_id": self.stage_waiting.id,
            }
        )
        self.assertFalse(self._mails(ticket))

    def test_a_reopened_ticket_is_told_as_such(self):
        ticket = self._settled(stage_id=self.stage_closed.id)
        ticket.with_user(self.aino).stage_id = self.stage_progress
        self.assertIn("Reopened:", self._mails(ticket).subject)

    def test_every_shipped_template_can_be_previewed(self):
        ticket = self._settled(resolution="<p>New roller.</p>")
        templates = self.env["mail.template"].search([("model", "=", "helpdesk.ticket")])
        shipped = templates.filtered(lambda t: t.get_external_id()[t.id])
        self.assertGreaterEqual(len(shipped), 8)
        for template in shipped:
            with self.subTest(template=template.name):
                preview = (
                    self.env["mail.template.preview"]
                    .with_user(self.admin)
                    .create(
                        {
                            "mail_template_id": template.id,
                            "resource_ref": f"helpdesk.ticket,{ticket.id}",
                        }
                    )
                )
                self.assertFalse(preview.error_msg)
                self.assertTrue(preview.subject and html2plaintext(preview.body_html).strip())

    def test_what_an_agent_sends_with_a_shipped_template_has_the_number(self):
        """Templates needn't say it: whoever answers finds back by the subject, also offline."""
        ticket = self._settled(resolution="<p>New roller.</p>")
        templates = self.env["mail.template"].search([("model", "=", "helpdesk.ticket")])
        shipped = templates.filtered(lambda t: t.get_external_id()[t.id])
        self.assertGreaterEqual(len(shipped), 8)
        for template in shipped:
            with self.subTest(template=template.name):
                composer = (
                    self.env["mail.compose.message"]
                    .with_user(self.aino)
                    .create(
                        {
                            "model": ticket._name,
                            "res_ids": str(ticket.ids),
                            "template_id": template.id,
                            "partner_ids": [Command.set(self.customer.ids)],
                            "composition_mode": "comment",
                        }
                    )
                )
                _mails, messages = composer._action_send_mail()
                mail = self.env["mail.mail"].search([("mail_message_id", "in", messages.ids)])
                self.assertIn(self.customer, mail.recipient_ids)
                for subject in mail.mapped("subject"):
                    self.assertIn(f"#{ticket.ticket_ref}", subject)

    def test_a_button_leads_to_the_page_only_where_there_is_one(self):
        ticket = self._settled()
        self.patch(type(ticket), "_has_customer_page", lambda self: False)
        ticket.stage_id = self.stage_done
        self.assertNotIn("/my/ticket/", self._mails(ticket).body_html)
        self.patch(type(ticket), "_has_customer_page", lambda self: True)
        ticket.stage_id = self.stage_closed
        body = self._mails(ticket)[-1].body_html
        self.assertIn(f"/my/ticket/{ticket.id}?access_token=", body)

    @mute_logger("odoo.addons.mail.models.mail_render_mixin")
    def test_a_mistake_in_a_template_stops_neither_work_nor_other_mails(self):
        # Core tries a template on one record when it is saved; that one happened to be fine.
        template = self.stage_done.template_id
        self.patch(type(template), "_check_can_be_rendered", lambda self, *args, **kwargs: None)
        self.stage_done.template_id = template.copy(
            {"body_html": "<p t-out='1 / len(object.resolution or \"\")'/>"}
        )
        good, bad = self._settled(resolution="<p>x</p>"), self._settled()
        logger = "odoo.addons.helpdesk_futural.models.helpdesk_ticket_templates"
        with self.assertLogs(logger, "WARNING"):
            (good | bad).with_user(self.aino).stage_id = self.stage_done
            mails = self._mails(good | bad)
        self.assertEqual((good | bad).stage_id, self.stage_done)
        self.assertEqual(mails.mapped("res_id"), good.ids)
        self.assertIn("was not told", str(bad.message_ids[0].body))

    def test_who_follows_the_stages_still_hears_of_them(self):
        ticket = self._settled()
        self.lars.notification_type = "inbox"
        ticket.message_subscribe(
            self.lars.partner_id.ids, [self.env.ref("helpdesk_futural.mt_ticket_stage").id]
        )
        ticket.with_user(self.aino).stage_id = self.stage_progress
        self._finish()
        self.assertEqual(
            ticket.message_ids[0].notified_partner_ids, self.lars.partner_id, "and nobody else"
        )

    def _forget_stage_followers(self):
        """Let nobody follow stages, and start as after that was noticed."""
        stages = self.env.ref("helpdesk_futural.mt_ticket_stage")
        followers = self.env["mail.followers"]
        followers.search([("subtype_ids", "in", stages.ids)]).unlink()
        self.env.registry.clear_cache()
        self.assertFalse(followers._are_stages_followed())

    def test_whether_anybody_follows_stages_is_remembered(self):
        followers = self.env["mail.followers"]
        stages = self.env.ref("helpdesk_futural.mt_ticket_stage")
        ticket = self._settled()
        self._forget_stage_followers()
        ticket.message_subscribe(self.lars.partner_id.ids)
        self.assertFalse(followers._are_stages_followed(), "nobody follows stages unasked")
        # As in the list of followers, where somebody chooses what to hear of.
        ticket.message_subscribe(self.lars.partner_id.ids, stages.ids)
        self.assertTrue(followers._are_stages_followed())
        with self.assertQueryCount(0):
            followers._are_stages_followed()

        self._forget_stage_followers()
        self.team.message_subscribe(
            self.lars.partner_id.ids, [self.env.ref("helpdesk_futural.mt_team_ticket_stage").id]
        )
        self._ticket()
        self.assertTrue(followers._are_stages_followed(), "who follows the team follows it too")

    def test_who_followed_stages_before_is_found(self):
        """After a restart, or an update from a version that kept nothing in memory."""
        followers = self.env["mail.followers"]
        stages = self.env.ref("helpdesk_futural.mt_ticket_stage")
        self._forget_stage_followers()
        self._settled().message_subscribe(self.lars.partner_id.ids, stages.ids)
        self.env.registry.clear_cache()
        self.assertTrue(followers._are_stages_followed())

    def test_closing_many_is_cheap(self):
        tickets = self.env["helpdesk.ticket"].create(
            [
                {"name": f"No {i}", "team_id": self.team.id, "partner_id": self.customer.id}
                for i in range(50)
            ]
        )
        self._finish()
        tickets.with_user(self.aino).stage_id = self.stage_done
        self._finish()
        before = self.env.cr.sql_log_count
        tickets.with_user(self.aino).stage_id = self.stage_closed
        self.env.cr.flush()
        per_ticket = (self.env.cr.sql_log_count - before) / len(tickets)
        self.assertEqual(len(self._mails(tickets)), 100)
        self.assertLessEqual(per_ticket, 0.7)

    def test_moving_a_ticket_without_mail_costs_few_queries(self):
        ticket = self._settled().with_user(self.aino)
        # The first time, the team's working hours are read as well.
        for stage in (self.stage_progress, self.stage_waiting, self.stage_progress):
            ticket.stage_id = stage
            self._finish()
        before = self.env.cr.sql_log_count
        ticket.stage_id = self.stage_waiting
        self.env.cr.flush()
        self.assertLessEqual(self.env.cr.sql_log_count - before, 12)
