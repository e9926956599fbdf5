from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BillingCase


@tagged("post_install", "-at_install")
class TestInvoiceHours(BillingCase):
    """Hours that are billed afterwards."""

    def _invoice(self, tickets=None, **values):
        """Press "Create Draft Invoices" as the seller, and return the invoices."""
        wizards = self.env["helpdesk.hours.invoice"].with_user(self.seller)
        if tickets:
            action = tickets.with_user(self.seller).action_create_invoice()
            wizards = wizards.with_context(**action["context"])
        wizard = wizards.with_company(self.company).create(values)
        before = self.env["account.move"].search([])
        wizard.action_create_invoices()
        return self.env["account.move"].search([]) - before

    def test_hours_raise_what_is_delivered(self):
        item = self._order(self.delivered_product, 1)
        ticket = self._ticket(sale_line_id=item.id)
        line = self._log(ticket, 2.5)
        self.assertEqual(item.qty_delivered, 2.5)
        self.assertEqual(item.qty_to_invoice, 2.5)
        self.assertEqual(line.helpdesk_billing_state, "to_invoice")
        self.assertFalse(ticket.remaining_hours_available)

    def test_a_customer_without_any_order_gets_one_with_the_hours_so_far(self):
        ticket = self._ticket()
        line = self._log(ticket, 2)
        gift = self._log(ticket, 1, helpdesk_billable=False)
        self.assertEqual(line.helpdesk_billing_state, "no_order")
        self.assertEqual(ticket.hours_without_order, 2)
        action = ticket.with_user(self.seller).action_create_sale_order()
        order = self.env["sale.order"].browse(action["res_id"])
        self.assertEqual(order.partner_id, self.organisation)
        self.assertEqual(order.order_line.product_id, self.delivered_product)
        self.assertEqual(order.order_line.product_uom_qty, 2)
        self.assertEqual(ticket.sale_line_id, order.order_line)
        self.assertEqual(line.so_line, order.order_line)
        self.assertFalse(gift.so_line)
        self.assertEqual(line.helpdesk_billing_state, "no_order", "nobody agreed to it yet")
        order.action_confirm()
        self.assertEqual(line.helpdesk_billing_state, "to_invoice")
        self.assertEqual(order.order_line.qty_delivered, 2)
        self.assertEqual(ticket.hours_without_order, 0)

    def test_tickets_of_one_customer_share_an_order(self):
        tickets = self._ticket() | self._ticket(partner_id=self.colleague_of_customer.id)
        other = self._ticket(partner_id=self.other_customer.id)
        (tickets | other).with_user(self.seller).action_create_sale_order()
        self.assertEqual(len(tickets.sale_line_id), 1)
        self.assertNotEqual(other.sale_line_id, tickets.sale_line_id)

    def test_an_order_that_makes_no_sense_is_refused_with_the_reason(self):
        with_item = self._ticket(sale_line_id=self._order(self.delivered_product).id)
        no_billing = self._ticket(team_id=self._team(name="Free").id)
        for ticket, reason in (
            (self._ticket(partner_id=False), "no customer"),
            (with_item, "already"),
            (no_billing, "bills no time"),
        ):
            with self.assertRaisesRegex(UserError, reason):
                ticket.with_user(self.seller).action_create_sale_order()

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_an_agent_without_rights_to_sell_creates_neither_order_nor_invoice(self):
        ticket = self._ticket(sale_line_id=self._order(self.delivered_product).id)
        self._log(ticket)
        with self.assertRaises(AccessError):
            self._ticket().with_user(self.aino).action_create_sale_order()
        with self.assertRaises(AccessError):
            self.env["helpdesk.hours.invoice"].with_user(self.aino).create({})
        with self.assertRaises(AccessError):
            ticket.timesheet_ids.with_user(self.aino)._create_helpdesk_invoices()

    def test_chosen_tickets_are_invoiced_and_nothing_else_of_the_order(self):
        item = self._order(self.delivered_product)
        item.order_id.order_line = [
            (0, 0, {"product_id": self.prepaid_product.id, "product_uom_qty": 5})
        ]
        first, second = (self._ticket(sale_line_id=item.id) for _i in range(2))
        mine, other = self._log(first, 2), self._log(second, 3)
        invoice = self._invoice(first)
        self.assertEqual(invoice.state, "draft")
        self.assertEqual(invoice.invoice_line_ids.mapped("quantity"), [2])
        self.assertEqual(mine.timesheet_invoice_id, invoice)
        self.assertEqual(mine.helpdesk_billing_state, "invoiced")
        self.assertEqual(other.helpdesk_billing_state, "to_invoice")
        rest = self._invoice(second)
        self.assertEqual(rest.invoice_line_ids.mapped("quantity"), [3])
        self.assertEqual(item.qty_invoiced, 5)
        self.assertEqual(item.qty_delivered, 5)

    def test_only_hours_of_the_period_are_invoiced(self):
        item = self._order(self.delivered_product)
        ticket = self._ticket(sale_line_id=item.id)
        self._log(ticket, 1, date="2026-03-31")
        april = self._log(ticket, 2, date="2026-04-01") | self._log(ticket, 4, date="2026-04-30")
        self._log(ticket, 8, date="2026-05-01")
        invoice = self._invoice(date_from=date(2026, 4, 1), date_to=date(2026, 4, 30))
        self.assertEqual(invoice.invoice_line_ids.quantity, 6)
        self.assertEqual(invoice.timesheet_ids, april)
        with self.assertRaises(ValidationError):
            self._invoice(date_from=date(2026, 4, 2), date_to=date(2026, 4, 1))

    def test_each_customer_gets_one_invoice_for_all_tickets_and_orders(self):
        items = [self._order(self.delivered_product) for _i in range(2)]
        items.append(self._order(self.delivered_product, partner=self.other_customer))
        for item in items:
            self._log(
                self._ticket(
                    partner_id=item.order_id.partner_id.id,
                    sale_line_id=item.id,
                ),
                2,
            )
        invoices = self._invoice()
        self.assertEqual(len(invoices), 2)
        self.assertEqual(invoices.partner_id, self.organisation | self.other_customer)
        for invoice in invoices:
            expected = 4 if invoice.partner_id == self.organisation else 2
            self.assertEqual(sum(invoice.invoice_line_ids.mapped("quantity")), expected)

    def test_chosen_customers_include_their_people(self):
        item = self._order(self.delivered_product)
        theirs = self._order(self.delivered_product, partner=self.other_customer)
        self._log(self._ticket(sale_line_id=item.id), 2)
        self._log(
            self._ticket(partner_id=self.other_customer.id, sale_line_id=theirs.id),
        )
        invoice = self._invoice(partner_ids=[(6, 0, self.customer.ids)])
        self.assertEqual(invoice.partner_id, self.organisation)

    def test_prepaid_and_non_billable_hours_are_never_invoiced_again(self):
        self._order(self.prepaid_product)
        ticket = self._ticket()
        self._log(ticket, 2)
        self._log(ticket, 2, helpdesk_billable=False)
        with self.assertRaisesRegex(UserError, "no hours to invoice"):
            self._invoice(ticket)

    def test_pressing_twice_invoices_once(self):
        ticket = self._ticket(sale_line_id=self._order(self.delivered_product).id)
        entries = self._log(ticket, 2)
        self._invoice(ticket)
        with self.assertRaisesRegex(UserError, "perhaps they are already"):
            entries.with_user(self.seller)._create_helpdesk_invoices()

    def test_a_salesperson_without_rights_on_payments_reads_how_many_were_made(self):
        ticket = self._ticket(sale_line_id=self._order(self.delivered_product).id)
        line = self._log(ticket, 2)
        self.lars.group_ids |= self.env.ref("sales_team.group_sale_salesman_all_leads")
        wizards = self.env["helpdesk.hours.invoice"].with_user(self.lars)
        wizard = wizards.with_company(self.company).create({"ticket_ids": [(6, 0, ticket.ids)]})
        action = wizard.action_create_invoices()
        self.assertEqual(action["tag"], "display_notification")
        self.assertIn("1", action["params"]["message"])
        self.assertEqual(line.helpdesk_billing_state, "invoiced")

    def test_invoiced_hours_are_locked_and_stay_with_ticket_and_item(self):
        item, other = (self._order(self.delivered_product) for _i in range(2))
        ticket = self._ticket(sale_line_id=item.id)
        line = self._log(ticket, 2)
        self._invoice(ticket)
        free = self._log(ticket, 1)
        for values in (
            {"unit_amount": 5},
            {"so_line": other.id},
            {"helpdesk_billable": False},
            {"helpdesk_ticket_id": self._ticket().id},
        ):
            # Programs choose their context: what a merge says of itself is not believed.
            for context in ({}, {"helpdesk_merge_hours": True}):
                with self.assertRaisesRegex(UserError, "invoiced"):
                    line.with_user(self.lars).with_context(**context).write(values)
        ticket.sale_line_id = other
        self.assertEqual(line.so_line, item)
        self.assertEqual(free.so_line, other)
        ticket.partner_id = self.colleague_of_customer
        self.assertEqual(line.partner_id, self.customer)
        self.assertEqual(free.partner_id, self.colleague_of_customer)

    def test_a_cancelled_draft_and_a_credit_note_free_the_hours(self):
        ticket = self._ticket(sale_line_id=self._order(self.delivered_product).id)
        line = self._log(ticket, 2)
        invoice = self._invoice(ticket)
        invoice.button_cancel()
        self.assertEqual(line.helpdesk_billing_state, "to_invoice")
        second = self._invoice(ticket)
        self.assertEqual(second.invoice_line_ids.quantity, 2)
        second.action_post()
        refund = second._reverse_moves(cancel=False)
        refund.action_post()
        self.assertEqual(line.helpdesk_billing_state, "to_invoice")
        third = self._invoice(ticket)
        self.assertEqual(third.invoice_line_ids.quantity, 2)
        self.assertEqual(line.timesheet_invoice_id, third)

    def test_a_deleted_draft_frees_the_hours(self):
        ticket = self._ticket(sale_line_id=self._order(self.delivered_product).id)
        line = self._log(ticket, 2)
        self._invoice(ticket).unlink()
        self.assertEqual(line.helpdesk_billing_state, "to_invoice")

    def test_the_invoice_says_which_requests_the_hours_were_for(self):
        item = self._order(self.delivered_product)
        ticket = self._ticket(sale_line_id=item.id)
        secret = self._ticket(name="We were robbed", confidential=True, sale_line_id=item.id)
        self._log(ticket, 1.5)
        self._log(ticket, 1)
        self._log(secret, 2)
        invoice = self._invoice(ticket | secret)
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html("account.report_invoice", invoice.ids)[0]
            .decode()
        )
        for text in (ticket.ticket_ref, ticket.name, "02:30", secret.ticket_ref, "Confidential"):
            self.assertIn(text, html)
        self.assertNotIn(secret.name, html, "the invoice has other readers")
        self.assertNotIn("-75", html, "nor does it say what the hours cost us")

    def test_an_invoice_without_hours_on_tickets_prints_as_ever(self):
        item = self._order(self.prepaid_product)
        invoice = item.order_id._create_invoices()
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html("account.report_invoice", invoice.ids)[0]
            .decode()
        )
        self.assertNotIn("Case Number", html)
