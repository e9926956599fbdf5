from odoo import api, fields, models

from ..tools.preview import preview
from .helpdesk_stage import DONE_STATES


class HelpdeskTicketMetrics(models.Model):
    """Who said what when: last contact, first response, who is waiting for whom."""

    _inherit = "helpdesk.ticket"

    waiting_on = fields.Selection(
        [("team", "Us"), ("customer", "Customer")],
        compute="_compute_waiting_on",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        copy=False,
        index=True,
        help="Whose turn it is: ours after the customer's message, theirs after ours.",
    )
    first_response_date = fields.Datetime(
        copy=False, readonly=True, help="When an agent first answered the customer."
    )
    last_customer_message_date = fields.Datetime(
        "Last Customer Message", copy=False, readonly=True, index="btree_not_null"
    )
    last_agent_message_date = fields.Datetime("Last Agent Message", copy=False, readonly=True)
    last_message_date = fields.Datetime(
        "Last Update", default=fields.Datetime.now, copy=False, readonly=True, index=True
    )
    last_message_preview = fields.Char("Last Message", copy=False, readonly=True)
    oldest_unanswered_customer_message_date = fields.Datetime(
        "Customer Waits Since",
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="When the customer wrote the first of the messages that nobody answered yet. Empty"
        " once an agent answers, or the ticket is solved or closed.",
    )
    last_author_id = fields.Many2one(
        "res.partner",
        copy=False,
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )

    @api.depends("state")
    def _compute_waiting_on(self):
        for ticket in self:
            if ticket.state in ("waiting", "solved"):
                ticket.waiting_on = "customer"
            elif not ticket.waiting_on:
                ticket.waiting_on = "team"

    @api.model_create_multi
    def create(self, vals_list):
        tickets = super().create(vals_list)
        # What customers fill in themselves is their first message, though it is no mail.
        asked = tickets.filtered(
            lambda t: t.channel in ("portal", "form") and t.state not in DONE_STATES
        )
        asked.filtered(
            lambda t: not t.oldest_unanswered_customer_message_date
        ).oldest_unanswered_customer_message_date = fields.Datetime.now()
        return tickets

    def _on_stage_changed(self, before, vals):
        result = super()._on_stage_changed(before, vals)
        # The solution is our answer: a later message begins a new wait.
        self.filtered(
            lambda t: t.state in DONE_STATES and t.oldest_unanswered_customer_message_date
        ).oldest_unanswered_customer_message_date = False
        return result

    def _on_customer_message(self, message):
        result = super()._on_customer_message(message)
        # sudo: customers don't see the mark. No one waits for the answer to a robot's mail.
        written = message.date if not message.sudo().helpdesk_sender else False
        self.write(
            {
                "waiting_on": "team",
                "oldest_unanswered_customer_message_date": (
                    self.oldest_unanswered_customer_message_date or written
                ),
                "last_customer_message_date": message.date,
                **self._get_last_message_values(message),
            }
        )
        return result

    def _on_agent_message(self, message):
        result = super()._on_agent_message(message)
        self.write(
            {
                "waiting_on": "customer",
                "first_response_date": self.first_response_date or message.date,
                "last_agent_message_date": message.date,
                "oldest_unanswered_customer_message_date": False,
                **self._get_last_message_values(message),
            }
        )
        return result

    def _get_last_message_values(self, message):
        return {
            "last_message_date": message.date,
            "last_author_id": message.author_id.id,
            "last_message_preview": preview(message.body),
        }
