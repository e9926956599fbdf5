"""Customers who mix mail and portal (J3), and the people of an organisation (J4).

Mail goes through real servers, see main_job_common.py, and the pages are those of the running
server. What single pages and rules do is tested in the portal addon.
"""

import re
from email.message import EmailMessage
from email.utils import make_msgid
from urllib.parse import parse_qs, urlsplit

from odoo.http import Request
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from .main_job_common import CUSTOMER, SUBJECT, MailboxCase

_COLLEAGUE = "matti@asiakas.example"
_PASSWORD = "Salasana-2026"


class PortalJourneyCase(MailboxCase):
    """Päivi sees her own tickets, Matti all of their organisation."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.write({"privacy_visibility": "portal", "sequence": -100})
        cls.waiting = cls.env.ref("helpdesk_futural.stage_waiting")
        cls.organisation = cls.env["res.partner"].create({"name": "Asiakas Oy", "is_company": True})
        cls.paivi = cls._contact(CUSTOMER.display_name, CUSTOMER.addr_spec)
        cls.matti = cls._contact("Matti Meikäläinen", _COLLEAGUE)

    @classmethod
    def _contact(cls, name, email):
        return cls.env["res.partner"].create(
            {"name": name, "email": email, "parent_id": cls.organisation.id}
        )

    def _invite(self, partner, scope="own", password=_PASSWORD):
        """Give access to the portal, with a password that is known here."""
        user = new_test_user(
            self.env,
            partner.email,
            groups="base.group_portal",
            context={"no_reset_password": True},
            password=password,
            name=partner.name,
            email=partner.email,
            partner_id=partner.id,
        )
        partner.helpdesk_portal_scope = scope
        return user

    # What customers do -------------------------------------------------

    def _sign_in(self, login):
        self.authenticate(login, _PASSWORD)

    def _post(self, url, **data):
        data["csrf_token"] = Request.csrf_token(self)
        return self.url_open(url, data=data, allow_redirects=False)

    def _ask_in_portal(self, **data):
        data = {"title": SUBJECT, "description": "Ä ei tulostu", **data}
        location = self._post("/my/ticket/new", **data).headers["Location"]
        number = re.search(r"/my/ticket/(\d+)", location)[1]
        return self.env["helpdesk.ticket"].browse(int(number))

    def _comment(self, ticket, body, **parameters):
        self.make_jsonrpc_request(
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
        self.env.invalidate_all()

    def _write_new_mail(self, subject, text, sender=CUSTOMER):
        message = EmailMessage()
        message["From"] = sender
        message["To"] = self.address
        message["Subject"] = subject
        message["Message-ID"] = make_msgid(domain="asiakas.example")
        message.set_content(text)
        return message

    # What the agent does -----------------------------------------------

    def _agent_answers(self, ticket, text="Kokeile UTF-8:aa.", **values):
        """Answer as the composer does; return what each recipient got, by address."""
        self.outbox.take()
        ticket.with_user(self.agent).message_post(
            body=text,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=ticket.partner_id.ids,
            **values,
        )
        self.env.cr.flush()
        with self.registry.cursor() as cr:
            self.env(cr=cr)["mail.mail"].process_email_queue()
        self.env.invalidate_all()
        return {d.recipients[0]: d.message for d in self.outbox.take()}

    def _wait_for_customer(self, ticket):
        ticket.with_user(self.agent).stage_id = self.waiting

    # What must be so ---------------------------------------------------

    def assert_touched(self, ticket, partner, text):
        """Check that the agents' queues show who touched the ticket last and what they said."""
        self.assertEqual(ticket.state, "in_progress", "their answer moved it, as it is set up")
        self.assertEqual(ticket.last_author_id, partner)
        self.assertIn(text, ticket.last_message_preview)
        queue = self.env["helpdesk.ticket"].with_user(self.agent)
        found = queue.search([("waiting_on", "=", "team"), ("unread", "=", True)])
        self.assertIn(ticket, found)
        found.filtered(lambda t: t == ticket).action_mark_read()
        self.assertNotIn(ticket, queue.search([("unread", "=", True)]))

    def assert_one_ticket(self, ticket, partner):
        """Check that all of it is on one ticket, and the customer one person."""
        tickets = self.env["helpdesk.ticket"].search([("team_id", "=", self.team.id)])
        self.assertEqual(tickets, ticket)
        people = self.env["res.partner"].search([("email_normalized", "=", partner.email)])
        self.assertEqual(people, partner)


class TestMailAndPortal(PortalJourneyCase):
    def test_who_mailed_finds_it_in_the_portal_changes_what_they_may_and_writes_on(self):
        self._invite(self.paivi)
        self.receive(self.write_first_mail())
        ticket = self.assert_new_ticket()
        self.assertEqual(ticket.partner_id, self.paivi)
        self._sign_in(CUSTOMER.addr_spec)
        self.assertIn(ticket.ticket_ref, self.url_open("/my/tickets").text)
        self._post(f"/my/ticket/{ticket.id}/priority", priority="3")
        self.env.invalidate_all()
        self.assertEqual(ticket.priority, "3")
        with mute_logger("odoo.http"):
            refused = self._post(f"/my/ticket/{ticket.id}/status", stage_id=str(self.waiting.id))
        self.assertEqual(refused.status_code, 403)
        self.assertEqual(ticket.state, "new", "customers need not know our stages")
        self._wait_for_customer(ticket)
        self._comment(ticket, "Myös ö puuttuu")
        self.assert_touched(ticket, self.paivi, "Myös ö puuttuu")
        self.assert_one_ticket(ticket, self.paivi)

    def test_who_asked_in_the_portal_never_signs_in_again(self):
        self._invite(self.paivi)
        self._sign_in(CUSTOMER.addr_spec)
        ticket = self._ask_in_portal()
        self.assertEqual((ticket.team_id, ticket.channel), (self.team, "portal"))
        self.authenticate(None, None)
        for text in ("Ei auttanut", "Nyt auttoi"):
            answer = self._agent_answers(ticket)[CUSTOMER.addr_spec]
            self._wait_for_customer(ticket)
            self.receive(self.write_answer(answer, text))
            self.assert_touched(ticket, self.paivi, text)
        self.assert_one_ticket(ticket, self.paivi)

    def test_portal_then_mail_with_the_number_then_portal_again(self):
        self._invite(self.paivi)
        self._sign_in(CUSTOMER.addr_spec)
        ticket = self._ask_in_portal()
        self._wait_for_customer(ticket)
        self.receive(self._write_new_mail(f"Lisää: #{ticket.ticket_ref}", "Kokeilin jo"))
        self.assert_touched(ticket, self.paivi, "Kokeilin jo")
        self._wait_for_customer(ticket)
        self._sign_in(CUSTOMER.addr_spec)
        self._comment(ticket, "Takaisin täällä")
        self.assert_touched(ticket, self.paivi, "Takaisin täällä")
        self.assert_one_ticket(ticket, self.paivi)
        fetched = self.make_jsonrpc_request(
            "/mail/chatter_fetch", {"thread_model": "helpdesk.ticket", "thread_id": ticket.id}
        )
        told = " ".join(m["body"][1] for m in fetched["data"]["mail.message"])
        self.assertLess(told.index("Takaisin täällä"), told.index("Kokeilin jo"), "newest first")

    def test_who_has_no_account_is_served_by_mail_and_stays_one_person_when_invited(self):
        self.receive(self.write_first_mail())
        ticket = self.assert_new_ticket()
        answer = self._agent_answers(ticket)[CUSTOMER.addr_spec]
        self._wait_for_customer(ticket)
        self.receive(self.write_answer(answer, "Ei auttanut"))
        self.assert_touched(ticket, self.paivi, "Ei auttanut")

        wizard = self.env["portal.wizard"].create({"partner_ids": self.paivi.ids})
        wizard.user_ids.action_grant_access()
        [invitation] = [d.message for d in self._sent() if d.recipients == (CUSTOMER.addr_spec,)]
        self._set_password_by_link(invitation)
        self.assertEqual(self.paivi.user_ids.login, CUSTOMER.addr_spec)

        self._sign_in(CUSTOMER.addr_spec)
        self.assertIn(ticket.ticket_ref, self.url_open("/my/tickets").text)
        self._wait_for_customer(ticket)
        self._comment(ticket, "Nyt portaalissa")
        self.assert_touched(ticket, self.paivi, "Nyt portaalissa")
        self._wait_for_customer(ticket)
        self.receive(self.write_answer(answer, "Ja taas postilla"))
        self.assert_touched(ticket, self.paivi, "Ja taas postilla")
        self.assert_one_ticket(ticket, self.paivi)

    def test_a_forgotten_password_is_reset_from_the_login_page(self):
        self._invite(self.paivi)
        self.authenticate(None, None)
        self.assertIn("/web/reset_password", self.url_open("/web/login").text)
        self._post("/web/reset_password", login=CUSTOMER.addr_spec)
        [mail] = [d.message for d in self._sent() if d.recipients == (CUSTOMER.addr_spec,)]
        self._set_password_by_link(mail, "Uusi-Salasana-2026")
        self.authenticate(CUSTOMER.addr_spec, "Uusi-Salasana-2026")
        self.assertEqual(self.url_open("/my/tickets", allow_redirects=False).status_code, 200)

    def _sent(self):
        self.env.cr.flush()
        with self.registry.cursor() as cr:
            self.env(cr=cr)["mail.mail"].process_email_queue()
        self.env.invalidate_all()
        return self.outbox.take()

    def _set_password_by_link(self, mail, password=_PASSWORD):
        """Follow the link of an invitation or a reset, and choose a password there."""
        html = mail.get_body(("html",)).get_content().replace("&amp;", "&")
        url = re.search(r'href="([^"]*/web/(?:signup|reset_password)[^"]*)"', html)[1]
        parts = urlsplit(url)
        self.authenticate(None, None)
        page = self.url_open(f"{parts.path}?{parts.query}").text
        fields = dict(re.findall(r'<input[^>]*name="(login|name|token)"[^>]*value="([^"]*)"', page))
        self._post(
            f"{parts.path}?{parts.query}",
            login=CUSTOMER.addr_spec,
            name=fields.get("name", CUSTOMER.display_name),
            token=parse_qs(parts.query)["token"][0],
            password=password,
            confirm_password=password,
        )
        self.env.invalidate_all()


class TestOrganisation(PortalJourneyCase):
    def test_a_main_user_works_on_what_a_basic_user_mailed_and_both_hear_the_answer(self):
        self._invite(self.paivi)
        self._invite(self.matti, "company")
        self.receive(self.write_first_mail())
        ticket = self.assert_new_ticket()
        self._wait_for_customer(ticket)
        self._sign_in(_COLLEAGUE)
        self.assertIn(ticket.ticket_ref, self.url_open("/my/tickets").text)
        self._comment(ticket, "Otan tämän hoitooni")
        self.assert_touched(ticket, self.matti, "Otan tämän hoitooni")
        self.assertEqual(ticket.partner_id, self.paivi, "it is still hers")
        self.assertEqual(set(self._agent_answers(ticket)), {CUSTOMER.addr_spec, _COLLEAGUE})

        mains = self._ask_in_portal(title="Matin oma asia")
        self._sign_in(CUSTOMER.addr_spec)
        listed = self.url_open("/my/tickets").text
        self.assertIn(ticket.ticket_ref, listed)
        self.assertNotIn(mains.ticket_ref, listed, "a basic user sees their own")

    def test_in_their_browsers_a_basic_user_asks_and_a_main_user_goes_on(self):
        for partner, scope in ((self.paivi, "own"), (self.matti, "company")):
            # Tours sign in with the login as password.
            self._invite(partner, scope, password=partner.email)
        in_progress = self.env.ref("helpdesk_futural.stage_in_progress")
        in_progress.write({"portal_selectable": True, "customer_label": "Tuella"})
        self.waiting.template_id = False  # whose mail would be the newest message each time

        self._browse("helpdesk_journey_basic_user", CUSTOMER.addr_spec)
        ticket = self.env["helpdesk.ticket"].search([("team_id", "=", self.team.id)])
        self.assertEqual((ticket.name, ticket.partner_id), (SUBJECT, self.paivi))
        self.assertEqual((ticket.priority, ticket.channel), ("2", "portal"))
        self.assertEqual(ticket.severity_id, self.env.ref("helpdesk_futural.severity_1"))
        files = ticket.message_ids.attachment_ids.filtered(lambda file: file.name == "näyttö.txt")
        self.assertEqual(files.raw.decode(), "ä")

        answer = self._agent_answers(ticket, attachments=[("ohje.txt", b"UTF-8")])
        self._wait_for_customer(ticket)
        self.receive(self.write_answer(answer[CUSTOMER.addr_spec], "Ei auttanut"))
        self._wait_for_customer(ticket)

        self._browse("helpdesk_journey_main_user", _COLLEAGUE)
        self.assertEqual(ticket.stage_id, in_progress)
        self.assert_touched(ticket, self.matti, "Otan tämän hoitooni")
        self.assert_one_ticket(ticket, self.paivi)

    def _browse(self, tour, login):
        self.start_tour("/my/tickets", tour, login=login, timeout=180)
        self.env.invalidate_all()

    def test_a_colleague_without_account_answers_the_forwarded_mail(self):
        self.receive(self.write_first_mail())
        ticket = self.assert_new_ticket()
        answer = self._agent_answers(ticket)[CUSTOMER.addr_spec]
        self._wait_for_customer(ticket)
        reply = self.write_answer(answer, "Päivi on lomalla, kokeilin: toimii")
        reply.replace_header("From", f"Matti <{_COLLEAGUE}>")
        self.receive(reply)
        self.assert_touched(ticket, self.matti, "Päivi on lomalla")
        self.assert_one_ticket(ticket, self.paivi)
