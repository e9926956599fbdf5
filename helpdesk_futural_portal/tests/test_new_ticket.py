import uuid
from unittest.mock import patch

import psycopg2
from lxml import html

from odoo.exceptions import ConcurrencyError
from odoo.http import Request
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.helpdesk_futural.tests.common import full_disk

from .common_http import PortalHttpCase

URL = "/my/ticket/new"


@tagged("post_install", "-at_install")
class TestNewTicket(PortalHttpCase):
    """Customers ask for help on the form for new tickets."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.sequence = -10
        cls.severity = cls.env.ref("helpdesk_futural.severity_2")

    def setUp(self):
        super().setUp()
        self._sign_in(self.liisa)

    def _send(self, files=(), headers=None, **data):
        data = {
            "title": "The printer is on fire",
            "csrf_token": Request.csrf_token(self),
            "form_token": str(uuid.uuid4()),
            **data,
        }
        return self.url_open(
            URL,
            data={name: value for name, value in data.items() if value is not None},
            files=[("attachments", file) for file in files] or None,
            headers=headers,
            allow_redirects=False,
        )

    def _mine(self):
        return self.env["helpdesk.ticket"].search([("name", "=", "The printer is on fire")])

    def test_a_ticket_is_made_and_its_page_says_the_number(self):
        response = self._send(
            files=[("a.txt", b"aaa", "text/plain"), ("b.png", b"bbb", "image/png")],
            description="Smoke <b>everywhere</b>\nHelp",
            priority="3",
            category=str(self.category_support.id),
        )
        ticket = self._mine()
        self.assertEqual(response.status_code, 303)
        self.assertTrue(
            response.headers["Location"].endswith(f"/my/ticket/{ticket.id}?notice=created")
        )
        self.assertEqual(ticket.partner_id, self.customer)
        self.assertEqual((ticket.channel, ticket.priority), ("portal", "3"))
        self.assertEqual(ticket.team_id, self.team)
        self.assertEqual(ticket.severity_id, self.env.ref("helpdesk_futural.severity_10"))
        self.assertIn("&lt;b&gt;", ticket.description)
        first = ticket.message_ids.filtered(lambda m: m.message_type == "comment")
        self.assertEqual(first.author_id, self.customer)
        self.assertEqual(sorted(first.attachment_ids.mapped("name")), ["a.txt", "b.png"])
        self.assertEqual(sorted(first.attachment_ids.mapped("raw")), [b"aaa", b"bbb"])
        self.assertEqual(ticket.waiting_on, "team")
        page = self._text(self._page(response.headers["Location"]))
        self.assertIn(ticket.ticket_ref, page)
        self.assertIn("a.txt", page)
        told = self.env["mail.mail"].search(
            [("model", "=", "helpdesk.ticket"), ("res_id", "=", ticket.id)]
        )
        self.assertIn(ticket.ticket_ref, "".join(told.mapped("subject")))

    def test_a_file_that_finds_no_room_keeps_what_was_typed_for_another_try(self):
        form = {"description": "Smoke everywhere", "form_token": str(uuid.uuid4())}
        file = ("a.txt", b"a file that nobody else has", "text/plain")
        with full_disk():
            response = self._send(files=[file], **form)
        self.assertEqual(response.status_code, 422)
        page = html.fromstring(response.text)
        self.assertIn("its disk may be full", self._text(page))
        self.assertEqual(page.xpath("//input[@name='title']/@value"), ["The printer is on fire"])
        self.assertEqual(page.xpath("//input[@name='form_token']/@value"), [form["form_token"]])
        self.assertFalse(self._mine())
        self.assertEqual(self._send(files=[file], **form).status_code, 303)
        self.assertEqual(self._mine().message_ids.attachment_ids.raw, file[1])

    def test_a_file_for_a_comment_that_finds_no_room_is_refused_in_words(self):
        ticket = self._ticket(partner_id=self.customer.id)
        with full_disk():
            response = self.url_open(
                "/mail/attachment/upload",
                data={
                    "csrf_token": Request.csrf_token(self),
                    "thread_model": "helpdesk.ticket",
                    "thread_id": ticket.id,
                    "is_pending": "true",
                },
                files={"ufile": ("b.txt", b"another file that nobody else has")},
            )
        self.assertIn("its disk may be full", response.json()["error"])
        self.assertFalse(self.env["ir.attachment"].search([("name", "=", "b.txt")]))

    def test_the_severity_is_asked_where_it_matters(self):
        page = self._page(URL)
        marked = page.xpath("//option[@data-severity='1']/@value")
        self.assertIn(str(self.category_bug.id), marked)
        bug = str(self.category_bug.id)
        response = self._send(category=bug)
        self.assertEqual(response.status_code, 422)
        self.assertIn("Please say how bad it is", response.text)
        self._send(category=bug, severity=str(self.severity.id))
        self.assertEqual(self._mine().severity_id, self.severity)

    def test_a_severity_is_ignored_where_it_does_not_matter(self):
        self._send(category=str(self.category_support.id), severity=str(self.severity.id))
        self.assertEqual(self._mine().severity_id, self.env.ref("helpdesk_futural.severity_10"))

    def test_a_category_leads_to_its_team(self):
        other = self._team(name="Returns")
        self.category_support.team_id = other
        self._send(category=str(self.category_support.id))
        self.assertEqual(self._mine().team_id, other)

    def test_categories_that_are_not_for_customers_cant_be_had(self):
        hidden = self.env["helpdesk.ticket.type"].create(
            [
                {"name": "Internal", "portal_published": False},
                {"name": "Board", "team_id": self.private_team.id},
                {"name": "Gone", "active": False},
            ]
        )
        offered = self._page(URL).xpath("//select[@name='category']/option/@value")
        for category in hidden:
            self.assertNotIn(str(category.id), offered)
            self.assertEqual(self._send(category=str(category.id)).status_code, 422)
        self.assertFalse(self._mine())

    def test_nothing_that_was_typed_is_lost_after_a_mistake(self):
        response = self._send(
            title=" ",
            description="A long & careful text",
            category=str(self.category_support.id),
            priority="2",
            confidential="1",
        )
        self.assertEqual(response.status_code, 422)
        page = html.fromstring(response.text)
        self.assertEqual(page.xpath("//textarea")[0].text, "A long & careful text")
        self.assertEqual(
            page.xpath("//select[@name='category']/option[@selected]/@value"),
            [str(self.category_support.id)],
        )
        self.assertEqual(page.xpath("//select[@name='priority']/option[@selected]/@value"), ["2"])
        self.assertTrue(page.xpath("//input[@name='confidential'][@checked]"))
        self.assertIn("Please say in a few words", page.xpath("//div[@id='error_title']")[0].text)

    def test_sending_twice_makes_one_ticket(self):
        token = str(uuid.uuid4())
        first, second = (self._send(form_token=token) for _click in range(2))
        self.assertEqual(len(self._mine()), 1)
        self.assertEqual(first.headers["Location"], second.headers["Location"])
        self._sign_in(self.ingrid)
        response = self._send(form_token=token)
        self.assertEqual(response.status_code, 422, "another customer's form is not theirs")
        self.assertEqual(len(self._mine()), 1)

    def test_two_clicks_at_the_very_same_time_make_one_ticket(self):
        token = str(uuid.uuid4())
        values = {"name": "Twice", "team_id": self.team.id, "request_token": token}
        tickets = self.env["helpdesk.ticket"]
        tickets._create_from_form(values, "", [])
        with mute_logger("odoo.sql_db"), self.assertRaises(ConcurrencyError):
            tickets._create_from_form(values, "", [])
        with (
            patch.object(type(tickets), "create", side_effect=psycopg2.errors.NotNullViolation),
            self.assertRaises(psycopg2.errors.NotNullViolation),
        ):
            tickets._create_from_form(values, "", [])

    def test_only_what_the_form_asks_gets_into_the_ticket(self):
        self._send(
            partner_id=self.other_customer.id,
            team_id=self.private_team.id,
            user_id=self.emma.id,
            stage_id=self.stage_closed.id,
            channel="api",
            access_token="guessed",
            active="",
            name="Other",
            company_id=self.other_company.id,
            priority="9",
        )
        ticket = self._mine()
        self.assertEqual(ticket.partner_id, self.customer)
        self.assertEqual(ticket.team_id, self.team)
        self.assertEqual(ticket.stage_id, self.stage_new)
        self.assertEqual((ticket.channel, ticket.priority), ("portal", "1"))
        self.assertNotEqual(ticket.access_token, "guessed")
        self.assertFalse(ticket.user_id)

    def test_a_confidential_ticket_stays_with_its_customer(self):
        self._send(confidential="1")
        self.assertTrue(self._mine().confidential)
        self.assertFalse(self._seen_by(self.pekka, self._mine()))

    def test_files_past_the_limits_are_named_and_nothing_is_sent(self):
        set_param = self.env["ir.config_parameter"].set_param
        set_param("helpdesk_futural_portal.max_file_megabytes", "1")
        set_param("helpdesk_futural_portal.max_files", "2")
        big = ("big.log", b"x" * (1024 * 1024 + 1), "text/plain")
        virus = ("bill.pdf.exe", b"MZ", "application/pdf")
        small = ("small.log", b"x", "text/plain")
        for files, message in (
            ([big, small], "“big.log” is larger than 1 MB."),
            ([virus], "“bill.pdf.exe” is a kind of file"),
            ([small] * 3, "no more than 2 files"),
        ):
            response = self._send(files=files, description="Typed with care")
            self.assertEqual(response.status_code, 422)
            self.assertIn(message, response.text)
            self.assertIn("Typed with care", response.text)
            answer = self._send(files=files, headers={"X-Requested-With": "XMLHttpRequest"})
            self.assertIn(message, answer.json()["errors"]["attachments"])
        self.assertFalse(self._mine())
        self._send(files=[small, small])
        self.assertEqual(len(self._mine().message_ids.attachment_ids), 2)

    def test_all_files_together_may_be_larger_than_odoo_lets_one_be(self):
        self.env["ir.config_parameter"].set_param("web.max_file_upload_size", "10000")
        files = [(f"{name}.log", b"x" * 8000, "text/plain") for name in ("one", "two")]
        self.assertEqual(self._send(files=files).status_code, 303)
        self.assertEqual(len(self._mine().message_ids.attachment_ids), 2)

    def test_a_page_that_is_sent_as_a_file_comes_back_as_text(self):
        self._send(files=[("page.html", b"<script>alert(1)</script>", "text/html")])
        self.assertEqual(self._mine().message_ids.attachment_ids.mimetype, "text/plain")

    def test_the_script_gets_told_where_to_go(self):
        answer = self._send(headers={"X-Requested-With": "XMLHttpRequest"})
        self.assertEqual(
            answer.json(), {"redirect": f"/my/ticket/{self._mine().id}?notice=created"}
        )

    def test_strange_input_makes_no_error_page(self):
        for data in (
            {"title": "x" * 201},
            {"title": "\0"},
            {"description": "x" * 50_001},
            {"category": "-1"},
            {"category": "1 or 1=1"},
            {"title": None},
        ):
            with self.subTest(data=str(data)[:40]):
                self.assertEqual(self._send(**data).status_code, 422)
        self.assertFalse(self._mine())
        self.assertEqual(self._send(form_token="<script>", severity="x").status_code, 303)
        self.assertEqual(len(self._mine()), 1)

    def test_what_is_typed_never_becomes_markup(self):
        attack = '"><script>alert(1)</script></textarea>'
        response = self._send(title="", description=attack, form_token=attack, category=attack)
        self.assertNotIn("<script>alert", response.text)
        self.assertNotIn("<script>alert", self._get(f"{URL}?title=%22%3E%3Cscript%3Ealert(1)").text)

    @mute_logger("odoo.http")
    def test_forged_forms_and_visitors_make_nothing(self):
        self.assertEqual(self._send(csrf_token="forged").status_code, 400)
        self._sign_in(None)
        response = self._send()
        self.assertIn("/web/login", response.headers["Location"])
        self._sign_in(self.employee)
        self.assertTrue(self._send().headers["Location"].rstrip("/").endswith("/my"))
        self.assertFalse(self._mine())

    def test_a_company_without_a_portal_team_says_so(self):
        self.env["helpdesk.team"].search([("company_id", "=", self.company.id)]).write(
            {"privacy_visibility": "internal"}
        )
        self.assertIn("at the moment", self._send().text)
        self.assertFalse(self._mine())
