from odoo.tests import BaseCase

from ..tools.presence import Announcement, read_announcement, read_channel


class TestToolsPresence(BaseCase):
    def test_only_a_ticket_s_own_channel_names_a_ticket(self):
        self.assertEqual(read_channel("helpdesk.ticket_17"), 17)
        self.assertEqual(read_channel("helpdesk.ticket_2147483647"), 2147483647)
        for channel in (
            "helpdesk.ticket_2147483648",
            "helpdesk.ticket_0",
            "helpdesk.ticket_017",
            "helpdesk.ticket_-1",
            "helpdesk.ticket_17\n",
            "helpdesk.ticket_1٧",
            "xhelpdesk.ticket_17",
            "helpdesk.ticket_17; DROP TABLE",
            "helpdesk.team_17",
            ("db", "helpdesk.ticket", 17, "presence"),
            17,
            None,
        ):
            with self.subTest(channel=channel):
                self.assertIsNone(read_channel(channel))

    def test_an_announcement_is_taken_as_it_is_meant(self):
        self.assertEqual(
            read_announcement({"ticket_id": 17, "status": "answering"}),
            Announcement(17, "answering", False),
        )
        self.assertEqual(
            read_announcement({"ticket_id": 17, "status": "viewing", "ask": True}),
            Announcement(17, "viewing", True),
        )

    def test_anything_else_is_no_announcement(self):
        for data in (
            None,
            [],
            "viewing",
            {},
            {"ticket_id": 17},
            {"status": "viewing"},
            {"ticket_id": "17", "status": "viewing"},
            {"ticket_id": True, "status": "viewing"},
            {"ticket_id": 0, "status": "viewing"},
            {"ticket_id": -17, "status": "viewing"},
            {"ticket_id": 2**31, "status": "viewing"},
            {"ticket_id": [17], "status": "viewing"},
            {"ticket_id": 17, "status": "gone"},
            {"ticket_id": 17, "status": ["viewing"]},
            {"ticket_id": 17, "status": "viewing", "ask": "yes"},
            {"ticket_id": 17, "status": "viewing", "name": "The Boss"},
            {"ticket_id": 17, "status": "viewing", "user_id": 1},
        ):
            with self.subTest(data=data):
                self.assertIsNone(read_announcement(data))
