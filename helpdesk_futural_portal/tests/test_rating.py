from odoo.tests import tagged

from .common_http import PortalHttpCase


@tagged("post_install", "-at_install")
class TestPortalRating(PortalHttpCase):
    """The customer rates from the page of their ticket."""

    def setUp(self):
        super().setUp()
        self.team.use_rating = True
        self.ticket = self._ticket(user_id=self.aino.id)
        self._commit()
        self.ticket.stage_id = self.stage_done
        self._commit()
        self.url = f"/my/ticket/{self.ticket.id}"

    def _commit(self):
        """Do what a commit does before it commits."""
        self.env.cr.flush()
        self.env.invalidate_all()

    def _links(self, page):
        return page.xpath("//a[contains(@href, '/rate/')]/@href")

    def test_who_was_asked_finds_the_faces_on_the_page(self):
        self._sign_in(self.liisa)
        token = self.ticket.rating_ids.access_token
        self.assertEqual(
            self._links(self._page(self.url)), [f"/rate/{token}/{rate}" for rate in (5, 3, 1)]
        )

    def test_a_colleague_who_wasnt_asked_finds_none(self):
        self._sign_in(self.pekka)
        self.assertFalse(self._links(self._page(self.url)))

    def test_who_has_rated_reads_it_and_may_change_it_for_seven_days(self):
        self.ticket._rate(self.ticket.rating_ids, 3, "So so")
        self._commit()
        self._sign_in(self.liisa)
        page = self._page(self.url)
        self.assertIn("You said: Okay", self._text(page))
        self.assertEqual(len(self._links(page)), 1)
        self.ticket.rating_date = "2026-01-01 10:00:00"
        self.env.flush_all()
        page = self._page(self.url)
        self.assertIn("You said: Okay", self._text(page))
        self.assertFalse(self._links(page))

    def test_what_a_customer_thinks_is_no_part_of_the_conversation(self):
        self.ticket._rate(self.ticket.rating_ids, 1, "Never again")
        self._commit()
        # Pekka sees all tickets of the organisation, but not what Liisa told us.
        messages = self.ticket.message_ids.with_user(self.pekka)._filtered_access("read")
        self.assertTrue(messages)
        self.assertNotIn("Never again", "".join(messages.mapped("body")))

    def test_the_teams_score_is_shown_only_if_the_team_wants_it(self):
        self.ticket._rate(self.ticket.rating_ids, 5)
        self._commit()
        self._sign_in(self.liisa)
        self.assertNotIn("of our customers were satisfied", self._text(self._page(self.url)))
        self.team.portal_show_rating = True
        self.env.flush_all()
        self.assertIn("100 % of our customers were satisfied", self._text(self._page(self.url)))

    def test_a_merged_ticket_asks_nothing(self):
        target = self._ticket()
        self.env["helpdesk.ticket.merge"].create(
            {"ticket_ids": self.ticket.ids, "target_id": target.id}
        ).action_merge()
        self._commit()
        self._sign_in(self.liisa)
        self.assertFalse(self._links(self._page(f"{self.url}?")))
