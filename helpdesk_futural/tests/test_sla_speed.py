"""Queries depend neither on the number of tickets nor on that of policies."""

from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from .common_sla import SlaCase


@tagged("post_install", "-at_install")
class TestSlaSpeed(SlaCase):
    def setUp(self):
        super().setUp()
        self.at(3, 9)

    def _policies(self, number):
        targets = ("first_response", "next_response", "resolution")
        for i in range(number):
            self._policy(name=f"No {i}", target=targets[i % 3])

    def _count(self, operation):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        operation()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def _count_warm(self, operation):
        """Count once what is kept in memory between transactions is there."""
        self._count(operation)
        return self._count(operation)

    def _create(self, number):
        tickets = self._as(self.aino)
        values = {"name": "x", "team_id": self.team.id, "partner_id": self.customer.id}
        return lambda: tickets.create([dict(values) for _i in range(number)])

    def test_creating_costs_the_same_for_one_policy_and_twelve(self):
        without = self._count_warm(self._create(1))
        self._policies(1)
        with_one = self._count_warm(self._create(1))
        self._policies(11)
        with_twelve = self._count_warm(self._create(1))
        self.assertLessEqual(with_one - without, 3)
        self.assertLessEqual(with_twelve, with_one)

    def test_creating_a_hundred_with_three_policies_costs_what_one_costs(self):
        self._policies(3)
        one = self._count_warm(self._create(1))
        many = self._count(self._create(100))
        self.assertLessEqual(many - one, 8, "inserts are split into batches, nothing else grows")

    def test_a_change_of_stage_costs_the_same_for_few_and_many_policies(self):
        def move():
            ticket = self._create(1)()
            return self._count(lambda: ticket.write({"stage_id": self.stage_waiting.id}))

        move()
        without = move()
        self._policies(1)
        move()
        with_one = move()
        self._policies(11)
        move()
        with_twelve = move()
        self.assertLessEqual(with_one - without, 3)
        self.assertLessEqual(with_twelve, with_one)

    def test_a_move_between_stages_of_work_writes_no_clock(self):
        """In a new transaction, as each request has one: with all that is read again."""
        self._policies(3)

        def move(tickets, stage):
            self.env.cr.flush()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            tickets.write({"stage_id": stage.id})
            self.env.cr.flush()
            return self.cr.sql_log_count - before

        move(self._create(1)(), self.stage_progress)
        ticket = self._create(1)()
        statuses = ticket.sudo().sla_status_ids
        self.assertEqual(len(statuses), 2)
        self.at(3, 10)
        with patch.object(type(statuses), "write", autospec=True) as write:
            self.assertLessEqual(move(ticket, self.stage_progress), 12)
            self.assertFalse([call for call in write.call_args_list if call.args[0]])
        self.assertLessEqual(move(ticket, self.stage_waiting), 13)
        self.assertTrue(all(status.paused_since for status in statuses))

    def test_a_change_of_stage_of_many_costs_no_query_per_clock(self):
        self._policies(3)

        def move(tickets):
            return self._count(lambda: tickets.write({"stage_id": self.stage_waiting.id}))

        move(self._create(5)())
        few, many = move(self._create(5)()), move(self._create(60)())
        self.assertLessEqual(many - few, 4)

    def test_reading_hours_left_costs_no_query_per_ticket(self):
        self._policies(3)
        tickets = self._create(40)()
        names = ["sla_deadline", "sla_deadline_hours", "sla_fail"]

        def read(records):
            return self._count(lambda: records.with_user(self.aino).read(names))

        read(tickets)
        self.assertLessEqual(read(tickets), read(tickets[:2]))
        statuses = tickets.sla_status_ids

        def explain(records):
            return self._count(lambda: records.with_user(self.aino).get_explanation())

        explain(statuses)
        self.assertLessEqual(explain(statuses), explain(statuses[:2]))

    def test_criteria_by_customer_and_tag_cost_no_query_per_ticket(self):
        tag = self.env["helpdesk.tag"].create({"name": "gold"})
        self._policy(partner_ids=self.organisation.ids, tag_ids=tag.ids)
        people = self.env["res.partner"].create(
            [{"name": f"P{i}", "parent_id": self.organisation.id} for i in range(40)]
        )

        def create(partners):
            values = [
                {
                    "name": "x",
                    "team_id": self.team.id,
                    "partner_id": partner.id,
                    "tag_ids": [Command.set(tag.ids)],
                }
                for partner in partners
            ]
            return lambda: self._as(self.aino).create(values)

        self._count(create(people[:1]))
        few, many = self._count(create(people[:2])), self._count(create(people))
        self.assertLessEqual(many - few, 8)
