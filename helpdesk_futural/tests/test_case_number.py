from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import SQL

from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestCaseNumber(HelpdeskCase):
    """The days lie in the past: sequences are not rolled back, and no real ticket is of then."""

    @freeze_time("2019-03-05 10:00:00")
    def test_numbers_of_a_day_follow_each_other(self):
        numbers = [t.ticket_ref for t in self._ticket() | self._ticket()]
        first = int(numbers[0])
        self.assertEqual(numbers[0][:6], "190305")
        self.assertEqual(int(numbers[1]), first + 1)

    @freeze_time("2019-03-06 22:30:00")
    def test_the_day_is_the_teams_own(self):
        """At half past ten in London it is tomorrow in Helsinki."""
        calendar = self.calendar.copy({"tz": "Europe/London"})
        london = self._team(name="London", resource_calendar_id=calendar.id)
        self.assertEqual(self._ticket().ticket_ref[:6], "190307")
        self.assertEqual(self._ticket(team_id=london.id).ticket_ref[:6], "190306")

    @freeze_time("2019-03-08 10:00:00")
    def test_a_team_without_calendar_takes_the_companys_day(self):
        self.company.resource_calendar_id.tz = "Pacific/Auckland"
        self.team.resource_calendar_id = False
        with freeze_time("2019-03-08 12:00:00"):
            self.assertEqual(self._ticket().ticket_ref[:6], "190309")

    @freeze_time("2019-03-10 10:00:00")
    def test_more_than_999_tickets_a_day_get_four_digits(self):
        self._ticket()  # the day's sequence is there
        self.env.cr.execute("SELECT setval('helpdesk_ticket_ref_20190310', 998)")
        tickets = self._ticket() | self._ticket()
        self.assertEqual(tickets.mapped("ticket_ref"), ["190310999", "1903101000"])

    @freeze_time("2019-03-11 10:00:00")
    def test_a_deleted_tickets_number_is_not_given_again(self):
        ticket = self._ticket()
        number = ticket.ticket_ref
        ticket.unlink()
        self.assertGreater(int(self._ticket().ticket_ref), int(number))

    @freeze_time("2019-03-12 10:00:00")
    def test_companies_share_the_days_numbers(self):
        other = self._team(
            name="Bergen", company_id=self.other_company.id, resource_calendar_id=False
        )
        numbers = {self._ticket().ticket_ref, self._ticket(team_id=other.id).ticket_ref}
        self.assertEqual(len(numbers), 2)

    @freeze_time("2019-03-13 10:00:00")
    def test_an_administrators_import_keeps_its_numbers(self):
        imported = self._as(self.admin).create(
            {"name": "Old", "team_id": self.team.id, "ticket_ref": "190313500"}
        )
        self.assertEqual(imported.ticket_ref, "190313500")
        self.assertGreater(int(self._ticket().ticket_ref), 0)

    @freeze_time("2019-03-14 10:00:00")
    def test_an_imported_number_of_today_is_not_drawn_again(self):
        self._ticket()  # the day's sequence is there
        self.env.cr.execute("SELECT last_value FROM helpdesk_ticket_ref_20190314")
        ahead = self.env.cr.fetchone()[0] + 5
        self._ticket(ticket_ref=f"190314{ahead:03d}")
        self.assertEqual(self._ticket().ticket_ref, f"190314{ahead + 1:03d}")

    @freeze_time("2019-03-18 10:00:00")
    def test_numbers_imported_and_drawn_in_one_go_dont_clash(self):
        self._ticket(ticket_ref="190318001")
        values = {"name": "A", "team_id": self.team.id}
        tickets = self.env["helpdesk.ticket"].create(
            [{**values, "ticket_ref": f"19031890{i}"} for i in range(3)] + [values, values]
        )
        self.assertEqual(len(set(tickets.mapped("ticket_ref"))), 5)
        self.assertGreater(int(tickets[-1].ticket_ref), 190318902)

    def test_an_import_of_years_makes_no_sequences(self):
        self._ticket(ticket_ref="180101001")
        self.env.cr.execute("SELECT to_regclass('helpdesk_ticket_ref_20180101')")
        self.assertIsNone(self.env.cr.fetchone()[0])

    @freeze_time("2019-03-16 10:00:00")
    def test_a_ticket_can_be_created_while_its_table_is_being_changed(self):
        self.env.cr.execute("ALTER TABLE helpdesk_ticket ADD COLUMN x_trial integer")
        self.env.cr.execute("SET LOCAL lock_timeout = '5s'")
        self.assertEqual(self._ticket().ticket_ref[:6], "190316")

    @freeze_time("2019-03-15 10:00:00")
    def test_an_agent_doesnt_choose_the_number(self):
        ticket = self._as(self.aino).create({"name": "A", "ticket_ref": "190315777"})
        self.assertNotEqual(ticket.ticket_ref, "190315777")

    def test_an_imported_number_must_be_one(self):
        with self.assertRaisesRegex(ValidationError, "YYMMDDXXX"):
            self._ticket(ticket_ref="TICKET/1")

    def test_tickets_are_found_by_number_however_it_is_written(self):
        ticket = self._ticket(name="Zebra stripes")
        number = ticket.ticket_ref
        tickets = self._as(self.aino)
        for text in (number, f"#{number}", f"[#{number}]"):
            with self.subTest(text=text):
                self.assertEqual([r[0] for r in tickets.name_search(text)], ticket.ids)
        self.assertIn(ticket.id, [r[0] for r in tickets.name_search(f"#{number[:7]}")])
        self.assertIn(ticket.id, [r[0] for r in tickets.name_search("zebra")])
        self.assertEqual(ticket.display_name, f"Zebra stripes (#{number})")

    def test_the_number_search_uses_the_index(self):
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        query = self.env["helpdesk.ticket"]._search([("ticket_ref", "=", "190313500")])
        plan = "\n".join(r[0] for r in self.env.execute_query(SQL("EXPLAIN %s", query.select())))
        self.assertIn("ticket_ref_uniq", plan)

    def test_sequences_of_days_long_past_are_dropped(self):
        with freeze_time("2019-03-20 10:00:00"):
            self._ticket()
        today = self._ticket()
        self.env["helpdesk.ticket"]._gc_case_sequences()
        self.env.cr.execute(
            "SELECT sequencename FROM pg_sequences WHERE sequencename LIKE 'helpdesk_ticket_ref_%'"
        )
        left = {name for (name,) in self.env.cr.fetchall()}
        self.assertNotIn("helpdesk_ticket_ref_20190320", left)
        self.assertIn(f"helpdesk_ticket_ref_20{today.ticket_ref[:6]}", left)
