from odoo.tests import HttpCase, tagged

_MAIL = """From: Elsa Salmi <elsa.salmi@example.com>
To: {address}
Subject: {subject}
Message-ID: <{number}@example.com>

Hello, {text}
"""


@tagged("post_install", "-at_install")
class TestSerialNumber(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.domain = cls.env["mail.alias.domain"].create({"name": "support.example"})
        cls.team = cls.env["helpdesk.team"].create(
            {
                "name": "Repairs",
                "alias_name": "repairs",
                "alias_domain_id": cls.domain.id,
                "privacy_visibility": "portal",
            }
        )

    def _receive(self, number, text, subject="It beeps"):
        """Let a mail of the customer come in, as a mail server delivers it."""
        self.env["mail.thread"].message_process(
            False,
            _MAIL.format(
                address="repairs@support.example", number=number, text=text, subject=subject
            ),
        )
        self.env.invalidate_all()
        return self.env["helpdesk.ticket"].search([("team_id", "=", self.team.id)], order="id")

    def test_the_number_is_read_from_the_first_mail(self):
        ticket = self._receive(1, "my scanner SN-104233 beeps.")
        self.assertEqual(ticket.serial_number, "SN-104233")

    def test_it_is_read_from_a_later_answer_and_not_overwritten(self):
        ticket = self._receive(1, "my scanner beeps.")
        self.assertFalse(ticket.serial_number)
        subject = f"Re: #{ticket.ticket_ref}"
        self._receive(2, "it is SN-104233.", subject)
        self.assertEqual(ticket.serial_number, "SN-104233")
        self._receive(3, "SN-999999 is fine, by the way.", subject)
        self.assertEqual(ticket.serial_number, "SN-104233")

    def test_it_survives_merging(self):
        self._receive(1, "my scanner beeps.")
        first, second = self._receive(2, "SN-104233 beeps.", "Once more")
        merge = self.env["helpdesk.ticket.merge"].create(
            {"ticket_ids": (first + second).ids, "target_id": first.id}
        )
        merge.action_merge()
        self.assertEqual(first.serial_number, "SN-104233")

    def test_customers_see_it_on_their_page(self):
        ticket = self._receive(1, "SN-104233 beeps.")
        page = self.url_open(f"/my/ticket/{ticket.id}?access_token={ticket._portal_ensure_token()}")
        self.assertIn("SN-104233", page.text.split("helpdesk_serial_number")[-1])
