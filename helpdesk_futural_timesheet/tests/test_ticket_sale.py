from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import BillingCase


@tagged("post_install", "-at_install")
class TestTicketSale(BillingCase):
    """Which order item pays for a ticket."""

    def test_a_ticket_takes_the_latest_prepaid_hours_of_its_organisation(self):
        for hours, day in ((10, 1), (5, 3), (7, 2)):
            self._order(self.prepaid_product, hours).order_id.date_order = f"2026-03-0{day}"
        self._order(self.prepaid_product, 20, confirm=False)
        self._order(self.prepaid_product, 30, partner=self.other_customer)
        ticket = self._ticket(partner_id=self.colleague_of_customer.id)
        self.assertEqual(ticket.sale_order_id.partner_id, self.organisation)
        self.assertTrue(ticket.remaining_hours_available)
        self.assertEqual(ticket.remaining_hours_so, 5)

    def test_used_up_hours_are_not_proposed(self):
        item = self._order(self.prepaid_product, 2)
        self._log(self._ticket(), 2)
        self.assertEqual(item.remaining_hours, 0)
        self.assertFalse(self._ticket().sale_line_id)

    def test_hours_of_another_company_are_not_proposed(self):
        self.env["account.chart.template"].try_loading(
            "generic_coa", company=self.other_company, install_demo=False
        )
        order = (
            self.env["sale.order"]
            .with_company(self.other_company)
            .create(
                {
                    "partner_id": self.organisation.id,
                    "company_id": self.other_company.id,
                    "order_line": [(0, 0, {"product_id": self.prepaid_product.id})],
                }
            )
        )
        order.action_confirm()
        self.assertGreater(order.order_line.remaining_hours, 0)
        self.assertFalse(self._ticket().sale_line_id)

    def test_a_team_that_bills_no_time_proposes_nothing(self):
        self._order(self.prepaid_product)
        self.team.use_helpdesk_sale_timesheet = False
        ticket = self._ticket()
        self.assertFalse(ticket.sale_line_id)
        self.team.use_helpdesk_sale_timesheet = True
        self.assertTrue(ticket.sale_line_id, "switching on reaches the open tickets")

    def test_another_customer_means_another_item(self):
        self._order(self.prepaid_product)
        theirs = self._order(self.prepaid_product, partner=self.other_customer)
        ticket = self._ticket()
        mine = ticket.sale_line_id
        ticket.partner_id = self.colleague_of_customer
        self.assertEqual(ticket.sale_line_id, mine, "the same organisation's hours")
        ticket.partner_id = self.other_customer
        self.assertEqual(ticket.sale_line_id, theirs)
        ticket.partner_id = False
        self.assertFalse(ticket.sale_line_id)

    def test_an_item_of_another_customer_is_refused(self):
        theirs = self._order(self.prepaid_product, partner=self.other_customer)
        with self.assertRaisesRegex(ValidationError, "another customer"):
            self._ticket().sale_line_id = theirs

    def test_the_proposal_can_be_overruled_also_from_outside(self):
        self._order(self.prepaid_product)
        other = self._order(self.delivered_product)
        self.assertEqual(self._ticket(sale_line_id=other.id).sale_line_id, other)
        self.assertFalse(self._ticket(sale_line_id=False).sale_line_id)

    def test_an_agent_without_rights_on_orders_chooses_an_item(self):
        item = self._order(self.delivered_product)
        draft = self._order(self.delivered_product, confirm=False)
        items = self.env["sale.order.line"].with_user(self.aino).with_company(self.company)
        names = dict(items.name_search(item.order_id.name))
        self.assertIn(item.id, names)
        self.assertNotIn(draft.id, items.search([]).ids)
        ticket = self._ticket().with_user(self.aino).with_company(self.company)
        with Form(ticket) as form:
            form.sale_line_id = item
        self.assertEqual(ticket.sudo().sale_line_id, item)
        with mute_logger("odoo.addons.base.models.ir_model"), self.assertRaises(AccessError):
            item.with_user(self.aino).product_uom_qty = 1000

    def test_hours_go_on_the_tickets_item(self):
        item = self._order(self.prepaid_product, 10)
        ticket = self._ticket()
        line = self._log(ticket, 3)
        self.assertEqual(line.so_line, item)
        self.assertEqual(line.helpdesk_billing_state, "prepaid")
        self.assertEqual(ticket.remaining_hours_so, 7)
        line.unit_amount = 4
        self.assertEqual(ticket.remaining_hours_so, 6)

    def test_the_form_says_what_would_be_left_while_one_types(self):
        self._order(self.prepaid_product, 3)
        ticket = self._ticket()
        self._log(ticket, 1)
        with Form(ticket.with_user(self.aino).with_company(self.company)) as form:
            self.assertEqual(form.remaining_hours_so, 2)
            with form.timesheet_ids.new() as line:
                line.name = "More"
                line.unit_amount = 5
            self.assertEqual(form.remaining_hours_so, -3)
        self.assertEqual(ticket.remaining_hours_so, -3)

    def test_several_items_pay_for_one_ticket(self):
        first = self._order(self.prepaid_product, 10)
        second = self._order(self.delivered_product)
        ticket = self._ticket(sale_line_id=first.id)
        on_first = self._log(ticket, 2)
        on_second = self._log(ticket, 3, so_line=second.id, is_so_line_edited=True)
        self.assertEqual(on_first.so_line, first)
        self.assertEqual(on_second.so_line, second)
        self.assertEqual(second.qty_delivered, 3)
        ticket.sale_line_id = second
        self.assertEqual(on_first.so_line, second)
        ticket.sale_line_id = first
        self.assertEqual((on_first.so_line, on_second.so_line), (first, second))

    def test_non_billable_time_is_marked_and_takes_no_hours(self):
        self._order(self.prepaid_product, 10)
        ticket = self._ticket()
        line = self._log(ticket, 2, helpdesk_billable=False)
        self.assertFalse(line.so_line)
        self.assertEqual(line.helpdesk_billing_state, "non_billable")
        self.assertEqual(ticket.remaining_hours_so, 10)
        line.helpdesk_billable = True
        self.assertEqual(line.so_line, ticket.sale_line_id)
        self.assertEqual(ticket.remaining_hours_so, 8)
        line.helpdesk_billable = False
        self.assertEqual(ticket.remaining_hours_so, 10)
        ticket.sale_line_id = self._order(self.delivered_product)
        self.assertFalse(line.so_line, "a gift stays a gift")

    def test_hours_of_a_team_that_stopped_billing_wait_for_no_order(self):
        paid = self._log(self._ticket(sale_line_id=self._order(self.delivered_product).id))
        line = self._log(self._ticket(), 2)
        self.assertEqual(line.helpdesk_billing_state, "no_order")
        self.team.use_helpdesk_sale_timesheet = False
        self.assertEqual(line.helpdesk_billing_state, "non_billable")
        self.assertEqual(paid.helpdesk_billing_state, "to_invoice", "what is agreed is agreed")
        self.team.use_helpdesk_sale_timesheet = True
        self.assertEqual(line.helpdesk_billing_state, "no_order")

    def test_proposals_for_many_tickets_cost_no_query_each(self):
        partners = self.env["res.partner"].create([{"name": f"Customer {i}"} for i in range(40)])
        for partner in partners:
            self._order(self.prepaid_product, partner=partner)

        def create(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            tickets = self._as(self.aino).create(
                [{"name": "x", "team_id": self.team.id, "partner_id": p.id} for p in some]
            )
            self.env.flush_all()
            count = self.cr.sql_log_count - before
            self.assertEqual(tickets.sudo().sale_line_id.order_id.partner_id, some)
            return count

        create(partners[:1])
        few, many = create(partners[:2]), create(partners)
        self.assertLessEqual(many - few, 4)
