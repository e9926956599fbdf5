from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import HelpdeskCase

# model: {user: operations that are allowed}, c(reate) r(ead) w(rite) d(elete)
MATRIX = {
    "helpdesk.ticket": {"agent": "crw", "administrator": "crwd"},
    "helpdesk.team": {"agent": "r", "administrator": "crwd"},
    "helpdesk.stage": {"agent": "r", "administrator": "crwd"},
    "helpdesk.ticket.type": {"agent": "r", "administrator": "crwd"},
    "helpdesk.severity": {"agent": "r", "administrator": "crwd"},
    "helpdesk.sla": {"agent": "r", "administrator": "crwd"},
    "helpdesk.sla.status": {"agent": "r", "administrator": "r"},
    "helpdesk.tag": {"agent": "crw", "administrator": "crwd"},
    "helpdesk.ticket.snooze": {"agent": "crwd", "administrator": "crwd"},
    "helpdesk.macro": {"agent": "r", "administrator": "crwd"},
    "helpdesk.ticket.bulk": {"agent": "crwd", "administrator": "crwd"},
    "helpdesk.ticket.reply": {"agent": "crwd", "administrator": "crwd"},
    "helpdesk.sla.follow": {"administrator": "crwd"},
    "helpdesk.stage.delete": {"administrator": "crwd"},
    "helpdesk.ticket.merge": {"agent": "crwd", "administrator": "crwd"},
    "helpdesk.ticket.split": {"agent": "crwd", "administrator": "crwd"},
    "helpdesk.incoming.mail": {"administrator": "r"},
    "helpdesk.import.record": {"administrator": "r"},
}
OPERATIONS = {"c": "create", "r": "read", "w": "write", "d": "unlink"}


@tagged("post_install", "-at_install")
class TestAccess(HelpdeskCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = {
            "public": cls.env.ref("base.public_user"),
            "portal": cls.portal,
            "employee": cls.employee,
            "agent": cls.aino,
            "administrator": cls.admin,
        }

    def _get_allowed(self, model, kind):
        """Return what the matrix says; the portal addon lets customers read tickets."""
        if (model, kind) == ("helpdesk.ticket", "portal"):
            return "r" if "portal_visible" in self.env[model]._fields else ""
        return MATRIX[model].get(kind, "")

    def test_every_model_of_the_addon_is_in_the_matrix(self):
        own = self.env["ir.model.data"].search(
            [("module", "=", "helpdesk_futural"), ("model", "=", "ir.model")]
        )
        models = self.env["ir.model"].browse(own.mapped("res_id"))
        concrete = {m.model for m in models if m.model.startswith("helpdesk.") and not m.abstract}
        self.assertEqual(concrete, set(MATRIX))

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_access")
    def test_each_kind_of_user_may_do_what_the_matrix_says(self):
        for model in MATRIX:
            for kind, user in self.people.items():
                for letter, operation in OPERATIONS.items():
                    with self.subTest(model=model, user=kind, operation=operation):
                        may = self.env[model].with_user(user).has_access(operation)
                        self.assertEqual(may, letter in self._get_allowed(model, kind))

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
