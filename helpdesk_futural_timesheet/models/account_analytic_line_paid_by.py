from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountAnalyticLinePaidBy(models.Model):
    """Hours that change hands: to another customer's ticket, or from one invoice to another."""

    _inherit = "account.analytic.line"

    helpdesk_former_invoice_ids = fields.Many2many(
        "account.move",
        "helpdesk_hours_former_invoice_rel",
        "entry_id",
        "invoice_id",
        string="Former Invoices",
        copy=False,
        groups="account.group_account_invoice",
        help="Invoices that the time was taken off again: credited, cancelled or replaced ones.",
    )

    def write(self, vals):
        if "timesheet_invoice_id" in vals:
            self._remember_invoice(vals["timesheet_invoice_id"])
        move_to = vals.get("helpdesk_ticket_id")
        moved = self.filtered(lambda line: move_to and line.helpdesk_ticket_id.id != move_to)
        result = super().write(vals)
        # Merged hours stay with who pays for them. Programs choose their context, but not this.
        merging = self.env.su and self.env.context.get("helpdesk_merge_hours")
        if moved and "so_line" not in vals and not merging:
            # sudo: who may move hours may not see orders
            moved.sudo()._drop_items_of_others()
        return result

    def _remember_invoice(self, invoice_id):
        # sudo: what core writes for whoever invoices or credits
        for line in self.sudo().filtered("helpdesk_ticket_id"):
            if line.timesheet_invoice_id and line.timesheet_invoice_id.id != invoice_id:
                line.helpdesk_former_invoice_ids |= line.timesheet_invoice_id

    def _drop_items_of_others(self):
        """Let hours with an item chosen by hand go back to their ticket's, if it isn't theirs."""

        def is_foreign(line):
            payer = line.so_line.order_partner_id.commercial_partner_id
            return line.so_line and payer != line.helpdesk_ticket_id.commercial_partner_id

        self._use_item_of_ticket(self.filtered(is_foreign))

    @api.model
    def _use_item_of_ticket(self, entries):
        """Let hours that are not invoiced be billed on their tickets' items again."""
        entries = entries.filtered(lambda line: line.is_so_line_edited and line._is_not_billed())
        entries.is_so_line_edited = False
        entries._compute_so_line()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_helpdesk_invoiced(self):
        """Deleting is writing: core lets hours vanish from under a draft that bills them."""
        # sudo: invoices are not for everybody who logs time
        for line in self.sudo().filtered("helpdesk_ticket_id"):
            if not line._is_not_billed():
                raise UserError(
                    self.env._(
                        "Hours that are invoiced can't be deleted. Credit the invoice first, or"
                        " delete its draft."
                    )
                )
