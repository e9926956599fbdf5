from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestMessageMarksTour(HttpCase):
    """An agent reads in the browser who wrote what on a ticket, and lets somebody in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent = new_test_user(
            cls.env,
            "aino.agent",
            groups="helpdesk_futural.group_helpdesk_user",
            name="Aino Virtanen",
            email="aino@pohjola.example",
        )
        cls.customer = cls.env["res.partner"].create(
            {"name": "Liisa Laine", "email": "liisa@laine.example"}
        )
        cls.ticket = cls.env["helpdesk.ticket"].create(
            {
                "name": "Jammed",
                "team_id": cls.env["helpdesk.team"].search([], limit=1).id,
                "partner_id": cls.customer.id,
                "user_id": cls.agent.id,
            }
        )

    def _message(self, body, author=None, **values):
        self.env["mail.message"].create(
            {
                "model": "helpdesk.ticket",
                "res_id": self.ticket.id,
                "message_type": "email",
                "subtype_id": self.env.ref("mail.mt_comment").id,
                "author_id": author.id if author else False,
                "body": f"<p>{body}</p>",
                **values,
            }
        )

    def test_an_agent_sees_who_wrote_and_lets_somebody_in(self):
        self._message(
            "The printer is jammed",
            self.customer,
            message_type="comment",
            incoming_email_to="support@pohjola.example",
            incoming_email_cc='"Pekka Laine" <pekka@laine.example>, maija@laine.example',
        )
        self._message("We look into it", self.agent.partner_id, message_type="comment")
        note = {"message_type": "comment", "subtype_id": self.env.ref("mail.mt_note").id}
        self._message("I am out of office", self.customer, helpdesk_sender="robot", **note)
        self._message(
            "Please pay to", self.customer, helpdesk_warning="dmarc=fail", message_type="comment"
        )
        self._message(
            "I know more",
            email_from="Eve <eve@somewhere.example>",
            helpdesk_sender="outsider",
            is_internal=True,
            **note,
        )
        url = f"/odoo/helpdesk.ticket/{self.ticket.id}"
        self.start_tour(url, "helpdesk_futural_message_marks", login=self.agent.login)
        self.ticket.invalidate_recordset()
        eve = self.ticket.message_partner_ids.filtered(
            lambda p: p.email_normalized == "eve@somewhere.example"
        )
        self.assertTrue(eve)
        self.start_tour(url, "helpdesk_futural_let_in", login=self.agent.login)
