from odoo.tests import tagged

from .common import BillingCase


@tagged("post_install", "-at_install")
class TestLowBalance(BillingCase):
    """The customer hears once that few prepaid hours are left."""

    def setUp(self):
        super().setUp()
        self.team.prepaid_warning_hours = 2
        self.organisation.email = "office@laine.example"
        self.item = self._order(self.prepaid_product, 10)
        self.ticket = self._ticket()
        self.known = self.env["mail.mail"].search([])

    def _mails(self):
        return self.env["mail.mail"].search([("id", "not in", self.known.ids)])

    def test_who_bought_the_hours_is_told_once(self):
        self._log(self.ticket, 7)
        self.assertFalse(self._mails())
        line = self._log(self.ticket, 1.5)
        mail = self._mails()
        self.assertEqual(mail.recipient_ids, self.organisation)
        self.assertIn("1:30", mail.body_html)
        self.assertIn(self.item.order_id.name, mail.body_html)
        self.assertNotIn(self.ticket.name, mail.subject + mail.body_html)
        self.assertIn("tech@pohjola.example", mail.email_from, "their answer is read")
        self._log(self.ticket, 0.5)
        line.unit_amount = 2
        self.assertEqual(self._mails(), mail)

    def test_going_past_zero_says_used_up(self):
        self._log(self.ticket, 12)
        self.assertIn("used up", self._mails().body_html)

    def test_after_more_hours_the_next_fall_is_told_again(self):
        self._log(self.ticket, 9)
        self.item.product_uom_qty = 20
        self._log(self.ticket, 1)
        self.assertEqual(len(self._mails()), 1)
        self._log(self.ticket, 8)
        self.assertEqual(len(self._mails()), 2)

    def test_without_a_threshold_nobody_is_mailed(self):
        self.team.prepaid_warning_hours = 0
        self._log(self.ticket, 12)
        self.assertFalse(self._mails())

    def test_hours_from_the_timesheets_app_count_as_well(self):
        timesheets = self.env["account.analytic.line"].with_user(self.lars)
        timesheets.with_context(is_timesheet=1).create(
            {
                "project_id": self.team.project_id.id,
                "helpdesk_ticket_id": self.ticket.id,
                "unit_amount": 9,
                "name": "From the app",
            }
        )
        self.assertEqual(len(self._mails()), 1)

    def test_topping_up_takes_two_clicks_and_leaves_what_was_worked(self):
        worked = self._log(self.ticket, 10)
        action = self.ticket.with_user(self.seller).action_top_up()
        order = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(order.partner_id, self.organisation)
        self.assertEqual(order.order_line.product_id, self.prepaid_product)
        self.assertEqual(order.order_line.product_uom_qty, 10)
        self.assertEqual(self.ticket.sale_line_id, self.item)
        order.with_user(self.seller).action_confirm()
        self.assertEqual(self.ticket.sale_line_id, order.order_line)
        self.assertEqual(worked.so_line, self.item)
        self.assertEqual(self.ticket.remaining_hours_so, 10)

    def test_hours_that_are_left_are_used_before_the_new(self):
        self._log(self.ticket, 9)
        action = self.ticket.with_user(self.seller).action_top_up()
        self.env["sale.order"].browse(action["res_id"]).action_confirm()
        self.assertEqual(self.ticket.sale_line_id, self.item)
