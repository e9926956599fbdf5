from psycopg2.errors import CheckViolation

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import HoursCase


@tagged("post_install", "-at_install")
class TestTeamTimesheet(HoursCase):
    def test_an_administrator_switches_time_on_and_gets_a_project_of_the_team(self):
        team = self._team(name="Repairs").with_user(self.admin)
        ticket = self._ticket(team_id=team.id)
        self.assertFalse(ticket.project_id)
        team.use_helpdesk_timesheet = True
        project = team.sudo().project_id
        self.assertEqual(project.name, "Repairs")
        self.assertEqual(project.company_id, self.company)
        self.assertTrue(project.allow_timesheets)
        self.assertFalse(project.allow_billable)
        self.assertEqual(ticket.project_id, project, "hours can be logged on open tickets at once")

    def test_billing_takes_tracking_along_and_brings_a_service(self):
        team = self._team(name="Repairs").with_user(self.admin)
        team.use_helpdesk_sale_timesheet = True
        self.assertTrue(team.use_helpdesk_timesheet)
        self.assertTrue(team.sudo().project_id.allow_billable)
        product = team.sudo().timesheet_product_id
        self.assertEqual(product.service_policy, "delivered_timesheet")
        self.assertEqual(product.uom_id, self.env.ref("uom.product_uom_hour"))

    def test_switching_off_and_on_again_loses_nothing(self):
        project, ticket = self.team.project_id, self._ticket()
        line = self._log(ticket, 2)
        self.team.use_helpdesk_timesheet = False
        self.assertFalse(self.team.use_helpdesk_sale_timesheet)
        self.assertEqual(self.team.project_id, project)
        self.assertEqual(ticket.project_id, project)
        self.assertEqual(line.project_id, project)
        self.team.use_helpdesk_timesheet = True
        self.assertEqual(self.team.project_id, project)
        self.assertEqual(ticket.total_hours_spent, 2)

    def test_a_chosen_project_is_kept_and_gets_what_it_lacks(self):
        project = self.env["project.project"].create(
            {
                "name": "Inherited",
                "company_id": self.company.id,
                "allow_timesheets": False,
                "allow_billable": False,
            }
        )
        team = self._team(name="Repairs", use_helpdesk_sale_timesheet=True, project_id=project.id)
        self.assertEqual(team.project_id, project)
        self.assertTrue(project.allow_timesheets and project.allow_billable)

    def test_hours_can_be_added_to_a_ticket_that_was_closed_before_time_was_tracked(self):
        team = self._team(name="Repairs")
        solved, closed = (
            self._ticket(team_id=team.id, stage_id=stage.id)
            for stage in (self.stage_done, self.stage_closed)
        )
        team.use_helpdesk_timesheet = True
        self.assertEqual(solved.project_id, team.project_id)
        self.assertFalse(closed.project_id)
        self.assertEqual(self._log(closed).project_id, team.project_id)

    def test_a_copied_team_gets_a_project_of_its_own(self):
        copy = self.team.copy()
        self.assertTrue(copy.use_helpdesk_timesheet)
        self.assertTrue(copy.project_id)
        self.assertNotEqual(copy.project_id, self.team.project_id)

    def test_a_project_of_another_company_is_refused(self):
        project = self.env["project.project"].create(
            {"name": "Theirs", "company_id": self.other_company.id}
        )
        with self.assertRaisesRegex(Exception, "Fjord|company"):
            self.team.project_id = project

    def test_a_new_project_of_the_team_leads_open_tickets_to_it_but_not_their_hours(self):
        former, ticket = self.team.project_id, self._ticket()
        closed = self._ticket(stage_id=self.stage_closed.id)
        line = self._log(ticket)
        project = self.env["project.project"].create(
            {"name": "Next Year", "company_id": self.company.id}
        )
        self.team.project_id = project
        self.assertEqual(ticket.project_id, project)
        self.assertEqual(closed.project_id, former)
        self.assertEqual(line.project_id, former)
        self.assertEqual(self._log(ticket).project_id, project)

    @mute_logger("odoo.sql_db")
    def test_negative_minutes_are_refused(self):
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self.team.timesheet_rounding = -15
            self.team.flush_recordset()
