from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestCannedResponse(HelpdeskCase):
    """Agents keep sentences of their own and use those that are shared with the helpdesk."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.responses = cls.env["mail.canned.response"]
        cls.helpdesk = cls.env.ref("helpdesk_futural.group_helpdesk_user")

    def _write_one(self, user, source, groups=()):
        """Write a response on the screen that the helpdesk's menu opens."""
        form = Form(self.responses.with_user(user), view="mail.mail_canned_response_view_form")
        form.source, form.substitution = source, f"All about {source}"
        for group in groups:
            form.group_ids.add(group)
        return form.save()

    def _offered(self, user):
        """Return the shortcuts that the chatter's composer offers."""
        return self.responses.with_user(user).search([]).mapped("source")

    def test_an_agent_finds_the_screen_in_the_helpdesk(self):
        menu = self.env.ref("helpdesk_futural.menu_helpdesk_canned_responses")
        for user in (self.aino, self.admin):
            self.assertIn(menu.id, menu.with_user(user)._visible_menu_ids())

    def test_an_agents_own_response_is_for_nobody_else(self):
        self._write_one(self.aino, "toner")
        self.assertIn("toner", self._offered(self.aino))
        self.assertNotIn("toner", self._offered(self.lars))

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_what_an_agent_shares_others_use_but_dont_change(self):
        response = self._write_one(self.aino, "toner", self.helpdesk)
        self.assertIn("toner", self._offered(self.lars))
        self.assertNotIn("toner", self._offered(self.employee))
        with self.assertRaises(AccessError):
            response.with_user(self.lars).substitution = "Something else"

    def test_an_administrator_tends_what_others_shared(self):
        response = self._write_one(self.aino, "toner", self.helpdesk)
        response.with_user(self.admin).substitution = "The toner is on its way."
        self.assertEqual(response.substitution, "The toner is on its way.")
