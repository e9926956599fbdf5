from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import InvoicingCase


@tagged("post_install", "-at_install")
class TestInvoiceCredit(InvoicingCase):
    """Credit notes and cancelled invoices free hours once, and never for a second payment."""

    def test_credited_hours_are_invoiced_again_once(self):
        lines = self._log(self.ticket, 2) | self._log(self.ticket, 3)
        invoice = self._invoice(lines, post=True)
        self._credit(invoice)
        self._assert_state(lines, "to_invoice")
        second = self._invoice(lines, post=True)
        self.assertEqual(second.invoice_line_ids.quantity, 5)
        self._assert_state(lines, "invoiced")
        self.assertEqual(lines.timesheet_invoice_id, second)
        self.assertEqual(self.item.qty_invoiced, 5)
        with self.assertRaisesRegex(UserError, "no hours to invoice"):
            self._invoice(lines)

    def test_a_part_that_is_credited_frees_no_hours(self):
        lines = self._log(self.ticket, 6) | self._log(self.ticket, 4)
        invoice = self._invoice(lines, post=True)
        self._credit(invoice, hours=4)
        self._assert_state(lines, "invoiced")
        self.assertEqual(lines.timesheet_invoice_id, invoice)
        self._credit(invoice, hours=6)
        self._assert_state(lines, "to_invoice")
        self.assertEqual(self._invoice(lines).invoice_line_ids.quantity, 10)

    def test_a_credit_note_of_one_invoice_leaves_the_others_hours_locked(self):
        first, second = self._log(self.ticket, 2), self._log(self.ticket, 3)
        credited, kept = self._invoice(first, post=True), self._invoice(second, post=True)
        self._credit(credited)
        self._assert_state(first, "to_invoice")
        self._assert_state(second, "invoiced")
        self.assertEqual(second.timesheet_invoice_id, kept)

    def test_a_credit_note_that_is_taken_back_locks_the_hours_again(self):
        line = self._log(self.ticket, 2)
        invoice = self._invoice(line, post=True)
        credit = self._credit(invoice)
        credit.button_draft()
        self._assert_state(line, "invoiced")
        self.assertEqual(line.timesheet_invoice_id, invoice)
        credit.action_post()
        self._assert_state(line, "to_invoice")

    def test_a_credit_note_whose_hours_are_invoiced_again_cant_be_taken_back(self):
        line = self._log(self.ticket, 2)
        credit = self._credit(self._invoice(line, post=True))
        second = self._invoice(line)
        with self.assertRaisesRegex(UserError, "billed twice"):
            credit.button_draft()
        second.button_cancel()
        credit.button_draft()
        self._assert_state(line, "invoiced")

    def test_a_cancelled_invoice_whose_hours_are_on_another_stays_cancelled(self):
        line = self._log(self.ticket, 2)
        first = self._invoice(line)
        first.button_cancel()
        second = self._invoice(line)
        with self.assertRaisesRegex(UserError, "billed twice"):
            first.button_draft()
        second.unlink()
        first.button_draft()
        first.action_post()
        self.assertEqual(self.item.qty_invoiced, 2)

    def test_a_cancelled_invoice_that_comes_back_has_its_hours(self):
        line = self._log(self.ticket, 2)
        invoice = self._invoice(line)
        invoice.button_cancel()
        self._assert_state(line, "to_invoice")
        invoice.button_draft()
        self._assert_state(line, "invoiced")
        with self.assertRaisesRegex(UserError, "no hours to invoice"):
            self._invoice(line)

    def test_an_invoice_that_replaces_another_bills_its_hours_and_nobody_else_does(self):
        line = self._log(self.ticket, 2)
        invoice = self._invoice(line, post=True)
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        wizard = wizard.create({"journal_id": invoice.journal_id.id})
        wizard.modify_moves()
        replacement = line.timesheet_invoice_id
        self.assertEqual(replacement.state, "draft")
        self.assertNotEqual(replacement, invoice)
        self.assertEqual(self.item.qty_invoiced, 2)
        with self.assertRaisesRegex(UserError, "no hours to invoice"):
            self._invoice(line)
        replacement.with_env(self.env).unlink()
        self._assert_state(line, "to_invoice")
