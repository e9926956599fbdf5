from odoo import Command
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestQueueTours(HttpCase):
    """An agent reads, marks and snoozes tickets in the browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent, cls.colleague = (
            new_test_user(
                cls.env,
                f"queue.{name}",
                groups="helpdesk_futural.group_helpdesk_user",
                tz="Europe/Helsinki",
            )
            for name in ("aino", "lars")
        )
        team = cls.env["helpdesk.team"].create(
            {
                "name": "Queue Tour",
                "alias_name": False,
                "member_ids": [Command.set((cls.agent | cls.colleague).ids)],
            }
        )
        # Urgent, so that they stand on the first page.
        cls.mine, cls.theirs = cls.env["helpdesk.ticket"].create(
            [
                {"name": name, "team_id": team.id, "user_id": user.id, "priority": "3"}
                for name, user in (("Jammed", cls.agent), ("Beeping", cls.colleague))
            ]
        )
        (cls.mine | cls.theirs).action_mark_unread()

    def test_opening_a_ticket_marks_it_as_read_for_its_agent_only(self):
        self.start_tour(
            "/odoo/action-helpdesk_futural.helpdesk_ticket_action_unread",
            "helpdesk_futural_read",
            login=self.agent.login,
        )
        (self.mine | self.theirs).invalidate_recordset()
        self.assertEqual((self.mine.unread, self.theirs.unread), (False, True))

    def test_a_ticket_marked_as_unread_stays_so_while_it_is_snoozed_and_woken(self):
        self.mine.unread = False
        self.start_tour(
            f"/odoo/helpdesk.ticket/{self.mine.id}",
            "helpdesk_futural_keep_unread",
            login=self.agent.login,
        )
        self.mine.invalidate_recordset()
        self.assertEqual((self.mine.unread, self.mine.snooze_until), (True, False))
