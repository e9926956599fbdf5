from odoo import SUPERUSER_ID, api, models

#: Changes that somebody who works on the ticket has to know of.
_CHANGES = {
    "name",
    "description",
    "resolution",
    "priority",
    "partner_id",
    "ticket_type_id",
    "severity_id",
    "confidential",
    "properties",
}


class HelpdeskTicketPresence(models.Model):
    """Who else is at the ticket, and what they did to it in the meantime.

    Nothing of it is stored. It goes to the browsers of the agents who have the ticket open, over
    the bus, on a channel of the ticket's own: see ``ir_websocket.py`` for who may listen, and
    ``static/src/presence`` for what agents see.
    """

    _name = "helpdesk.ticket"
    _inherit = ["helpdesk.ticket", "bus.listener.mixin"]

    @api.model
    def _filter_presence(self, ticket_ids):
        """Return which of the tickets the user may know the presence at.

        That is for agents only: customers never learn who looks at their ticket.

        :param list[int] ticket_ids: ids, also of records that don't exist
        """
        if not self.env.user.has_group("helpdesk_futural.group_helpdesk_user"):
            return self.browse()
        return self.with_context(active_test=False).search([("id", "in", ticket_ids)])

    def _announce_presence(self, token, status, ask=False):
        """Tell those who have the tickets open what the user does there.

        :param str token: which of the user's browsers it is about
        :param str status: one of ``tools.presence.STATUSES``, or "gone" (left the ticket) or
            "lost" (the connection broke, and may be back in a moment)
        :param bool ask: whether the others are to answer that they are there
        """
        user = self.env.user
        for ticket in self:
            ticket._bus_send(
                "helpdesk.ticket/presence",
                {
                    "ticket_id": ticket.id,
                    "connection": token,
                    "user_id": user.id,
                    "name": user.name,
                    "status": status,
                    "ask": ask,
                },
                subchannel="presence",
            )

    def _announce_event(self, event, person):
        """Tell those who have the tickets open what happened to them.

        :param str event: "answered", "noted" or "wrote" (the customer), "took", "assigned",
            "moved" or "changed"
        :param person: the user or the partner who did it
        """
        # sudo: agents read this, who may know every user and every partner by name
        name = person.sudo().name
        user_id = person.id if person._name == "res.users" else False
        for ticket in self:
            ticket._bus_send(
                "helpdesk.ticket/event",
                {
                    "ticket_id": ticket.id,
                    "event": event,
                    "user_id": user_id,
                    "name": name or "",
                },
                subchannel="presence",
            )

    def write(self, vals):
        result = super().write(vals)
        # What the system does by itself is nobody's doing.
        if self.env.uid != SUPERUSER_ID and (event := self._get_event(vals)):
            self._announce_event(event, self.env.user)
        return result

    def _get_event(self, vals):
        """Return what it means to the others that these values were written, or False."""
        if vals.get("user_id") and vals["user_id"] == self.env.uid:
            return "took"
        if "user_id" in vals:
            return "assigned"
        if vals.keys() & {"stage_id", "team_id"}:
            return "moved"
        return "changed" if vals.keys() & _CHANGES else False

    def _message_post_after_hook(self, message, msg_values):
        result = super()._message_post_after_hook(message, msg_values)
        if "helpdesk_opening_described" in self.env.context:
            return result  # the mail that a ticket is made of: nobody has it open yet
        side = self._get_message_side(message)
        author = message.author_id
        # sudo: customers may not read users
        user = author.sudo().main_user_id if side != "customer" else author.browse()
        if side == "agent":
            self._announce_event("answered", user or author)
        elif side == "customer":
            self._announce_event("wrote", author)
        elif message.message_type == "comment" and user:
            self._announce_event("noted", user)
        return result
