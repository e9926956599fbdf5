import inspect
import json
from unittest.mock import MagicMock, patch

from odoo import Command
from odoo.tests import tagged

from odoo.addons.bus.tests.common import WebsocketCase
from odoo.addons.bus.websocket import CloseCode, Websocket

from ..models import ir_websocket
from .common import HelpdeskCase


class BusReader:
    """Reads what goes to those who have a ticket open."""

    def _heard(self, kind="presence", ticket=None):
        """Return what has been sent to those who have the ticket open, since the last call."""
        self.env.cr.precommit.run()
        rows = self.env["bus.bus"].search([("id", ">", self._last_id)], order="id")
        self._last_id = rows[-1:].id or self._last_id
        channel = [self.env.cr.dbname, "helpdesk.ticket", (ticket or self.ticket).id, "presence"]
        messages = [json.loads(row.message) for row in rows if json.loads(row.channel) == channel]
        return [m["payload"] for m in messages if m["type"] == f"helpdesk.ticket/{kind}"]


@tagged("post_install", "-at_install")
class TestPresence(BusReader, WebsocketCase, HelpdeskCase):
    """Real websockets, as browsers have them, in the test's transaction."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket, cls.other, cls.secret = cls.env["helpdesk.ticket"].create(
            [
                {"name": "The printer is jammed", "team_id": cls.team.id},
                {"name": "The next one", "team_id": cls.team.id},
                {"name": "The board's", "team_id": cls.private_team.id},
            ]
        )

    def setUp(self):
        super().setUp()
        self._last_id = self.env["bus.bus"]._bus_last_id()
        # How fast browsers may send is core's concern.
        self.startPatcher(patch.object(Websocket, "RL_DELAY", 0))
        # Websockets of other tests in this process are none of this one's.
        self.startPatcher(patch.dict(ir_websocket._connections, clear=True))

    def assertCanOpenTestCursor(self):  # noqa: N802 (core's name)
        # Core lets only websockets open a cursor here; a case number is drawn with one as well.
        if any(frame.function == "_case_sequence_cursor" for frame in inspect.stack(0)):
            return None
        return super().assertCanOpenTestCursor()

    # ------------------------------------------------------------------
    # A browser
    # ------------------------------------------------------------------

    def _open(self, user, *tickets):
        """Open tickets in a new browser of the user, and return its websocket."""
        session = self.authenticate(user.login, user.login)
        websocket = self.websocket_connect(cookie=f"session_id={session.sid}")
        self._go_to(websocket, *tickets)
        return websocket

    def _go_to(self, websocket, *tickets):
        channels = [f"helpdesk.ticket_{ticket.id}" for ticket in tickets]
        self.subscribe(websocket, channels, self._last_id)

    def _say(self, websocket, **data):
        websocket.send(json.dumps({"event_name": "helpdesk_presence", "data": data}))
        # What comes later is served later: then this has been served as well.
        websocket.ping()
        self._wait_for_pong(websocket)

    @staticmethod
    def _wait_for_pong(websocket):
        opcode = None
        while opcode != 10:
            opcode, _frame = websocket.recv_data_frame(control_frame=True)

    def _heard_briefly(self, **kwargs):
        return [(m["name"], m["status"], m["ask"]) for m in self._heard(**kwargs)]

    # ------------------------------------------------------------------
    # Coming and going
    # ------------------------------------------------------------------

    def test_the_others_hear_who_opens_a_ticket_and_are_asked_to_answer(self):
        self._open(self.lars, self.ticket)
        [heard] = self._heard()
        self.assertEqual(
            (heard["user_id"], heard["name"], heard["status"], heard["ask"]),
            (self.lars.id, "Lars Hansen", "viewing", True),
        )

    def test_going_from_ticket_to_ticket_leaves_the_one_and_enters_the_other(self):
        lars = self._open(self.lars, self.ticket)
        self._heard()
        self._go_to(lars, self.other)
        self.env.cr.precommit.run()
        last_id = self._last_id
        self.assertEqual(self._heard_briefly(), [("Lars Hansen", "gone", False)])
        self._last_id = last_id
        self.assertEqual(self._heard_briefly(ticket=self.other), [("Lars Hansen", "viewing", True)])

    def test_a_second_tab_of_the_same_browser_is_nobody_new(self):
        lars = self._open(self.lars, self.ticket)
        self._heard()
        self._go_to(lars, self.ticket, self.other)
        self.assertEqual(self._heard_briefly(), [])

    def test_a_closed_browser_is_gone_from_all_its_tickets(self):
        lars = self._open(self.lars, self.ticket, self.other)
        [closed] = self._websocket_events
        aino = self._open(self.aino, self.ticket)
        [opened] = [m for m in self._heard() if m["user_id"] == self.lars.id]
        lars.close(CloseCode.CLEAN)
        self.assertTrue(closed.wait(30))
        last_id = self._last_id
        [heard] = self._heard()
        self.assertEqual(heard["status"], "lost")
        self.assertEqual(heard["connection"], opened["connection"], "Aino's is still open")
        self._last_id = last_id
        [heard] = self._heard(ticket=self.other)
        self.assertEqual(heard["connection"], opened["connection"])
        self.assertTrue(aino.connected)

    def test_whoever_writes_stays_the_same_browser_for_the_others(self):
        lars = self._open(self.lars, self.ticket)
        [opened] = self._heard()
        self._say(lars, ticket_id=self.ticket.id, status="answering")
        [heard] = self._heard()
        self.assertEqual(heard["status"], "answering")
        self.assertEqual(heard["connection"], opened["connection"])
        self.assertFalse(heard["ask"])

    # ------------------------------------------------------------------
    # Who may know
    # ------------------------------------------------------------------

    def test_a_follower_from_outside_never_learns_who_looks_at_the_ticket(self):
        self.ticket.message_subscribe(self.portal.partner_id.ids)
        portal = self._open(self.portal, self.ticket)
        self._say(portal, ticket_id=self.ticket.id, status="viewing")
        self.assertEqual(self._heard(), [])

    def test_nobody_is_announced_at_a_ticket_that_they_may_not_read(self):
        for user in (self.aino, self.employee, self.foreign_agent):
            with self.subTest(user=user.name):
                websocket = self._open(user, self.secret)
                self._say(websocket, ticket_id=self.secret.id, status="answering", ask=True)
                self.assertEqual(self._heard(ticket=self.secret), [])

    def test_a_right_that_was_taken_away_is_gone_at_once(self):
        lars = self._open(self.lars, self.ticket)
        self._heard()
        self.team.privacy_visibility = "invited_internal"
        self.team.write({"member_ids": [Command.clear()], "leader_id": False})
        self.team.message_unsubscribe(self.lars.partner_id.ids)
        self.env.flush_all()
        self._say(lars, ticket_id=self.ticket.id, status="answering")
        self.assertEqual(self._heard(), [])

    def test_only_tickets_that_are_open_in_the_browser_can_be_written_on(self):
        lars = self._open(self.lars)
        self._say(lars, ticket_id=self.ticket.id, status="answering")
        self.assertEqual(self._heard(), [])

    def test_nonsense_is_ignored_and_the_connection_stays(self):
        lars = self._open(self.lars, self.ticket)
        self._heard()
        self._say(lars, ticket_id=self.ticket.id, status="dancing")
        self._say(lars, ticket_id=self.ticket.id, status="viewing", name="The Boss")
        self._say(lars, ticket_id="1 OR 1=1", status="viewing")
        self.assertEqual(self._heard(), [])
        self._say(lars, ticket_id=self.ticket.id, status="viewing")
        self.assertEqual(self._heard_briefly(), [("Lars Hansen", "viewing", False)])


@tagged("post_install", "-at_install")
class TestPresenceChannels(HelpdeskCase):
    """Whose browsers get to know who has a ticket open."""

    def _granted(self, user, *tickets):
        """Return which of the tickets' channels the server lets the user listen to."""
        channels = [f"helpdesk.ticket_{ticket.id}" for ticket in tickets]
        websockets = self.env["ir.websocket"].with_user(user)
        with patch("odoo.addons.bus.models.ir_websocket.wsrequest", MagicMock()) as request:
            request.session.uid = user.id
            data = websockets._prepare_subscribe_data(channels, 0)
        self.assertFalse({c for c in data["channels"] if isinstance(c, str)} & set(channels))
        pairs = [c for c in data["channels"] if isinstance(c, tuple)]
        return self.env["helpdesk.ticket"].union(
            *(
                record
                for record, name in pairs
                if name == "presence" and record._name == "helpdesk.ticket"
            )
        )

    def test_agents_listen_to_what_they_may_read_and_to_nothing_else(self):
        ticket, archived = self._ticket(), self._ticket(name="Archived", active=False)
        secret = self._ticket(team_id=self.private_team.id)
        deleted = self._ticket()
        deleted.unlink()
        nothing = ticket.browse()
        for user, expected in (
            (self.aino, ticket | archived),
            (self.emma, ticket | archived | secret),
            (self.admin, ticket | archived | secret),
            (self.foreign_agent, nothing),
            (self.employee, nothing),
            (self.portal, nothing),
            (self.env.ref("base.public_user"), nothing),
        ):
            with self.subTest(user=user.name):
                self.assertEqual(self._granted(user, ticket, archived, secret, deleted), expected)

    def test_listening_to_many_tickets_costs_what_one_costs(self):
        tickets = self.env["helpdesk.ticket"].create(
            [{"name": str(i), "team_id": self.team.id} for i in range(30)]
        )

        def count(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertEqual(self._granted(self.aino, *some), some)
            return self.cr.sql_log_count - before

        count(tickets)
        nothing, one, all_of_them = count(tickets[:0]), count(tickets[:1]), count(tickets)
        self.assertEqual(all_of_them, one)
        self.assertLessEqual(one - nothing, 2, "which teams, and which of them the user may read")

    def test_agents_of_two_companies_listen_in_both(self):
        self.foreign_agent.company_ids = [Command.link(self.company.id)]
        ticket = self._ticket()
        self.assertEqual(self._granted(self.foreign_agent, ticket), ticket)


@tagged("post_install", "-at_install")
class TestPresenceEvents(BusReader, HelpdeskCase):
    """What those who have the ticket open hear of what happens to it."""

    def setUp(self):
        super().setUp()
        self._last_id = self.env["bus.bus"]._bus_last_id()
        self.ticket = self._ticket()
        self._heard()

    def _events(self):
        return [(m["event"], m["name"], m["user_id"]) for m in self._heard("event")]

    def test_the_others_hear_of_an_answer_a_note_and_the_customer(self):
        ticket = self.ticket.with_user(self.lars)
        ticket.message_post(
            body="Unplug it.", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertIn(("answered", "Lars Hansen", self.lars.id), self._events())
        ticket.message_post(body="Odd.", message_type="comment", subtype_xmlid="mail.mt_note")
        self.assertEqual(self._events(), [("noted", "Lars Hansen", self.lars.id)])
        self.ticket.message_post(
            body="It works!",
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            author_id=self.customer.id,
        )
        self.assertIn(("wrote", "Liisa Laine", False), self._events())

    def test_the_others_hear_who_took_gave_away_moved_or_changed_it(self):
        ticket = self.ticket.with_user(self.lars)
        for vals, event in (
            ({"user_id": self.lars.id}, "took"),
            ({"user_id": self.aino.id}, "assigned"),
            ({"stage_id": self.stage_progress.id}, "moved"),
            ({"name": "Jammed again"}, "changed"),
        ):
            with self.subTest(event=event):
                ticket.write(vals)
                self.assertIn((event, "Lars Hansen", self.lars.id), self._events())

    def test_what_the_system_notes_by_itself_is_nobody_s_doing(self):
        ticket = self.ticket.with_user(self.env.ref("base.user_root"))
        ticket.write({"stage_id": self.stage_progress.id})
        ticket.message_post(body="Moved.", message_type="notification")
        self.assertEqual(self._events(), [])

    def test_changing_many_tickets_costs_no_query_per_ticket_more(self):
        def change(count):
            tickets = self.env["helpdesk.ticket"].create(
                [{"name": str(i), "team_id": self.team.id} for i in range(count)]
            )
            self.env.flush_all()
            self.env.cr.precommit.run()
            before = self.cr.sql_log_count
            tickets.with_user(self.lars).write({"resolution": "Unplugged."})
            self.env.flush_all()
            self.env.cr.precommit.run()
            self.assertEqual(len(self._heard("event", tickets[-1])), 1)
            return self.cr.sql_log_count - before

        change(1)
        self.assertEqual(change(50), change(2))
