from odoo import api, fields, models
from odoo.exceptions import LockError, UserError
from odoo.fields import Domain

from odoo.addons.helpdesk_futural.tools.new_columns import add_columns

BILLING_STATES = [
    ("non_billable", "Non-Billable"),
    ("no_order", "No Order Yet"),
    ("prepaid", "Prepaid"),
    ("to_invoice", "To Invoice"),
    ("invoiced", "Invoiced"),
]
FIXED_TYPES = ("billable_fixed", "billable_milestones", "billable_manual")
TEAM_BILLS = "helpdesk_ticket_id.team_id.use_helpdesk_sale_timesheet"
ENTRY_IDS = "helpdesk_invoiced_entry_ids"  # context: only these entries are being invoiced


class AccountAnalyticLineBilling(models.Model):
    """Who pays for hours on tickets, and the invoices for those that are billed afterwards."""

    _inherit = "account.analytic.line"

    helpdesk_billable = fields.Boolean(
        "Bill to the Customer",
        compute="_compute_helpdesk_billable",
        inverse="_inverse_helpdesk_billable",
        help="Off: the customer is not billed for this time.",
    )
    helpdesk_billing_state = fields.Selection(
        BILLING_STATES,
        string="Billing",
        compute="_compute_helpdesk_billing_state",
        store=True,
        help="Hours on a ticket: who pays for them, and whether they are invoiced.\n"
        "No Order Yet: billable, but there is no confirmed sales order to bill them on.\n"
        "Prepaid: paid with the order, also at a fixed price.",
    )

    _helpdesk_to_invoice_idx = models.Index(
        "(helpdesk_billing_state, date) WHERE helpdesk_billing_state IN ('no_order', 'to_invoice')"
    )

    def _auto_init(self):
        add_columns(self, "helpdesk_billing_state")
        return super()._auto_init()

    @api.depends("helpdesk_ticket_id.sale_line_id")
    def _compute_so_line(self):
        return super()._compute_so_line()

    def _timesheet_determine_sale_line(self):
        if self.helpdesk_ticket_id and not self.task_id:
            # sudo: who logs time from the Timesheets app may have no helpdesk rights
            return self.helpdesk_ticket_id.sudo().sale_line_id
        return super()._timesheet_determine_sale_line()

    @api.depends("so_line", "is_so_line_edited", "project_id.allow_billable", TEAM_BILLS)
    def _compute_helpdesk_billable(self):
        for line in self:
            # sudo: flags of a project and a team that not everybody sees
            bills = line.project_id.sudo().allow_billable
            if ticket := line.helpdesk_ticket_id.sudo():  # sudo: as above
                bills = bills and ticket.team_id.use_helpdesk_sale_timesheet
            # An order item that somebody took off on purpose is core's way to say non-billable.
            line.helpdesk_billable = bool(line.so_line) or (bills and not line.is_so_line_edited)

    def _inverse_helpdesk_billable(self):
        given_away = self.filtered(lambda line: not line.helpdesk_billable)
        if given_away:
            given_away.write({"so_line": False, "is_so_line_edited": True})
        for line in self - given_away:
            if line.is_so_line_edited and not line.so_line:
                line.is_so_line_edited = False
                line.so_line = line._timesheet_determine_sale_line()

    @api.depends(
        "helpdesk_ticket_id",
        "is_so_line_edited",
        "project_id.allow_billable",
        "so_line.state",
        "timesheet_invoice_id.state",
        "timesheet_invoice_type",
        TEAM_BILLS,
    )
    def _compute_helpdesk_billing_state(self):
        for line in self:
            line.helpdesk_billing_state = line.helpdesk_ticket_id and line._get_billing_state()

    def _get_billing_state(self):
        self.ensure_one()
        if not self._is_not_billed():
            return "invoiced"
        if self.so_line.state == "sale":
            return "prepaid" if self.timesheet_invoice_type in FIXED_TYPES else "to_invoice"
        if not self.helpdesk_billable:
            return "non_billable"
        return "no_order"

    # ------------------------------------------------------------------
    # What is left of prepaid hours
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._tell_of_low_balance()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"unit_amount", "so_line", "helpdesk_ticket_id", "helpdesk_billable"}:
            self._tell_of_low_balance()
        return result

    def _tell_of_low_balance(self):
        # sudo: the team's setting and the customer's order decide, not the rights of who works
        for line in self.sudo().filtered("helpdesk_ticket_id"):
            if line.so_line.remaining_hours_available:
                line.helpdesk_ticket_id._tell_customer_of_low_balance(line.so_line)

    # ------------------------------------------------------------------
    # Invoices
    # ------------------------------------------------------------------

    def action_open_helpdesk_ticket(self):
        """Return the action that opens the entry's ticket: there an order is made, if none is."""
        self.ensure_one()
        return self.helpdesk_ticket_id._get_records_action()

    @api.model
    def _get_hours_to_invoice_domain(
        self, tickets=None, partners=None, date_from=None, date_to=None
    ):
        """Return the domain of the hours on tickets that can be invoiced now.

        :param tickets: only theirs; None for all tickets
        :param partners: only those of these customers' organisations; empty for all
        :param date_from: first day
        :param date_to: last day
        """
        domain = Domain("helpdesk_billing_state", "=", "to_invoice")
        domain &= Domain("company_id", "in", self.env.companies.ids)
        if tickets:
            domain &= Domain("helpdesk_ticket_id", "in", tickets.ids)
        if partners:
            domain &= Domain(
                "order_id.partner_id.commercial_partner_id",
                "in",
                (partners.commercial_partner_id.ids),
            )
        if date_from:
            domain &= Domain("date", ">=", date_from)
        if date_to:
            domain &= Domain("date", "<=", date_to)
        return domain

    def _create_helpdesk_invoices(self):
        """Create draft invoices for exactly these hours: one per customer, company and currency.

        Nothing else of the orders is invoiced with them. The rows are locked first, so that of two
        people who invoice the same hours one is told so; hours that were invoiced in the meantime
        are left out.

        :return: the draft invoices
        :rtype: account.move
        :raises UserError: if nothing is left to invoice, or somebody else is just doing it
        :raises AccessError: if the user may not invoice orders
        """
        self.env["sale.order"].check_access("write")
        # sudo: who may invoice an order may invoice all hours on it, as core has it; the orders
        # are filtered by the user's own rights below
        entries = self.sudo()
        try:
            entries.lock_for_update(allow_referencing=True)
        except LockError as error:
            raise UserError(
                self.env._(
                    "Somebody else is invoicing or changing some of these hours at this very"
                    " moment. Look at the invoices in a minute, and try again if something is"
                    " missing."
                )
            ) from error
        entries = entries.filtered(lambda line: line._get_billing_state() == "to_invoice")
        orders = entries.order_id.with_env(self.env)._filtered_access("write")
        entries = entries.filtered(lambda line: line.order_id in orders)
        if not entries:
            raise UserError(self.env._("There are no hours to invoice: perhaps they are already."))
        self.env.flush_all()
        context = {ENTRY_IDS: entries.ids}
        entries.so_line.with_context(**context)._recompute_qty_to_invoice(None, None)
        return orders.with_context(**context)._create_invoices()
