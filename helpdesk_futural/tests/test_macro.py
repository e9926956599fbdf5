from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_lifecycle import LifecycleCase


@tagged("post_install", "-at_install")
class TestMacro(LifecycleCase):
    """One click: the customer is answered, the ticket moves, and it can be taken back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fi_FI")
        cls.reply = cls.env["mail.template"].create(
            {
                "name": "Ask for the serial number",
                "model_id": cls.env["ir.model"]._get_id("helpdesk.ticket"),
                "body_html": "<p>Hello <t t-out='object.partner_id.name'/>, which device is it?</p>",
            }
        )
        cls.reply.with_context(
            lang="fi_FI"
        ).body_html = "<p>Hei <t t-out='object.partner_id.name'/>, mikä laite on kyseessä?</p>"
        cls.tag = cls.env["helpdesk.tag"].create({"name": "serial number"})
        cls.macro = cls.env["helpdesk.macro"].create(
            {
                "name": "Ask for the serial number",
                "template_id": cls.reply.id,
                "stage_id": cls.stage_waiting.id,
                "tag_ids": [Command.set(cls.tag.ids)],
                "user_assignment": "me",
                "priority": "2",
                "ticket_type_id": cls.category_bug.id,
                "note": "<p>Asked for it</p>",
            }
        )

    def _apply(self, ticket, macro=None, user=None):
        return ticket.with_user(user or self.aino).action_apply_macro((macro or self.macro).id)

    def _sent(self, tickets):
        self._finish()
        return self.env["mail.mail"].search(
            [("model", "=", "helpdesk.ticket"), ("res_id", "in", tickets.ids)]
        )

    def test_one_click_answers_moves_tags_and_takes_the_ticket(self):
        ticket = self._settled()
        self._apply(ticket)
        answer = ticket.message_ids.filtered(lambda m: "which device" in (m.body or ""))
        note = ticket.message_ids.filtered(lambda m: "Asked for it" in (m.body or ""))
        self.assertEqual(answer.author_id, self.aino.partner_id)
        self.assertEqual(answer.subtype_id, self.env.ref("mail.mt_comment"))
        self.assertTrue(note.is_internal or note.subtype_id.internal)
        self.assertEqual(ticket.stage_id, self.stage_waiting)
        self.assertEqual(ticket.user_id, self.aino)
        self.assertEqual(ticket.tag_ids, self.tag)
        self.assertEqual((ticket.priority, ticket.ticket_type_id), ("2", self.category_bug))
        self.assertEqual(ticket.waiting_on, "customer")
        self.assertEqual(ticket.first_response_date, answer.date)

    def test_the_customer_gets_one_mail_from_the_team_and_not_the_stages_as_well(self):
        self.stage_waiting.template_id = self._template("waiting")
        ticket = self._settled()
        self._apply(ticket)
        mail = self._sent(ticket)
        self.assertEqual(len(mail), 1, "the answer says what the stage's mail would have said")
        self.assertEqual(mail.email_from, '"Aino Virtanen, Technical" <tech@pohjola.example>')
        self.assertIn("tech@pohjola.example", mail.reply_to)
        self.assertTrue(mail.subject.startswith(f"[#{ticket.ticket_ref}]"))
        self.assertEqual(mail.recipient_ids, self.customer)

    def test_without_a_reply_the_stage_tells_the_customer_as_ever(self):
        ticket = self._settled()
        self._apply(
            ticket, self.macro.create({"name": "Close it", "stage_id": self.stage_closed.id})
        )
        self.assertIn("Closed:", self._mails(ticket).subject)

    def test_a_finnish_customer_is_answered_in_finnish(self):
        self.customer.lang = "fi_FI"
        ticket = self._settled()
        self._apply(ticket)
        self.assertTrue(ticket.message_ids.filtered(lambda m: "mikä laite" in (m.body or "")))

    def test_files_of_the_template_go_along_as_the_tickets_own(self):
        self.reply.attachment_ids = self.env["ir.attachment"].create(
            {"name": "where.txt", "raw": b"Below the lid", "res_model": "mail.template"}
        )
        tickets = self._settled() | self._settled()
        self._apply(tickets)
        for ticket in tickets:
            answer = ticket.message_ids.filtered(lambda m: "which device" in (m.body or ""))
            self.assertEqual(answer.attachment_ids.raw, b"Below the lid")
            self.assertEqual(answer.attachment_ids.res_id, ticket.id)

    def test_a_colleagues_ticket_stays_with_them(self):
        ticket = self._settled(user_id=self.lars.id)
        self._apply(ticket)
        self.assertEqual(ticket.user_id, self.lars)
        self.assertEqual(ticket.stage_id, self.stage_waiting)

    def test_a_macro_can_give_tickets_to_an_agent_or_back_to_the_pool(self):
        ticket = self._settled(user_id=self.aino.id)
        give = self.macro.create(
            {"name": "To Lars", "user_assignment": "agent", "user_id": self.lars.id}
        )
        self._apply(ticket, give)
        self.assertEqual(ticket.user_id, self.lars)
        self._apply(ticket, self.macro.create({"name": "Pool", "user_assignment": "pool"}))
        self.assertFalse(ticket.user_id)

    def test_a_team_without_the_stage_uses_its_own_of_the_same_meaning(self):
        asked = self.env["helpdesk.stage"].create({"name": "Asked", "state": "waiting"})
        team = self._team(
            name="Sales", stage_ids=[Command.set((self.stage_new | asked).ids)], member_ids=[]
        )
        tickets = self._settled() | self._settled(team_id=team.id)
        self._apply(tickets)
        self.assertEqual(tickets.stage_id, self.stage_waiting | asked)

    def test_a_team_with_no_such_stage_is_named_before_anything_is_sent(self):
        team = self._team(name="Sales", stage_ids=[Command.set(self.stage_new.ids)])
        ticket = self._settled(team_id=team.id)
        with self.assertRaisesRegex(UserError, "Sales"):
            self._apply(ticket)
        self.assertFalse(self._sent(ticket))

    def test_another_teams_ticket_is_refused_and_the_macro_not_offered(self):
        other = self._team(name="Sales")
        self.macro.team_ids = other
        ticket = self._settled().with_user(self.aino)
        self.assertNotIn(self.macro.id, [macro["id"] for macro in ticket.get_macros()])
        with self.assertRaisesRegex(UserError, "Technical"):
            self._apply(ticket)
        self.macro.team_ids = self.team
        self.assertIn(self.macro.id, [macro["id"] for macro in ticket.get_macros()])

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_macros_of_teams_that_are_not_theirs_are_no_business_of_agents(self):
        macros = self.env["helpdesk.macro"]
        private = macros.create({"name": "Board", "team_ids": self.private_team.ids})
        foreign = macros.create(
            {
                "name": "Fjord",
                "team_ids": self._team(
                    name="Fjord", company_id=self.other_company.id, resource_calendar_id=False
                ).ids,
            }
        )
        seen = macros.with_user(self.aino).with_company(self.company).search([])
        self.assertFalse(seen & (private | foreign))
        self.assertIn(self.macro, seen)
        self.assertIn(private, macros.with_user(self.emma).search([]))
        self.assertNotIn(foreign, macros.with_user(self.admin).search([]))
        with self.assertRaises(AccessError):
            self._apply(self._settled(), private)

    def test_a_macro_that_was_archived_meanwhile_says_so(self):
        self.macro.active = False
        with self.assertRaisesRegex(UserError, "Reload"):
            self._apply(self._settled())

    def test_an_administrator_is_told_what_a_macro_lacks(self):
        macros = self.env["helpdesk.macro"].with_user(self.admin)
        with self.assertRaisesRegex(ValidationError, "Choose the agent"):
            macros.create({"name": "x", "user_assignment": "agent"})
        with self.assertRaisesRegex(ValidationError, "not made for tickets"):
            macros.create(
                {
                    "name": "x",
                    "template_id": self.env["mail.template"]
                    .create(
                        {"name": "Contact", "model_id": self.env["ir.model"]._get_id("res.partner")}
                    )
                    .id,
                }
            )

    def test_administrators_write_replies_without_further_rights(self):
        template = self.env["mail.template"].with_user(self.admin)
        reply = template.create(
            {
                "name": "Thanks",
                "model_id": self.env["ir.model"]._get_id("helpdesk.ticket"),
                "body_html": "<p>Thanks, <t t-out='object.partner_id.name'/></p>",
            }
        )
        macro = self.env["helpdesk.macro"].with_user(self.admin)
        macro = macro.create({"name": "Thanks", "template_id": reply.id})
        other = self._user("chief", "helpdesk_futural.group_helpdesk_manager", name="Other Boss")
        reply.with_user(other).body_html = "<p>Thank you, <t t-out='object.partner_id.name'/></p>"
        ticket = self._settled()
        self._apply(ticket, macro)
        self.assertEqual(ticket.last_message_preview, "Thank you, Liisa Laine")
        contacts = self.env["mail.template"].create(
            {"name": "x", "model_id": self.env["ir.model"]._get_id("res.partner")}
        )
        self.assertFalse(contacts.with_user(self.admin).has_access("write"))
        self.assertFalse(reply.with_user(self.aino).has_access("write"))

    # Editing first -------------------------------------------------------

    def _compose(self, action):
        composer = self.env["mail.compose.message"].with_user(self.aino)
        return composer.with_context(**action["context"]).create({})

    def test_with_edit_first_nothing_happens_until_the_agent_sends(self):
        self.macro.send_mode = "edit"
        ticket = self._settled()
        action = self._apply(ticket)
        self.assertEqual(action["res_model"], "mail.compose.message")
        self.assertEqual(ticket.stage_id, self.stage_new)
        composer = self._compose(action)
        self.assertIn("Hello Liisa Laine, which device", composer.body)
        composer.body = "<p>Which one, Liisa?</p>"
        report = composer.action_send_mail()
        self.assertEqual(report["tag"], "helpdesk_ticket_changes")
        self.assertEqual(ticket.stage_id, self.stage_waiting)
        self.assertEqual(ticket.last_message_preview, "Which one, Liisa?")
        mail = self._sent(ticket)
        self.assertEqual(mail.email_from, '"Aino Virtanen, Technical" <tech@pohjola.example>')
        self.assertEqual(mail.recipient_ids, self.customer)

    def test_the_composer_without_macro_works_as_ever(self):
        ticket = self._settled()
        composer = self._compose(
            {
                "context": {
                    "default_composition_mode": "comment",
                    "default_model": "helpdesk.ticket",
                    "default_res_ids": ticket.ids,
                    "default_body": "<p>Hi</p>",
                }
            }
        )
        self.assertEqual(composer.action_send_mail(), {"type": "ir.actions.act_window_close"})
        self.assertEqual(ticket.stage_id, self.stage_new)

    # Undo ----------------------------------------------------------------

    def _undo(self, report):
        tickets = self._as(self.aino)
        return tickets.action_undo_changes(report["params"]["changes"])

    def test_undo_restores_all_but_the_mail_that_was_sent(self):
        own = self.env["helpdesk.tag"].create({"name": "own"})
        ticket = self._settled(tag_ids=own.ids)
        report = self._apply(ticket)
        self.assertIn("Answered Liisa Laine.", report["params"]["lines"])
        self.assertIn("Stage: Waiting", report["params"]["lines"])
        self.assertEqual(self._undo(report), 1)
        self.assertEqual(ticket.stage_id, self.stage_new)
        self.assertFalse(ticket.user_id)
        self.assertEqual(ticket.tag_ids, own)
        self.assertEqual(ticket.priority, "1")
        self.assertFalse(ticket.ticket_type_id)
        self.assertEqual(ticket.waiting_on, "customer", "the answer stays sent")
        self.assertEqual(len(self._sent(ticket)), 1)

    def test_undo_leaves_what_somebody_changed_since(self):
        ticket = self._settled()
        report = self._apply(ticket)
        ticket.write({"stage_id": self.stage_progress.id, "user_id": self.lars.id})
        self._undo(report)
        self.assertEqual(ticket.stage_id, self.stage_progress)
        self.assertEqual(ticket.user_id, self.lars)
        self.assertEqual(ticket.priority, "1")

    def test_undo_writes_nothing_but_what_macros_write(self):
        ticket = self._settled()
        with self.assertRaises(UserError):
            self._undo(
                {
                    "params": {
                        "changes": [
                            {"ids": ticket.ids, "before": {"name": "x"}, "after": {"name": "y"}}
                        ]
                    }
                }
            )

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_undo_is_no_way_to_tickets_of_others(self):
        ticket = self._settled(team_id=self.private_team.id)
        change = {"ids": ticket.ids, "before": {"priority": "3"}, "after": {"priority": "1"}}
        with self.assertRaises(AccessError):
            self._undo({"params": {"changes": [change]}})

    def test_undo_tells_the_customer_nothing(self):
        self.stage_progress.template_id = self._template("reopened")
        ticket = self._settled(stage_id=self.stage_progress.id)
        told = self._mails(ticket)
        report = self._apply(ticket)
        self._finish()
        self._undo(report)
        self.assertEqual(ticket.stage_id, self.stage_progress)
        self.assertEqual(self._mails(ticket), told)

    # Many ----------------------------------------------------------------

    def test_every_ticket_of_many_costs_the_same(self):
        def queries(count):
            tickets = self.env["helpdesk.ticket"].create(
                [
                    {"name": f"No {i}", "team_id": self.team.id, "partner_id": self.customer.id}
                    for i in range(count)
                ]
            )
            self._finish()
            before = self.cr.sql_log_count
            self._apply(tickets)
            self._finish()
            return self.cr.sql_log_count - before

        queries(2)
        few, many = queries(5), queries(25)
        self.assertLessEqual((many - few) / 20, 20, "posting is all that grows")
