from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common_lifecycle import LifecycleCase


class BulkCase(LifecycleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.asked = cls.env["helpdesk.stage"].create({"name": "Asked", "state": "waiting"})
        cls.sales = cls._team(
            name="Sales",
            alias_name="sales",
            stage_ids=[Command.set((cls.stage_new | cls.asked).ids)],
        )

    def _wizard(self, model, tickets, user=None, **values):
        wizards = self.env[model].with_user(user or self.aino)
        return wizards.create({"ticket_ids": [Command.set(tickets.ids)], **values})

    def _three(self):
        """Return tickets of three customers in two teams."""
        return (
            self._settled()
            | self._settled(partner_id=self.colleague_of_customer.id)
            | self._settled(partner_id=self.other_customer.id, team_id=self.sales.id)
        )

    def _sent(self, tickets):
        self._finish()
        return self.env["mail.mail"].search(
            [("model", "=", "helpdesk.ticket"), ("res_id", "in", tickets.ids)]
        )

    def _count(self, operation):
        self._finish()
        before = self.cr.sql_log_count
        operation()
        self._finish()
        return self.cr.sql_log_count - before

    def _many(self, count):
        tickets = self.env["helpdesk.ticket"].create(
            [
                {"name": f"No {i}", "team_id": self.team.id, "partner_id": self.customer.id}
                for i in range(count)
            ]
        )
        self._finish()
        return tickets


@tagged("post_install", "-at_install")
class TestUpdateTickets(BulkCase):
    """Many tickets change in one go, and the agent knows before who hears of it."""

    def _update(self, tickets, **values):
        return self._wizard("helpdesk.ticket.bulk", tickets, **values).action_apply()

    def test_one_wizard_sets_everything(self):
        old, new = self.env["helpdesk.tag"].create([{"name": "old"}, {"name": "new"}])
        tickets = self._three()
        tickets.tag_ids = old
        self._update(
            tickets,
            user_assignment="agent",
            user_id=self.lars.id,
            priority="3",
            ticket_type_id=self.category_bug.id,
            tag_add_ids=new.ids,
            tag_remove_ids=old.ids,
            stage_id=self.stage_new.id,
        )
        self.assertEqual(tickets.user_id, self.lars)
        self.assertEqual(set(tickets.mapped("priority")), {"3"})
        self.assertEqual(tickets.ticket_type_id, self.category_bug)
        self.assertEqual(tickets.tag_ids, new)

    def test_claiming_takes_only_what_nobody_has(self):
        taken = self._settled(user_id=self.lars.id)
        free = self._settled()
        report = self._update(taken | free, user_assignment="me")
        self.assertEqual(free.user_id, self.aino)
        self.assertEqual(free.state, "in_progress")
        self.assertEqual(taken.user_id, self.lars)
        self.assertIn("1 tickets stay with", report["params"]["lines"][0])

    def test_only_stages_that_all_teams_have_are_offered(self):
        wizard = self._wizard("helpdesk.ticket.bulk", self._three())
        self.assertEqual(wizard.stage_ids, self.stage_new)

    def test_a_meaning_moves_each_ticket_within_its_own_team(self):
        tickets = self._three()
        self._update(tickets, state="waiting")
        self.assertEqual(tickets.mapped("stage_id"), self.stage_waiting | self.asked)

    def test_a_team_without_that_meaning_is_named_and_nothing_changes(self):
        tickets = self._three()
        with self.assertRaisesRegex(UserError, "“Solved” in: Sales"), self.cr.savepoint():
            self._update(tickets, state="solved", priority="3")
        self.assertEqual(set(tickets.mapped("priority")), {"1"})

    def test_tickets_move_to_another_team(self):
        tickets = self._settled() | self._settled()
        self._update(tickets, team_id=self.sales.id, stage_id=self.asked.id)
        self.assertEqual(tickets.team_id, self.sales)
        self.assertEqual(tickets.stage_id, self.asked)

    def test_the_wizard_says_how_many_customers_get_the_stages_mail(self):
        tickets = self._settled() | self._settled()
        with Form(self._wizard("helpdesk.ticket.bulk", tickets)) as form:
            self.assertEqual(form.stage_mail_count, 0)
            form.stage_id = self.stage_closed
            self.assertEqual(form.stage_mail_count, 2)
            form.send_stage_mails = False
            self.assertEqual(form.stage_mail_count, 0)

    def test_stage_mails_go_out_or_not_as_the_agent_says(self):
        quiet, told = self._settled(), self._settled()
        self._update(quiet, stage_id=self.stage_closed.id, send_stage_mails=False)
        self._finish()
        self._update(told, stage_id=self.stage_closed.id)
        self.assertEqual(self._mails(quiet | told).mapped("res_id"), told.ids)

    def test_a_macro_answers_each_customer_by_themselves(self):
        macro = self.env["helpdesk.macro"].create(
            {
                "name": "We look into it",
                "send_mode": "edit",
                "template_id": self.env["mail.template"]
                .create(
                    {
                        "name": "x",
                        "model_id": self.env["ir.model"]._get_id("helpdesk.ticket"),
                        "body_html": "<p>Hello <t t-out='object.partner_id.name'/></p>",
                    }
                )
                .id,
            }
        )
        tickets = self._three()
        wizard = self._wizard("helpdesk.ticket.bulk", tickets, macro_id=macro.id)
        self.assertEqual(wizard.reply_count, 3)
        wizard.action_apply()
        self.assertEqual(
            sorted(self._sent(tickets).mapped("recipient_ids.name")),
            ["Ingrid Dahl", "Liisa Laine", "Pekka Laine"],
        )

    def test_the_whole_update_can_be_undone(self):
        tickets = self._three()
        report = self._update(tickets, state="waiting", user_assignment="me")
        self._as(self.aino).action_undo_changes(report["params"]["changes"])
        self.assertEqual(tickets.stage_id, self.stage_new)
        self.assertFalse(tickets.user_id)
        self.assertEqual(set(tickets.mapped("waiting_on")), {"team"})

    def test_choosing_nothing_is_said_not_done(self):
        with self.assertRaisesRegex(UserError, "Choose what to change"):
            self._update(self._settled())

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_tickets_that_the_agent_may_not_see_stay_out_of_reach(self):
        with self.assertRaises(AccessError):
            self._update(self._settled(team_id=self.private_team.id), priority="3")

    def test_five_hundred_cost_no_more_than_the_log_of_each_change(self):
        def update(count):
            tickets = self._many(count)
            return self._count(
                lambda: self._update(
                    tickets, user_assignment="me", stage_id=self.stage_waiting.id, priority="2"
                )
            )

        update(1)
        few, many = update(5), update(500)
        # Core writes one message and one list of changes per ticket, each by itself.
        self.assertLessEqual((many - few) / 495, 2.2)


@tagged("post_install", "-at_install")
class TestReplyToAll(BulkCase):
    """The same words to many customers, as if each ticket had been answered by hand."""

    def _reply(self, tickets, **values):
        values.setdefault("body", "<p>The printers work again.</p>")
        return self._wizard("helpdesk.ticket.reply", tickets, **values).action_send()

    def test_each_customer_gets_their_own_mail_from_their_team(self):
        tickets = self._three()
        self._reply(tickets)
        mails = self._sent(tickets)
        self.assertEqual(len(mails), 3)
        for ticket, mail in ((t, mails.filtered(lambda m, t=t: m.res_id == t.id)) for t in tickets):
            self.assertEqual(mail.recipient_ids, ticket.partner_id)
            self.assertFalse(mail.email_to or mail.email_cc)
            self.assertEqual(mail.state, "outgoing", "the queue sends it after the commit")
            address = ticket.team_id.alias_email
            self.assertEqual(mail.email_from, f'"Aino Virtanen, {ticket.team_id.name}" <{address}>')
            self.assertIn(address, mail.reply_to)
            self.assertIn(f"[#{ticket.ticket_ref}]", mail.subject)

    def test_it_counts_as_the_agents_answer_on_every_ticket(self):
        tickets = self._three()
        self._reply(tickets)
        self.assertEqual(set(tickets.mapped("waiting_on")), {"customer"})
        self.assertEqual(set(tickets.mapped("last_author_id")), {*self.aino.partner_id})
        self.assertTrue(all(ticket.first_response_date for ticket in tickets))
        self.assertNotIn(self.aino.partner_id, tickets.message_partner_ids)

    def test_the_answer_takes_the_place_of_the_stages_mail(self):
        tickets = self._settled() | self._settled()
        self._reply(tickets, state="solved")
        self.assertEqual(tickets.stage_id, self.stage_done)
        self.assertFalse(self._mails(tickets))
        self.assertEqual(len(self._sent(tickets)), 2)

    def test_a_template_is_in_each_customers_language(self):
        self.env["res.lang"]._activate_lang("fi_FI")
        template = self.env["mail.template"].create(
            {
                "name": "Works again",
                "model_id": self.env["ir.model"]._get_id("helpdesk.ticket"),
                "body_html": "<p>It works again</p>",
            }
        )
        template.with_context(lang="fi_FI").body_html = "<p>Toimii taas</p>"
        self.customer.lang = "fi_FI"
        finnish, english = self._settled(), self._settled(partner_id=self.other_customer.id)
        self._reply(finnish | english, template_id=template.id, body=False)
        self.assertEqual(finnish.last_message_preview, "Toimii taas")
        self.assertEqual(english.last_message_preview, "It works again")

    def test_a_template_shows_no_more_than_the_agent_may_read(self):
        tickets = self._settled()
        template = self.env["mail.template"]
        nosy = template.create(
            {
                "name": "Nosy",
                "model_id": self.env["ir.model"]._get_id("helpdesk.ticket"),
                "body_html": "<t t-out=\"object.env['ir.config_parameter'].get_param('x')\"/>",
            }
        )
        foreign = template.create(
            {
                "name": "Contacts",
                "model_id": self.env["ir.model"]._get_id("res.users"),
                "body_html": "<t t-out='object.login'/>",
            }
        )
        for choice in (nosy, foreign):
            with (
                self.subTest(choice.name),
                mute_logger("odoo.addons.mail.models.mail_render_mixin"),
                self.assertRaises(UserError),
            ):
                self._reply(tickets, template_id=choice.id, body=False)

    def test_files_go_along_on_each_ticket(self):
        file = (
            self.env["ir.attachment"]
            .with_user(self.aino)
            .create({"name": "how.txt", "raw": b"Push", "res_model": "helpdesk.ticket.reply"})
        )
        tickets = self._three()
        self._reply(tickets, attachment_ids=file.ids)
        for ticket in tickets:
            answer = ticket.message_ids.filtered("attachment_ids")
            self.assertEqual(answer.attachment_ids.raw, b"Push")
            self.assertEqual(answer.attachment_ids.res_id, ticket.id)

    def test_the_wizard_says_whom_it_reaches(self):
        unknown = self._settled(partner_id=False, partner_phone="+358 9 1234")
        wizard = self._wizard("helpdesk.ticket.reply", self._three() | unknown)
        self.assertEqual(
            (wizard.ticket_count, wizard.customer_count, wizard.unreachable_count), (4, 3, 1)
        )
        report = wizard.write({"body": "<p>Hi</p>"}) and wizard.action_send()
        self.assertIn("1 have no email", report["params"]["lines"][0])

    def test_an_empty_answer_is_not_sent(self):
        tickets = self._three()
        with self.assertRaisesRegex(UserError, "Write the answer"):
            self._reply(tickets, body="<p><br></p>")
        self.assertFalse(self._sent(tickets))

    def test_each_answer_costs_the_same_however_many(self):
        def reply(count):
            tickets = self._many(count)
            return self._count(lambda: self._reply(tickets))

        reply(2)
        few, many = reply(5), reply(45)
        self.assertLessEqual((many - few) / 40, 20, "posting is all that grows")
