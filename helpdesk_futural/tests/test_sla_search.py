"""Searching is right at any moment, also before the scheduled job has run."""

from odoo.tests import tagged

from .common_sla import SlaCase, local


@tagged("post_install", "-at_install")
class TestSlaSearch(SlaCase):
    def setUp(self):
        super().setUp()
        self._policy()
        self.at(3, 9)
        self.met, self.late, self.open = (self._ticket(name=n) for n in ("met", "late", "open"))
        self.bare = self._ticket(team_id=self.private_team.id)
        self.all = self.met | self.late | self.open | self.bare
        self.at(3, 10)
        self._answer(self.met)
        self.at(3, 15)
        self._answer(self.late)
        self.env.flush_all()

    def _find(self, *condition, model=None):
        model = self.env["helpdesk.ticket"] if model is None else model
        found = model.search([condition, ("id", "in", self.all.ids)])
        return set(found.mapped("name")) - {self.bare.name} | (
            {"bare"} if self.bare in found else set()
        )

    def test_a_deadline_that_passed_a_minute_ago_is_missed(self):
        self.assertFalse(self.open.sla_fail, "the job didn't run")
        self.assertEqual(self._find("sla_fail", "=", True), {"late", "open"})
        self.assertEqual(self._find("sla_fail", "=", False), {"met", "bare"})
        self.assertEqual(self._find("sla_fail", "!=", True), {"met", "bare"})
        self.assertEqual(
            self._find("sla_fail", "in", [True, False]), {"met", "late", "open", "bare"}
        )

    def test_an_agent_finds_the_same(self):
        tickets = self._as(self.aino)
        self.assertEqual(self._find("sla_fail", "=", True, model=tickets), {"late", "open"})

    def test_clocks_are_found_by_their_status(self):
        def found(*condition):
            Status = self.env["helpdesk.sla.status"].with_user(self.aino)
            statuses = Status.search([condition, ("ticket_id", "in", self.all.ids)])
            return set(statuses.ticket_id.mapped("name"))

        self.assertEqual(found("status", "=", "failed"), {"late", "open"})
        self.assertEqual(found("status", "=", "ongoing"), set())
        self.assertEqual(found("status", "=", "reached"), {"met"})
        self.assertEqual(found("status", "!=", "failed"), {"met"})
        self.assertEqual(found("status", "in", ["failed", "reached"]), {"met", "late", "open"})
        self.at(3, 13, 59)
        self.assertEqual(found("status", "=", "ongoing"), {"open"})

    def test_through_the_ticket_too(self):
        self.assertEqual(self._find("sla_status_ids.status", "=", "failed"), {"late", "open"})

    def test_met_and_met_late(self):
        self.assertEqual(self._find("sla_reached", "=", True), {"met"})
        self.assertEqual(self._find("sla_reached_late", "=", True), {"late"})

    def test_by_policy(self):
        policy = self.open.sla_ids
        self.assertEqual(self._find("sla_ids", "in", policy.ids), {"met", "late", "open"})
        self.assertEqual(self._find("sla_ids", "=", False), {"bare"})
        self.assertEqual(self._find("sla_ids", "not in", policy.ids), {"bare"})

    def test_the_queue_is_in_the_order_of_the_deadlines(self):
        self.at(6, 9)
        later = self._ticket(name="later")
        queue = self.env["helpdesk.ticket"].search(
            [("sla_deadline", "!=", False), ("team_id", "=", self.team.id)], order="sla_deadline"
        )
        self.assertEqual(queue, self.open | later)

    def test_hours_to_the_deadline_are_working_hours(self):
        self.at(7, 15)
        ticket = self._ticket(name="friday")
        self.assertEqual(ticket.sla_deadline_hours, 4)
        self.assertEqual(self.open.sla_deadline_hours, -33)
        self.assertEqual(self.bare.sla_deadline_hours, 0)
        self.all |= ticket
        self.assertEqual(self._find("sla_deadline_hours", "<=", 4), {"open", "friday"})
        self.assertEqual(self._find("sla_deadline_hours", "<", 3.9), {"open"})
        self.assertEqual(self._find("sla_deadline_hours", ">=", 3.9), {"friday"})

    def test_columns_are_right_for_who_reads_the_database(self):
        self.env["helpdesk.sla.status"]._report_missed()
        self.env.cr.execute(
            "SELECT status, reached_late, deadline FROM helpdesk_sla_status WHERE ticket_id = %s",
            [self.late.id],
        )
        self.assertEqual(self.env.cr.fetchall(), [("failed", True, local(3, 14))])
        groups = self.env["helpdesk.sla.status"].formatted_read_group(
            [("ticket_id", "in", self.all.ids)], ["reached_late"], ["__count"]
        )
        self.assertEqual({g["reached_late"]: g["__count"] for g in groups}, {False: 2, True: 1})
