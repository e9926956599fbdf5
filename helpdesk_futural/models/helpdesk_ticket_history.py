from collections import defaultdict

from odoo import models

from ..tools.ticket_history import TicketHistory
from .helpdesk_stage import DONE_STATES


class HelpdeskTicketHistory(models.Model):
    """Metrics told anew from the chatter: after a merge, an import, or an update of the addon."""

    _inherit = "helpdesk.ticket"

    def _after_merge(self, merged):
        """Count what was said on the merged tickets, which is said on this one now.

        Dates the merge sets itself: it knows whose question is still open. Waiting times stay this
        ticket's own.
        """
        result = super()._after_merge(merged)
        self._recompute_message_metrics(
            ["answered_customer_message_count", "total_response_hours", "touch_count"]
        )
        return result

    def _recompute_message_metrics(self, names=None, with_waiting=False):
        """Set what follows from the tickets' messages: dates, answers, response hours.

        For messages that came otherwise than by being posted. The number of queries doesn't grow
        with the number of tickets.

        :param names: the fields to set; by default all of these
        :param bool with_waiting: set the waiting times and the number of reopenings as well, from
            the changes of stage in the chatter. For tickets that never counted them.
        """
        histories, last_messages = self._replay_histories()
        spans = [
            (name, ticket, span)
            for ticket, history in histories.items()
            for name, span in ticket._get_measured_spans(history)
        ]
        hours = self._get_working_hours([(ticket, *span) for _name, ticket, span in spans])
        sums = {ticket: {} for ticket in histories}
        for (name, ticket, _span), value in zip(spans, hours, strict=True):
            if value is not False:
                sums[ticket][name] = sums[ticket].get(name, 0) + value
        for ticket, history in histories.items():
            values = ticket._get_message_values(history, sums[ticket])
            if with_waiting:
                values.update(ticket._get_waiting_values(history, sums[ticket]))
            if message := last_messages.get(ticket.id):
                values.update(ticket._get_last_message_values(message))
            ticket.write({name: values[name] for name in names or values})

    # ------------------------------------------------------------------
    # What happened
    # ------------------------------------------------------------------

    def _replay_histories(self):
        """Return the tickets' histories, and the last public message of each.

        :rtype: tuple[dict[helpdesk.ticket, TicketHistory], dict[int, mail.message]]
        """
        events, last_messages = self._get_message_events()
        first_states = self._add_stage_events(events)
        histories = {}
        for ticket in self:
            created = ticket.create_date.replace(microsecond=0)
            history = TicketHistory(
                # Messages from another system are older than the ticket that they came with.
                created=min([created, *(moment for moment, _kind in events[ticket.id])]),
                asked=ticket._is_created_by_customer(),
                state=first_states.get(ticket.id) or ticket.state,
            )
            histories[ticket] = history.replay(events[ticket.id])
        return histories, last_messages

    def _get_message_events(self):
        """Return ``{ticket id: [(moment, whose public message)]}``, and each one's last message."""
        # sudo: whoever works on the ticket sees its public messages; customers see no robots
        messages = (
            self.env["mail.message"]
            .sudo()
            .search_fetch(
                [
                    ("model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("message_type", "in", ("email", "comment")),
                ],
                [
                    "author_id",
                    "date",
                    "helpdesk_sender",
                    "is_internal",
                    "message_type",
                    "res_id",
                    "subtype_id",
                ],
                order="date, id",
            )
        )
        tickets = {ticket.id: ticket for ticket in self}
        events, last_ids = defaultdict(list), {}
        for message in messages:
            ticket = tickets[message.res_id]
            side = ticket._get_message_side(message)
            if side and not events[ticket.id] and message.message_type == "email":
                # A colleague's mail makes a ticket as well, whoever is its customer now.
                side = "customer" if ticket.channel == "email" else side
            if side == "customer" and message.helpdesk_sender == "robot":
                side = "robot"
            if side:
                events[ticket.id].append((message.date, side))
                last_ids[ticket.id] = message.id
        # Apart from the others, whose texts need not be read.
        last_messages = messages.browse(last_ids.values()).with_prefetch()
        return events, dict(zip(last_ids, last_messages, strict=True))

    def _add_stage_events(self, events):
        """Add the states that the tickets entered, and return in which they were created."""
        # sudo: the chatter shows the changes to whoever reads the ticket
        changes = (
            self.env["mail.tracking.value"]
            .sudo()
            .search(
                [
                    ("field_id", "=", self.env["ir.model.fields"]._get(self._name, "stage_id").id),
                    ("mail_message_id.model", "=", self._name),
                    ("mail_message_id.res_id", "in", self.ids),
                ],
                order="id",
            )
        )
        ids = {change.new_value_integer for change in changes}
        ids |= {change.old_value_integer for change in changes}
        # sudo: stages are configuration
        stages = self.env["helpdesk.stage"].sudo().with_context(active_test=False)
        states = {stage.id: stage.state for stage in stages.search([("id", "in", list(ids))])}
        first_states = {}
        for change in changes:
            ticket_id = change.mail_message_id.res_id
            if state := states.get(change.new_value_integer):  # stages can be deleted
                first_states.setdefault(ticket_id, states.get(change.old_value_integer))
                events[ticket_id].append((change.mail_message_id.date, state))
        return first_states

    # ------------------------------------------------------------------
    # What follows from it
    # ------------------------------------------------------------------

    def _get_measured_spans(self, history):
        """Yield the field and the span of time of everything to be counted in working hours."""
        if answered := self._get_first_response_date(history):
            started = self.create_date
            if history.first_customer:
                started = min(started, history.first_customer)
            yield "first_response_hours", (started, answered)
        for span in history.responses:
            yield "total_response_hours", span
        for side, spans in history.waits.items():
            for span in spans:
                yield f"waiting_{side}_hours", span

    def _get_first_response_date(self, history):
        known = [date for date in (self.first_response_date, history.first_agent) if date]
        return min(known, default=False)

    def _get_message_values(self, history, hours):
        """Return the values that follow from what was said.

        :param dict hours: the working hours of each of the fields, where there are any
        """
        done = self.state in DONE_STATES
        return {
            "first_response_date": self._get_first_response_date(history),
            "first_response_hours": hours.get("first_response_hours", False),
            "last_customer_message_date": history.last_customer or self.last_customer_message_date,
            "last_agent_message_date": history.last_agent or self.last_agent_message_date,
            "oldest_unanswered_customer_message_date": not done and history.unanswered_since,
            "answered_customer_message_count": len(history.responses),
            "total_response_hours": hours.get("total_response_hours", False),
            "touch_count": history.touches,
        }

    def _get_waiting_values(self, history, hours):
        """Return the values that follow from who was waited for."""
        clock = self._get_waiting_clock()
        waited = any(history.waits.values())
        since = history.clock_since if clock == history.clock else self.date_last_stage_update
        return {
            "reopen_count": history.reopened,
            "waiting_clock": clock,
            "waiting_since": clock and since,
            "waiting_team_hours": waited and hours.get("waiting_team_hours", 0.0),
            "waiting_customer_hours": waited and hours.get("waiting_customer_hours", 0.0),
        }
