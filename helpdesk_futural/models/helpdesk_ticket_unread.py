from odoo import api, fields, models
from odoo.tools import SQL

from .helpdesk_stage import DONE_STATES

#: Channels through which a ticket comes that no agent has seen yet.
UNSEEN_CHANNELS = ("email", "portal", "form", "api")


class HelpdeskTicketUnread(models.Model):
    """Tickets with something that who is in charge hasn't read."""

    _inherit = "helpdesk.ticket"

    unread = fields.Boolean(
        readonly=True,
        copy=False,
        help="The customer wrote, or the ticket came back, and its agent hasn't opened it since;"
        " in the pool, nobody of the team has.",
    )

    _unread_idx = models.Index(
        "(team_id, priority DESC, id DESC) WHERE active IS TRUE AND unread IS TRUE"
    )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create(
            [{"unread": vals.get("channel") in UNSEEN_CHANNELS, **vals} for vals in vals_list]
        )

    def action_mark_read(self):
        """Note that the user has read the tickets, as far as they are in charge of them.

        In charge is the agent; of a ticket in the pool, the members and the leader of its team.
        Whoever else looks in leaves the mark. Nothing but the mark changes: neither the ticket's
        last change nor its history, and of two who read at once none has to wait.

        :return: True if a mark was taken away
        """
        self.check_access("write")
        tickets = self.filtered(lambda t: t.unread and t._is_in_charge(self.env.user))
        if not tickets:
            return False
        self.flush_model(["unread"])
        self.env.execute_query(
            SQL(
                "UPDATE helpdesk_ticket SET unread = FALSE WHERE id IN ("
                " SELECT id FROM helpdesk_ticket WHERE id IN %s AND unread"
                " FOR NO KEY UPDATE SKIP LOCKED) RETURNING id",
                tuple(tickets.ids),
            )
        )
        tickets.invalidate_recordset(["unread"], flush=False)
        return True

    def action_mark_unread(self):
        """Put the tickets back among the unread, for example to read them again later.

        :return: True
        """
        self.check_access("write")
        self.filtered(lambda t: not t.unread).unread = True
        return True

    def _is_in_charge(self, user):
        self.ensure_one()
        if self.user_id:
            return self.user_id == user
        team = self.team_id.sudo()  # sudo: configuration
        return user in team.member_ids | team.leader_id

    # ------------------------------------------------------------------
    # Events
    # ------------------------------------------------------------------

    def _on_customer_message(self, message):
        result = super()._on_customer_message(message)
        self.unread = True
        return result

    def _on_agent_message(self, message):
        """Whoever answers the customer has read them."""
        result = super()._on_agent_message(message)
        self.filtered("unread").unread = False
        return result

    def _on_stage_changed(self, before, vals):
        """Whoever says that a ticket is done has read it."""
        result = super()._on_stage_changed(before, vals)
        self.filtered(lambda t: t.unread and t.state in DONE_STATES).unread = False
        return result
