"""From the customer's mail to the paid invoice: the reference workflow, with all three addons.

The agent, the customer and who invoices work in a browser; mail goes through real servers, see
main_job_common.py. After each step the database and the outgoing mail are looked at.
"""

import re
from urllib.parse import urlsplit

from odoo import Command
from odoo.tests import new_test_user

from .main_job_common import CUSTOMER, MailboxCase

_SOLUTION = "Tulostimen merkistö on nyt UTF-8."
# A browser on a machine that is busy with other things.
_PATIENCE = 180


class TestJourneyToInvoice(MailboxCase):
    agent_groups = "helpdesk_futural.group_helpdesk_user,hr_timesheet.group_hr_timesheet_user"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls.env.company
        if not company.chart_template:
            cls.env["account.chart.template"].try_loading(
                "generic_coa", company=company, install_demo=False
            )
        cls.env["hr.employee"].create(
            {"name": cls.agent.name, "user_id": cls.agent.id, "company_id": company.id}
        )
        cls.billing = new_test_user(
            cls.env,
            "saara.billing",
            groups="helpdesk_futural.group_helpdesk_user,sales_team.group_sale_salesman_all_leads,"
            "account.group_account_invoice,hr_timesheet.group_hr_timesheet_approver",
            name="Saara Laskuttaja",
            email="saara@yritys.example",
            lang="en_US",
        )
        hour = cls.env.ref("uom.product_uom_hour").id
        cls.prepaid, afterwards = cls.env["product.product"].create(
            [
                {
                    "name": name,
                    "type": "service",
                    "service_policy": policy,
                    "uom_id": hour,
                    "list_price": 80,
                    "taxes_id": [Command.clear()],
                }
                for name, policy in (
                    ("Printer Support, Prepaid", "ordered_prepaid"),
                    ("Printer Support", "delivered_timesheet"),
                )
            ]
        )
        cls.team.write(
            {
                "privacy_visibility": "portal",
                "use_helpdesk_sale_timesheet": True,
                "timesheet_product_id": afterwards.id,
                "timesheet_rounding": 15,
            }
        )

    # ------------------------------------------------------------------
    # Billed afterwards, in the browser
    # ------------------------------------------------------------------

    def test_from_the_customers_mail_to_the_paid_invoice(self):
        self.receive(self.write_first_mail())
        ticket = self.assert_new_ticket()
        acknowledgement = self.take_queued_mail(CUSTOMER.addr_spec)
        self.assertIn(f"[#{ticket.ticket_ref}]", acknowledgement["Subject"])

        self._work("/odoo", "helpdesk_journey_claim")
        self.assertEqual(ticket.user_id, self.agent)
        self.assertEqual(ticket.state, "in_progress")
        self.assertTrue(ticket.assign_date)
        self.assertEqual(self.outbox.take(), [], "the customer needn't know who has it")

        form = f"/odoo/helpdesk.ticket/{ticket.id}"
        self._work(form, "helpdesk_journey_log_hours")
        self.assertEqual(self._hours(ticket), {"Katsoin testisivun": 0.25, **self._TRIED})
        self.assertEqual(ticket.hours_without_order, 0.75)
        self.assertEqual(self.outbox.take(), [], "hours are nobody's mail")

        self._work(form, "helpdesk_journey_answer")
        answer = self.assert_answer_reached_customer(ticket)
        self.assertIn("ohje.txt", [part.get_filename() for part in answer.iter_attachments()])
        self.assertEqual(self._hours(ticket)["Vastasin"], 0.25)
        self.assertEqual(ticket.waiting_on, "customer")
        self.assertTrue(ticket.first_response_date)

        self.receive(self.write_answer(answer, "Kiitos, ääkköset tulostuvat!"))
        self.assert_on_same_ticket(ticket)
        self.assert_only_mail_is_to(self.agent.email)

        self._work("/odoo", "helpdesk_journey_solve")
        self.assertEqual(ticket.state, "solved")
        self.assertIn(_SOLUTION, ticket.resolution)
        link = self.assert_solution_reached_customer(ticket)

        self.start_tour(link, "helpdesk_journey_confirm", login=None, timeout=_PATIENCE)
        ticket.invalidate_recordset()
        self.assertEqual(ticket.state, "closed")
        self.assertTrue(ticket.close_date)
        self.assertTrue(ticket.closed_by_partner)
        self.assertEqual(ticket.total_hours_spent, 1)

        self._work(
            "/odoo",
            "helpdesk_journey_invoice",
            self.billing,
        )
        self.assert_invoiced_and_paid(ticket)

    _TRIED = {"Kokeilin samalla tulostimella": 0.5}

    def _work(self, url, tour, user=None):
        """Let somebody work in their browser; it is the agent if nobody is named."""
        self.start_tour(url, tour, login=(user or self.agent).login, timeout=_PATIENCE)
        self.env.invalidate_all()

    def _hours(self, ticket):
        return {line.name: line.unit_amount for line in ticket.timesheet_ids}

    def assert_solution_reached_customer(self, ticket):
        """Check that the customer was told how it was solved; return the link to their page."""
        mail = self.take_queued_mail(CUSTOMER.addr_spec)
        self.assertIn(f"[#{ticket.ticket_ref}]", mail["Subject"])
        [reply_to] = mail["Reply-To"].addresses
        self.assertEqual(reply_to.addr_spec, self.address)
        html = mail.get_body(("html",)).get_content()
        self.assertIn(_SOLUTION, html)
        [url] = set(re.findall(r'href="([^"]*/my/ticket/[^"]*)"', html.replace("&amp;", "&")))
        parts = urlsplit(url)
        self.assertEqual(parts.path, f"/my/ticket/{ticket.id}")
        self.assertIn("access_token=", parts.query)
        return f"{parts.path}?{parts.query}"

    def assert_invoiced_and_paid(self, ticket):
        order = ticket.sale_order_id
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.partner_id, ticket.partner_id)
        [invoice] = order.invoice_ids
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(invoice.amount_total, 80, "one hour")
        self.assertIn(invoice.payment_state, ("paid", "in_payment"))
        self.assertEqual(order.invoice_status, "invoiced")
        self.assertEqual(ticket.hours_to_invoice, 0)
        self.assertEqual(ticket.hours_without_order, 0)
        self.assertEqual(set(ticket.timesheet_ids.mapped("helpdesk_billing_state")), {"invoiced"})
        self.assertEqual(ticket.timesheet_ids.timesheet_invoice_id, invoice)

    # ------------------------------------------------------------------
    # Prepaid
    # ------------------------------------------------------------------

    def test_prepaid_hours_from_the_customers_mail_to_what_is_left(self):
        organisation = self.env["res.partner"].create({"name": "Asiakas Oy", "is_company": True})
        customer = self.env["res.partner"].create(
            {
                "name": CUSTOMER.display_name,
                "email": CUSTOMER.addr_spec,
                "parent_id": organisation.id,
            }
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": organisation.id,
                "order_line": [
                    Command.create({"product_id": self.prepaid.id, "product_uom_qty": 5})
                ],
            }
        )
        order.action_confirm()
        paid = order.with_user(self.billing)._create_invoices()
        paid.action_post()

        self.receive(self.write_first_mail())
        ticket = self.assert_new_ticket()
        self.assertEqual(ticket.partner_id, customer)
        self.assertEqual(ticket.sale_line_id, order.order_line)
        self.take_queued_mail(CUSTOMER.addr_spec)  # the acknowledgement

        mine = ticket.with_user(self.agent)
        mine.action_claim()
        wizards = self.env["helpdesk.ticket.create.timesheet"].with_user(self.agent)
        wizards.create(
            {"ticket_id": ticket.id, "description": "Neuvoin puhelimessa", "time_spent": 1.25}
        ).action_generate_timesheet()
        mine.resolution = f"<p>{_SOLUTION}</p>"
        mine.action_solve()
        link = self.assert_solution_reached_customer(ticket)

        self.authenticate(None, None)
        page = self.url_open(link).text
        self.assertIn("Your prepaid hours left", page)
        self.assertIn("03:45", page)
        self.assertNotIn("Neuvoin puhelimessa", page, "the team shows hours, no descriptions")

        self.assertEqual(ticket.timesheet_ids.helpdesk_billing_state, "prepaid")
        self.assertEqual(order.order_line.remaining_hours, 3.75)
        self.assertEqual(order.order_line.qty_to_invoice, 0, "what is paid is not billed twice")
        self.assertEqual(order.invoice_ids, paid)
