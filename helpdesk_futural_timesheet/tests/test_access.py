from odoo.tests import Form, tagged

from .common import BillingCase

# Other addons' models that agents get to read: who had no right on them before.
READABLE = {
    "sale.order.line": {"agent", "logging agent", "administrator", "seller"},
    "sale.order": {"agent", "logging agent", "administrator", "seller"},
}


@tagged("post_install", "-at_install")
class TestHoursAccess(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = {
            "public": cls.env.ref("base.public_user"),
            "portal": cls.portal,
            "employee": cls.employee,
            "timesheets only": cls.timo,
            "agent": cls.emma,
            "logging agent": cls.aino,
            "administrator": cls.admin,
            "seller": cls.seller,
        }

    def test_agents_read_of_other_apps_what_they_need_and_change_nothing(self):
        internal = [kind for kind in self.people if kind not in ("public", "portal")]
        for model, readers in READABLE.items():
            for kind in internal:
                with self.subTest(model=model, user=kind):
                    records = self.env[model].with_user(self.people[kind])
                    self.assertEqual(records.has_access("read"), kind in readers)
                    if kind in ("agent", "logging agent", "administrator"):
                        self.assertFalse(records.has_access("write"))

    def test_agents_see_no_quotations(self):
        draft = self._order(self.delivered_product, confirm=False)
        for records in (draft, draft.order_id):
            self.assertFalse(records.with_user(self.aino)._filtered_access("read"))

    def test_an_agent_without_timesheets_sees_the_total_and_no_entries(self):
        ticket = self._ticket(sale_line_id=self._order(self.prepaid_product).id)
        self._log(ticket, 2)
        theirs = ticket.with_user(self.emma).with_company(self.company)
        values = theirs.read()[0]
        self.assertEqual(values["total_hours_spent"], 2)
        self.assertEqual(values["remaining_hours_so"], 8)
        self.assertNotIn("timesheet_ids", values)
        arch = theirs.get_view(view_type="form")["arch"]
        self.assertNotIn('name="timesheets"', arch)
        self.assertNotIn("action_timer_start", arch)
        with Form(theirs) as form:
            form.name = "Still works"
        self.assertFalse(
            self.env["account.analytic.line"].with_user(self.emma).has_access("create")
        )

    def test_without_helpdesk_rights_the_timesheets_app_works_as_before(self):
        ticket = self._ticket(sale_line_id=self._order(self.prepaid_product).id)
        line = self._log(ticket, 2, user=self.lars, employee_id=self.employees[2].id)
        self.assertEqual(line.user_id, self.timo)
        lines = self.env["account.analytic.line"].with_user(self.timo).with_company(self.company)
        mine = lines.search([("id", "=", line.id)])
        self.assertEqual(mine.read()[0]["helpdesk_ticket_id"][0], ticket.id)
        self.assertIn(ticket.ticket_ref, mine.display_name)
        view = lines.get_views([(False, "list"), (False, "form"), (False, "search")])
        names = [n for n in view["models"]["account.analytic.line"]["fields"] if n in lines._fields]
        mine.web_read({name: {} for name in names})
        mine.write({"name": "Corrected", "unit_amount": 3})
        self.assertEqual(ticket.total_hours_spent, 3)
        with Form(mine, view="hr_timesheet.hr_timesheet_line_form") as form:
            form.name = "Corrected again"
        plain = lines.create(
            {"project_id": self.team.project_id.id, "unit_amount": 1, "name": "No ticket"}
        )
        self.assertFalse(plain.helpdesk_ticket_id)
        mine.unlink()
        self.assertEqual(ticket.total_hours_spent, 0)

    def test_an_agent_sees_own_entries_an_approver_everybodys(self):
        ticket = self._ticket()
        mine, theirs = self._log(ticket, 1), self._log(ticket, 2, user=self.lars)
        for user, seen in ((self.aino, mine), (self.lars, mine | theirs)):
            self.env.invalidate_all()
            self.assertEqual(ticket.with_user(user).timesheet_ids, seen)
        self.assertEqual(ticket.with_user(self.aino).total_hours_spent, 3)

    def test_customers_see_neither_entries_nor_costs(self):
        ticket = self._ticket()
        line = self._log(ticket, 2)
        lines = self.env["account.analytic.line"]
        if lines.with_user(self.portal).has_access("read"):  # core's project sharing grants it
            self.assertFalse(lines.with_user(self.portal).search([("id", "=", line.id)]))
        # Core's portal page of timesheets searches as superuser, with this domain.
        shown = lines.sudo().search(lines.with_user(self.portal)._timesheet_get_portal_domain())
        self.assertNotIn(line, shown)

    def test_menus_of_hours_are_for_who_sees_all_hours(self):
        menu = self.env.ref("helpdesk_futural_timesheet.menu_helpdesk_hours_not_invoiced")
        for user, visible in ((self.aino, False), (self.emma, False), (self.seller, True)):
            shown = self.env["ir.ui.menu"].with_user(user).load_menus(False)
            self.assertEqual(menu.id in shown, visible, user.name)

    def test_the_lists_of_hours_work_for_who_sees_their_menu(self):
        self._log(self._ticket(), 2)
        for user in (self.lars, self.seller):
            for name in ("not_invoiced", "analysis"):
                action = self.env.ref(
                    f"helpdesk_futural_timesheet.account_analytic_line_action_{name}"
                )
                lines = self.env["account.analytic.line"].with_user(user)
                views = [(view.view_id.id, view.view_mode) for view in action.view_ids]
                result = lines.get_views([*views, (action.search_view_id.id, "search")])
                names = result["models"]["account.analytic.line"]["fields"]
                found = lines.search([("helpdesk_ticket_id", "!=", False)])
                self.assertTrue(found.web_read({n: {} for n in names if n in lines._fields}))
