from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_http import PortalHttpCase


@tagged("post_install", "-at_install")
class TestTicketPage(PortalHttpCase):
    """The page of one ticket: who gets in, and what they read."""

    def setUp(self):
        super().setUp()
        self.ticket = self._ticket(
            name="Jammed <script>alert('name')</script>",
            user_id=self.aino.id,
            description="<p>It is <b>jammed</b><script>alert('text')</script></p>",
            resolution="<p>Draft of a solution</p>",
        )
        self.token = self.ticket._portal_ensure_token()
        self.url = f"/my/ticket/{self.ticket.id}"

    def _opens(self, user, url=None):
        self._sign_in(user)
        response = self._get(url or self.url, allow_redirects=False)
        self.assertIn(response.status_code, (200, 303, 404))
        return response.status_code == 200

    @mute_logger("odoo.http")
    def test_who_may_see_the_ticket_may_open_it_and_nobody_else(self):
        for user, opens in (
            (self.liisa, True),
            (self.pekka, True),
            (self.ingrid, False),
            (self.aino, True),
            (self.employee, False),
            (self.foreign_agent, False),
            (None, False),
        ):
            with self.subTest(user=user and user.name):
                self.assertEqual(self._opens(user), opens)

    def test_opening_the_page_costs_few_queries(self):
        self._sign_in(self.pekka)
        self.assertTrue(self._opens(self.pekka))
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self._get(self.url)
        self.assertLessEqual(self.cr.sql_log_count - before, 17, "with website")

    @mute_logger("odoo.http")
    def test_what_does_not_exist_answers_like_what_is_not_ones_own(self):
        self._sign_in(self.ingrid)
        there = self._get(self.url, allow_redirects=False)
        gone = self._get("/my/ticket/999999999", allow_redirects=False)
        self.assertEqual((there.status_code, gone.status_code), (404, 404))
        self._sign_in(None)
        for url in (self.url, "/my/ticket/999999999"):
            location = self._get(url, allow_redirects=False).headers["Location"]
            self.assertIn("/web/login?redirect=", location)

    @mute_logger("odoo.http")
    def test_the_link_of_a_mail_opens_that_ticket_only(self):
        other = self._ticket(partner_id=self.other_customer.id)
        other._portal_ensure_token()
        for user in (None, self.ingrid):
            self.assertTrue(self._opens(user, f"{self.url}?access_token={self.token}"))
            for wrong in ("x", "", self.token[:-1], self.token + "0", "é", "%00", "1" * 5000):
                with self.subTest(token=wrong[:20]):
                    self.assertFalse(self._opens(user, f"{self.url}?access_token={wrong}"))
        self.assertFalse(self._opens(None, f"/my/ticket/{other.id}?access_token={self.token}"))

    @mute_logger("odoo.http")
    def test_a_link_ends_with_its_customer_and_with_the_teams_portal(self):
        url = f"{self.url}?access_token={self.token}"
        self.ticket.partner_id = self.other_customer
        self.assertFalse(self._opens(None, url))
        url = f"{self.url}?access_token={self.ticket.access_token}"
        self.assertTrue(self._opens(None, url))
        self.team.privacy_visibility = "internal"
        self.assertFalse(self._opens(None, url))
        self.assertFalse(self._opens(self.ingrid, url))
        self.assertTrue(self._opens(self.aino, url), "agents may look")

    def test_customers_read_labels_names_and_no_more(self):
        self.stage_new.customer_label = "Received"
        self.ticket.message_subscribe(self.pekka.partner_id.ids)
        self._note(self.ticket)
        self._sign_in(self.liisa)
        text = self._text(self._page(self.url))
        for shown in ("Received", "Aino Virtanen", "Pekka Laine", self.ticket.ticket_ref, "Normal"):
            self.assertIn(shown, text)
        source = self._get(self.url).text
        for hidden in ("aino@", "pekka@laine", "Draft of", "Not for the customer", self.token):
            self.assertNotIn(hidden, source)

    def test_the_solution_shows_when_it_is_one(self):
        self.ticket.stage_id = self.stage_done
        self._sign_in(self.liisa)
        self.assertIn("Draft of a solution", self._text(self._page(self.url)))

    def test_nothing_that_people_write_runs(self):
        self.ticket.resolution = "<img src=x onerror=alert('resolution')>"
        self.ticket.stage_id = self.stage_done
        self.stage_done.customer_label = "<script>alert('stage')</script>"
        self.customer.name = "<script>alert('customer')</script>"
        self.aino.name = "<script>alert('agent')</script>"
        file = self.env["ir.attachment"].create(
            {
                "name": "<script>alert('file')</script>.txt",
                "raw": b"x",
                "res_model": "helpdesk.ticket",
                "res_id": self.ticket.id,
            }
        )
        self._answer(self.ticket, attachment_ids=file.ids)
        for user in (self.liisa, self.pekka):
            self._sign_in(user)
            for url in (
                self.url,
                f"{self.url}?notice=%3Cscript%3Ealert('notice')%3C/script%3E",
                f"{self.url}?hash=%22%3E%3Cscript%3Ealert('hash')&pid=%22%3E%3Cscript%3Ealert('pid')",
                "/my/tickets",
            ):
                source = self._get(url).text
                self.assertNotIn("<script>alert", source)
                self.assertNotIn("alert('resolution')", source)
        self._sign_in(None)
        link = f"{self.url}?access_token={self.token}&hash=%22%3E%3Cscript%3Ealert('hash')&pid=1"
        self.assertNotIn("<script>alert", self._get(link).text)

    def test_files_of_the_conversation_are_listed_and_others_not(self):
        shown, hidden = self.env["ir.attachment"].create(
            [
                {
                    "name": name,
                    "raw": name.encode(),
                    "res_model": "helpdesk.ticket",
                    "res_id": self.ticket.id,
                }
                for name in ("manual.txt", "margin.txt")
            ]
        )
        self._answer(self.ticket, attachment_ids=shown.ids)
        self._note(self.ticket, attachment_ids=hidden.ids)
        self._sign_in(self.liisa)
        page = self._page(self.url)
        links = page.xpath("//a[contains(@href,'/web/content/')]")
        self.assertEqual([self._text(link) for link in links], ["manual.txt"])
        self.assertEqual(self._get(links[0].get("href")).text, "manual.txt")

    @mute_logger("odoo.http")
    def test_files_of_notes_have_no_way_out(self):
        hidden = self.env["ir.attachment"].create(
            {
                "name": "margin.png",
                "raw": b"secret margin",
                "res_model": "helpdesk.ticket",
                "res_id": self.ticket.id,
            }
        )
        self._note(self.ticket, attachment_ids=hidden.ids)
        token = f"access_token={self.token}"
        for user in (self.liisa, self.pekka, None):
            self._sign_in(user)
            for url in (
                f"/web/content/{hidden.id}",
                f"/web/content/{hidden.id}?{token}",
                f"/web/content/{hidden.id}?download=true",
                f"/web/image/{hidden.id}",
                f"/web/content/ir.attachment/{hidden.id}/raw",
                f"/web/image/ir.attachment/{hidden.id}/raw",
                f"/mail/attachment/pdf_first_page/{hidden.id}?{token}",
            ):
                with self.subTest(user=user and user.name, url=url):
                    self.assertNotIn(b"secret margin", self._get(url).content)

    def test_parameters_that_nobody_asked_for_are_no_mistake_of_ours(self):
        self._sign_in(self.liisa)
        extra = "ticket=1&notice=x&partner=2&stage=3&ticket_id=4&values=5"
        self.assertEqual(self._get(f"{self.url}?{extra}").status_code, 200)
        self.ticket.priority = "1"
        response = self._post(
            f"{self.url}/priority", priority="2", notice="x", ticket="1", partner="2"
        )
        self.assertEqual(response.status_code, 303)
        self.assertEqual(self.ticket.priority, "2")

    def test_opening_the_page_changes_nothing(self):
        quiet = self._ticket()
        self.assertFalse(quiet.access_token)
        before = self._row(quiet)
        self._sign_in(self.liisa)
        self._page(f"/my/ticket/{quiet.id}")
        self.assertEqual(self._row(quiet), before)

    def _row(self, ticket):
        self.env.flush_all()
        self.env.cr.execute("SELECT * FROM helpdesk_ticket WHERE id = %s", [ticket.id])
        return self.env.cr.fetchall()

    def test_the_mail_to_the_customer_has_a_button_to_the_page(self):
        def button(customer):
            groups = self.ticket._notify_get_recipients_groups(
                self._answer(self.ticket), "Ticket", {}
            )
            return next(
                data
                for _name, matches, data in groups
                if matches(
                    {
                        "id": customer.id,
                        "type": "customer",
                        "groups": [],
                        "notif": "email",
                        "share": True,
                        "uid": False,
                        "active": True,
                        "ushare": False,
                    }
                )
            )

        data = button(self.customer)
        self.assertTrue(data["has_button_access"])
        self.assertIn(f"access_token={self.token}", data["button_access"]["url"])
        self._sign_in(None)
        self.assertIn(self.ticket.ticket_ref, self._get(data["button_access"]["url"]).text)
        self.team.privacy_visibility = "internal"
        self.assertFalse(button(self.customer)["has_button_access"])

    def test_a_signed_in_customers_link_carries_no_token(self):
        url = self.ticket.with_user(self.liisa)._get_share_url()
        self.assertNotIn("access_token", url)
        self.assertIn("access_token", self.ticket.with_user(self.aino)._get_share_url())

    def test_the_page_looks_at_no_token_of_another_visitor(self):
        self._sign_in(self.liisa)
        response = self._get(self.url)
        self.assertEqual(response.headers["Referrer-Policy"], "same-origin")
        self.assertEqual(response.headers["X-Frame-Options"], "SAMEORIGIN")

    def test_an_agent_gets_to_the_page_from_the_form(self):
        action = self.ticket.with_user(self.aino).action_customer_preview()
        self.assertEqual(action["url"], self.url)

    def test_a_ticket_in_each_stage_shows_where_it_stands(self):
        for stage in self.stages:
            self.ticket.stage_id = stage
            with self.subTest(stage=stage.name):
                current = [
                    label for label, mark in self.ticket._get_customer_steps() if mark == "current"
                ]
                self.assertEqual(current, [stage.name])
        self.ticket.stage_id = self.stage_done
        self.assertEqual(
            self.ticket._get_customer_steps(),
            [("New", "done"), ("Working", "done"), ("Done", "current"), ("Closed", "next")],
        )
