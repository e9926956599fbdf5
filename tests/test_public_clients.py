"""What programs outside rely on (design.md §2), by each protocol over real HTTP with API keys."""

from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from email.utils import make_msgid

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.helpdesk_futural_portal.models.helpdesk_ticket_fields import CUSTOMER_FIELDS
from odoo.addons.helpdesk_futural_portal.tests.common_http import PortalHttpCase
from odoo.addons.helpdesk_futural_timesheet.tests.common import BillingCase

from .rpc_clients import ACCESS_ERROR, PROTOCOLS, Refused

TICKET = "helpdesk.ticket"
#: Each call by one of the older protocols logs that they end with Odoo 19.
DEPRECATIONS = ("odoo.addons.rpc.controllers.xmlrpc", "odoo.addons.rpc.controllers.jsonrpc")
#: What the server logs of calls that it refuses, as it should.
REFUSALS = ("odoo.http", "odoo.addons.base.models.ir_rule")


@tagged("post_install", "-at_install")
class TestPublicClients(PortalHttpCase, BillingCase):
    """A connector of another system, with the key of an agent or of a customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.write({"sequence": -100, "use_sla": True})
        cls.policy = cls.env["helpdesk.sla"].create(
            {"name": "Solve", "team_id": cls.team.id, "target": "resolution", "time": 8}
        )
        cls.tags = cls.env["helpdesk.tag"].create([{"name": "Paper"}, {"name": "Toner"}])

    def setUp(self):
        super().setUp()
        muted = mute_logger(*DEPRECATIONS)
        muted.__enter__()
        self.addCleanup(muted.__exit__, None, None, None)

    def _each_protocol(self, user):
        """Give a client of each protocol; what it does is undone before the next one."""
        for protocol in PROTOCOLS:
            with self._undone():
                yield protocol(self, user)

    @contextmanager
    def _undone(self):
        savepoint = self.env.cr.savepoint()
        try:
            yield
        finally:
            savepoint.close(rollback=True)

    @contextmanager
    def _refused(self, *kinds):
        with self.assertRaises(Refused) as caught, self._undone():
            yield
        self.assertIn(caught.exception.kind, kinds or (ACCESS_ERROR,), str(caught.exception))

    def _read(self, client, ticket_id, *names):
        return client.call(TICKET, "read", [ticket_id], fields=list(names))[0]

    # ------------------------------------------------------------------
    # An agent's program
    # ------------------------------------------------------------------

    def test_tickets_are_created_with_an_address_or_a_number_only(self):
        for client in self._each_protocol(self.aino):
            names = ("ticket_ref", "team_id", "partner_id", "partner_email", "partner_phone")
            by_mail = self._read(
                client,
                client.create(TICKET, {"name": "Jammed", "partner_email": "nora@solo.example"}),
                *names,
            )
            self.assertRegex(by_mail["ticket_ref"], r"^\d{9,}$")
            self.assertEqual(by_mail["team_id"][0], self.team.id, "the default team")
            self.assertEqual(by_mail["partner_email"], "nora@solo.example")
            self.assertTrue(by_mail["partner_id"])
            by_phone = self._read(
                client,
                client.create(TICKET, {"name": "Jammed", "partner_phone": "+47 22 33 44 55"}),
                *names,
            )
            self.assertEqual(by_phone["partner_id"][0], self.other_customer.id)

    def test_values_are_written_as_programs_write_them(self):
        self.team.ticket_properties = [
            {"name": "floor", "string": "Floor", "type": "integer"},
        ]
        for client in self._each_protocol(self.aino):
            first, second = self.tags.ids
            ticket_id = client.create(
                TICKET,
                {
                    "name": "Jammed",
                    "priority": "3",
                    "tag_ids": [[6, 0, [first, second]]],
                    "team_id": self.team.id,
                    "partner_id": self.customer.id,
                    "properties": {"floor": 4},
                },
            )
            values = self._read(client, ticket_id, "priority", "tag_ids", "properties")
            self.assertEqual(values["priority"], "3")
            self.assertEqual(sorted(values["tag_ids"]), sorted([first, second]))
            [floor] = values["properties"]
            self.assertEqual((floor["name"], floor["value"]), ("floor", 4))
            client.call(
                TICKET, "write", [ticket_id], vals={"tag_ids": [(6, 0, [first])], "priority": "0"}
            )
            values = self._read(client, ticket_id, "priority", "tag_ids")
            self.assertEqual((values["priority"], values["tag_ids"]), ("0", [first]))

    def test_open_tickets_are_those_in_unfolded_stages(self):
        opened, solved = self._ticket(), self._ticket(stage_id=self.stage_done.id)
        for client in self._each_protocol(self.aino):
            domain = [["id", "in", (opened | solved).ids]]
            found = client.call(TICKET, "search", domain=[*domain, ["stage_id.fold", "=", False]])
            self.assertEqual(found, opened.ids)
            self.assertEqual(client.call(TICKET, "search_count", domain=domain), 2)

    def test_counts_come_from_both_ways_of_grouping(self):
        tickets = self._ticket(priority="3") | self._ticket() | self._ticket()
        for client in self._each_protocol(self.aino):
            domain = [["id", "in", tickets.ids]]
            grouped = client.call(
                TICKET,
                "formatted_read_group",
                domain=domain,
                groupby=["priority"],
                aggregates=["__count"],
            )
            counts = {group["priority"]: group["__count"] for group in grouped}
            self.assertEqual(counts, {"1": 2, "3": 1})
            grouped = client.call(
                TICKET, "read_group", domain=domain, fields=["team_id"], groupby=["team_id"]
            )
            self.assertEqual([group["team_id_count"] for group in grouped], [3])

    def test_what_is_posted_as_a_note_stays_internal(self):
        ticket = self._ticket()
        for client in self._each_protocol(self.aino):
            for subtype, internal in (("mail.mt_note", True), ("mail.mt_comment", False)):
                posted = client.call(
                    TICKET,
                    "message_post",
                    [ticket.id],
                    body="Look into the tray",
                    message_type="comment",
                    subtype_xmlid=subtype,
                )
                message_id = posted[0] if isinstance(posted, list) else posted
                message = self.env["mail.message"].browse(message_id)
                self.assertEqual(message.author_id, self.aino.partner_id)
                self.assertEqual(message.subtype_id.internal, internal)
                theirs = message.with_user(self.liisa)
                self.assertEqual(theirs.has_access("read"), not internal)

    def test_times_and_deadlines_can_be_searched_for_and_read_by_sql(self):
        ticket = self._ticket()
        self._answer(ticket)
        for client in self._each_protocol(self.aino):
            found = client.call(
                TICKET,
                "search_read",
                domain=[
                    ["id", "=", ticket.id],
                    ["sla_deadline", "!=", False],
                    ["first_response_date", "!=", False],
                    ["sla_fail", "=", False],
                    ["sla_reached", "=", False],
                ],
                fields=["sla_deadline", "first_response_hours"],
                order="sla_deadline",
            )
            self.assertEqual([row["id"] for row in found], ticket.ids)
        columns = self.env.execute_query(
            SQL("SELECT column_name FROM information_schema.columns WHERE table_name = %s", _TABLE)
        )
        self.assertEqual(_COLUMNS - {name for (name,) in columns}, set())
        ticket.tag_ids = self.tags
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT helpdesk_tag_id FROM helpdesk_tag_helpdesk_ticket_rel"
                " WHERE helpdesk_ticket_id = %s",
                ticket.id,
            )
        )
        self.assertEqual({tag for (tag,) in rows}, set(self.tags.ids))

    # ------------------------------------------------------------------
    # The public methods
    # ------------------------------------------------------------------

    def test_the_public_methods_of_a_ticket(self):
        macro = self.env["helpdesk.macro"].create({"name": "Urgent", "priority": "3"})
        until = fields.Datetime.to_string(fields.Datetime.now() + timedelta(days=2))
        tickets = {
            name: self._ticket(stage_id=stage.id)
            for name, stage in (
                ("claimed", self.stage_new),
                ("taken", self.stage_new),
                ("solved", self.stage_done),
                ("reopened", self.stage_done),
            )
        }
        for client in self._each_protocol(self.aino):

            def call(name, method, client=client, **arguments):
                client.call(TICKET, method, tickets[name].ids, **arguments)
                tickets[name].invalidate_recordset()
                return tickets[name]

            ticket = call("claimed", "action_claim")
            self.assertEqual((ticket.user_id, ticket.state), (self.aino, "in_progress"))
            self.assertEqual(call("taken", "assign_ticket_to_self").user_id, self.aino)
            self.assertTrue(call("claimed", "action_snooze", until=until).snooze_until)
            ticket = call("claimed", "action_apply_macro", macro_id=macro.id)
            self.assertEqual(ticket.priority, "3")
            self.assertEqual(call("taken", "action_escalate").user_id, self.lars)
            self.assertEqual(call("solved", "action_customer_confirm").state, "closed")
            self.assertEqual(call("reopened", "action_customer_reopen").state, "in_progress")

    def test_the_public_methods_of_hours(self):
        ticket = self._ticket()
        for client in self._each_protocol(self.aino):
            for method in ("start", "pause", "resume", "stop"):
                client.call(TICKET, f"action_timer_{method}", ticket.ids)
            dialog = client.create(
                "helpdesk.ticket.create.timesheet",
                {"ticket_id": ticket.id, "description": "Took it apart", "time_spent": 0.5},
            )
            client.call("helpdesk.ticket.create.timesheet", "action_generate_timesheet", [dialog])
            ticket.invalidate_recordset()
            self.assertEqual(ticket.total_hours_spent, 0.5)
        for client in self._each_protocol(self.seller):
            self._log(ticket, 2)
            ordered = client.call(TICKET, "action_create_sale_order", ticket.ids)
            self.assertEqual(ordered["res_model"], "sale.order")
            client.call("sale.order", "action_confirm", [ordered["res_id"]])
            invoiced = client.call(TICKET, "action_create_invoice", ticket.ids)
            self.assertIn(invoiced["type"], ("ir.actions.act_window", "ir.actions.client"))

    def test_the_public_methods_of_dialogs_and_of_the_register(self):
        ticket, other = self._ticket(), self._ticket()
        message = self._answer(ticket)
        for client in self._each_protocol(self.aino):
            dialog = client.create(
                "helpdesk.ticket.split",
                {
                    "ticket_id": ticket.id,
                    "message_ids": [[6, 0, message.ids]],
                    "name": "The other matter",
                    "team_id": self.team.id,
                },
            )
            action = client.call("helpdesk.ticket.split", "action_split", [dialog])
            self.assertEqual(
                self._read(client, action["res_id"], "name")["name"], "The other matter"
            )
            dialog = client.create(
                "helpdesk.ticket.merge",
                {"ticket_ids": [[6, 0, other.ids]], "target_id": ticket.id},
            )
            client.call("helpdesk.ticket.merge", "action_merge", [dialog])
            other.invalidate_recordset()
            self.assertEqual(other.merged_into_id, ticket)
        mail = self.env["helpdesk.incoming.mail"].create(
            {"subject": "Printer", "state": "failed", "team_id": self.team.id}
        )
        for client in self._each_protocol(self.admin):
            client.call("helpdesk.incoming.mail", "action_discard", mail.ids)
            mail.invalidate_recordset()
            self.assertEqual(mail.state, "discarded")

    @mute_logger(*REFUSALS)
    def test_scheduled_actions_are_nothing_to_call_from_outside(self):
        for client in self._each_protocol(self.admin):
            for method in ("_cron_sla", "_cron_auto_close", "_cron_wake_snoozed"):
                with self._refused(ACCESS_ERROR, "NotFound"):
                    client.call(TICKET, method)

    # ------------------------------------------------------------------
    # A customer's program
    # ------------------------------------------------------------------

    @mute_logger(*REFUSALS)
    def test_a_customers_program_reads_what_the_page_shows(self):
        mine, others = self._ticket(), self._ticket(partner_id=self.other_customer.id)
        note = self._note(mine)
        answer = self._answer(mine)
        for client in self._each_protocol(self.liisa):
            found = client.call(TICKET, "search_read", domain=[], fields=[])
            self.assertEqual([row["id"] for row in found], mine.ids)
            self.assertLessEqual(set(found[0]), CUSTOMER_FIELDS)
            for name in ("user_id", "access_token", "email_cc", "resolution", "tag_ids"):
                with self._refused():
                    client.call(TICKET, "read", mine.ids, fields=[name])
                with self._refused():
                    client.call(TICKET, "search", domain=[[name, "!=", False]])
            with self._refused():
                client.call(TICKET, "read", others.ids, fields=["name"])
            messages = client.call(
                "mail.message",
                "search",
                domain=[["model", "=", TICKET], ["res_id", "in", (mine | others).ids]],
            )
            self.assertIn(answer.id, messages)
            self.assertNotIn(note.id, messages)
            with self._refused():
                client.call("mail.message", "read", note.ids, fields=["body"])

    @mute_logger(*REFUSALS)
    def test_a_customers_program_changes_nothing(self):
        ticket = self._ticket(stage_id=self.stage_done.id)
        for client in self._each_protocol(self.liisa):
            with self._refused():
                client.create(TICKET, {"name": "Jammed", "team_id": self.team.id})
            for method, arguments in {
                "write": {"vals": {"priority": "3"}},
                "unlink": {},
                "message_post": {"body": "x"},
                "message_subscribe": {"partner_ids": self.customer.ids},
                "action_claim": {},
                "action_escalate": {},
                "action_snooze": {"until": "2061-01-01 00:00:00"},
                "action_customer_confirm": {},
                "action_customer_reopen": {},
                "action_timer_start": {},
                "action_create_sale_order": {},
            }.items():
                with self.subTest(method=method), self._refused():
                    client.call(TICKET, method, ticket.ids, **arguments)

    @mute_logger(*REFUSALS)
    def test_a_customers_program_hands_over_no_mail_in_others_names(self):
        ticket = self._ticket()
        answer = self._answer(ticket)
        forged = self._write_mail(self.aino.email, in_reply_to=answer.message_id)
        for client in self._each_protocol(self.liisa):
            for arguments in ({}, {"thread_id": ticket.id}):
                with self._refused():
                    client.call(
                        "mail.thread", "message_process", model=TICKET, message=forged, **arguments
                    )

    def test_who_has_no_helpdesk_rights_hands_over_mail_but_chooses_no_values(self):
        for client in self._each_protocol(self.employee):
            ticket_id = client.call(
                "mail.thread",
                "message_process",
                model=TICKET,
                message=self._write_mail("nora@solo.example"),
                custom_values={"team_id": self.private_team.id, "user_id": self.emma.id},
            )
            ticket = self.env[TICKET].browse(ticket_id)
            self.assertEqual(ticket.partner_email, "nora@solo.example")
            self.assertNotEqual(ticket.team_id, self.private_team)
            self.assertFalse(ticket.user_id)

    def _write_mail(self, sender, **headers):
        message = EmailMessage()
        headers = {"from": sender, "to": "nobody@pohjola.example", **headers}
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message["Subject"] = "Printer"
        message["Message-ID"] = make_msgid(domain="solo.example")
        message.set_content("It is jammed")
        return message.as_string()


_TABLE = "helpdesk_ticket"
#: What reports outside Odoo read.
_COLUMNS = {
    "assign_date",
    "assign_hours",
    "avg_response_hours",
    "close_date",
    "close_hours",
    "commercial_partner_id",
    "date_last_stage_update",
    "first_response_date",
    "first_response_hours",
    "last_agent_message_date",
    "last_customer_message_date",
    "oldest_unanswered_customer_message_date",
    "answered_customer_message_count",
    "sla_deadline",
    "sla_fail",
    "sla_reached",
    "sla_reached_late",
    "solved_date",
    "state",
    "ticket_ref",
    "total_response_hours",
    "waiting_on",
}
