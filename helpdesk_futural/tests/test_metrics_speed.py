from odoo.tests import tagged

from .common_metrics import MONDAY, MetricsCase


@tagged("post_install", "-at_install")
class TestMetricsSpeed(MetricsCase):
    """Working hours cost no query per ticket, and next to none per event."""

    def _count(self, operation):
        self.env.cr.flush()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        operation()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def _tickets(self, count):
        return self.env["helpdesk.ticket"].create(
            [
                {"name": f"No {i}", "team_id": self.team.id, "partner_id": self.customer.id}
                for i in range(count)
            ]
        )

    def test_claiming_and_closing_many_costs_no_query_per_ticket(self):
        def claim(tickets):
            return tickets.with_user(self.aino).action_claim()

        def close(tickets):
            tickets.with_user(self.aino).stage_id = self.stage_closed

        for act in (claim, close):
            self._count(lambda: act(self._tickets(1)))  # noqa: B023
            few, many = self._tickets(5), self._tickets(50)
            few, many = (self._count(lambda: act(tickets)) for tickets in (few, many))  # noqa: B023
            with self.subTest(act=act.__name__):
                self.assertLessEqual(many - few, 4, "updates are split into batches")

    def test_hours_cost_no_query_beyond_reading_the_ticket_and_its_team(self):
        tickets = self._tickets(20)
        year = [MONDAY, self._moment(days=300)]

        def work_out(tickets):
            return lambda: tickets._get_working_hours([(ticket, *year) for ticket in tickets])

        work_out(tickets)()
        self.assertLessEqual(self._count(work_out(tickets[0])), 2)
        self.assertLessEqual(self._count(work_out(tickets)), 2)
