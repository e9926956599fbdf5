from odoo.tests import tagged

from .common_articles import ArticleCase
from .common_http import PortalHttpCase


@tagged("post_install", "-at_install")
class TestArticleTours(PortalHttpCase, ArticleCase):
    def test_a_customer_finds_an_article_before_sending_a_ticket(self):
        self.start_tour(
            "/my/ticket/new",
            "helpdesk_article_customer_tour",
            login=self.liisa.login,
            timeout=120,
        )
        self.for_all.invalidate_recordset()
        self.assertEqual(self.for_all.helpful_count, 1)
        self.assertEqual(self.for_all.view_count, 1)
        question = self.env["helpdesk.article.question"].search([("name", "=", "coffee machine")])
        self.assertEqual(question.count, 1)

    def test_an_agent_puts_an_article_into_a_reply(self):
        ticket = self.env["helpdesk.ticket"].create(
            {
                "name": "The printer is jammed",
                "team_id": self.team.id,
                "partner_id": self.customer.id,
                "user_id": self.aino.id,
            }
        )
        self.start_tour(
            f"/odoo/helpdesk.ticket/{ticket.id}",
            "helpdesk_article_agent_tour",
            login=self.aino.login,
            timeout=120,
        )
        answer = ticket.message_ids.filtered(lambda m: m.message_type == "comment")
        self.assertIn(self.for_all.website_url, answer.body)
        self.assertEqual(answer.author_id, self.aino.partner_id)
