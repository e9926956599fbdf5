from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_merge import MergeCase


@tagged("post_install", "-at_install")
class TestRelated(MergeCase):
    def setUp(self):
        super().setUp()
        self.one, self.two, self.three = (self._settled(name=n) for n in ("One", "Two", "Three"))

    def _link(self, ticket, *commands):
        ticket.with_user(self.aino).related_ids = list(commands)

    def test_a_relation_shows_on_both_sides_and_goes_from_both(self):
        self._link(self.one, Command.set((self.two | self.three).ids))
        self.assertEqual(self.two.related_ids, self.one)
        self.assertEqual(self.three.related_ids, self.one)
        self._link(self.two, Command.unlink(self.one.id))
        self.assertEqual(self.one.related_ids, self.three)

    def test_two_related_tickets_can_be_unlinked_in_one_go(self):
        self._link(self.one, Command.link(self.two.id))
        (self.one | self.two).with_user(self.aino).write({"related_ids": [Command.clear()]})
        self.assertFalse((self.one | self.two).related_ids)

    def test_a_new_ticket_can_be_created_related(self):
        new = self._as(self.aino).create(
            {"name": "New", "team_id": self.team.id, "related_ids": [Command.link(self.one.id)]}
        )
        self.assertEqual(self.one.related_ids.ids, new.ids)

    def test_no_ticket_is_related_to_itself(self):
        self._link(self.one, Command.set((self.one | self.two).ids))
        self.assertEqual(self.one.related_ids, self.two)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_what_the_agent_doesnt_see_cant_be_linked_and_isnt_shown(self):
        hidden = self._settled(team_id=self.private_team.id)
        with self.assertRaises(AccessError):
            self._link(self.one, Command.link(hidden.id))
        self.one.invalidate_recordset()
        self.one.related_ids = hidden
        self.env.invalidate_all()
        self.assertFalse(self.one.with_user(self.aino).related_ids)
        self._link(self.one, Command.set(self.two.ids))
        self.env.invalidate_all()
        self.assertEqual(self.one.related_ids, hidden | self.two, "it is no one's to remove")

    def test_another_companys_ticket_cant_be_linked(self):
        team = self._team(
            name="Fjord", company_id=self.other_company.id, resource_calendar_id=False
        )
        foreign = self._settled(team_id=team.id)
        with self.assertRaises(UserError):
            self.one.related_ids = foreign

    def test_the_relations_of_a_merged_ticket_go_on(self):
        self._link(self.one, Command.set((self.two | self.three).ids))
        self._merge(self.one, self.two)
        self.assertIn(self.three, self.two.related_ids)
        self.assertIn(self.two, self.three.related_ids)

    def test_linking_many_costs_no_query_per_ticket(self):
        others = self.env["helpdesk.ticket"].create(
            [{"name": f"No {i}", "team_id": self.team.id} for i in range(30)]
        )
        self._finish()

        def count(ticket, links):
            before = self.cr.sql_log_count
            self._link(ticket, Command.set(links.ids))
            self.env.flush_all()
            return self.cr.sql_log_count - before

        count(self.one, others[:1])
        self.env.invalidate_all()
        few = count(self.two, others[:2])
        self.env.invalidate_all()
        self.assertLessEqual(count(self.three, others), few)

    # Beside the form ----------------------------------------------------

    def test_the_customers_other_open_tickets_stand_beside_the_form(self):
        colleagues = self._settled(partner_id=self.colleague_of_customer.id)
        self.three.stage_id = self.stage_closed
        self._settled(partner_id=self.other_customer.id)
        shown = self.one.with_user(self.aino).customer_open_ticket_ids
        self.assertEqual(shown.ids, (colleagues | self.two).ids)

    def test_tickets_of_private_teams_dont_stand_there(self):
        self._settled(team_id=self.private_team.id)
        shown = self.one.with_user(self.aino).customer_open_ticket_ids
        self.assertEqual(shown.ids, (self.three | self.two).ids)

    def test_a_ticket_without_customer_has_none_beside_it(self):
        self._settled(partner_id=False)
        nobodys = self._settled(partner_id=False)
        self.assertFalse(nobodys.customer_open_ticket_ids)

    def test_it_is_one_query_however_many_tickets(self):
        tickets = self.one | self.two | self.three
        tickets.mapped("commercial_partner_id")
        before = self.cr.sql_log_count
        tickets.mapped("customer_open_ticket_ids")
        self.assertEqual(self.cr.sql_log_count - before, 1)
