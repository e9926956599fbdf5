from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestDashboardTour(HttpCase):
    """A team's leader looks at the numbers, at the tickets behind them, and at the numbers again."""

    def test_filters_stay_while_one_looks_at_the_tickets_behind_a_number(self):
        agent = new_test_user(
            self.env,
            "dashboard.aino",
            groups="helpdesk_futural.group_helpdesk_user",
            tz="Europe/Helsinki",
        )
        team = self.env["helpdesk.team"].create({"name": "Dashboard Tour", "alias_name": False})
        self.env["helpdesk.ticket"].create(
            [
                {"name": "Jammed", "team_id": team.id},
                {"name": "Beeping", "team_id": team.id, "user_id": agent.id},
            ]
        )
        self.start_tour("/odoo/helpdesk-dashboard", "helpdesk_futural_dashboard", login=agent.login)
