from odoo.tests import tagged
from odoo.tools import SQL

from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestIndexes(HelpdeskCase):
    """The conditions of the indexes are written as Odoo writes those of its queries.

    PostgreSQL takes an index with a condition only where it can prove that the query has it; that
    ``active`` follows from ``active IS TRUE`` it knows from version 17 on.
    """

    QUEUES = (
        ("by_priority", [], "priority desc, id desc"),
        (
            "open_by_priority",
            [("state", "in", ["new", "in_progress", "waiting"])],
            "priority desc, id desc",
        ),
        (
            "open_by_agent",
            [("state", "in", ["new", "in_progress", "waiting"]), ("user_id", "=", 2)],
            "priority desc, id desc",
        ),
        ("by_stage", [("stage_id", "=", 1)], "priority desc, id desc"),
        ("by_creation", [("create_date", ">=", "2026-01-01")], "create_date"),
        ("unread", [("unread", "=", True), ("team_id", "=", 1)], "priority desc, id desc"),
        ("rating_to_request", [("rating_to_request", "=", True)], "date_last_stage_update"),
    )

    def test_each_queue_is_read_by_its_index(self):
        # As with many tickets: reading and sorting them all is what must not be.
        self.env.cr.execute(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off;"
            " SET LOCAL enable_bitmapscan = off; SET LOCAL enable_incremental_sort = off"
        )
        for name, domain, order in self.QUEUES:
            with self.subTest(queue=name):
                tickets = self.env["helpdesk.ticket"].with_context(
                    active_test=name != "rating_to_request"
                )
                query = tickets._search(domain, order=order, limit=80)
                plan = self.env.execute_query(SQL("EXPLAIN %s", query.select()))
                self.assertIn(f"helpdesk_ticket_{name}_idx", "\n".join(line for (line,) in plan))

    def test_a_customers_tickets_are_counted_by_the_index_alone(self):
        self.env.flush_all()
        self.env.cr.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        # With so few tickets all indexes cost the same: this one alone shows whether it suffices.
        for (name,) in self.env.execute_query(
            SQL(
                "SELECT indexname FROM pg_indexes WHERE tablename = 'helpdesk_ticket'"
                " AND indexname NOT LIKE ALL(ARRAY['%%_of_organisation_idx', '%%_pkey', '%%_uniq'])"
            )
        ):
            self.env.cr.execute(SQL("DROP INDEX %s", SQL.identifier(name)))
        plan = self.env.execute_query(
            SQL(
                "EXPLAIN %s",
                self.env["helpdesk.ticket"]
                .with_user(self.aino)
                ._search([("commercial_partner_id", "in", [1])])
                .select(SQL("state")),
            )
        )
        self.assertIn("Index Only Scan using helpdesk_ticket_of_organisation_idx", str(plan))

    def test_the_planner_knows_more_titles_than_of_other_columns(self):
        [(target,)] = self.env.execute_query(
            SQL(
                "SELECT attstattarget FROM pg_attribute"
                " WHERE attrelid = 'helpdesk_ticket'::regclass AND attname = 'name'"
            )
        )
        self.assertEqual(target, 1000)

    def test_the_planner_knows_which_stages_are_open(self):
        """Of a hundred tickets in an open stage it expects a hundred to be open, not a few."""
        self.env["helpdesk.ticket"].create(
            [{"name": "Done", "team_id": self.team.id, "stage_id": self.stage_closed.id}] * 400
            + [{"name": "Open", "team_id": self.team.id, "stage_id": self.stage_new.id}] * 100
        )
        self.env.flush_all()
        self.env.cr.execute("ANALYZE helpdesk_ticket")
        query = self.env["helpdesk.ticket"]._search(
            [("stage_id", "=", self.stage_new.id), ("state", "in", ["new", "in_progress"])]
        )
        [[[plan]]] = self.env.execute_query(SQL("EXPLAIN (FORMAT JSON) %s", query.select()))
        self.assertGreater(plan["Plan"]["Plan Rows"], 90)
