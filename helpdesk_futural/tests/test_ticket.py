from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestTicket(HelpdeskCase):
    # What connected programs rely on ---------------------------------------

    def test_a_program_creates_a_ticket_with_an_address_only(self):
        ticket = self._as(self.aino).create(
            {"name": "No heat", "partner_email": "Ingrid Dahl <INGRID@dahl.example>"}
        )
        self.assertEqual(ticket.partner_id, self.other_customer, "the known contact is found")
        self.assertEqual(ticket.team_id, self.team, "the agent's own team is the default")

    def test_an_unknown_address_becomes_one_contact_for_all_its_tickets(self):
        tickets = self._as(self.aino).create(
            [
                {"name": "A", "partner_email": "new@kunde.example", "partner_name": "Nils Ny"},
                {"name": "B", "partner_email": "NEW@kunde.example"},
            ]
        )
        self.assertEqual(len(tickets.partner_id), 1)
        self.assertEqual(tickets.partner_id.name, "Nils Ny")
        self.assertEqual(tickets.partner_id.email_normalized, "new@kunde.example")

    def test_a_phone_number_finds_the_contact_or_makes_one(self):
        tickets = self._as(self.aino).create(
            [
                {"name": "A", "partner_phone": "+47 22 33 44 55"},
                {"name": "B", "partner_phone": "+358 9 1", "partner_name": "Matti"},
            ]
        )
        self.assertEqual(tickets[0].partner_id, self.other_customer)
        self.assertEqual(tickets[1].partner_id.name, "Matti")
        self.assertEqual(tickets[1].partner_phone, "+358 9 1")

    def test_an_address_that_is_none_is_kept_as_written(self):
        ticket = self._as(self.aino).create({"name": "A", "partner_email": "call me at home"})
        self.assertFalse(ticket.partner_id)
        self.assertEqual(ticket.partner_email, "call me at home")

    def test_the_address_of_our_own_team_becomes_no_contact(self):
        ticket = self._as(self.aino).create({"name": "A", "partner_email": "tech@pohjola.example"})
        self.assertFalse(ticket.partner_id)

    def test_tags_and_properties_are_written_as_programs_do(self):
        tags = self.env["helpdesk.tag"].create([{"name": "Red"}, {"name": "Blue"}])
        self.team.ticket_properties = [
            {"name": "serial", "string": "Serial Number", "type": "char"}
        ]
        ticket = self._as(self.aino).create(
            {
                "name": "A",
                "team_id": self.team.id,
                "tag_ids": [[6, 0, tags.ids]],
                "properties": {"serial": "X-17"},
                "priority": "3",
            }
        )
        self.assertEqual(ticket.tag_ids, tags)
        self.assertEqual(ticket.read(["properties"])[0]["properties"][0]["value"], "X-17")
        ticket.write({"tag_ids": [Command.set(tags[0].ids)], "properties": {"serial": "X-18"}})
        self.assertEqual(ticket.tag_ids, tags[0])
        self.assertEqual(dict(ticket.properties)["serial"], "X-18")
        self.assertEqual(ticket.priority, "3")

    def test_a_folded_stage_reads_as_closed(self):
        open_ticket = self._ticket()
        done = self._ticket(stage_id=self.stage_done.id)
        found = self._as(self.aino).search(
            [("stage_id.fold", "=", False), ("id", "in", (open_ticket | done).ids)]
        )
        self.assertEqual(found, open_ticket)

    def test_counts_per_stage_come_from_read_group(self):
        self._ticket()
        self._ticket(stage_id=self.stage_done.id)
        groups = self._as(self.aino).formatted_read_group(
            [("team_id", "=", self.team.id)], ["stage_id"], ["__count"]
        )
        counts = {group["stage_id"][0]: group["__count"] for group in groups}
        self.assertEqual(counts[self.stage_new.id], 1)
        self.assertEqual(counts[self.stage_done.id], 1)

    # Teams and categories ----------------------------------------------------

    def test_without_any_team_the_user_reads_what_to_do(self):
        with self.assertRaisesRegex(UserError, "Create a helpdesk team"):
            self._as(self.foreign_agent).create({"name": "A"})

    def test_the_categorys_team_is_taken_where_none_is_given(self):
        other = self._team(name="Repairs")
        category = self.env["helpdesk.ticket.type"].create(
            {"name": "Repair", "team_id": other.id, "default_priority": "2"}
        )
        ticket = self._as(self.aino).create({"name": "A", "ticket_type_id": category.id})
        self.assertEqual(ticket.team_id, other)
        self.assertEqual(ticket.priority, "2")

    def test_a_chosen_priority_outlives_the_category(self):
        category = self.env["helpdesk.ticket.type"].create(
            {"name": "Repair", "default_priority": "2", "description_template": "<p>Serial?</p>"}
        )
        ticket = self._ticket(priority="0", ticket_type_id=category.id)
        self.assertEqual(ticket.priority, "0")
        self.assertIn("Serial?", ticket.description)
        plain = self._ticket(priority="3", description="<p>Mine</p>")
        plain.ticket_type_id = category
        self.assertEqual((plain.priority, str(plain.description)), ("3", "<p>Mine</p>"))

    def test_severity_is_for_categories_that_use_it(self):
        not_in_sla = self.env.ref("helpdesk_futural.severity_10")
        major = self.env.ref("helpdesk_futural.severity_2")
        ticket = self._ticket(ticket_type_id=self.category_support.id)
        self.assertEqual(ticket.severity_id, not_in_sla)
        ticket.ticket_type_id = self.category_bug
        self.assertFalse(ticket.severity_id, "the agent has to say how bad the bug is")
        ticket.severity_id = major
        ticket.ticket_type_id = self.category_support
        self.assertEqual(ticket.severity_id, not_in_sla)

    def test_a_category_cant_be_inside_itself(self):
        child = self.env["helpdesk.ticket.type"].create(
            {"name": "Crash", "parent_id": self.category_bug.id}
        )
        self.assertEqual(child.display_name, "Bug / Crash")
        with self.assertRaises(UserError):
            self.category_bug.parent_id = child

    # The customer ------------------------------------------------------------

    def test_the_customers_data_follow_the_contact(self):
        ticket = self._ticket()
        self.assertEqual(ticket.partner_email, "liisa@laine.example")
        self.assertEqual(ticket.commercial_partner_id, self.organisation)
        self.customer.email = "liisa.new@laine.example"
        self.assertEqual(ticket.partner_email, "liisa.new@laine.example")
        self.assertIn(self.customer, ticket.message_partner_ids)

    def test_a_former_customer_loses_access(self):
        ticket = self._ticket()
        token = ticket._portal_ensure_token()
        ticket.with_user(self.aino).partner_id = self.other_customer
        self.assertNotIn(self.customer, ticket.message_partner_ids)
        self.assertIn(self.other_customer, ticket.message_partner_ids)
        self.assertNotEqual(ticket.access_token, token, "links in old mails are void")

    def test_other_tickets_of_the_organisation_are_counted(self):
        ticket = self._ticket()
        self._ticket(partner_id=self.colleague_of_customer.id)
        self._ticket(stage_id=self.stage_closed.id)
        self._ticket(partner_id=self.other_customer.id)
        self.assertEqual(ticket.partner_ticket_count, 2)
        self.assertEqual(ticket.partner_open_ticket_count, 1)
        action = ticket.with_user(self.aino).action_view_customer_tickets()
        self.assertEqual(self._as(self.aino).search_count(action["domain"]), 2)

    # Case number ---------------------------------------------------------------

    def test_a_copy_is_a_new_case(self):
        ticket = self._ticket(resolution="<p>Unplugged it</p>", stage_id=self.stage_closed.id)
        copy = ticket.with_user(self.aino).copy()
        self.assertNotEqual(copy.ticket_ref, ticket.ticket_ref)
        self.assertEqual(copy.stage_id, self.stage_new)
        self.assertEqual(copy.name, "The printer is jammed (copy)")
        self.assertFalse(copy.resolution or copy.close_date or copy.user_id)

    def test_a_case_number_never_changes(self):
        ticket = self._ticket()
        with self.assertRaisesRegex(UserError, "never changes"):
            ticket.with_user(self.admin).ticket_ref = "250127001"

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_a_number_twice(self):
        ticket = self._ticket()
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self._ticket(ticket_ref=ticket.ticket_ref)
