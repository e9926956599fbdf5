"""Case numbers when many people report something at the same moment."""

from odoo.tests import tagged

from .common import CommittedCase

_PROCESSES = 8
_TICKETS = 50


@tagged("post_install", "-at_install")
class TestCaseNumbersConcurrency(CommittedCase):
    def setUp(self):
        super().setUp()
        self.day = self.use_new_day()
        self.team_id = self.create_committed(
            "helpdesk.team", {"name": "Concurrency", "alias_name": False}
        )
        self.addCleanup(self.unlink_committed, "helpdesk.ticket", [("team_id", "=", self.team_id)])

    def test_eight_processes_create_tickets_on_a_new_day_and_every_number_is_distinct(self):
        results, log = self.create_in_processes(self.day, self.team_id, _PROCESSES, _TICKETS)

        self.assertEqual({r["isolation"] for r in results}, {"repeatable read"})
        self.assertEqual([len(r["numbers"]) for r in results], [_TICKETS] * _PROCESSES)
        numbers = [number for result in results for number in result["numbers"]]
        self.assertEqual(len(set(numbers)), _PROCESSES * _TICKETS)
        for number in numbers:
            self.assertRegex(number, rf"^{self.day:%y%m%d}\d{{3}}$")
        with self.transaction() as env:
            tickets = env["helpdesk.ticket"].search([("team_id", "=", self.team_id)])
            self.assertEqual(set(tickets.mapped("ticket_ref")), set(numbers))
        self.assertFalse(log, "Odoo should log no complaint while the tickets are created")

    def test_the_first_ticket_of_the_day_keeps_nobody_waiting(self):
        values = {"name": "Both printers jam", "team_id": self.team_id}
        with self.transaction() as slow, self.transaction() as quick:
            first = slow["helpdesk.ticket"].create(values).ticket_ref
            # The first transaction is still open; waiting for it would raise an error here.
            quick.cr.execute("SET LOCAL lock_timeout = '5s'")
            second = quick["helpdesk.ticket"].create(values).ticket_ref
        self.assertEqual(first, f"{self.day:%y%m%d}001")
        self.assertEqual(second, f"{self.day:%y%m%d}002")

    def test_the_number_of_a_ticket_that_was_rolled_back_is_not_given_again(self):
        values = {"name": "The printer jams", "team_id": self.team_id}
        with self.transaction() as env:
            lost = env["helpdesk.ticket"].create(values).ticket_ref
            env.cr.rollback()
        with self.transaction() as env:
            kept = env["helpdesk.ticket"].create(values).ticket_ref
        self.assertLess(lost, kept)
