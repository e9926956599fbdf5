from datetime import timedelta

from odoo import Command, fields
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestSlaTours(HttpCase):
    """An administrator promises, and an agent reads what was promised, in the browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin, cls.agent = (
            new_test_user(
                cls.env,
                f"sla.{name}",
                groups=f"helpdesk_futural.group_helpdesk_{group}",
                tz="Europe/Helsinki",
            )
            for name, group in (("boss", "manager"), ("aino", "user"))
        )
        stages = cls.env["helpdesk.stage"].create(
            [
                {"name": "New", "state": "new", "sequence": 1},
                {"name": "Asked Back", "state": "waiting", "sequence": 2},
                {"name": "Done", "state": "solved", "sequence": 3},
            ]
        )
        cls.team = cls.env["helpdesk.team"].create(
            {
                "name": "Promising",
                "alias_name": False,
                "use_sla": True,
                "stage_ids": [Command.set(stages.ids)],
                "member_ids": [Command.set(cls.agent.ids)],
            }
        )
        cls.jammed, cls.beeping = cls.env["helpdesk.ticket"].create(
            [
                {"name": name, "team_id": cls.team.id, "priority": priority}
                for name, priority in (("Jammed", "3"), ("Beeping", "1"))
            ]
        )

    def test_an_administrator_sees_what_a_policy_is_for_and_says_who_follows(self):
        self.start_tour(
            f"/odoo/helpdesk.team/{self.team.id}", "helpdesk_futural_sla_policy", login="sla.boss"
        )
        policy = self.env["helpdesk.sla"].search([("team_id", "=", self.team.id)])
        self.assertEqual((policy.priority, policy.time), ("3", 2))
        status = policy.status_ids
        self.assertEqual(status.ticket_id, self.jammed, "asked at the first save: it follows")
        self.assertEqual(status.hours, 8, "asked at the second: it keeps what was promised")

    def test_an_agent_reads_the_deadline_and_has_the_clock_explained(self):
        policy = self.env["helpdesk.sla"].create(
            {"name": "Solve soon", "team_id": self.team.id, "target": "resolution", "time": 8}
        )
        policy.action_apply_to_open_tickets()
        soon = fields.Datetime.now().replace(minute=15) + timedelta(days=2)
        self.jammed.sla_status_ids.write({"deadline": soon, "warning_date": False})
        self.start_tour(
            f"/odoo/helpdesk.ticket/{self.jammed.id}",
            "helpdesk_futural_sla_badge",
            login="sla.aino",
        )
        self.assertEqual(self.jammed.stage_id.state, "waiting")
        self.assertFalse(self.jammed.sla_status_ids.deadline)
