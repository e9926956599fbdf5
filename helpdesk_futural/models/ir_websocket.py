from weakref import WeakKeyDictionary

from odoo import models

from odoo.addons.bus.websocket import ConnectionState, wsrequest

from ..tools.presence import Connection, read_announcement, read_channel

#: How many tickets one browser may have open; nobody reads more.
_MAX_TICKETS = 100
#: The browsers that are at a ticket, by their websocket. Each process has those it serves: what
#: one of them has to know of another goes over the bus.
_connections: WeakKeyDictionary = WeakKeyDictionary()


class IrWebsocket(models.AbstractModel):
    """Who has a ticket open: to listen to its channel is to be at it.

    So entering, leaving, closing a tab, losing the connection and coming back need no message of
    their own: whoever subscribes is announced to the others, whoever stops is gone for them.
    What can't be seen from here (writing, looking elsewhere) comes as event ``helpdesk_presence``.
    """

    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        asked = [ticket_id for c in channels if (ticket_id := read_channel(c))][:_MAX_TICKETS]
        if not asked:
            return super()._build_bus_channel_list(channels)
        others = [channel for channel in channels if not read_channel(channel)]
        tickets = self.env["helpdesk.ticket"]._filter_presence(asked)
        return [
            *super()._build_bus_channel_list(others),
            *((ticket, "presence") for ticket in tickets),
        ]

    def _after_subscribe_data(self, data):
        super()._after_subscribe_data(data)
        if not wsrequest:
            return
        websocket = wsrequest.ws
        ticket_ids = {
            channel[0].id
            for channel in data["channels"]
            if isinstance(channel, tuple)
            and isinstance(channel[0], models.BaseModel)
            and channel[0]._name == "helpdesk.ticket"
        }
        connection = _connections.get(websocket)
        if not connection:
            if not ticket_ids:
                return
            connection = _connections[websocket] = Connection(self.env.cr.dbname)
        before, connection.ticket_ids = connection.ticket_ids, frozenset(ticket_ids)
        tickets = self.env["helpdesk.ticket"]
        entered = tickets.browse(connection.ticket_ids - before)
        left = tickets.browse(before - connection.ticket_ids)
        entered._announce_presence(connection.token, "viewing", ask=True)
        left._announce_presence(connection.token, "gone")

        @self.env.cr.postrollback.add
        def forget():
            # A transaction that loses against another one is done again, and announces again.
            connection.ticket_ids = before

    def _serve_ir_websocket(self, event_name, data):
        super()._serve_ir_websocket(event_name, data)
        if event_name != "helpdesk_presence":
            return
        connection = _connections.get(wsrequest.ws)
        announcement = read_announcement(data)
        if not connection or not announcement:
            return
        if announcement.ticket_id in connection.ticket_ids:
            # Once more: the right to read the ticket may be gone since.
            ticket = self.env["helpdesk.ticket"]._filter_presence([announcement.ticket_id])
            ticket._announce_presence(connection.token, announcement.status, announcement.ask)

    def _on_websocket_closed(self, cookies):
        result = super()._on_websocket_closed(cookies)
        # Core doesn't say which one was closed.
        for websocket, connection in list(_connections.items()):
            if (
                websocket.state is ConnectionState.CLOSED
                and connection.database == self.env.cr.dbname
                and _connections.pop(websocket, None)
            ):
                tickets = self.env["helpdesk.ticket"].browse(connection.ticket_ids)
                tickets._announce_presence(connection.token, "lost")
        return result
