from lxml import etree

from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestScreens(HelpdeskCase):
    """Whoever sees a menu can use what it opens."""

    def _menus(self, user):
        """Return the helpdesk's menus that the web client shows to the user."""
        root = self.env.ref("helpdesk_futural.menu_helpdesk_root")
        menus = self.env["ir.ui.menu"].with_user(user).load_menus(False)
        shown, queue = [], [root.id] if root.id in menus["root"]["children"] else []
        while queue:
            shown.append(queue.pop())
            queue += menus[shown[-1]]["children"]
        return self.env["ir.ui.menu"].browse(shown)

    def test_menus_match_the_role(self):
        names = {user: set(self._menus(user).mapped("name")) for user in (self.aino, self.admin)}
        self.assertIn("Unassigned", names[self.aino])
        self.assertNotIn("Configuration", names[self.aino])
        self.assertLessEqual({"Stages", "Teams", "Categories", "Tags"}, names[self.admin])
        reports = {"Dashboard", "Ticket Analysis", "SLA Analysis", "Customer Ratings"}
        for user in (self.aino, self.admin):
            self.assertLessEqual(reports, names[user])
        self.assertNotIn("Settings", names[self.admin], "settings need rights on the system")
        self.assertFalse(self._menus(self.employee))

    def test_every_screen_behind_a_menu_works_for_who_sees_it(self):
        self._ticket(user_id=self.aino.id)
        for user in (self.aino, self.admin):
            for menu in self._menus(user).filtered("action"):
                if menu.action._name != "ir.actions.act_window":
                    continue  # the dashboard has tests of its own
                with self.subTest(user=user.login, menu=menu.complete_name):
                    self._open(user, menu.action)

    def _open(self, user, action):
        env = self.env(user=user)
        action = env["ir.actions.act_window"].browse(action.id)._get_action_dict()
        context = safe_eval(action["context"] or "{}", {"uid": user.id})
        model = env[action["res_model"]].with_context(**context)
        views = [(view_id, kind) for view_id, kind in action["views"] if kind != "form"]
        result = model.get_views([*views, (False, "search")])
        fields_shown = list(result["models"][model._name]["fields"])
        known = {"uid": user.id, "allowed_company_ids": user.company_ids.ids}
        records = model.search(safe_eval(action["domain"] or "[]", known), limit=5)
        records.read([f for f in fields_shown if f in model._fields])
        form = model.get_views([(False, "form")])
        if model.has_access("create"):
            model.default_get(list(form["models"][model._name]["fields"]))

    def test_the_filters_of_the_search_view_can_all_be_used(self):
        view = self.env["helpdesk.ticket"].with_user(self.aino).get_view(view_type="search")
        for node in etree.fromstring(view["arch"]).iter("filter"):
            if node.get("domain"):
                with self.subTest(filter=node.get("name")):
                    domain = safe_eval(node.get("domain"), {"uid": self.aino.id})
                    self._as(self.aino).search(domain, limit=1)
            elif node.get("context"):
                with self.subTest(group=node.get("name")):
                    group = safe_eval(node.get("context"))["group_by"]
                    if group == "create_date":
                        group = "create_date:week"
                    if group != "properties":
                        self._as(self.aino).formatted_read_group([], [group], ["__count"])

    def test_the_list_shows_who_said_what_last(self):
        arch = self.env["helpdesk.ticket"].with_user(self.aino).get_view(view_type="list")["arch"]
        for field in ("last_message_date", "last_author_id", "last_message_preview", "waiting_on"):
            self.assertIn(f'name="{field}"', arch)
