from lxml import html

from odoo.tests import tagged
from odoo.tools import SQL

from ..tools.list_query import SORTINGS
from .common_http import PortalHttpCase

COUNT = 10_000


@tagged("post_install", "-at_install")
class TestLargeList(PortalHttpCase):
    """An organisation with 10,000 tickets, whose main user reads them all."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Copied in the database: what a ticket does when it is created is another test's matter.
        cls.model_ticket = cls.env["helpdesk.ticket"].create(
            {"name": "Number", "team_id": cls.team.id, "partner_id": cls.customer.id}
        )
        cls.env.flush_all()
        columns = {
            name: SQL.identifier(name)
            for name, field in cls.model_ticket._fields.items()
            if field.store and field.column_type and name not in ("id", "access_token")
        }
        different = {
            "ticket_ref": SQL("'big' || n"),
            "name": SQL("'Number ' || lpad(n::text, 5, '0')"),
            "priority": SQL("(n %% 4)::text"),
            "stage_id": SQL(
                "(%s::int[])[1 + n %% 3]",
                [cls.stage_new.id, cls.stage_waiting.id, cls.stage_closed.id],
            ),
            "ticket_type_id": SQL(
                "(%s::int[])[1 + n %% 2]", [cls.category_bug.id, cls.category_support.id]
            ),
            "partner_id": SQL(
                "(%s::int[])[1 + n %% 2]", [cls.customer.id, cls.colleague_of_customer.id]
            ),
            "last_message_date": SQL("now() - n * interval '1 minute'"),
        }
        cls.env.cr.execute(
            SQL(
                "INSERT INTO helpdesk_ticket (%s) SELECT %s FROM helpdesk_ticket,"
                " generate_series(0, %s) n WHERE id = %s",
                SQL(", ").join(columns.values()),
                SQL(", ").join(different.get(name, column) for name, column in columns.items()),
                COUNT - 1,
                cls.model_ticket.id,
            )
        )
        cls.model_ticket.unlink()
        cls.env.cr.execute("ANALYZE helpdesk_ticket")
        cls.env.invalidate_all()

    def setUp(self):
        super().setUp()
        self._sign_in(self.pekka)

    def _titles(self, page):
        return [self._text(node) for node in page.xpath("//td[contains(@class,'o_col_title')]/a")]

    def test_the_last_page_and_any_filter_are_as_cheap_as_the_first_page(self):
        def count(query):
            before = self.cr.sql_log_count
            page = self._page(f"/my/tickets{query}")
            return page, self.cr.sql_log_count - before

        self._page("/my/tickets")  # what is cached is cached
        first, queries = count("")
        self.assertEqual(len(self._titles(first)), 40)
        self.assertLessEqual(queries, 14)
        for query in (
            f"/page/{COUNT // 40}",
            "?groupby=customer",
            f"?status={self.stage_new.id}&status={self.stage_waiting.id}&priority=1&priority=2",
            "?search=Number+09999&search_in=title",
            "?mine=1",
        ):
            page, used = count(query)
            with self.subTest(query=query):
                self.assertTrue(self._titles(page))
                self.assertLessEqual(used, queries + 4)

    def test_the_latest_of_ones_own_are_not_looked_for_among_all_tickets(self):
        tickets = self._as(self.pekka)
        query = tickets._search([], order="last_message_date desc, id desc", limit=40)
        plan = "\n".join(
            row for (row,) in self.env.execute_query(SQL("EXPLAIN %s", query.select()))
        )
        self.assertIn("Tid Scan on helpdesk_ticket", plan)
        self.assertNotIn("last_message_date_index", plan)

    def test_several_values_of_several_filters_find_exactly_these(self):
        page = self._page(
            f"/my/tickets?status={self.stage_new.id}&status={self.stage_waiting.id}"
            f"&category={self.category_bug.id}&priority=0&priority=2&sortby=title"
        )
        wanted = [
            f"Number {n:05}"
            for n in range(COUNT)
            if n % 3 in (0, 1) and n % 2 == 0 and n % 4 in (0, 2)
        ]
        self.assertEqual(self._titles(page), wanted[:40])
        last = page.xpath("//*[contains(@class,'pagination')]//a/@href")[-2]
        self.assertIn("status=", last, "the choice stays in the address")

    def test_no_ticket_is_on_two_pages_or_none_whatever_the_list_is_sorted_by(self):
        for column in SORTINGS:
            parameters = f"sortby={column}&mine=1&search=Number+000&search_in=title"
            found = [
                title
                for number in (1, 2)
                for title in self._titles(self._page(f"/my/tickets/page/{number}?{parameters}"))
            ]
            with self.subTest(column=column):
                # Every other ticket is Pekka's.
                self.assertEqual(sorted(found), [f"Number 000{n:02}" for n in range(1, 100, 2)])

    def test_pages_past_the_end_show_the_last_one(self):
        page = self._page("/my/tickets/page/99999?sortby=title")
        self.assertEqual(len(self._titles(page)), 40)
        self.assertFalse(html.tostring(page).count(b"No ticket matches"))
