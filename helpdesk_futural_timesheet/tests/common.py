"""The helpdesk's company, where agents are employees and some tickets are billed."""

from odoo import Command
from odoo.tests import new_test_user

from odoo.addons.helpdesk_futural.tests.common import HelpdeskCase


class HoursCase(HelpdeskCase):
    """Aino logs her own time, Lars sees all time, Emma logs none, Timo has no helpdesk rights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.aino.group_ids |= cls.env.ref("hr_timesheet.group_hr_timesheet_user")
        cls.lars.group_ids |= cls.env.ref("hr_timesheet.group_hr_timesheet_approver")
        cls.timo = cls._user("timo", "hr_timesheet.group_hr_timesheet_user", name="Timo Tuntinen")
        cls.employees = cls.env["hr.employee"].create(
            [
                {
                    "name": user.name,
                    "user_id": user.id,
                    "company_id": cls.company.id,
                    "hourly_cost": 30,
                }
                for user in (cls.aino, cls.lars, cls.timo)
            ]
        )
        cls.team.use_helpdesk_timesheet = True

    def _log(self, ticket, hours=1.0, user=None, **values):
        """Log hours on the ticket, as the agent does on its Timesheets tab."""
        user = user or self.aino
        return (
            self.env["account.analytic.line"]
            .with_user(user)
            .with_company(ticket.company_id)
            .create({"helpdesk_ticket_id": ticket.id, "unit_amount": hours, **values})
        )


class BillingCase(HoursCase):
    """The company sells: a chart of accounts, prepaid hours and hours billed afterwards."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.chart.template"].try_loading(
            "generic_coa", company=cls.company, install_demo=False
        )
        cls.seller = new_test_user(
            cls.env,
            login="helpdesk_saara",
            name="Saara Seller",
            email="saara@pohjola.example",
            groups="helpdesk_futural.group_helpdesk_user,sales_team.group_sale_salesman_all_leads,"
            "account.group_account_invoice,hr_timesheet.group_hr_timesheet_approver",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        hour = cls.env.ref("uom.product_uom_hour").id
        cls.prepaid_product, cls.delivered_product = cls.env["product.product"].create(
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
                    ("Support Hours, Prepaid", "ordered_prepaid"),
                    ("Support Hours", "delivered_timesheet"),
                )
            ]
        )
        cls.team.write(
            {
                "use_helpdesk_sale_timesheet": True,
                "timesheet_product_id": cls.delivered_product.id,
            }
        )

    @classmethod
    def _order(cls, product, hours=10, partner=None, confirm=True, **values):
        """Return the line of a new order of the product."""
        order = (
            cls.env["sale.order"]
            .with_company(cls.company)
            .create(
                {
                    "partner_id": (partner or cls.organisation).id,
                    "company_id": cls.company.id,
                    "order_line": [
                        Command.create({"product_id": product.id, "product_uom_qty": hours})
                    ],
                    **values,
                }
            )
        )
        if confirm:
            order.action_confirm()
        return order.order_line


class InvoicingCase(BillingCase):
    """A ticket whose hours are billed afterwards."""

    def setUp(self):
        super().setUp()
        self.item = self._order(self.delivered_product)
        self.ticket = self._ticket(sale_line_id=self.item.id)

    def _invoice(self, entries, post=False):
        """Invoice the entries as the seller; return the invoices."""
        invoices = entries.with_user(self.seller)._create_helpdesk_invoices().sudo()
        if post:
            invoices.action_post()
        return invoices

    def _credit(self, invoice, hours=None):
        """Return the posted credit note for so many of the invoice's hours, or for all."""
        credit = invoice._reverse_moves(cancel=False)
        if hours:
            credit.invoice_line_ids.quantity = hours
        credit.action_post()
        return credit

    def _assert_state(self, entries, state):
        self.assertEqual(entries.mapped("helpdesk_billing_state"), [state] * len(entries))
