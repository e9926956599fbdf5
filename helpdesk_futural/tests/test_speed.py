from lxml import etree

from odoo.tests import tagged

from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestSpeed(HelpdeskCase):
    """Queries don't grow with the records; the budgets are what was measured, plus one."""

    def _count(self, operation):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        operation()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def _vals(self, count):
        return [
            {"name": f"No {i}", "team_id": self.team.id, "partner_id": self.customer.id}
            for i in range(count)
        ]

    def test_creating_many_tickets_costs_what_one_costs(self):
        tickets = self._as(self.aino)
        tickets.create(self._vals(1))
        one = self._count(lambda: tickets.create(self._vals(1)))
        many = self._count(lambda: tickets.create(self._vals(200)))
        self.assertLessEqual(one, 14)
        self.assertLessEqual(many - one, 8, "inserts are split into batches, nothing else grows")

    def test_creating_many_by_address_costs_no_query_per_address(self):
        tickets = self._as(self.aino)

        def create(count, prefix):
            return lambda: tickets.create(
                [
                    {
                        "name": "x",
                        "team_id": self.team.id,
                        "partner_email": f"{prefix}{i}@k.example",
                    }
                    for i in range(count)
                ]
            )

        create(1, "warm")()
        one = self._count(create(1, "a"))
        many = self._count(create(50, "b"))
        self.assertLessEqual(many - one, 60, "core writes each new contact by itself, we add none")

    def test_lists_and_cards_cost_the_same_for_few_and_many(self):
        Ticket = self._as(self.aino)
        for view_type in ("list", "kanban"):
            view = Ticket.get_views([(False, view_type)])
            spec = {name: {} for name in view["models"]["helpdesk.ticket"]["fields"]}
            spec = {k: v for k, v in spec.items() if k in self._shown(view, view_type)}
            Ticket.create(self._vals(5))
            domain = [("team_id", "=", self.team.id)]
            few = self._count(lambda: Ticket.web_search_read(domain, spec, limit=5))  # noqa: B023
            Ticket.create(self._vals(60))
            many = self._count(lambda: Ticket.web_search_read(domain, spec, limit=60))  # noqa: B023
            with self.subTest(view=view_type):
                self.assertLessEqual(many, few)

    def test_the_form_costs_the_same_beside_few_and_many_tickets_of_the_customer(self):
        Ticket = self._as(self.aino)
        view = Ticket.get_views([(False, "form")])
        spec = {name: {} for name in self._shown(view, "form") & set(Ticket._fields)}
        row = {"name": {}, "stage_id": {"fields": {"display_name": {}}}, "user_id": {}}
        beside = {
            name: {"fields": row}
            for name in ("merged_ids", "follow_up_ids", "customer_open_ticket_ids")
        }
        self.assertFalse(spec.keys() & beside.keys(), "read when their page is opened")
        ticket = Ticket.create(self._vals(3))[0]
        few = [self._count(lambda s=s: ticket.web_read(s)) for s in (spec, beside)]
        Ticket.create(self._vals(20))
        many = [self._count(lambda s=s: ticket.web_read(s)) for s in (spec, beside)]
        self.assertEqual(len(ticket.customer_open_ticket_ids), 10)
        for few_count, many_count, budget in zip(few, many, (16, 10), strict=True):
            self.assertLessEqual(many_count, few_count)
            self.assertLessEqual(few_count, budget)

    def _shown(self, view, view_type):
        arch = etree.fromstring(view["views"][view_type]["arch"])
        return {node.get("name") for node in arch.iter("field")}

    def test_the_dashboard_costs_the_same_for_two_teams_and_ten(self):
        teams = self.team
        for i in range(9):
            teams |= self._team(name=f"Team {i}")
        self.env["helpdesk.ticket"].create(self._vals(10))
        names = [name for name in teams._fields if name.endswith("_ticket_count")]
        names.append("waiting_for_us_count")

        def read(records):
            return lambda: records.with_user(self.aino).read(names)

        read(self.team)()
        two, ten = self._count(read(teams[:2])), self._count(read(teams))
        self.assertLessEqual(ten, two)

    def test_moving_many_tickets_costs_what_moving_one_costs(self):
        """With the chatter's record of it, which is made when the transaction ends."""

        def move(count):
            tickets = self.env["helpdesk.ticket"].create(self._vals(count)).with_user(self.aino)
            self.env.cr.flush()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            tickets.stage_id = self.stage_progress
            self.env.cr.flush()
            return tickets, self.cr.sql_log_count - before

        move(1)
        _ticket, one = move(1)
        tickets, many = move(60)
        self.assertLessEqual(one, 12)
        self.assertLessEqual(many - one, 6, "inserts are split into batches, nothing else grows")
        for ticket in tickets:
            [change] = ticket.sudo().message_ids.tracking_value_ids
            self.assertEqual(change.new_value_char, self.stage_progress.name)
            self.assertEqual(change.mail_message_id.author_id, self.aino.partner_id)
            self.assertEqual(change.mail_message_id.reply_to, self.aino.email_formatted)

    def test_what_is_kept_in_memory_is_forgotten_when_it_changes(self):
        team, other = self.team, self.private_team
        self.assertEqual(team._get_tz(), "Europe/Helsinki")
        self.calendar.tz = "Europe/Oslo"
        self.assertEqual(team._get_tz(), "Europe/Oslo")

        self.assertEqual(team._get_stages(), self.stages)
        self.stage_closed.sequence = 0
        self.assertEqual(team._get_stages()[0], self.stage_closed)
        team.stage_ids -= self.stage_waiting
        self.assertNotIn(self.stage_waiting, team._get_stages())
        self.stage_waiting.team_ids |= team
        self.assertIn(self.stage_waiting, team._get_stages())

        other.alias_name = False
        self.assertFalse(other._get_mail_address())
        box = self.env["fetchmail.server"].create(
            {
                "name": "Board",
                "server": "imap.example",
                "user": "board@pohjola.example",
                "helpdesk_team_id": other.id,
            }
        )
        self.assertEqual(other._get_mail_address(), "board@pohjola.example")
        box.user = "members@pohjola.example"
        self.assertEqual(other._get_mail_address(), "members@pohjola.example")
        box.unlink()
        self.assertFalse(other._get_mail_address())

        other.message_unsubscribe(other.message_partner_ids.ids)
        self.assertFalse(other.has_followers)
        other.message_subscribe(self.emma.partner_id.ids)
        self.assertTrue(other.has_followers)
        other.message_unsubscribe(self.emma.partner_id.ids)
        self.assertFalse(other.has_followers)

    def test_claiming_many_costs_no_query_per_ticket(self):
        def claim(count):
            tickets = self.env["helpdesk.ticket"].create(self._vals(count))
            return lambda: tickets.with_user(self.aino).action_claim()

        claim(1)()
        few, many = self._count(claim(5)), self._count(claim(50))
        self.assertLessEqual(many - few, 4)
