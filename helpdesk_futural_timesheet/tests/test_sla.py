from psycopg2 import IntegrityError

from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import BillingCase


@tagged("post_install", "-at_install")
class TestPaidServiceLevels(BillingCase):
    """Some customers pay for a faster answer: the policy knows them by what they bought."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.use_sla = True
        cls.gold, cls.silver = (cls._order(cls.prepaid_product) for _i in range(2))
        cls.policy = cls.env["helpdesk.sla"].create(
            {
                "name": "Gold: answer within 2 hours",
                "team_id": cls.team.id,
                "target": "first_response",
                "time": 2,
                "promised_since": False,
                "sale_line_ids": [(6, 0, cls.gold.ids)],
            }
        )

    def test_only_tickets_billed_on_the_item_are_promised_it(self):
        gold = self._ticket(sale_line_id=self.gold.id)
        silver = self._ticket(sale_line_id=self.silver.id)
        nothing = self._ticket(partner_id=self.other_customer.id)
        self.assertEqual(gold.sla_ids, self.policy)
        self.assertFalse((silver | nothing).sla_ids)

    def test_a_policy_without_items_is_for_everybody(self):
        self.policy.sale_line_ids = False
        for values in ({"sale_line_id": self.gold.id}, {"partner_id": self.other_customer.id}):
            self.assertEqual(self._ticket(**values).sla_ids, self.policy)

    def test_another_item_means_another_promise(self):
        ticket = self._ticket(sale_line_id=self.silver.id)
        agents = ticket.with_user(self.aino).with_company(self.company)
        agents.sale_line_id = self.gold
        self.assertEqual(ticket.sla_ids, self.policy)
        self.assertTrue(ticket.sla_deadline)
        agents.sale_line_id = self.silver
        self.assertFalse(ticket.sla_ids)
        self.assertFalse(ticket.sla_deadline)

    def test_another_customer_loses_what_the_former_one_paid_for(self):
        ticket = self._ticket(sale_line_id=self.gold.id)
        ticket.partner_id = self.other_customer
        self.assertFalse(ticket.sale_line_id)
        self.assertFalse(ticket.sla_ids)

    def test_a_mailed_ticket_is_promised_what_its_proposed_item_has(self):
        newest = self._order(self.prepaid_product)
        self.policy.write({"sale_line_ids": [(4, newest.id)], "promised_since": False})
        ticket = self._ticket()
        self.assertEqual(ticket.sale_line_id, newest)
        self.assertEqual(ticket.sla_ids, self.policy)

    def test_the_administrator_sees_whom_the_policy_is_for(self):
        gold = self._ticket(sale_line_id=self.gold.id)
        self._ticket(sale_line_id=self.silver.id)
        with Form(self.policy.with_user(self.admin).with_company(self.company)) as form:
            self.assertIn(self.gold.order_id.name, form.summary)
            self.assertEqual(form.matching_ticket_count, 1)
            self.assertEqual(form.matching_ticket_ids.ids, gold.ids)
            form.sale_line_ids.add(self.silver)
            self.assertEqual(form.matching_ticket_count, 2)

    def test_new_items_are_a_changed_promise_that_open_tickets_are_asked_about(self):
        ticket = self._ticket(sale_line_id=self.silver.id)
        policy = self.policy.with_user(self.admin)
        policy.sale_line_ids = self.gold | self.silver
        self.assertTrue(policy.promised_since)
        self.assertEqual(
            policy.action_ask_follow(["sale_line_ids"])["res_model"], "helpdesk.sla.follow"
        )
        self.assertFalse(ticket.sla_ids, "what was promised before stays")
        policy.action_apply_to_open_tickets()
        self.assertEqual(ticket.sla_ids, self.policy)

    def test_an_item_that_a_policy_is_for_cant_vanish(self):
        self.silver.order_id._action_cancel()
        self.policy.sale_line_ids = self.silver
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            self.silver.order_id.unlink()
