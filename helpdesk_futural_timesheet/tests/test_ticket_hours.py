from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.helpdesk_futural.tests.common import MailCase

from .common import HoursCase


@tagged("post_install", "-at_install")
class TestTicketHours(HoursCase):
    def test_hours_take_project_company_and_customer_from_the_ticket(self):
        ticket = self._ticket()
        line = self._log(ticket, 1.5, name="Unplugged it")
        self.assertEqual(line.project_id, self.team.project_id)
        self.assertEqual(line.company_id, self.company)
        self.assertEqual(line.partner_id, self.customer)
        self.assertEqual(line.employee_id.user_id, self.aino)
        self.assertEqual(line.helpdesk_team_id, self.team)
        self.assertEqual(line.amount, -45, "the employee's cost, as for any timesheet")
        self.assertIn(ticket.ticket_ref, line.display_name)
        self.assertEqual(ticket.total_hours_spent, 1.5)

    def test_an_agent_logs_and_corrects_hours_on_the_timesheets_tab(self):
        ticket = self._ticket()
        tab = Form(ticket.with_user(self.aino).with_company(self.company))
        with tab as form, form.timesheet_ids.new() as line:
            line.name = "Looked at it"
            line.unit_amount = 0.75
        self.assertEqual(ticket.total_hours_spent, 0.75)
        with tab as form, form.timesheet_ids.edit(0) as line:
            line.unit_amount = 1.25
        self.assertEqual(ticket.total_hours_spent, 1.25)
        ticket.timesheet_ids.with_user(self.aino).unlink()
        self.assertEqual(ticket.total_hours_spent, 0)

    def test_tickets_have_their_project_however_they_come_in(self):
        tickets = self.env["helpdesk.ticket"]
        by_rpc = tickets.create({"name": "x", "team_id": self.team.id})
        result = tickets.with_user(self.aino).load(["name", "team_id"], [["Imported", "Technical"]])
        imported = tickets.browse(result["ids"])
        by_portal = (
            tickets.with_user(self.portal)
            .sudo()
            .create({"name": "x", "team_id": self.team.id, "channel": "portal"})
        )
        for ticket in (by_rpc, imported, by_portal):
            self.assertEqual(ticket.project_id, self.team.project_id)

    def test_a_ticket_that_moves_on_keeps_the_hours_where_they_were_worked(self):
        second = self._team(name="Repairs", use_helpdesk_timesheet=True)
        ticket = self._ticket()
        line = self._log(ticket, 2)
        ticket.with_user(self.admin).team_id = second
        self.assertEqual(line.project_id, self.team.project_id)
        self.assertEqual(line.helpdesk_team_id, second)
        self.assertEqual(self._log(ticket).project_id, second.project_id)
        self.assertEqual(ticket.total_hours_spent, 3)

    def test_a_team_without_time_tracking_says_so(self):
        ticket = self._ticket(team_id=self._team(name="No Time").id)
        with self.assertRaisesRegex(UserError, "Track Time"):
            self._log(ticket)

    def test_an_agent_who_is_no_employee_cant_log_hours(self):
        self.emma.group_ids |= self.env.ref("hr_timesheet.group_hr_timesheet_user")
        with self.assertRaises(ValidationError):
            self._log(self._ticket(), user=self.emma)

    def test_a_ticket_with_hours_cant_be_deleted_but_archived(self):
        ticket = self._ticket()
        self._log(ticket, 2)
        with self.assertRaisesRegex(UserError, "Archive the ticket instead"):
            ticket.with_user(self.admin).unlink()
        ticket.with_user(self.admin).active = False
        self.assertEqual(ticket.total_hours_spent, 2)
        self.assertEqual(ticket.timesheet_ids.helpdesk_ticket_id, ticket)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_hours_cant_be_logged_on_a_ticket_one_doesnt_see(self):
        private = self.private_team
        private.use_helpdesk_timesheet = True
        ticket = self._ticket(team_id=private.id)
        line = self._log(self._ticket())
        for attempt in (
            lambda: self._log(ticket),
            lambda: self._log(self._ticket(), user=self.timo),
            lambda: line.write({"helpdesk_ticket_id": ticket.id}),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_hours_of_a_hundred_tickets_are_summed_in_one_go(self):
        tickets = self.env["helpdesk.ticket"].create(
            [{"name": "x", "team_id": self.team.id} for _i in range(100)]
        )

        def log(some):
            lines = self.env["account.analytic.line"].with_user(self.aino)
            lines.create(
                [{"helpdesk_ticket_id": t.id, "unit_amount": 1, "name": "x"} for t in some]
            )
            self.env.flush_all()

        counts = []
        log(tickets[:1])
        for some in (tickets[:2], tickets):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            some._compute_total_hours_spent()
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])


@tagged("post_install", "-at_install")
class TestMailedTicketHours(MailCase):
    def test_a_mailed_ticket_has_its_project(self):
        self.team.use_helpdesk_timesheet = True
        ticket = self._receive().ticket_id
        self.assertEqual(ticket.project_id, self.team.project_id)
        self.assertTrue(ticket.project_id.allow_timesheets)
