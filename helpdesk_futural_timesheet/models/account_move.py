from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _get_helpdesk_hours(self):
        """Return what the invoice's hours were worked on, for its print.

        :return: ``[{"number": case number, "name": subject or None, "hours": hours}, …]``, the
            subject is None for confidential tickets: the invoice has other readers
        """
        self.ensure_one()
        # sudo: whoever may print the invoice, also the customer, reads what is billed
        groups = (
            self.env["account.analytic.line"]
            .sudo()
            ._read_group(
                [("timesheet_invoice_id", "in", self.ids), ("helpdesk_ticket_id", "!=", False)],
                ["helpdesk_ticket_id"],
                ["unit_amount:sum"],
            )
        )
        return [
            {
                "number": ticket.ticket_ref,
                "name": None if ticket.confidential else ticket.name,
                "hours": hours,
            }
            for ticket, hours in sorted(groups, key=lambda group: group[0].ticket_ref or "")
        ]
