from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestAccess(HelpdeskCase):
    """Rights on records; ``tests/access_matrix.md`` of the repository has all models and users."""

    def test_the_agents_group_stands_under_services(self):
        group = self.env.ref("helpdesk_futural.group_helpdesk_user")
        manager = self.env.ref("helpdesk_futural.group_helpdesk_manager")
        self.assertEqual(
            group.privilege_id.category_id,
            self.env.ref("base.module_category_services_helpdesk"),
        )
        self.assertEqual(manager.privilege_id, group.privilege_id)
        self.assertIn(group, manager.all_implied_ids)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_another_companys_tickets_are_out_of_reach(self):
        ticket = self._ticket()
        theirs = ticket.with_user(self.foreign_agent).with_company(self.other_company)
        self.assertFalse(self._as(self.foreign_agent).search([("id", "=", ticket.id)]))
        for attempt in (
            lambda: theirs.read(["name"]),
            lambda: theirs.write({"name": "x"}),
            lambda: theirs.action_claim(),
            lambda: theirs.action_escalate(),
            lambda: theirs.message_post(body="x"),
        ):
            with self.assertRaises(AccessError):
                attempt()

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_a_private_teams_ticket_cant_be_changed_from_outside(self):
        ticket = self._ticket(team_id=self.private_team.id).with_user(self.aino)
        for attempt in (
            lambda: ticket.read(["name"]),
            lambda: ticket.write({"team_id": self.team.id}),
            lambda: ticket.action_claim(),
            lambda: ticket.action_escalate(),
        ):
            with self.assertRaises(AccessError):
                attempt()

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_an_agent_cant_put_a_ticket_into_a_team_they_dont_see(self):
        with self.assertRaises(AccessError):
            self._as(self.aino).create({"name": "x", "team_id": self.private_team.id})

    def test_an_employee_without_helpdesk_rights_sees_no_ticket_even_their_own(self):
        self._ticket(partner_id=self.employee.partner_id.id)
        with self.assertRaises(AccessError):
            self._as(self.employee).search([])

    def test_a_restricted_private_dashboard_counts_only_what_is_seen(self):
        self._ticket(team_id=self.private_team.id)
        teams = self.env["helpdesk.team"].with_user(self.aino).search([])
        self.assertNotIn(self.private_team, teams)
        self.assertEqual(self.private_team.with_user(self.emma).open_ticket_count, 1)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_dialogs_tell_nothing_of_tickets_that_the_agent_doesnt_see(self):
        hidden = self._ticket(
            name="The director leaves",
            team_id=self.private_team.id,
            partner_id=self.other_customer.id,
        )
        ticket = self._ticket(partner_id=self.other_customer.id)
        env = self.env(user=self.aino, su=False)
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            env["helpdesk.ticket.split"].create({"ticket_id": hidden.id})

        merge = env["helpdesk.ticket.merge"].create({"ticket_ids": ticket.ids})
        self.assertFalse(merge.target_id, "an unseen ticket is proposed")
        hidden.partner_id = self.customer
        merge = env["helpdesk.ticket.merge"].new({"ticket_ids": ticket.ids, "target_id": hidden.id})
        self.assertFalse(merge.organisations or merge.newcomers, "an unseen ticket's customer")
        # Odoo shows the name of whatever a record refers to.
        tickets = self._as(self.aino)
        for model, values in (
            (env["helpdesk.ticket.merge"], {"ticket_ids": ticket.ids, "target_id": hidden.id}),
            (tickets, {"name": "x", "team_id": self.team.id, "origin_id": hidden.id}),
            (tickets.browse(ticket.id), {"origin_id": hidden.id}),
            (tickets.browse(ticket.id), {"merged_into_id": hidden.id}),
        ):
            with self.subTest(model=model, values=values), self.assertRaises(AccessError):
                model.write(values) if model else model.create(values)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_a_file_that_the_agent_cant_read_is_not_sent_by_a_dialog(self):
        hidden = self._ticket(team_id=self.private_team.id)
        file = self.env["ir.attachment"].create(
            {
                "name": "salaries.txt",
                "raw": b"much",
                "res_model": "helpdesk.ticket",
                "res_id": hidden.id,
            }
        )
        ticket = self._ticket()
        env = self.env(user=self.aino, su=False)
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            env["helpdesk.ticket.reply"].create(
                {
                    "ticket_ids": ticket.ids,
                    "body": "See the file",
                    "attachment_ids": [Command.set(file.ids)],
                }
            ).action_send()
