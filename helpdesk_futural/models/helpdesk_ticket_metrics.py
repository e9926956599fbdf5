from odoo import api, fields, models

from ..tools.duration_field import Duration
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
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="When an agent first answered the customer.",
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

    answered_customer_message_count = fields.Integer(
        "Answered Customer Messages",
        default=0,
        copy=False,
        readonly=True,
        help="How often an agent answered the customer. Messages that the customer wrote in a row"
        " are answered together, and count once.",
    )
    total_response_hours = Duration(
        "Total Response Hours",
        copy=False,
        readonly=True,
        aggregator="sum",
        help="Working hours of the team's calendar in which the customer waited for answers, each"
        " time from the first message that nobody had answered. Empty until the first answer.",
    )
    avg_response_hours = Duration(
        "Average Response Hours",
        compute="_compute_avg_response_hours",
        store=True,
        copy=False,
        help="Working hours of the team's calendar in which the customer waited for an answer, on"
        " average. Empty until the first answer.",
    )
    touch_count = fields.Integer(
        "Touches",
        default=0,
        copy=False,
        readonly=True,
        aggregator="avg",
        help="How many public messages agents wrote; the average per ticket in reports.",
    )
    reopen_count = fields.Integer(
        "Times Reopened",
        default=0,
        copy=False,
        readonly=True,
        help="How often the ticket was taken up again after it had been solved or closed.",
    )

    @api.depends("total_response_hours", "answered_customer_message_count")
    def _compute_avg_response_hours(self):
        for ticket in self:
            count = ticket.answered_customer_message_count
            ticket.avg_response_hours = ticket.total_response_hours / count if count else False

    @api.depends("state")
    def _compute_waiting_on(self):
        for ticket in self:
            if ticket.state in ("waiting", "solved"):
                ticket.waiting_on = "customer"
            elif not ticket.waiting_on:
                ticket.waiting_on = "team"

    # ------------------------------------------------------------------
    # As it happens
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        tickets = super().create(vals_list)
        # Imports bring the dates of what happened elsewhere.
        asked = tickets.filtered(
            lambda t: (
                t._is_created_by_customer()
                and t.state not in DONE_STATES
                and not t.first_response_date
                and not t.oldest_unanswered_customer_message_date
            )
        )
        asked.oldest_unanswered_customer_message_date = fields.Datetime.now()
        return tickets

    def _is_created_by_customer(self):
        """Tell whether the customer filled the ticket in: their first message, though no mail."""
        return self.channel in ("portal", "form")

    def _on_stage_changed(self, before, vals):
        result = super()._on_stage_changed(before, vals)
        # The solution is our answer: a later message begins a new wait.
        self.filtered(
            lambda t: t.state in DONE_STATES and t.oldest_unanswered_customer_message_date
        ).oldest_unanswered_customer_message_date = False
        reopened = self.filtered(
            lambda t: before[t].state in DONE_STATES and t.state not in DONE_STATES
        )
        for count, tickets in reopened.grouped("reopen_count").items():
            tickets.reopen_count = count + 1
        return result

    def _on_customer_message(self, message):
        result = super()._on_customer_message(message)
        # sudo: customers don't see the mark. Nobody waits for the answer to a robot's mail.
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
        waits_since = self.oldest_unanswered_customer_message_date
        values = {
            "waiting_on": "customer",
            "last_agent_message_date": message.date,
            "oldest_unanswered_customer_message_date": False,
            "touch_count": self.touch_count + 1,
            **self._get_last_message_values(message),
        }
        if not self.first_response_date:
            values["first_response_date"] = message.date
        if waits_since:
            [hours] = self._get_working_hours([(self, waits_since, message.date)])
            values["answered_customer_message_count"] = self.answered_customer_message_count + 1
            values["total_response_hours"] = (self.total_response_hours or 0) + (hours or 0)
        self.write(values)
        return result

    def _get_last_message_values(self, message):
        return {
            "last_message_date": message.date,
            "last_author_id": message.author_id.id,
            "last_message_preview": preview(message.body),
        }
