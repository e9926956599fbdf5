from odoo.tests import tagged

from odoo.addons.helpdesk_futural.tests.common import MailCase

from .common_http import PortalHttpCase


@tagged("post_install", "-at_install")
class TestJourneys(PortalHttpCase, MailCase):
    """Customers who mix mail and portal (J3), and an organisation's people (J4)."""

    def registry_enter_test_mode(self, **kwargs):
        """The mail tests' transactions are already those of the browser's tests."""

    def _comment(self, ticket, body, **parameters):
        return self.make_jsonrpc_request(
            "/mail/message/post",
            {
                "thread_model": "helpdesk.ticket",
                "thread_id": ticket.id,
                "post_data": {
                    "body": body,
                    "message_type": "comment",
                    "subtype_xmlid": "mail.mt_comment",
                },
                **parameters,
            },
        )

    def _new_in_portal(self, user, **data):
        self._sign_in(user)
        response = self._post("/my/ticket/new", title="Jammed", **data)
        number = response.headers["Location"].rpartition("/")[2].partition("?")[0]
        return self.env["helpdesk.ticket"].browse(int(number))

    def test_who_wrote_a_mail_finds_it_in_the_portal_and_goes_on_there(self):
        ticket = self._receive(subject="Printer").ticket_id
        self._sign_in(self.liisa)
        self.assertIn("Printer", self._text(self._page("/my/tickets")))
        self._comment(ticket, "One more thing")
        self.assertEqual(ticket.last_author_id, self.customer)
        self.assertEqual(ticket.last_message_preview, "One more thing")

    def test_who_asked_in_the_portal_goes_on_by_mail_and_comes_back(self):
        ticket = self._new_in_portal(self.liisa, description="It is jammed")
        answer = self._answer(ticket)
        ticket.stage_id = self.stage_waiting
        row = self._receive(subject="Re: Jammed", in_reply_to=answer.message_id)
        self.assertEqual(row.ticket_id, ticket)
        self.assertEqual(ticket.stage_id, self.team.customer_reply_stage_id)
        ticket.stage_id = self.stage_waiting
        numbered = self._receive(subject=f"About #{ticket.ticket_ref}", body="Hello?")
        self.assertEqual(numbered.ticket_id, ticket)
        self._sign_in(self.liisa)
        self._comment(ticket, "Back in the portal")
        authors = ticket.message_ids.filtered(
            lambda m: m.message_type in ("email", "comment")
        ).author_id
        self.assertEqual(authors, self.customer | self.aino.partner_id)
        self.assertEqual(ticket.waiting_on, "team")

    def test_mail_and_portal_move_a_ticket_alike(self):
        by_mail, by_portal = self._ticket(), self._ticket()
        for ticket in by_mail, by_portal:
            ticket.stage_id = self.stage_waiting
        self._receive(subject=f"Re: #{by_mail.ticket_ref}")
        self._sign_in(self.liisa)
        self._comment(by_portal, "It is jammed.")
        for field in ("stage_id", "state", "waiting_on", "last_author_id", "last_message_preview"):
            self.assertEqual(by_mail[field], by_portal[field], field)

    def test_who_has_no_account_answers_by_the_link_and_stays_one_person(self):
        ticket = self._receive(**{"from": "Nora <nora@solo.example>"}).ticket_id
        nora = ticket.partner_id
        self._sign_in(None)
        self._comment(ticket, "By link", token=ticket._portal_ensure_token())
        self._receive(subject=f"#{ticket.ticket_ref}", **{"from": "nora@solo.example"})
        self.assertEqual(
            ticket.message_ids.filtered("author_id").author_id
            - nora.browse(self.env.ref("base.partner_root").id),
            nora,
        )
        found = self.env["res.partner"].search([("email_normalized", "=", "nora@solo.example")])
        self.assertEqual(found, nora)

    def test_basic_and_main_users_of_an_organisation(self):
        theirs = self._new_in_portal(self.liisa, description="Mine")
        self._sign_in(self.pekka)
        self.assertIn(theirs.ticket_ref, self._text(self._page("/my/tickets")))
        self._comment(theirs, "I take over")
        main_users = self._new_in_portal(self.pekka, description="Pekka's")
        self._sign_in(self.liisa)
        listed = self._text(self._page("/my/tickets"))
        self.assertIn(theirs.ticket_ref, listed)
        self.assertNotIn(main_users.ticket_ref, listed)
        fetched = self.make_jsonrpc_request(
            "/mail/chatter_fetch",
            {"thread_model": "helpdesk.ticket", "thread_id": theirs.id},
        )
        bodies = [m["body"][1] for m in fetched["data"]["mail.message"]]
        self.assertIn("I take over", bodies[0], "newest first")
