from odoo import Command
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestMacroTours(HttpCase):
    """An agent's morning in the browser: claim, macro, next; and one answer to many."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        agent = {"groups": "helpdesk_futural.group_helpdesk_user"}
        cls.agent = new_test_user(
            cls.env, "aino.agent", name="Aino Virtanen", email="aino@pohjola.example", **agent
        )
        cls.colleague = new_test_user(
            cls.env, "lars.agent", name="Lars Hansen", email="lars@pohjola.example", **agent
        )
        # Nobody else's tickets stand in the queue.
        tickets = cls.env["helpdesk.ticket"]
        tickets.search([("user_id", "=", False)]).active = False
        stages = cls.env["helpdesk.stage"].create(
            [
                {"name": "New", "state": "new", "sequence": 1},
                {"name": "Working", "state": "in_progress", "sequence": 2},
                {"name": "Waiting", "state": "waiting", "sequence": 3},
                {"name": "Done", "state": "solved", "sequence": 4},
            ]
        )
        teams = cls.env["helpdesk.team"]
        cls.team, other = teams.create(
            [
                {"name": name, "stage_ids": [Command.set(stages.ids)], "member_ids": []}
                for name in ("Morning", "Other")
            ]
        )
        cls.customers = cls.env["res.partner"].create(
            [
                {"name": "Liisa Laine", "email": "liisa@laine.example"},
                {"name": "Ingrid Dahl", "email": "ingrid@dahl.example"},
            ]
        )
        names = ["Morning four", "Morning three", "Morning two", "Morning one"]
        tickets = tickets.create(
            [
                {
                    "name": name,
                    "team_id": cls.team.id,
                    "priority": str(priority),
                    "partner_id": cls.customers[name == "Morning two"].id,
                }
                for priority, name in enumerate(names)
            ]
        )
        cls.four, cls.three, cls.two, cls.one = tickets
        cls.env.flush_all()
        template = cls.env["mail.template"].create(
            {
                "name": "Serial number",
                "model_id": cls.env["ir.model"]._get_id("helpdesk.ticket"),
                "body_html": "<p>Which device is it?</p>",
            }
        )
        values = {"template_id": template.id, "stage_id": stages[2].id, "user_assignment": "me"}
        cls.env["helpdesk.macro"].create(
            [
                {"name": "Ask for the serial number", **values},
                {"name": "Say it in my words", "send_mode": "edit", **values},
                {"name": "Not for this team", "team_ids": other.ids},
            ]
        )
        cls.queue = "/odoo/action-helpdesk_futural.helpdesk_ticket_action_unassigned"

    def _tour(self, name):
        self.start_tour(self.queue, f"helpdesk_futural_{name}", login=self.agent.login)
        self.env.invalidate_all()

    def test_a_mornings_work(self):
        self._tour("morning")
        self.assertEqual((self.one | self.two | self.four).user_id, self.agent)
        self.assertEqual((self.two | self.four).mapped("state"), ["solved", "solved"])
        self.assertEqual(self.one.waiting_on, "customer")
        self.assertEqual(self.one.kanban_state, "normal", "Alt+G is for claiming only")
        self.assertEqual((self.three.user_id, self.three.state), (self.colleague, "new"))

    def test_a_macro_edited_first_and_taken_back(self):
        self._tour("macro_undo")
        self.assertEqual(self.one.state, "new")
        self.assertFalse(self.one.user_id)
        self.assertEqual(self.one.last_author_id, self.agent.partner_id)

    def test_one_answer_to_many(self):
        self._tour("bulk_reply")
        for ticket in self.one | self.two:
            answer = ticket.message_ids.filtered(lambda m: "work again" in (m.body or ""))
            self.assertEqual(answer.author_id, self.agent.partner_id)
            self.assertEqual(answer.notified_partner_ids, ticket.partner_id)
        self.assertFalse(self.four.last_author_id)
