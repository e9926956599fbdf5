from odoo import models
from odoo.exceptions import UserError
from odoo.tools import float_compare


class AccountMoveCredit(models.Model):
    """Hours on tickets are freed by what takes the bill for them back, and are never billed twice.

    Core frees all hours of an item with the first credit note for it, however small, and leaves
    them free when the credit note or a cancelled invoice is reset to draft.
    """

    _inherit = "account.move"

    def action_post(self):
        credited = self.filtered(lambda m: m.move_type == "out_refund").reversed_entry_id
        on_invoice = credited._get_helpdesk_entries().grouped("timesheet_invoice_id")
        result = super().action_post()
        for invoice, entries in on_invoice.items():
            invoice._keep_uncredited_hours(entries)
        return result

    def button_draft(self):
        credits = self.filtered(lambda m: m.move_type == "out_refund" and m.state == "posted")
        invoices = credits.reversed_entry_id
        cancelled = self.filtered(lambda m: m.move_type == "out_invoice" and m.state == "cancel")
        freed = {
            invoice: invoice._get_former_helpdesk_entries() for invoice in invoices | cancelled
        }
        for invoice, entries in freed.items():
            invoice._check_not_billed_elsewhere(entries)
        result = super().button_draft()
        for invoice in invoices.filtered(lambda m: m.state == "posted"):
            invoice._keep_uncredited_hours(freed[invoice])
        return result

    def _get_helpdesk_entries(self):
        """Return the hours on tickets that are on the invoices."""
        # sudo: whoever may post or reset an invoice decides on the hours it bills
        entries = self.env["account.analytic.line"].sudo()
        return entries.search(
            [("timesheet_invoice_id", "in", self.ids), ("helpdesk_ticket_id", "!=", False)]
        )

    def _get_former_helpdesk_entries(self):
        """Return the hours on tickets that were on the invoice, and still are on its items."""
        self.ensure_one()
        entries = self.env["account.analytic.line"].sudo()  # sudo: as above
        return entries.search(
            [
                ("helpdesk_former_invoice_ids", "in", self.ids),
                ("timesheet_invoice_id", "not in", self.ids),
                ("so_line", "in", self.sudo().invoice_line_ids.sale_line_ids.ids),  # sudo: as above
            ]
        )

    def _check_not_billed_elsewhere(self, entries):
        elsewhere = entries.filtered(lambda line: not line._is_not_billed()).timesheet_invoice_id
        if elsewhere:
            raise UserError(
                self.env._(
                    "The hours of %(invoice)s are on %(other)s meanwhile, so they would be billed"
                    " twice. Cancel or delete that invoice first.",
                    invoice=self.display_name,
                    other=", ".join(elsewhere.mapped("display_name")),
                )
            )

    def _keep_uncredited_hours(self, entries):
        """Put the free ones of the hours back on the invoice, unless it is credited in full."""
        self.ensure_one()
        kept = entries.filtered(
            lambda line: line._is_not_billed() and not self._is_credited(line.so_line)
        )
        kept.write({"timesheet_invoice_id": self.id})

    def _is_credited(self, item):
        """Tell whether posted credit notes take back all that the invoice bills on the item."""
        posted = self.sudo().reversal_move_ids  # sudo: as above
        posted = posted.filtered(lambda m: m.move_type == "out_refund" and m.state == "posted")
        billed, credited = (
            sum(
                line.product_uom_id._compute_quantity(line.quantity, item.product_uom_id)
                for line in moves.invoice_line_ids
                if item in line.sale_line_ids
            )
            for moves in (self.sudo(), posted)  # sudo: as above
        )
        return float_compare(credited, billed, precision_digits=4) >= 0
