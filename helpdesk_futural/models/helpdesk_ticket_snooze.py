from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import split_every

from .helpdesk_stage import DONE_STATES

BATCH = 100


class HelpdeskTicketSnooze(models.Model):
    """Tickets put aside until a date: out of the way, and back by themselves.

    A snooze changes what agents see, not what customers were promised: the SLA's clock runs on.
    """

    _inherit = "helpdesk.ticket"

    snooze_until = fields.Datetime(
        "Snoozed until",
        copy=False,
        readonly=True,
        tracking=True,
        help="Until then the ticket stays out of the queues. It comes back earlier if the customer"
        " writes.",
    )
    is_snoozed = fields.Boolean(
        "Snoozed", compute="_compute_is_snoozed", search="_search_is_snoozed"
    )

    _snoozed_idx = models.Index("(snooze_until) WHERE snooze_until IS NOT NULL")

    @api.depends("snooze_until")
    def _compute_is_snoozed(self):
        now = fields.Datetime.now()
        snoozed = self.filtered(lambda t: t.snooze_until and t.snooze_until > now)
        snoozed.is_snoozed = True
        (self - snoozed).is_snoozed = False

    def _search_is_snoozed(self, operator, value):
        # By the clock, not by what the scheduled action did: no ticket stays hidden if it fails.
        if operator != "in":
            return NotImplemented
        now = fields.Datetime.now()
        snoozed = Domain("snooze_until", ">", now)
        awake = Domain("snooze_until", "=", False) | Domain("snooze_until", "<=", now)
        return Domain.OR(snoozed if answer else awake for answer in set(value))

    # ------------------------------------------------------------------
    # Snooze and wake up
    # ------------------------------------------------------------------

    def action_snooze(self, until):
        """Put the tickets aside: out of the queues until ``until``.

        They come back by themselves at that time, or as soon as the customer writes. Closing a
        ticket ends the snooze.

        :param until: when they come back, in UTC; a datetime or a string such as
            ``"2026-03-10 07:00:00"``
        :return: True
        :raises UserError: if that isn't in the future, or a ticket is solved or closed
        """
        self.check_access("write")
        try:
            until = fields.Datetime.to_datetime(until)
        except ValueError:
            until = False
        if not until or until <= fields.Datetime.now():
            raise UserError(self.env._("Choose a time in the future for the ticket to come back."))
        if done := self.filtered(lambda t: t.state in DONE_STATES)[:1]:
            raise UserError(
                self.env._(
                    "%s is solved or closed, so there is nothing to come back to. Reopen it first.",
                    done.display_name,
                )
            )
        self.snooze_until = until
        if cron := self.env.ref("helpdesk_futural.ir_cron_wake_snoozed", raise_if_not_found=False):
            cron._trigger(at=until)
        return True

    def action_unsnooze(self):
        """Take the tickets back to the queues now.

        :return: True
        """
        self.check_access("write")
        self._end_snooze()
        return True

    def action_open_snooze(self):
        """Open the dialog that asks until when."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Snooze"),
            "res_model": "helpdesk.ticket.snooze",
            "view_mode": "form",
            "target": "new",
            "context": {"default_ticket_ids": self.ids},
        }

    def _end_snooze(self):
        self.filtered("snooze_until").snooze_until = False

    @api.model
    def _cron_wake_snoozed(self):
        """Wake all tickets whose time has come, in batches that are committed one by one."""
        due = Domain("snooze_until", "<=", fields.Datetime.now())
        ids = self.search(due, order="snooze_until, id").ids
        remaining = len(ids)
        cron = self.env["ir.cron"]
        if ids:
            cron._commit_progress(remaining=remaining)
        for batch in split_every(BATCH, ids):
            # Somebody may have woken or put off one meanwhile, or be working on it right now.
            tickets = self.search(due & Domain("id", "in", batch))
            tickets.try_lock_for_update(allow_referencing=True)._wake()
            remaining -= len(batch)
            if not cron._commit_progress(len(batch), remaining=remaining):
                break

    def _wake(self):
        """Bring tickets back whose time has come, before the eyes of who is in charge."""
        self._end_snooze()
        self.unread = True
        self._remind_in_charge(self.env._("Snoozed until now"))

    def _remind_in_charge(self, text):
        """Give the agents an activity each; where there is none, the team's members a message."""
        with_agent = self.filtered("user_id.active")
        for user, tickets in with_agent.grouped("user_id").items():
            tickets.with_context(mail_activity_quick_update=True).activity_schedule(
                "mail.mail_activity_data_todo", summary=text, user_id=user.id
            )
        for team, tickets in (self - with_agent).grouped("team_id").items():
            if members := team.member_ids.filtered("active").partner_id:
                for ticket in tickets:
                    ticket.message_notify(
                        partner_ids=members.ids,
                        subject=ticket.display_name,
                        body=f"{text}: {ticket.display_name}",
                    )

    # ------------------------------------------------------------------
    # What ends a snooze
    # ------------------------------------------------------------------

    def _on_customer_message(self, message):
        result = super()._on_customer_message(message)
        self._end_snooze()
        return result

    def _on_stage_changed(self, before, vals):
        result = super()._on_stage_changed(before, vals)
        self.filtered(lambda t: t.state in DONE_STATES)._end_snooze()
        return result
