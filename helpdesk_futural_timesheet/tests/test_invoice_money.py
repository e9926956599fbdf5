from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import InvoicingCase


@tagged("post_install", "-at_install")
class TestInvoiceMoney(InvoicingCase):
    """What customers pay is what was worked, once, in their order's terms."""

    # ------------------------------------------------------------------
    # Units
    # ------------------------------------------------------------------

    def _day_item(self, product):
        day = self.env.ref("uom.product_uom_day")
        item = self._order(product, 2, confirm=False)
        item.write({"product_uom_id": day.id, "price_unit": 800})
        item.order_id.action_confirm()
        return item

    def _dialog(self, ticket, **values):
        return (
            self.env["helpdesk.ticket.create.timesheet"]
            .with_user(self.aino)
            .with_company(self.company)
            .create({"ticket_id": ticket.id, **values})
        )

    def test_rounding_and_minimum_are_minutes_also_where_time_is_read_in_days(self):
        self.company.timesheet_encode_uom_id = self.env.ref("uom.product_uom_day")
        self.team.write({"timesheet_rounding": 15, "timesheet_minimum": 30})
        for hours, billed in ((0.1, 0.5), (0.6, 0.75), (8, 8)):
            self._dialog(self.ticket, time_spent=hours).action_generate_timesheet()
            self.assertEqual(self.ticket.timesheet_ids[0].unit_amount, billed)
            self.ticket.timesheet_ids.unlink()

    def test_hours_on_an_item_that_is_sold_in_days_are_billed_as_days(self):
        item = self._day_item(self.delivered_product)
        ticket = self._ticket(sale_line_id=item.id)
        invoice = self._invoice(self._log(ticket, 4) | self._log(ticket, 8))
        self.assertEqual(invoice.invoice_line_ids.quantity, 1.5)
        self.assertEqual(invoice.invoice_line_ids.product_uom_id, item.product_uom_id)
        self.assertEqual(invoice.amount_untaxed, 1200)

    def test_prepaid_days_are_used_up_by_hours(self):
        item = self._day_item(self.prepaid_product)
        ticket = self._ticket(sale_line_id=item.id)
        self.assertEqual(ticket.remaining_hours_so, 16)
        line = self._log(ticket, 4)
        self.assertEqual(ticket.remaining_hours_so, 12)
        self._assert_state(line, "prepaid")
        self.assertEqual(line.helpdesk_value, 400)

    def test_non_billable_time_is_logged_to_the_minute(self):
        self.team.write({"timesheet_rounding": 15, "timesheet_minimum": 30})
        dialog = self._dialog(self.ticket, time_spent=0.1, billable=False)
        dialog.action_generate_timesheet()
        self.assertEqual(self.ticket.timesheet_ids.unit_amount, 0.1)

    # ------------------------------------------------------------------
    # Currencies and companies
    # ------------------------------------------------------------------

    def test_an_order_in_another_currency_is_invoiced_in_it_and_apart(self):
        foreign = self.env.ref("base.EUR")
        if foreign == self.company.currency_id:
            foreign = self.env.ref("base.USD")
        foreign.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": foreign.id,
                "company_id": self.company.id,
                "name": "2020-01-01",
                "rate": 2,
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": foreign.id, "company_id": self.company.id}
        )
        item = self._order(self.delivered_product, pricelist_id=pricelist.id)
        self.assertEqual(item.price_unit, 160)
        theirs = self._log(self._ticket(sale_line_id=item.id), 3)
        ours = self._log(self.ticket, 1)
        invoices = self._invoice(theirs | ours)
        self.assertEqual(len(invoices), 2, "one invoice can't be in two currencies")
        self.assertEqual(theirs.timesheet_invoice_id.currency_id, foreign)
        self.assertEqual(theirs.timesheet_invoice_id.amount_untaxed, 480)
        self.assertEqual(ours.timesheet_invoice_id.amount_untaxed, 80)
        self.assertEqual(theirs.helpdesk_value, 240, "the analysis is in the company's currency")

    def test_hours_on_another_companys_order_are_invoiced_by_who_may_invoice_there(self):
        self.env["account.chart.template"].try_loading(
            "generic_coa", company=self.other_company, install_demo=False
        )
        order = self.env["sale.order"].with_company(self.other_company)
        order = order.create(
            {
                "partner_id": self.organisation.id,
                "company_id": self.other_company.id,
                "order_line": [Command.create({"product_id": self.delivered_product.id})],
            }
        )
        order.action_confirm()
        with self.assertRaises(UserError):
            self.ticket.sale_line_id = order.order_line
        line = self._log(self.ticket, 2)
        own = self._log(self.ticket, 1)
        line.sudo().write({"so_line": order.order_line.id, "is_so_line_edited": True})
        invoice = self._invoice(line | own)
        self.assertEqual(invoice.company_id, self.company)
        self.assertEqual(invoice.invoice_line_ids.quantity, 1)
        self._assert_state(line, "to_invoice")
        self.seller.company_ids |= self.other_company
        sellers = line.with_user(self.seller).with_context(
            allowed_company_ids=(self.company | self.other_company).ids
        )
        invoice = sellers._create_helpdesk_invoices().sudo()
        self.assertEqual(invoice.company_id, self.other_company)
        self.assertEqual(invoice.invoice_line_ids.quantity, 2)

    # ------------------------------------------------------------------
    # Lines that are not billed by the hour
    # ------------------------------------------------------------------

    def _fixed_item(self, **values):
        product = self.env["product.product"].create(
            {"name": "Installation", "type": "service", "list_price": 500, **values}
        )
        return self._order(product, 1)

    def test_hours_on_fixed_prices_and_milestones_are_not_billed_by_the_hour(self):
        for policy in ("ordered_prepaid", "delivered_milestones", "delivered_manual"):
            with self.subTest(policy=policy):
                unit = self.env.ref("uom.product_uom_unit").id
                item = self._fixed_item(service_policy=policy, uom_id=unit)
                ticket = self._ticket(sale_line_id=item.id)
                before = item.qty_delivered
                line = self._log(ticket, 7)
                self._assert_state(line, "prepaid")
                if policy != "ordered_prepaid":
                    self.assertEqual(item.qty_delivered, before)
                self.assertEqual((ticket.hours_to_invoice, ticket.hours_without_order), (0, 0))
                with self.assertRaisesRegex(UserError, "no hours to invoice"):
                    self._invoice(line)

    def test_the_fixed_part_of_an_order_is_not_invoiced_with_its_hours(self):
        self.item.order_id.order_line = [
            Command.create(
                {
                    "product_id": self._fixed_item(service_policy="ordered_prepaid").product_id.id,
                    "product_uom_qty": 1,
                }
            ),
            Command.create({"display_type": "line_section", "name": "Extras"}),
            Command.create({"display_type": "line_note", "name": "A note"}),
        ]
        invoice = self._invoice(self._log(self.ticket, 2))
        self.assertEqual(invoice.invoice_line_ids.sale_line_ids, self.item)
        self.assertEqual(invoice.amount_untaxed, 160)
        rest = self.item.order_id._create_invoices()
        self.assertEqual(rest.amount_untaxed, 500, "and is there for the next invoice")

    def _pay_down(self, amount):
        wizard = self.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": [Command.set(self.item.order_id.ids)],
                "advance_payment_method": "fixed",
                "fixed_amount": amount,
            }
        )
        wizard.create_invoices()
        self.item.order_id.invoice_ids.action_post()

    def test_a_down_payment_is_no_hour_and_is_deducted_by_the_orders_final_invoice(self):
        self._pay_down(100)
        self.assertEqual(self.item.order_id.invoice_ids.amount_untaxed, 100)
        invoice = self._invoice(self._log(self.ticket, 2), post=True)
        self.assertEqual(invoice.amount_untaxed, 160)
        self.assertEqual(self.item.qty_invoiced, 2)
        self._log(self.ticket, 3)
        final = self.item.order_id._create_invoices(final=True)
        self.assertEqual(final.amount_untaxed, 240 - 100)

    # ------------------------------------------------------------------
    # Moving and changing
    # ------------------------------------------------------------------

    def test_an_entry_that_moves_to_another_customers_ticket_is_theirs_to_pay(self):
        theirs = self._order(self.delivered_product, partner=self.other_customer)
        other = self._ticket(partner_id=self.other_customer.id, sale_line_id=theirs.id)
        second = self._order(self.delivered_product)
        plain = self._log(self.ticket, 1)
        chosen = self._log(self.ticket, 2, so_line=second.id, is_so_line_edited=True)
        gift = self._log(self.ticket, 4, helpdesk_billable=False)
        (plain | chosen | gift).with_user(self.lars).write({"helpdesk_ticket_id": other.id})
        self.assertEqual((plain | chosen).so_line, theirs)
        self.assertFalse(gift.so_line, "a gift stays a gift")
        self.assertEqual((plain | chosen).partner_id, self.other_customer)
        self.assertEqual((self.item.qty_delivered, second.qty_delivered), (0, 0))
        invoice = self._invoice(plain | chosen)
        self.assertEqual(invoice.partner_id, self.other_customer)
        self.assertEqual(invoice.invoice_line_ids.quantity, 3)

    def test_a_chosen_item_of_the_same_customer_moves_along(self):
        second = self._order(self.delivered_product)
        chosen = self._log(self.ticket, 2, so_line=second.id, is_so_line_edited=True)
        colleague = self._ticket(
            partner_id=self.colleague_of_customer.id, sale_line_id=self.item.id
        )
        chosen.with_user(self.lars).write({"helpdesk_ticket_id": colleague.id})
        self.assertEqual(chosen.so_line, second)

    def test_another_customer_pays_for_what_is_not_invoiced_and_only_for_that(self):
        second = self._order(self.delivered_product)
        theirs = self._order(self.prepaid_product, 10, partner=self.other_customer)
        invoiced = self._log(self.ticket, 1)
        invoice = self._invoice(invoiced)
        plain = self._log(self.ticket, 2)
        chosen = self._log(self.ticket, 4, so_line=second.id, is_so_line_edited=True)
        self.ticket.with_user(self.aino).partner_id = self.other_customer
        self.assertEqual(self.ticket.sale_line_id, theirs)
        self.assertEqual((plain | chosen).so_line, theirs)
        self.assertEqual(theirs.remaining_hours, 4)
        self.assertEqual((invoiced.so_line, invoiced.timesheet_invoice_id), (self.item, invoice))
        self.assertEqual(invoiced.partner_id, self.customer)
        self.assertEqual((self.item.qty_delivered, second.qty_delivered), (1, 0))

    def test_a_customer_taken_off_leaves_hours_that_wait_for_an_order(self):
        line = self._log(self.ticket, 2)
        self.ticket.partner_id = False
        self.assertFalse(line.so_line)
        self._assert_state(line, "no_order")
        self.assertEqual(self.item.qty_delivered, 0)

    def test_merged_hours_stay_with_who_pays_when_the_survivors_customer_changes(self):
        theirs = self._order(self.delivered_product, partner=self.other_customer)
        double = self._ticket(partner_id=self.other_customer.id, sale_line_id=theirs.id)
        merged = self._log(double, 3)
        survivor = self.ticket.with_user(self.admin)
        double.with_user(self.admin)._merge_into(survivor, across_organisations=True)
        self.assertEqual(merged.so_line, theirs)
        self.ticket.partner_id = self.env["res.partner"].create({"name": "A third"})
        self.assertEqual(merged.so_line, theirs)

    def test_a_cancelled_order_gives_its_hours_back_to_who_looks_for_an_order(self):
        line = self._log(self.ticket, 2)
        self.item.order_id._action_cancel()
        self._assert_state(line, "no_order")
        self.assertEqual(self.ticket.hours_without_order, 2)
        action = self.ticket.with_user(self.seller).action_create_sale_order()
        order = self.env["sale.order"].browse(action["res_id"])
        order.action_confirm()
        self.assertEqual(line.so_line, order.order_line)
        self._assert_state(line, "to_invoice")

    def test_archived_tickets_and_their_hours_are_invoiced_all_the_same(self):
        line = self._log(self.ticket, 2)
        self.ticket.with_user(self.admin).active = False
        found = self.env["account.analytic.line"].search(
            self.env["account.analytic.line"]
            .with_context(allowed_company_ids=self.company.ids)
            ._get_hours_to_invoice_domain(partners=self.organisation)
        )
        self.assertEqual(found, line)
        self.assertEqual(self._invoice(line).invoice_line_ids.quantity, 2)

    def test_a_ticket_with_invoiced_hours_cant_be_deleted_nor_can_the_hours(self):
        line = self._log(self.ticket, 2)
        draft = self._invoice(line)
        with self.assertRaisesRegex(UserError, "Archive the ticket instead"):
            self.ticket.with_user(self.admin).unlink()
        for _step in ("draft", "posted"):
            with self.assertRaisesRegex(UserError, "Credit the invoice first"):
                line.with_user(self.lars).unlink()
            if draft.state == "draft":
                draft.action_post()
        self._credit(draft)
        line.with_user(self.lars).unlink()
        self.assertEqual(self.item.qty_delivered, 0)
