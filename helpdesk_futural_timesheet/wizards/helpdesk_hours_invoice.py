from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError


class HelpdeskHoursInvoice(models.TransientModel):
    """Draft invoices for hours on tickets: chosen tickets or customers, and a period."""

    _name = "helpdesk.hours.invoice"
    _description = "Invoice Hours on Tickets"

    ticket_ids = fields.Many2many("helpdesk.ticket", string="Tickets")
    partner_ids = fields.Many2many(
        "res.partner", string="Customers", help="Their organisations' hours. Empty: everybody's."
    )
    date_from = fields.Date("From Date", help="Empty: all.")
    date_to = fields.Date("Until", help="Empty: all.")
    entry_count = fields.Integer("Entries", compute="_compute_hours")
    hours = fields.Float(compute="_compute_hours")
    hours_without_order = fields.Float(compute="_compute_hours")

    @api.model
    def default_get(self, fields):
        """Take the customers of the hours that are ticked in a list."""
        values = super().default_get(fields)
        if self.env.context.get("active_model") == "account.analytic.line":
            entries = self.env["account.analytic.line"].browse(self.env.context.get("active_ids"))
            # sudo: the customers of entries that the user chose
            values["partner_ids"] = [
                Command.set(entries.helpdesk_ticket_id.sudo().commercial_partner_id.ids)
            ]  # sudo: the customers of the hours that the user sees
        return values

    @api.depends("ticket_ids", "partner_ids", "date_from", "date_to")
    def _compute_hours(self):
        for wizard in self:
            # sudo: who may invoice reads how much there is, see _create_helpdesk_invoices
            entries = self.env["account.analytic.line"].sudo()
            domain = wizard._get_domain()
            [[count, hours]] = entries._read_group(domain, [], ["__count", "unit_amount:sum"])
            wizard.entry_count, wizard.hours = count, hours
            wizard.hours_without_order = sum(wizard.ticket_ids.mapped("hours_without_order"))

    def _get_domain(self):
        return self.env["account.analytic.line"]._get_hours_to_invoice_domain(
            self.ticket_ids._origin, self.partner_ids._origin, self.date_from, self.date_to
        )

    @api.constrains("date_from", "date_to")
    def _check_period(self):
        for wizard in self:
            if wizard.date_from and wizard.date_to and wizard.date_from > wizard.date_to:
                raise ValidationError(self.env._("The period ends before it begins."))

    def action_create_invoices(self):
        """Create the draft invoices, see ``_create_helpdesk_invoices``, and open them.

        :return: the action that opens the invoices; for users who may invoice orders but see no
            payments, which core shows on an invoice, a notification
        """
        self.ensure_one()
        # sudo: see _compute_hours
        entries = self.env["account.analytic.line"].sudo().search(self._get_domain())
        invoices = entries.with_env(self.env)._create_helpdesk_invoices().with_env(self.env)
        if self.env["account.payment"].has_access("read"):
            orders = invoices.line_ids.sale_line_ids.order_id
            return orders.action_view_invoice(invoices=invoices)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Draft invoices created: %s", len(invoices)),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
