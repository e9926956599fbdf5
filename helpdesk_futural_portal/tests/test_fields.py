from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.helpdesk_ticket_fields import CUSTOMER_FIELDS
from .common import PortalCase


@tagged("post_install", "-at_install")
class TestFields(PortalCase):
    """By RPC a customer reads no more of a ticket than its page shows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls.env["helpdesk.ticket"].create(
            {
                "name": "The printer is jammed",
                "team_id": cls.team.id,
                "partner_id": cls.customer.id,
                "user_id": cls.aino.id,
                "resolution": "<p>A draft</p>",
            }
        )
        cls.ticket._portal_ensure_token()
        cls.theirs = cls.ticket.with_user(cls.liisa)
        cls.hidden = sorted(set(cls.ticket._fields) - CUSTOMER_FIELDS)

    def test_the_list_of_what_customers_read_is_as_agreed(self):
        for name in ("access_token", "user_id", "resolution", "email_cc", "properties", "tag_ids"):
            self.assertIn(name, self.hidden)

    def _value(self, name):
        """Return a value to search for; a required field is never empty."""
        value = self.ticket[name]
        return value.id if isinstance(value, models.BaseModel) else value

    @mute_logger("odoo.models", "odoo.orm.models")
    def test_no_way_of_reading_gives_more(self):
        domain = [("id", "=", self.ticket.id)]
        tickets = self._as(self.liisa)
        for name in self.hidden:
            field = self.ticket._fields[name]
            attempts = {
                "read": lambda n=name: self.theirs.read([n]),
                "web_read": lambda n=name: self.theirs.web_read({n: {}}),
                "search_read": lambda n=name: tickets.search_read(domain, [n]),
                "web_search_read": lambda n=name: tickets.web_search_read(domain, {n: {}}),
                "attribute": lambda n=name: self.theirs[n],
                "write": lambda n=name: self.theirs.write({n: False}),
            }
            if field.store and field.column_type and field.type not in ("properties", "json"):
                attempts |= {
                    "search": lambda n=name: tickets.search([(n, "=", self._value(n))]),
                    "order": lambda n=name: tickets.search(domain, order=n),
                    "group": lambda n=name: tickets.formatted_read_group(domain, [n]),
                    "count": lambda n=name: tickets.formatted_read_group(
                        domain, [], [f"{n}:count"]
                    ),
                }
            for way, attempt in attempts.items():
                with self.subTest(field=name, way=way), self.assertRaises(AccessError):
                    attempt()

    def test_what_the_page_shows_can_be_read(self):
        names = sorted(CUSTOMER_FIELDS & set(self.ticket._fields))
        values = self.theirs.read(names)[0]
        self.assertEqual(values["ticket_ref"], self.ticket.ticket_ref)
        self.assertEqual(values["partner_id"], (self.customer.id, self.customer.display_name))
        self.assertLessEqual(
            set(self._as(self.liisa).search_read([], [])[0]), CUSTOMER_FIELDS, "all fields"
        )
        self.assertLessEqual(set(self._as(self.liisa).fields_get()), CUSTOMER_FIELDS)

    def test_customers_dont_export(self):
        with self.assertRaises(UserError):
            self.theirs.export_data(["name"])

    def test_customers_read_the_label_of_a_stage_and_agents_its_name(self):
        self.ticket.stage_id.customer_label = "Received"
        self.assertEqual(self.theirs.read(["stage_id"])[0]["stage_id"][1], "Received")
        theirs = self.ticket.with_user(self.aino)
        self.assertEqual(theirs.read(["stage_id"])[0]["stage_id"][1], "New")

    @mute_logger("odoo.models", "odoo.orm.models", "odoo.addons.base.models.ir_rule")
    def test_paths_through_a_ticket_lead_to_nothing_hidden(self):
        tickets = self._as(self.liisa)
        for path in (
            "user_id.login",
            "team_id.alias_id.alias_name",
            "stage_id.name",
            "ticket_type_id.specialist_ids.login",
            "message_ids.body",
            "message_follower_ids.email",
        ):
            with self.subTest(path=path), self.assertRaises(AccessError):
                tickets.search([(path, "=like", "a%")])

    def test_notes_and_followers_cant_be_read(self):
        note = self._note(self.ticket)
        answer = self._answer(self.ticket)
        messages = self.env["mail.message"].with_user(self.liisa)
        found = messages.search(
            [("model", "=", "helpdesk.ticket"), ("res_id", "=", self.ticket.id)]
        )
        self.assertIn(answer, found)
        self.assertNotIn(note, found)
        self.assertFalse(note.with_user(self.liisa).has_access("read"))
        self.assertFalse(self.env["mail.followers"].with_user(self.liisa).has_access("read"))
        self.assertFalse(self.env["mail.tracking.value"].with_user(self.liisa).has_access("read"))

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_what_is_internal_cant_be_read_by_its_number_whatever_kind_it_is(self):
        kept = {
            "an outsider's mail": {"message_type": "email", "is_internal": True},
            "an internal reply by mail": {
                "message_type": "email",
                "subtype_id": self.env.ref("mail.mt_note").id,
            },
            "a log of changes": {"message_type": "notification", "subtype_id": False},
            "what was noted on an activity": {
                "message_type": "notification",
                "subtype_id": self.env.ref("mail.mt_activities").id,
            },
        }
        for name, values in kept.items():
            message = self.env["mail.message"].create(
                {
                    "model": "helpdesk.ticket",
                    "res_id": self.ticket.id,
                    "author_id": self.aino.partner_id.id,
                    "subtype_id": self.env.ref("mail.mt_comment").id,
                    "body": "They never pay.",
                    **values,
                }
            )
            theirs = message.with_user(self.liisa)
            with self.subTest(name), self.assertRaises(AccessError):
                theirs.read(["body"])
        mail = self.env["mail.message"].create(
            {
                "model": "helpdesk.ticket",
                "res_id": self.ticket.id,
                "message_type": "email",
                "subtype_id": self.env.ref("mail.mt_comment").id,
                "body": "Unplug it.",
            }
        )
        self.assertIn("Unplug", mail.with_user(self.liisa).read(["body"])[0]["body"])

    def test_the_addresses_of_those_who_take_part_are_not_suggested_to_customers(self):
        self.ticket.email_cc = "secret@pohjola.example"
        self.assertEqual(self.theirs._message_get_suggested_recipients(reply_discussion=True), [])
