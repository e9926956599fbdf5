from odoo import api, fields, models
from odoo.tools.misc import clean_context


class HelpdeskTicketSplitWizard(models.TransientModel):
    """Make a new ticket of some messages; see ``helpdesk.ticket._split_off``."""

    _name = "helpdesk.ticket.split"
    _description = "Split Ticket"

    ticket_id = fields.Many2one(
        "helpdesk.ticket",
        required=True,
        readonly=True,
        default=lambda self: self._default_ticket_id(),
        help="The ticket that the messages are taken from.",
    )
    message_ids = fields.Many2many(
        "mail.message",
        "helpdesk_ticket_split_message_rel",
        "wizard_id",
        "message_id",
        string="Messages",
        domain="[('model', '=', 'helpdesk.ticket'), ('res_id', '=', ticket_id),"
        " ('message_type', 'in', ('email', 'comment'))]",
        help="What the new ticket is about. The messages move there with their files.",
    )
    # What is taken from the ticket is taken as the user: its number came through the browser.
    name = fields.Char(
        "Subject",
        compute="_compute_from_ticket",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )
    team_id = fields.Many2one(
        "helpdesk.team",
        compute="_compute_from_ticket",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )
    notify_customer = fields.Boolean(
        "Tell the Customer", help="Send the customer the new case number."
    )

    def _default_ticket_id(self):
        context = self.env.context
        is_ticket = context.get("active_model") == "helpdesk.ticket"
        return context.get("active_id") if is_ticket else False

    @api.depends("ticket_id")
    def _compute_from_ticket(self):
        for wizard in self:
            wizard.name = wizard.name or wizard.ticket_id.name
            wizard.team_id = wizard.team_id or wizard.ticket_id.team_id

    def action_split(self):
        """Move the messages to a new ticket of the same customer.

        :return: the action that opens the new ticket
        :raises UserError: if there are no messages, or they are not the ticket's
        :raises AccessError: if the user may not write the ticket
        """
        self.ensure_one()
        # What the dialog was opened with is no default of the new ticket, which has messages too.
        ticket = self.ticket_id.with_env(self.env(context=clean_context(self.env.context)))
        new = ticket._split_off(
            self.message_ids, name=self.name, team=self.team_id, acknowledge=self.notify_customer
        )
        return new._get_ticket_action()
