from lxml import html

from odoo.http import Request
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common_rating import RatingCase


@tagged("post_install", "-at_install")
class TestRatingPage(HttpCase, RatingCase):
    """The page behind the faces of the mail, as the customer and as robots open it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.privacy_visibility = "portal"

    def setUp(self):
        super().setUp()
        self.ticket = self._solved()
        self.token = self.ticket.rating_ids.access_token
        self.env.flush_all()

    def _open(self, rate=5, **options):
        return self.url_open(f"/rate/{self.token}/{rate}", **options)

    def _send(self, rate, feedback="", **options):
        """Send the form as the browser does, with the token against forgery."""
        self._open()
        data = {"rate": rate, "feedback": feedback, "csrf_token": Request.csrf_token(self)}
        response = self.url_open(f"/rate/{self.token}/submit_feedback", data=data, **options)
        self.env.invalidate_all()
        return response

    def _text(self, response):
        return " ".join(html.fromstring(response.text).find(".//main").text_content().split())

    def _get_given(self):
        self.env.invalidate_all()
        return self.ticket.rating_ids.filtered("consumed").mapped("rating")

    def test_opening_the_link_never_votes_whoever_does_it(self):
        self.authenticate(None, None)
        for rate in (5, 3, 1):
            for options in ({}, {"method": "HEAD"}, {"headers": {"Purpose": "prefetch"}}):
                response = self._open(rate, **options)
                self.assertEqual(response.status_code, 200)
        self.url_open(f"/rate/{self.token}/submit_feedback?rate=1&feedback=bad")
        self.assertEqual(self._get_given(), [])
        self.assertFalse(self._alerts(self.ticket))

    def test_the_clicked_face_is_chosen_already(self):
        self.authenticate(None, None)
        for rate in (5, 3, 1):
            page = html.fromstring(self._open(rate).text)
            self.assertEqual(page.xpath("//input[@name='rate'][@checked]/@value"), [str(rate)])
        page = html.fromstring(self._open(2).text)
        self.assertFalse(page.xpath("//input[@name='rate'][@checked]"))

    def test_sending_the_form_votes_with_the_comment(self):
        self.authenticate(None, None)
        response = self._send(3, "Fine, but <slow>")
        self.assertEqual(self._get_given(), [3])
        self.assertEqual(self.ticket.rating_ids.feedback, "Fine, but <slow>")
        self.assertIn("Your rating has arrived", self._text(response))
        self.assertEqual(self.ticket.message_ids[0].author_id, self.customer)

    def test_the_vote_can_be_changed_within_seven_days_and_not_later(self):
        self.authenticate(None, None)
        self._send(1, "Bad")
        self._send(5, "Good after all")
        self.assertEqual(self._get_given(), [5])
        self.ticket.rating_date = self._days_ago(days=8)
        self.env.flush_all()
        response = self._send(1, "Bad again")
        self.assertEqual((self._get_given(), response.status_code), ([5], 200))
        self.assertIn("Your rating stands", self._text(response))
        self.assertNotIn("<form", response.text.split("<main")[1].split("</main>")[0])

    @mute_logger("odoo.http")
    def test_a_wrong_token_finds_nothing(self):
        self.authenticate(None, None)
        for token in ("wrong", self.token[:-1], self.token + "0", "t%C3%B6ken"):
            self.assertEqual(self.url_open(f"/rate/{token}/5").status_code, 404, token)

    @mute_logger("odoo.http")
    def test_a_form_without_the_token_against_forgery_is_refused(self):
        self.authenticate(None, None)
        url = f"/rate/{self.token}/submit_feedback"
        self.assertEqual(self.url_open(url, data={"rate": 1}).status_code, 400)
        self.assertEqual(self._get_given(), [])

    def test_a_form_without_a_face_asks_for_one(self):
        self.authenticate(None, None)
        for rate in ("", "7", "x", "²"):
            response = self._send(rate)
            self.assertIn("choose one of the three faces", self._text(response))
        self.assertEqual(self._get_given(), [])

    def test_a_merged_ticket_says_where_it_went(self):
        self.env["helpdesk.ticket.merge"].create(
            {"ticket_ids": self.ticket.ids, "target_id": self._settled().id}
        ).action_merge()
        self._finish()
        self.authenticate(None, None)
        self.assertIn("together with another", self._text(self._send(1)))
        self.assertEqual(self._get_given(), [])

    def test_only_the_customers_side_may_vote_when_signed_in(self):
        self.authenticate(self.aino.login, self.aino.login)
        self.assertIn("for the customer", self._text(self._send(5)))
        self.assertEqual(self._get_given(), [])
        self.authenticate(self.portal.login, self.portal.login)
        self._send(5)
        self.assertEqual(self._get_given(), [5])

    def test_a_dissatisfied_customer_reads_that_the_ticket_is_open_again(self):
        self.team.rating_reopen = True
        self.env.flush_all()
        self.authenticate(None, None)
        response = self._send(1, "It broke again")
        self.assertEqual(self.ticket.state, "in_progress")
        self.assertEqual(self._alerts(self.ticket).user_id, self.lars)
        self.assertIn("open again", self._text(response))

    def test_the_page_speaks_the_customers_language(self):
        self.env["res.lang"]._activate_lang("fi_FI")
        word = self.env.ref("helpdesk_futural.rating_word")
        word.update_field_translations("arch_db", {"fi_FI": {"Satisfied": "Tyytyväinen"}})
        self.customer.lang = "fi_FI"
        self.env.flush_all()
        self.authenticate(None, None)
        self.assertIn("Tyytyväinen", self._text(self._open()))

    def test_the_address_is_told_to_nobody(self):
        self.authenticate(None, None)
        headers = self._open().headers
        self.assertEqual(headers["Referrer-Policy"], "no-referrer")
        self.assertIn("noindex", headers["X-Robots-Tag"])
        self.assertIn("no-store", headers["Cache-Control"])

    def test_ratings_of_other_apps_keep_cores_page(self):
        rating = self.env["rating.rating"].create(
            {
                "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                "res_id": self.customer.id,
                "partner_id": self.customer.id,
            }
        )
        self.env.flush_all()
        self.authenticate(None, None)
        page = self.url_open(f"/rate/{rating.access_token}/5").text
        self.assertIn("o_rating_page_submit", page)

    def test_a_customer_rates_in_the_browser_and_changes_their_mind(self):
        self.start_tour(f"/rate/{self.token}/3", "helpdesk_futural_rating")
        self.assertEqual(self._get_given(), [5])
        self.assertEqual(self.ticket.rating_ids.feedback, "It works now. Thank you!")
