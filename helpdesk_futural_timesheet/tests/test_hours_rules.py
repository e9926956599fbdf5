from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import BillingCase


@tagged("post_install", "-at_install")
class TestMergedHours(BillingCase):
    """Merging tickets changes neither what was worked nor who pays for it."""

    def test_hours_move_with_their_item_and_their_invoice(self):
        afterwards = self._order(self.delivered_product)
        prepaid = self._order(self.prepaid_product)
        double = self._ticket(sale_line_id=afterwards.id)
        invoiced = self._log(double, 2)
        invoice = afterwards.order_id._create_invoices()
        to_invoice = self._log(double, 3)
        gift = self._log(double, 1, helpdesk_billable=False)
        survivor = self._ticket(sale_line_id=prepaid.id)
        own = self._log(survivor, 1)
        double.with_user(self.admin)._merge_into(survivor.with_user(self.admin))
        self.assertEqual(survivor.timesheet_ids, own | invoiced | to_invoice | gift)
        self.assertEqual((survivor.total_hours_spent, double.total_hours_spent), (7, 0))
        self.assertEqual(invoiced.timesheet_invoice_id, invoice)
        self.assertEqual((invoiced | to_invoice).so_line, afterwards)
        self.assertFalse(gift.so_line)
        self.assertEqual(gift.helpdesk_billing_state, "non_billable")
        self.assertEqual(prepaid.remaining_hours, 9)
        survivor.sale_line_id = self._order(self.prepaid_product)
        self.assertEqual((invoiced | to_invoice).so_line, afterwards)

    def test_hours_that_nothing_pays_for_are_paid_as_the_survivors(self):
        double = self._ticket()
        line = self._log(double, 2)
        prepaid = self._order(self.prepaid_product)
        survivor = self._ticket(sale_line_id=prepaid.id)
        double._merge_into(survivor)
        self.assertEqual(line.so_line, prepaid)
        self.assertEqual(survivor.remaining_hours_so, 8)

    def test_a_running_timer_goes_on_on_the_survivor(self):
        double, survivor = self._ticket(), self._ticket()
        double.with_user(self.aino).action_timer_start()
        double._merge_into(survivor)
        self.assertEqual(survivor.with_user(self.aino).timer_state, "running")


@tagged("post_install", "-at_install")
class TestTimeBeforeClosing(BillingCase):
    def setUp(self):
        super().setUp()
        self.team.require_timesheet = True
        self.ticket = self._ticket()

    def test_an_agent_logs_time_before_the_ticket_is_solved(self):
        for stage in (self.stage_done, self.stage_closed):
            with self.assertRaisesRegex(UserError, "log yours"):
                self._ticket().with_user(self.aino).stage_id = stage
        ticket = self.ticket.with_user(self.aino)
        ticket.stage_id = self.stage_waiting
        self._log(ticket, 0.25)
        ticket.action_solve()
        self.assertEqual(ticket.state, "solved")

    def test_customers_and_automatic_closing_are_not_asked(self):
        self.ticket.with_user(self.portal).sudo().stage_id = self.stage_closed
        self.assertEqual(self.ticket.state, "closed")

    def test_what_was_solved_without_time_can_still_be_closed(self):
        self.ticket.sudo().stage_id = self.stage_done
        self.ticket.with_user(self.aino).stage_id = self.stage_closed
        self.assertEqual(self.ticket.state, "closed")

    def test_a_double_ticket_is_merged_without_time(self):
        self.ticket.with_user(self.admin)._merge_into(self._ticket().with_user(self.admin))
        self.assertEqual(self.ticket.state, "closed")
