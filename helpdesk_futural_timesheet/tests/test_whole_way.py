from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.helpdesk_futural.tests.common import MailCase

from .common import BillingCase


@tagged("post_install", "-at_install")
class TestWholeWay(BillingCase, MailCase):
    """From the customer's mail to the paid invoice, each step by who takes it."""

    def _work(self, ticket, minutes):
        """Let Aino take the ticket, measure her time and log it."""
        mine = ticket.with_user(self.aino).with_company(self.company)
        mine.action_claim()
        with freeze_time("2026-05-04 09:00:00"):
            mine.action_timer_start()
        self.env.invalidate_all()
        with freeze_time(f"2026-05-04 09:{minutes:02}:00"):
            action = mine.action_timer_stop()
            wizards = self.env[action["res_model"]].with_user(self.aino)
            wizard = wizards.with_context(**action["context"]).create({"description": "Toner"})
            wizard.action_generate_timesheet()
        mine.action_solve()

    def _pay(self, invoice):
        invoice.action_post()
        payment = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        payment.create({})._create_payments()
        return invoice.payment_state

    def test_afterwards_mail_ticket_timer_order_invoice_payment(self):
        self.team.write({"timesheet_rounding": 15})
        ticket = self._receive(subject="The printer is jammed").ticket_id
        self.assertEqual(ticket.partner_id, self.customer)
        self._work(ticket, 40)
        self.assertEqual(ticket.total_hours_spent, 0.75)
        self.assertEqual(ticket.state, "solved")
        self.assertEqual(ticket.hours_without_order, 0.75)

        sold = ticket.with_user(self.seller).with_company(self.company)
        order = self.env["sale.order"].browse(sold.action_create_sale_order()["res_id"])
        order.with_user(self.seller).action_confirm()
        self.assertEqual(ticket.hours_to_invoice, 0.75)
        action = sold.action_create_invoice()
        wizard = self.env[action["res_model"]].with_user(self.seller)
        wizard.with_context(**action["context"]).create({}).action_create_invoices()
        invoice = order.invoice_ids
        self.assertEqual(invoice.partner_id, self.organisation)
        self.assertEqual(invoice.amount_untaxed, 60)
        self.assertEqual(ticket.hours_to_invoice, 0)
        self.assertIn(self._pay(invoice), ("paid", "in_payment"))
        self.assertEqual(order.invoice_status, "invoiced")

    def test_prepaid_order_invoice_payment_mail_ticket_timer(self):
        item = self._order(self.prepaid_product, 2)
        invoice = item.order_id.with_user(self.seller)._create_invoices()
        self.assertIn(self._pay(invoice.with_env(self.env)), ("paid", "in_payment"))
        ticket = self._receive(subject="The printer is jammed").ticket_id
        self.assertEqual(ticket.sale_line_id, item)
        self._work(ticket, 30)
        self.assertEqual(ticket.remaining_hours_so, 1.5)
        self.assertEqual(ticket.hours_to_invoice, 0)
        self.assertEqual(ticket.hours_without_order, 0)
        self.assertEqual(item.qty_to_invoice, 0, "what is paid is not billed twice")
