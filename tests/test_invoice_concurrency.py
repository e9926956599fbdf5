"""Two people invoice the same hours, or one changes them while another invoices."""

import threading

from odoo import Command
from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CommittedCase

_PATIENCE = 60


@tagged("post_install", "-at_install")
class TestInvoiceConcurrency(CommittedCase):
    """Real transactions make real draft invoices, as two requests of the web client would."""

    def setUp(self):
        super().setUp()
        with self.transaction() as env:
            if "helpdesk.hours.invoice" not in env:
                self.skipTest("Needs helpdesk_futural_timesheet.")
        self.use_new_day()
        self._make_company_that_bills()
        self.addCleanup(self._remove_orders)
        self.outcomes = {}

    def _make_company_that_bills(self):
        """Let the main company bill three entries of one order, 1, 2 and 4 hours.

        It may have no chart of accounts yet: the test brings what a draft needs.
        """
        income = self.create_committed(
            "account.account",
            {"name": "Concurrency", "code": "499799", "account_type": "income"},
        )
        self.create_committed(
            "account.journal",
            {
                "name": "Concurrency",
                "code": "CONCU",
                "type": "sale",
                "default_account_id": income,
                "sequence": 0,
            },
        )
        receivable = self.create_committed(
            "account.account",
            {
                "name": "Concurrency",
                "code": "121799",
                "account_type": "asset_receivable",
                "reconcile": True,
            },
        )
        with self.transaction() as env:
            hour = env.ref("uom.product_uom_hour").id
        product_id = self.create_committed(
            "product.product",
            {
                "name": "Concurrency",
                "type": "service",
                "service_policy": "delivered_timesheet",
                "uom_id": hour,
                "list_price": 80,
                "taxes_id": [Command.clear()],
                "property_account_income_id": income,
            },
        )
        partner_id = self.create_committed(
            "res.partner", {"name": "Concurrency", "property_account_receivable_id": receivable}
        )
        with self.transaction() as env:
            employee = env["hr.employee"].create(
                {"name": "Concurrency", "work_contact_id": partner_id}
            )
            self.addCleanup(self._remove_employee, employee.id, employee.version_ids.ids)
            team = env["helpdesk.team"].create(
                {
                    "name": "Concurrency",
                    "alias_name": False,
                    "use_helpdesk_sale_timesheet": True,
                    "timesheet_product_id": product_id,
                }
            )
            order = env["sale.order"].create(
                {
                    "partner_id": partner_id,
                    "order_line": [
                        Command.create({"product_id": product_id, "product_uom_qty": 7})
                    ],
                }
            )
            order.action_confirm()
            ticket = env["helpdesk.ticket"].create(
                {
                    "name": "Concurrency",
                    "team_id": team.id,
                    "partner_id": partner_id,
                    "sale_line_id": order.order_line.id,
                }
            )
            entries = env["account.analytic.line"].create(
                [
                    {
                        "helpdesk_ticket_id": ticket.id,
                        "employee_id": employee.id,
                        "unit_amount": hours,
                        "name": "Concurrency",
                    }
                    for hours in (1, 2, 4)
                ]
            )
            self.entry_ids = entries.ids
            self.made = {r._name: r.ids for r in (ticket, order, team, team.project_id)}
            self.account_id = team.project_id.account_id.id

    def _remove_employee(self, employee_id, version_ids):
        with self.transaction() as env:
            env["hr.employee"].browse(employee_id).unlink()
            env["hr.version"].browse(version_ids).exists().unlink()

    def _remove_orders(self):
        with self.transaction() as env:
            orders = env["sale.order"].browse(self.made["sale.order"])
            orders.invoice_ids.unlink()
            env["account.analytic.line"].browse(self.entry_ids).exists().unlink()
            env["helpdesk.ticket"].browse(self.made["helpdesk.ticket"]).unlink()
            orders._action_cancel()
            orders.unlink()
            env["helpdesk.team"].browse(self.made["helpdesk.team"]).unlink()
            env["project.project"].browse(self.made["project.project"]).unlink()
            env["account.analytic.account"].browse(self.account_id).exists().unlink()

    def _in_request(self, name, click):
        """Run ``click(env)`` as a request does: in a transaction, tried again on conflicts.

        What it returned or raised is in ``self.outcomes`` then.
        """
        with self.transaction() as env:
            try:
                self.outcomes[name] = retrying(lambda: click(env), env)
            except BaseException as error:  # noqa: BLE001 (the test looks at it)
                self.outcomes[name] = error
                env.cr.rollback()

    def _invoice(self, env, entry_ids):
        return env["account.analytic.line"].browse(entry_ids)._create_helpdesk_invoices().ids

    def _while(self, first, second, *, finishes):
        """Run the second request while the first has done its work and not committed it yet.

        :param finishes: whether the second is expected to end before the first commits; else it
            waits for the first by itself
        """
        done, go_on = threading.Event(), threading.Event()

        def first_and_wait(env):
            result = first(env)
            env.cr.flush()
            done.set()
            go_on.wait(_PATIENCE)
            return result

        threads = [
            threading.Thread(target=self._in_request, args=("first", first_and_wait)),
            threading.Thread(target=self._in_request, args=("second", second)),
        ]
        with mute_logger("odoo.sql_db"):  # it logs the failed query of who has to try again
            threads[0].start()
            self.assertTrue(done.wait(_PATIENCE))
            threads[1].start()
            threads[1].join(_PATIENCE if finishes else 2)
            self.assertEqual(threads[1].is_alive(), not finishes)
            go_on.set()
            for thread in threads:
                thread.join(_PATIENCE)

    def _assert_billed(self, *hours_of_invoices):
        """Each entry is on one invoice or none, and the invoices bill just their entries."""
        with self.transaction() as env:
            entries = env["account.analytic.line"].browse(self.entry_ids)
            order = env["sale.order"].browse(self.made["sale.order"])
            invoices = order.invoice_ids
            billed = sorted(invoices.mapped("invoice_line_ids.quantity"))
            self.assertEqual(billed, sorted(map(sum, hours_of_invoices)))
            for invoice in invoices:
                on_it = entries.filtered(lambda e, i=invoice: e.timesheet_invoice_id == i)
                self.assertEqual(
                    invoice.invoice_line_ids.quantity, sum(on_it.mapped("unit_amount"))
                )
            self.assertEqual(order.order_line.qty_invoiced, sum(map(sum, hours_of_invoices)))

    def test_of_two_who_invoice_the_same_hours_one_does_and_the_other_is_told(self):
        def press(env):
            return self._invoice(env, self.entry_ids)

        self._while(press, press, finishes=True)
        self.assertEqual(len(self.outcomes["first"]), 1, self.outcomes)
        self.assertIsInstance(self.outcomes["second"], UserError)
        self.assertIn("Somebody else is invoicing", str(self.outcomes["second"]))
        self._assert_billed([1, 2, 4])

    def test_who_looked_before_the_other_was_done_reads_that_the_hours_are_invoiced(self):
        looked, invoiced = threading.Event(), threading.Event()
        tries = []

        def press_late(env):
            tries.append(env["account.analytic.line"].browse(self.entry_ids).mapped("unit_amount"))
            looked.set()
            invoiced.wait(_PATIENCE)
            return self._invoice(env, self.entry_ids)

        late = threading.Thread(target=self._in_request, args=("late", press_late))
        with mute_logger("odoo.sql_db"):
            late.start()
            self.assertTrue(looked.wait(_PATIENCE))
            self._in_request("quick", lambda env: self._invoice(env, self.entry_ids))
            invoiced.set()
            late.join(_PATIENCE)
        self.assertEqual(len(self.outcomes["quick"]), 1, self.outcomes)
        self.assertEqual(len(tries), 2, "Odoo should try again with what is true now")
        self.assertIsInstance(self.outcomes["late"], UserError)
        self.assertIn("perhaps they are already", str(self.outcomes["late"]))
        self._assert_billed([1, 2, 4])

    def test_hours_that_both_chose_are_on_one_of_the_invoices(self):
        one, two, four = self.entry_ids
        self._while(
            lambda env: self._invoice(env, [one, two]),
            lambda env: self._invoice(env, [two, four]),
            finishes=True,
        )
        self.assertIn("Somebody else is invoicing", str(self.outcomes["second"]))
        self._assert_billed([1, 2])
        self._in_request("again", lambda env: self._invoice(env, [two, four]))
        self.assertEqual(len(self.outcomes["again"]), 1, self.outcomes)
        self._assert_billed([1, 2], [4])

    def test_two_who_chose_different_hours_of_one_order_both_get_their_invoice(self):
        one, two, four = self.entry_ids
        self._while(
            lambda env: self._invoice(env, [one, two]),
            lambda env: self._invoice(env, [four]),
            finishes=False,
        )
        for name in ("first", "second"):
            self.assertIsInstance(self.outcomes[name], list, self.outcomes)
        self._assert_billed([1, 2], [4])

    def test_hours_that_are_changed_while_they_are_invoiced_are_locked(self):
        def change(env):
            env["account.analytic.line"].browse(self.entry_ids[0]).unit_amount = 10

        self._while(lambda env: self._invoice(env, self.entry_ids), change, finishes=False)
        self.assertIsInstance(self.outcomes["second"], UserError)
        self.assertIn("already invoiced", str(self.outcomes["second"]))
        self._assert_billed([1, 2, 4])

    def test_hours_that_somebody_is_changing_are_invoiced_as_they_are_then(self):
        def change(env):
            env["account.analytic.line"].browse(self.entry_ids[0]).unit_amount = 10

        self._while(change, lambda env: self._invoice(env, self.entry_ids), finishes=True)
        self.assertIsInstance(self.outcomes["second"], UserError)
        self.assertIn("or changing some of these hours", str(self.outcomes["second"]))
        self._assert_billed()
        self._in_request("again", lambda env: self._invoice(env, self.entry_ids))
        self._assert_billed([10, 2, 4])
