from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestMergeTours(HttpCase):
    """An agent merges and splits tickets in the browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent = new_test_user(
            cls.env,
            "aino.merges",
            groups="helpdesk_futural.group_helpdesk_user",
            name="Aino Virtanen",
            email="aino@pohjola.example",
        )
        cls.customer = cls.env["res.partner"].create(
            {"name": "Liisa Laine", "email": "liisa@laine.example"}
        )

    def _ticket(self, name):
        return self.env["helpdesk.ticket"].create(
            {
                "name": name,
                "team_id": self.env["helpdesk.team"].search([], limit=1).id,
                "partner_id": self.customer.id,
                "priority": "3",
            }
        )

    def _message(self, ticket, body):
        return self.env["mail.message"].create(
            {
                "model": "helpdesk.ticket",
                "res_id": ticket.id,
                "message_type": "comment",
                "subtype_id": self.env.ref("mail.mt_comment").id,
                "author_id": self.customer.id,
                "body": f"<p>{body}</p>",
            }
        )

    def test_two_tickets_are_merged_from_the_list(self):
        dark, light = self._ticket("Tour: the lamp is dark"), self._ticket("Tour: no light")
        self.start_tour("/odoo/tickets", "helpdesk_futural_merge_from_list", login=self.agent.login)
        self.assertEqual(light.merged_into_id, dark)

    def test_a_duplicate_is_merged_from_the_form(self):
        first, again = (
            self._ticket("Tour: the bell is mute"),
            self._ticket("RE: Tour: the bell  is mute"),
        )
        self.start_tour(
            f"/odoo/helpdesk.ticket/{again.id}",
            "helpdesk_futural_merge_duplicate",
            login=self.agent.login,
        )
        self.assertEqual(again.merged_into_id, first)

    def test_a_message_is_split_from_the_chatter(self):
        ticket = self._ticket("Tour: the printer is jammed")
        stays = self._message(ticket, "It is jammed")
        goes = self._message(ticket, "Also, the invoice is wrong")
        self.start_tour(
            f"/odoo/helpdesk.ticket/{ticket.id}",
            "helpdesk_futural_split_message",
            login=self.agent.login,
        )
        new = ticket.follow_up_ids
        self.assertEqual(new.name, "Tour: wrong invoice")
        self.assertEqual((goes.res_id, stays.res_id), (new.id, ticket.id))
        self.assertIn("the invoice is wrong", new.description)
