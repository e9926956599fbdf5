import re
import uuid
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from lxml import html

from odoo import fields
from odoo.exceptions import UserError
from odoo.http import Request
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..controllers import public_form
from .common_http import PortalHttpCase


@tagged("post_install", "-at_install")
class TestPublicForm(PortalHttpCase):
    """Anybody asks for help on a team's public form."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.use_website_helpdesk_form = True
        cls.url = cls.team._get_form_url()

    def setUp(self):
        super().setUp()
        self._sign_in(None)
        self.startPatcher(patch.object(public_form, "MIN_SECONDS", 0))

    def _send(self, files=(), url=None, **data):
        if "stamp" not in data:
            page = html.fromstring(self._get(self.url).text)
            data["stamp"] = page.xpath("//input[@name='stamp']/@value")[0]
        return self.url_open(
            url or self.url,
            data={
                "csrf_token": Request.csrf_token(self),
                "form_token": str(uuid.uuid4()),
                "title": "No light in the lift",
                "description": "It is dark",
                "contact": "Nora Nilsen",
                "email": "nora@solo.example",
                **data,
            },
            files=[("attachments", file) for file in files] or None,
        )

    def _made(self):
        return self.env["helpdesk.ticket"].search([("name", "=", "No light in the lift")])

    def test_a_stranger_asks_and_reads_the_number(self):
        response = self._send(files=[("lift.txt", b"dark", "text/plain")])
        ticket = self._made()
        self.assertIn(ticket.ticket_ref, response.text)
        self.assertEqual((ticket.team_id, ticket.channel), (self.team, "form"))
        self.assertEqual(ticket.partner_id.name, "Nora Nilsen")
        self.assertEqual(ticket.partner_id.email, "nora@solo.example")
        first = ticket.message_ids.filtered(lambda m: m.message_type == "comment")
        self.assertEqual(first.author_id, ticket.partner_id)
        self.assertEqual(first.attachment_ids.raw, b"dark")

    def test_the_acknowledgement_repeats_nothing_that_the_sender_wrote(self):
        self._send(title="No light in the lift", description="Buy pills")
        mails = self.env["mail.mail"].search(
            [("model", "=", "helpdesk.ticket"), ("res_id", "=", self._made().id)]
        )
        told = "".join(f"{mail.subject} {mail.body_html}" for mail in mails)
        self.assertIn(self._made().ticket_ref, told)
        for text in ("No light", "pills", "Nora"):
            self.assertNotIn(text, told)

    def test_a_known_and_an_unknown_address_get_the_same_answer(self):
        def answer(email):
            text = self._send(email=email).text
            text = re.sub(r"\d{9,}|csrf_token: \"[^\"]*\"", "", text)
            return re.sub(r"/web/assets/[^\"]*", "", text)

        self.assertEqual(answer("liisa@laine.example"), answer("nobody@nowhere.example"))
        mine = self._made().filtered(lambda t: t.partner_id == self.customer)
        self.assertEqual(len(mine), 1, "the contact is found, no second one made")

    def test_the_sender_of_a_form_sees_no_ticket_by_it(self):
        response = self._send(email="liisa@laine.example")
        self.assertNotIn("/my/ticket", response.text)
        self.assertNotIn("access_token", response.url)

    def test_who_is_signed_in_is_who_they_are(self):
        self._sign_in(self.liisa)
        self._send(email="ingrid@dahl.example", contact="Ingrid")
        self.assertEqual(self._made().partner_id, self.customer)

    def test_only_teams_that_switched_it_on_have_a_form(self):
        for slug in (
            self.private_team._get_form_url().rpartition("/")[2],
            "x",
            "0",
            "-1",
            "9" * 30,
            f"é-{self.private_team.id}",
        ):
            for path in (f"/helpdesk/{slug}", f"/helpdesk/{slug}/thank-you"):
                with self.subTest(path=path):
                    self.assertEqual(self._get(path).status_code, 404)
        stamp = "x"
        response = self._send(url=self.private_team._get_form_url(), stamp=stamp)
        self.assertEqual(response.status_code, 404)
        self.assertFalse(self._made())

    def test_robots_that_fill_in_everything_make_nothing_and_learn_nothing(self):
        response = self._send(company_website="https://pills.example")
        self.assertIn("Thank you", response.text)
        self.assertFalse(self._made())

    def test_robots_that_are_too_quick_are_asked_to_wait_and_keep_their_text(self):
        with patch.object(public_form, "MIN_SECONDS", 60):
            response = self._send()
        self.assertEqual(response.status_code, 422)
        self.assertIn("It is dark", response.text)
        self.assertFalse(self._made())

    def test_forms_that_are_old_forged_or_anothers_are_refused(self):
        other = self._team(name="Other", use_website_helpdesk_form=True)
        page = html.fromstring(self._get(other._get_form_url()).text)
        foreign = page.xpath("//input[@name='stamp']/@value")[0]
        with freeze_time(fields.Datetime.now() - timedelta(hours=25)):
            old = public_form.hash_sign(
                self.env, public_form.SCOPE, [self.team.id, 1], expiration_hours=24
            )
        for stamp in (foreign, old, "", "x", "é", "AAAA", "=" * 50):
            with self.subTest(stamp=stamp[:10]):
                self.assertEqual(self._send(stamp=stamp).status_code, 422)
        self.assertFalse(self._made())

    def test_floods_from_one_client_or_to_one_address_end(self):
        set_param = self.env["ir.config_parameter"].set_param
        set_param("helpdesk_futural_portal.forms_per_address_per_hour", "2")
        for _number in range(3):
            response = self._send()
        self.assertEqual(response.status_code, 429)
        self.assertIn("It is dark", response.text)
        self.assertEqual(len(self._made()), 2)
        self.assertEqual(self._send(email="other@solo.example").status_code, 200)
        set_param("helpdesk_futural_portal.forms_per_client_per_hour", "3")
        self.assertEqual(self._send(email="third@solo.example").status_code, 429)
        self.env["helpdesk.form.request"].search([]).date = fields.Datetime.now() - timedelta(
            hours=2
        )
        self.assertEqual(self._send().status_code, 200)

    def test_senders_are_forgotten_after_a_day(self):
        requests = self.env["helpdesk.form.request"]
        requests.search([]).unlink()
        requests._note_request(client="192.0.2.1", address="nora@solo.example")
        self.assertNotIn("nora", str(requests.search([]).mapped("fingerprint")))
        requests._gc_requests()
        self.assertEqual(requests.search_count([]), 2)
        requests.search([]).date = fields.Datetime.now() - timedelta(days=2)
        requests._gc_requests()
        self.assertEqual(requests.search_count([]), 0)

    def test_captcha_is_asked_where_it_is_configured(self):
        def refuse(self, action):
            raise UserError(f"Suspicious {action}")  # pylint: disable=translation-required

        with patch.object(self.env.registry["ir.http"], "_verify_request_recaptcha_token", refuse):
            self.assertIn("Suspicious helpdesk_form", self._send().text)
        self.assertFalse(self._made())

    def test_mistakes_are_named_and_nothing_is_lost(self):
        response = self._send(email="not an address", contact=" ")
        self.assertEqual(response.status_code, 422)
        for text in ("address that we can answer", "tell us your name", "It is dark"):
            self.assertIn(text, response.text)
        attack = '"><script>alert(1)</script>'
        response = self._send(email=attack, contact=attack, title="", description=attack)
        self.assertNotIn("<script>alert", response.text)

    def test_sending_twice_makes_one_ticket(self):
        token = str(uuid.uuid4())
        answers = [self._send(form_token=token).text for _click in range(2)]
        self.assertEqual(len(self._made()), 1)
        self.assertIn(self._made().ticket_ref, answers[1])

    @mute_logger("odoo.http")
    def test_nothing_else_gets_in(self):
        self.assertEqual(self._send(csrf_token="forged").status_code, 400)
        self._send(
            partner_id=self.customer.id,
            team_id=self.private_team.id,
            user_id=self.emma.id,
            priority="7",
            confidential="1",
            channel="api",
            partner_phone="1",
        )
        ticket = self._made()
        self.assertEqual(ticket.team_id, self.team)
        self.assertEqual((ticket.priority, ticket.channel), ("1", "form"))
        self.assertFalse(ticket.user_id or ticket.confidential or ticket.partner_phone)
        self.assertNotEqual(ticket.partner_id, self.customer)
