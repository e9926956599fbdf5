"""Hours in the customers' portal: two addons that don't know each other, and meet on the page."""

from odoo.tests import tagged

from odoo.addons.helpdesk_futural_portal.tests.common_http import PortalHttpCase
from odoo.addons.helpdesk_futural_timesheet.tests.common import BillingCase

_DIAGNOSIS = "Took the fuser apart <b>again</b>"
_GIFT = "Our own mistake"


@tagged("post_install", "-at_install")
class TestCustomerHours(PortalHttpCase, BillingCase):
    """What customers read of hours on the page of a ticket and above their list."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.aino.employee_id.hourly_cost = 4711
        cls.team.portal_show_hours = "hours"

    def setUp(self):
        super().setUp()
        self.item = self._order(self.prepaid_product, 10)
        self.ticket = self._ticket()
        self._log(self.ticket, 1.5, name=_DIAGNOSIS)
        self._log(self.ticket, 0.25, name=_GIFT, helpdesk_billable=False)
        self.url = f"/my/ticket/{self.ticket.id}"

    def _hours_section(self, user, url=None):
        """Return what the user reads of hours on the page; None if there is nothing."""
        self._sign_in(user)
        found = self._page(url or self.url).xpath("//section[hasclass('o_helpdesk_hours')]")
        return self._text(found[0]) if found else None

    def test_a_customer_reads_how_long_it_took_and_what_is_left(self):
        text = self._hours_section(self.liisa)
        self.assertIn("Spent on this ticket 01:45 h", text)
        self.assertIn("Your prepaid hours left 08:30 h", text)
        self.assertNotIn("fuser", text)

    def test_descriptions_are_shown_only_if_the_team_chose_so(self):
        self.team.portal_show_hours = "entries"
        text = self._hours_section(self.liisa)
        self.assertIn(f"{_DIAGNOSIS} 01:30 h", text, "as text, not as markup")
        self.assertIn(f"{_GIFT} not billed 00:15 h", text)

    def test_a_team_that_shows_nothing_shows_nothing(self):
        self.team.portal_show_hours = "none"
        self.assertIsNone(self._hours_section(self.liisa))
        self.assertIsNone(self._hours_section(self.pekka))

    def test_a_ticket_without_hours_has_no_empty_section(self):
        quiet = self._ticket(partner_id=self.other_customer.id)
        self.assertIsNone(self._hours_section(self.ingrid, f"/my/ticket/{quiet.id}"))

    def test_neither_costs_rates_nor_names_of_who_worked_get_out(self):
        self.team.portal_show_hours = "entries"
        self.aino.employee_id.name = "Aino Onthepayroll"
        self._log(self.ticket, 1, user=self.lars, name="Helped")
        self._sign_in(self.liisa)
        source = self._get(self.url).text
        self.assertIn("Helped", source)
        for hidden in ("4711", "Onthepayroll", self.lars.name, self.item.order_id.name):
            self.assertNotIn(hidden, source)

    def test_by_the_link_of_a_mail_the_customer_reads_the_same(self):
        token = self.ticket._portal_ensure_token()
        by_link = self._hours_section(None, f"{self.url}?access_token={token}")
        self.assertEqual(by_link, self._hours_section(self.liisa))

    def test_an_agent_sees_on_the_preview_what_the_customer_sees(self):
        self.assertEqual(self._hours_section(self.emma), self._hours_section(self.liisa))

    def test_who_takes_part_from_elsewhere_reads_nothing_of_what_the_customer_pays(self):
        self.ticket.message_subscribe(self.ingrid.partner_id.ids)
        self.assertIsNone(self._hours_section(self.ingrid))

    def test_hours_beyond_what_was_bought_are_told(self):
        self._log(self.ticket, 9)
        self.assertIn("Your prepaid hours left -00:30 h", self._hours_section(self.liisa))

    def test_the_list_says_what_is_left_to_the_organisation_and_nobody_else(self):
        for user, text in ((self.liisa, "Prepaid hours left: 08:30 h"), (self.ingrid, None)):
            self._sign_in(user)
            found = self._page("/my/tickets").xpath("//*[hasclass('o_helpdesk_prepaid')]")
            self.assertEqual(self._text(found[0]) if found else None, text)
        self.env["helpdesk.team"].search([]).portal_show_hours = "none"
        self._sign_in(self.liisa)
        self.assertNotIn("Prepaid hours", self._text(self._page("/my/tickets")))

    def test_a_team_that_begins_to_bill_lets_customers_see_the_hours(self):
        team = self._team(name="Repairs", use_helpdesk_timesheet=True)
        self.assertEqual(team.portal_show_hours, "none", "time that isn't billed is our own matter")
        team.use_helpdesk_sale_timesheet = True
        self.assertEqual(team.portal_show_hours, "hours")
        silent = self._team(
            name="Silent", use_helpdesk_sale_timesheet=True, portal_show_hours="none"
        )
        self.assertEqual(silent.portal_show_hours, "none", "what was chosen stays")

    def test_the_page_asks_no_more_for_more_entries(self):
        self.team.portal_show_hours = "entries"
        self._sign_in(self.liisa)
        self._get(self.url)

        def count():
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.ticket._get_customer_hours()
            return self.env.cr.sql_log_count - before

        few = count()
        for number in range(10):
            self._log(self.ticket, 0.1, name=str(number))
        self.env.flush_all()
        self.assertLessEqual(count(), few)
