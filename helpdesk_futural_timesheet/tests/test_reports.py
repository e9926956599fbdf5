from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import BillingCase


@tagged("post_install", "-at_install")
class TestReports(BillingCase):
    def test_the_effective_rate_counts_hours_that_nobody_pays(self):
        ticket = self._ticket(sale_line_id=self._order(self.delivered_product).id)
        self._log(ticket, 3)
        self._log(ticket, 1, helpdesk_billable=False)
        [[hours, value, rate]] = self.env["account.analytic.line"]._read_group(
            [("helpdesk_ticket_id", "=", ticket.id)],
            [],
            ["unit_amount:sum", "helpdesk_value:sum", "helpdesk_effective_rate:avg"],
        )
        self.assertEqual((hours, value, rate), (4, 240, 60))

    def test_a_discount_lowers_the_value_of_the_hours(self):
        item = self._order(self.prepaid_product, 10)
        line = self._log(self._ticket(), 2)
        self.assertEqual(line.helpdesk_value, 160)
        item.discount = 50
        self.assertEqual(line.helpdesk_value, 80)

    def test_hours_can_be_analysed_by_whatever_a_manager_asks_for(self):
        ticket = self._ticket(ticket_type_id=self.category_bug.id)
        self._log(ticket, 2)
        lines = self.env["account.analytic.line"].with_user(self.lars)
        domain = [("helpdesk_ticket_id", "=", ticket.id)]
        for group in (
            "helpdesk_ticket_id",
            "helpdesk_team_id",
            "helpdesk_ticket_type_id",
            "partner_id",
            "helpdesk_organisation_id",
            "employee_id",
            "helpdesk_billing_state",
            "date:month",
        ):
            with self.subTest(group=group):
                [row] = lines.formatted_read_group(domain, [group], ["unit_amount:sum"])
                self.assertTrue(row[group])
                self.assertEqual(row["unit_amount:sum"], 2)

    def test_what_costs_most_hours_is_a_shared_favourite(self):
        self._log(self._ticket(ticket_type_id=self.category_bug.id), 2)
        for model, xmlid in (
            ("helpdesk.ticket", "helpdesk_futural.helpdesk_ticket_action_analysis"),
            (
                "account.analytic.line",
                "helpdesk_futural_timesheet.account_analytic_line_action_analysis",
            ),
        ):
            favourites = self.env["ir.filters"].with_user(self.lars)
            favourites = favourites.get_filters(model, self.env.ref(xmlid).id)
            favourites = [f for f in favourites if f["name"].startswith(("Hours by", "Cost by"))]
            self.assertEqual(len(favourites), 2)
            for favourite in favourites:
                context = safe_eval(favourite["context"])
                measures = [f"{context['graph_measure']}:sum"]
                rows = (
                    self.env[model]
                    .with_user(self.lars)
                    .formatted_read_group(
                        safe_eval(favourite["domain"]), context["graph_groupbys"], measures
                    )
                )
                self.assertEqual(max(row[measures[0]] for row in rows), 2, favourite["name"])

    def test_a_customers_card_shows_what_is_left_of_all_their_orders(self):
        for hours in (10, 5):
            self._order(self.prepaid_product, hours)
        self._log(self._ticket(), 2)
        people = self.organisation | self.customer | self.other_customer
        left = (
            people.with_user(self.aino)
            .with_company(self.company)
            .mapped("helpdesk_remaining_hours")
        )
        self.assertEqual(left, [13, 13, 0])

    def test_the_list_of_prepaid_hours_shows_every_customer(self):
        items = self._order(self.prepaid_product) | self._order(
            self.prepaid_product, partner=self.other_customer
        )
        self._order(self.delivered_product)
        action = self.env.ref("helpdesk_futural_timesheet.sale_order_line_action_prepaid")
        domain = [*safe_eval(action.domain), ("company_id", "=", self.company.id)]
        found = self.env["sale.order.line"].with_user(self.lars).search(domain)
        self.assertEqual(found, items)
