from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class HelpdeskTicketSale(models.Model):
    """Which sales order item pays for the hours of a ticket, and what is left of it."""

    _inherit = "helpdesk.ticket"

    sale_line_id = fields.Many2one(
        "sale.order.line",
        "Sales Order Item",
        compute="_compute_sale_line_id",
        store=True,
        readonly=False,
        copy=False,
        tracking=True,
        check_company=True,
        index="btree_not_null",
        domain="[('is_service', '=', True), ('is_expense', '=', False), ('state', '=', 'sale'),"
        " ('is_downpayment', '=', False), ('company_id', '=', company_id),"
        " ('order_partner_id.commercial_partner_id', '=', commercial_partner_id)]",
        help="Billable hours are billed on this item, unless an entry has another. Proposed: the"
        " customer's latest prepaid hours that are not used up.",
    )
    sale_order_id = fields.Many2one(
        related="sale_line_id.order_id", string="Sales Order", store=True, index="btree_not_null"
    )
    remaining_hours_available = fields.Boolean(related="sale_line_id.remaining_hours_available")
    remaining_hours_so = fields.Float(
        "Remaining Hours",
        compute="_compute_remaining_hours_so",
        compute_sudo=True,
        search="_search_remaining_hours_so",
        help="Prepaid hours that are left on the sales order item.",
    )

    @api.depends("partner_id", "team_id")
    def _compute_sale_line_id(self):
        """Keep an item that is the customer's, else propose their latest with hours left."""
        # sudo: agents need no rights on orders, and the mail gateway has none
        tickets = self.sudo()
        for ticket in tickets:
            if ticket.sale_line_id and not ticket._is_item_of_customer():
                ticket.sale_line_id = False
        without = tickets.filtered(
            lambda t: not t.sale_line_id and t.team_id.use_helpdesk_sale_timesheet
        )
        items = without._find_prepaid_items()
        for ticket in tickets:
            key = (ticket.company_id, ticket.partner_id.commercial_partner_id)
            if ticket in without and key in items:
                ticket.sale_line_id = items[key]
            else:
                ticket.sale_line_id = ticket.sale_line_id

    def _is_item_of_customer(self):
        self.ensure_one()
        item = self.sale_line_id.sudo()  # sudo: the item's customer only
        organisation = item.order_partner_id.commercial_partner_id
        return item.company_id == self.company_id and (
            organisation == self.partner_id.sudo().commercial_partner_id  # sudo: as above
        )

    def _find_prepaid_items(self):
        """Return ``{(company, organisation): item}``: the latest with hours left. One query."""
        organisations = self.partner_id.commercial_partner_id
        if not organisations:
            return {}
        items = self.env["sale.order.line"]
        found = items.search(
            Domain(items._domain_sale_line_service())
            & Domain("remaining_hours", ">", 0)
            & Domain("company_id", "in", self.company_id.ids)
            & Domain("order_partner_id.commercial_partner_id", "in", organisations.ids),
        )  # in the order of sale.order.line: the newest order first
        result = {}
        for item in found:
            key = (item.company_id, item.order_partner_id.commercial_partner_id)
            result.setdefault(key, item)
        return result

    @api.depends(
        "sale_line_id.remaining_hours", "timesheet_ids.unit_amount", "timesheet_ids.so_line"
    )
    def _compute_remaining_hours_so(self):
        for ticket in self:
            item = ticket.sale_line_id
            remaining = item.remaining_hours if item.remaining_hours_available else 0.0
            if item.remaining_hours_available and ticket != ticket._origin:
                remaining -= ticket._get_unsaved_hours(item)
            ticket.remaining_hours_so = remaining

    def _get_unsaved_hours(self, item):
        """Return the item's hours that are typed into the form, but not saved yet."""

        def hours(lines):
            return sum(lines.filtered(lambda aal: aal.so_line == item).mapped("unit_amount"))

        typed = self.timesheet_ids
        new = typed.filtered(lambda aal: not aal.so_line and aal.helpdesk_billable)
        return hours(typed) + sum(new.mapped("unit_amount")) - hours(self._origin.timesheet_ids)

    @api.model
    def _search_remaining_hours_so(self, operator, value):
        return [("sale_line_id.remaining_hours", operator, value)]

    @api.constrains("sale_line_id", "partner_id")
    def _check_sale_line_id(self):
        for ticket in self.filtered("sale_line_id"):
            if not ticket._is_item_of_customer():
                raise ValidationError(
                    self.env._(
                        "The sales order item of %(ticket)s belongs to another customer: choose"
                        " one of %(customer)s.",
                        ticket=ticket.display_name,
                        customer=ticket.commercial_partner_id.name or self.env._("its customer"),
                    )
                )

    # ------------------------------------------------------------------
    # Few hours left
    # ------------------------------------------------------------------

    def _tell_customer_of_low_balance(self, item):
        """Mail the customer, once, when an item's remaining hours fall to the team's threshold.

        When they rise above it again (the order was changed, hours were taken off), the next fall
        is told again.

        :param item: the ``sale.order.line`` with prepaid hours that hours were logged on
        """
        self.ensure_one()
        threshold, remaining = self.team_id.prepaid_warning_hours, item.remaining_hours
        if item.helpdesk_warned_at and remaining > item.helpdesk_warned_at:
            item.helpdesk_warned_at = 0
        if threshold <= 0 or item.helpdesk_warned_at or remaining > threshold:
            return
        item.helpdesk_warned_at = threshold
        template = self.env.ref(
            "helpdesk_futural_timesheet.mail_template_low_balance", raise_if_not_found=False
        )
        if template and template.active:
            self.with_context(helpdesk_item_id=item.id)._queue_automatic_mails(template)

    def _get_low_balance_item(self):
        """Return the item that the mail is about: that of the hours, not always the ticket's."""
        item_id = self.env.context.get("helpdesk_item_id") or self.sale_line_id.id
        return self.env["sale.order.line"].browse(item_id)

    @api.model
    def _format_hours(self, hours):
        """Return hours as customers read them, such as ``1:30``."""
        return self.env["ir.qweb.field.float_time"].value_to_html(hours, {})

    def _go_on_with_new_hours(self, item):
        """Take hours that were bought for the ticket, if those it had are used up.

        What was worked before stays on the former item: it was paid with that.
        """
        self.ensure_one()
        former = self.sale_line_id
        if former == item or not item.remaining_hours or former.remaining_hours > 0:
            return
        if former:
            worked = self.timesheet_ids.filtered(lambda line: line.so_line == former)
            worked.is_so_line_edited = True
        self.sale_line_id = item
