from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import PortalCase


@tagged("post_install", "-at_install")
class TestScope(PortalCase):
    """Who decides what a portal user sees."""

    def test_an_agent_sets_it_when_granting_access(self):
        partner = self.colleague_of_customer
        self.pekka.unlink()
        wizard = (
            self.env["portal.wizard"]
            .with_user(self.aino)
            .create({"partner_ids": [Command.link(partner.id)]})
        )
        self.assertEqual(wizard.user_ids.helpdesk_portal_scope, "company")
        with Form(wizard) as form, form.user_ids.edit(0) as line:
            line.helpdesk_portal_scope = "own"
        self.assertEqual(partner.helpdesk_portal_scope, "own")

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.models", "odoo.orm.models")
    def test_portal_users_and_other_employees_cant_set_it(self):
        manager = new_test_user(
            self.env, login="secretary", groups="base.group_user,base.group_partner_manager"
        )
        for user in (self.liisa, self.pekka, manager):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self.customer.with_user(user).write({"helpdesk_portal_scope": "company"})
        self.assertEqual(self.customer.helpdesk_portal_scope, "own")

    def test_who_has_no_helpdesk_rights_makes_contacts_as_before(self):
        manager = new_test_user(
            self.env, login="secretary", groups="base.group_user,base.group_partner_manager"
        )
        partner = self.env["res.partner"].with_user(manager).create({"name": "New"})
        self.assertEqual(partner.sudo().helpdesk_portal_scope, "own")

    def test_a_copied_contact_sees_its_own_tickets_only(self):
        self.assertEqual(self.colleague_of_customer.copy().helpdesk_portal_scope, "own")
