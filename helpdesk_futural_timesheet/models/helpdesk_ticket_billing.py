from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class HelpdeskTicketBilling(models.Model):
    """Orders and invoices from tickets."""

    _inherit = "helpdesk.ticket"

    hours_without_order = fields.Float(
        compute="_compute_unbilled_hours",
        compute_sudo=True,
        help="Billable hours that no confirmed sales order pays for yet.",
    )
    hours_to_invoice = fields.Float(
        compute="_compute_unbilled_hours",
        compute_sudo=True,
        help="Hours on a confirmed sales order that are not on an invoice yet.",
    )

    @api.depends("timesheet_ids.helpdesk_billing_state", "timesheet_ids.unit_amount")
    def _compute_unbilled_hours(self):
        hours = {
            (ticket, state): amount
            for ticket, state, amount in self.env["account.analytic.line"]._read_group(
                [
                    ("helpdesk_ticket_id", "in", self.ids),
                    ("helpdesk_billing_state", "in", ("no_order", "to_invoice")),
                ],
                ["helpdesk_ticket_id", "helpdesk_billing_state"],
                ["unit_amount:sum"],
            )
        }
        for ticket in self:
            ticket.hours_without_order = hours.get((ticket._origin, "no_order"), 0)
            ticket.hours_to_invoice = hours.get((ticket._origin, "to_invoice"), 0)

    def action_create_sale_order(self):
        """Create a quotation for the tickets' hours: one per organisation and company.

        It has the team's service, which is invoiced on timesheets, and becomes the tickets' sales
        order item: the hours logged so far go on it, except those that are non-billable, invoiced
        or have an item of their own. They can be invoiced when the quotation is confirmed.

        :return: the action that opens the quotation, or the list of them
        :raises UserError: if a ticket has no customer, an item already, or its team bills no time
        :raises AccessError: if the user may not create orders
        """
        self.env["sale.order"].check_access("create")
        self._check_can_create_sale_order()
        orders = self.env["sale.order"]
        for (company, partner), tickets in self.grouped(
            lambda t: (t.company_id, t.commercial_partner_id)
        ).items():
            # sudo: configuration
            by_product = tickets.grouped(lambda t: t.team_id.sudo().timesheet_product_id)
            order = orders.with_company(company).create(
                {
                    "partner_id": partner.id,
                    "company_id": company.id,
                    "helpdesk_ticket_id": tickets[0].id,
                    "origin": ", ".join(f"#{ticket.ticket_ref}" for ticket in tickets),
                    "order_line": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "product_uom_qty": sum(of_product.mapped("hours_without_order"))
                                or 1,
                            }
                        )
                        for product, of_product in by_product.items()
                    ],
                }
            )
            for item, of_product in zip(order.order_line, by_product.values(), strict=True):
                of_product.sale_line_id = item
            orders += order
        return orders._get_records_action(name=self.env._("Quotations"))

    def _check_can_create_sale_order(self):
        for ticket in self:
            team = ticket.team_id.sudo()  # sudo: configuration
            if not ticket.commercial_partner_id:
                reason = self.env._("it has no customer.")
            elif ticket.sale_line_id and not ticket.is_order_cancelled:
                reason = self.env._("it has a sales order item already.")
            elif not team.use_helpdesk_sale_timesheet or not team.timesheet_product_id:
                reason = self.env._(
                    "the team “%s” bills no time. An administrator can switch it on.", team.name
                )
            else:
                continue
            raise UserError(
                self.env._(
                    "No sales order can be created for %(ticket)s: %(reason)s",
                    ticket=ticket.display_name,
                    reason=reason,
                )
            )

    def action_top_up(self):
        """Create a quotation for as many prepaid hours as the customer bought last.

        When it is confirmed and the ticket's hours are used up, the ticket goes on with the new.

        :return: the action that opens the quotation
        :raises UserError: if the ticket's sales order item has no prepaid hours
        :raises AccessError: if the user may not create orders
        """
        self.ensure_one()
        item = self.sale_line_id
        if not item.remaining_hours_available:
            raise UserError(self.env._("%s has no prepaid hours to top up.", self.display_name))
        order = (
            self.env["sale.order"]
            .with_company(self.company_id)
            .create(
                {
                    "partner_id": item.order_id.partner_id.id,
                    "company_id": self.company_id.id,
                    "helpdesk_ticket_id": self.id,
                    "origin": f"#{self.ticket_ref}",
                    "order_line": [
                        Command.create(
                            {
                                "product_id": item.product_id.id,
                                "product_uom_id": item.product_uom_id.id,
                                "product_uom_qty": item.product_uom_qty,
                            }
                        )
                    ],
                }
            )
        )
        return order._get_records_action(name=self.env._("Quotation"))

    def action_create_invoice(self):
        """Open the dialog that invoices the tickets' hours of a period.

        :return: the action of the wizard ``helpdesk.hours.invoice``
        """
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Invoice Hours"),
            "res_model": "helpdesk.hours.invoice",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_ticket_ids": self.ids},
        }
