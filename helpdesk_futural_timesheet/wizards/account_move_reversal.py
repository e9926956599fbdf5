from odoo import models


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    def reverse_moves(self, is_modify=False):
        """An invoice that replaces another bills the same hours: they move on to it.

        Core frees them, so that the next invoice of the order would bill them once more.
        """
        entries = self.move_ids._get_helpdesk_entries() if is_modify else None
        action = super().reverse_moves(is_modify)
        if entries:
            drafts = self.new_move_ids.filtered(
                lambda m: m.move_type == "out_invoice" and m.state == "draft"
            )
            for draft in drafts:
                items = draft.invoice_line_ids.sale_line_ids
                free = entries.filtered(lambda line: not line.timesheet_invoice_id)
                free.filtered(lambda line, items=items: line.so_line in items).write(
                    {"timesheet_invoice_id": draft.id}
                )
        return action
