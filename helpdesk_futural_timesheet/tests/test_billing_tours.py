from odoo.tests import HttpCase, tagged

from .common import BillingCase


@tagged("post_install", "-at_install")
class TestBillingTours(BillingCase, HttpCase):
    """Who bills, in the browser."""

    def _tour(self, url, name):
        self.start_tour(url, f"helpdesk_futural_timesheet_{name}", login=self.seller.login)

    def test_a_month_of_hours_becomes_a_draft_invoice_of_one_customer(self):
        item = self._order(self.delivered_product)
        ticket = self._ticket(sale_line_id=item.id)
        self._log(ticket, 8, date="2026-03-31")
        april = self._log(ticket, 2, date="2026-04-01") | self._log(ticket, 1.5, date="2026-04-30")
        theirs = self._order(self.delivered_product, partner=self.other_customer)
        self._log(self._ticket(partner_id=self.other_customer.id, sale_line_id=theirs.id), 1)
        self._tour(
            "/odoo/action-helpdesk_futural_timesheet.account_analytic_line_action_not_invoiced",
            "billing",
        )
        april = april.sudo()
        invoice = april.timesheet_invoice_id
        self.assertEqual(invoice.partner_id, self.organisation)
        self.assertEqual(invoice.timesheet_ids, april)
        self.assertEqual(invoice.amount_untaxed, 280)

    def test_prepaid_hours_are_chosen_overdrawn_and_topped_up(self):
        self.env["hr.employee"].create(
            {
                "name": self.seller.name,
                "user_id": self.seller.id,
                "company_id": self.company.id,
            }
        )
        ticket = self._ticket()
        bought = self._order(self.prepaid_product, 10)
        self._tour(f"/odoo/helpdesk.ticket/{ticket.id}", "prepaid")
        self.assertEqual(bought.remaining_hours, -2.5)
        self.assertEqual(ticket.timesheet_ids.so_line, bought, "what was worked stays there")
        self.assertNotEqual(ticket.sale_line_id, bought)
        self.assertEqual(ticket.sale_line_id.product_id, self.prepaid_product)
