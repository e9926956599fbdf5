from collections import Counter

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import html2plaintext

SUGGESTED = 5
FOUND = 10
#: How much of a description says what a ticket is about.
DESCRIPTION_LENGTH = 200


class HelpdeskTicketArticle(models.Model):
    """Help articles on an agent's ticket: written from it, suggested for it, and sent to its customer."""

    _inherit = "helpdesk.ticket"

    article_count = fields.Integer("Number of Articles", compute="_compute_article_count")

    def _compute_article_count(self):
        # sudo: the articles' tickets are hidden; only articles that the user sees are counted
        found = self.env["helpdesk.article"].sudo().search([("ticket_id", "in", self.ids)])
        seen = found.sudo(self.env.su)._filtered_access("read")  # sudo: back to the user's rights
        counts = Counter(article.ticket_id.id for article in found & seen)
        for ticket in self:
            ticket.article_count = counts[ticket.id]

    # ------------------------------------------------------------------
    # From a ticket to an article
    # ------------------------------------------------------------------

    def action_create_article(self):
        """Open a new article that begins with the ticket's title and resolution.

        Nothing else of the ticket is taken over, and nothing is kept before the agent saves it.
        """
        self.ensure_one()
        self.check_access("write")  # agents', though it changes nothing
        category = self.env["helpdesk.article.category"].search(
            [("ticket_type_ids", "in", self.ticket_type_id.ids)], limit=1
        )
        private = self.team_id.privacy_visibility == "invited_internal"
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Article"),
            "res_model": "helpdesk.article",
            "views": [(False, "form")],
            "context": {
                "default_name": self.name,
                "default_body": self.resolution or False,
                "default_category_id": category.id,
                "default_company_id": self.company_id.id,
                # What only this team may see stays with it until it is published.
                "default_team_id": self.team_id.id if private else False,
                "default_source_ticket_id": self.id,
            },
        }

    def action_view_articles(self):
        """Return the action that lists the articles written from the ticket."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "helpdesk_futural_portal.helpdesk_article_action"
            ),
            "domain": [("source_ticket_id", "in", self.ids)],
            "context": {},
        }

    # ------------------------------------------------------------------
    # From an article to the ticket's customer
    # ------------------------------------------------------------------

    @api.readonly
    def get_articles(self, question=""):
        """Return published articles for the ticket, for the list that agents choose from.

        :param str question: what the agent looks for; without, those that fit the ticket are suggested
        :return: ``[{"id", "name", "teaser", "url", "category", "visibility", "warning"}]``
        """
        self.ensure_one()
        self.check_access("write")  # agents', though it changes nothing
        articles = self.env["helpdesk.article"]
        domain = Domain("state", "=", "published") & Domain(
            "company_id", "in", [False, self.company_id.id]
        )
        if question and question.strip():
            found, total = articles._search_articles(question, domain, limit=FOUND)
            if not total:
                found = articles._search_similar(question, domain, limit=FOUND)
        else:
            found = self._suggest_articles(domain)
        labels = dict(articles._fields["visibility"]._description_selection(self.env))
        return [
            {
                "id": article.id,
                "name": article.name,
                "teaser": article.teaser,
                "url": article.website_url,
                "category": article.category_id.display_name or "",
                "visibility": labels[article.visibility],
                "warning": self._get_article_warning(article),
            }
            for article in found
        ]

    def _suggest_articles(self, domain):
        """Return the articles that the ticket's title, else its description, speaks of."""
        articles = self.env["helpdesk.article"]
        found = articles._search_similar(self.name, domain, limit=SUGGESTED)
        if len(found) < SUGGESTED:
            text = html2plaintext(self.description or "")[:DESCRIPTION_LENGTH]
            found |= articles._search_similar(
                f"{self.name} {text}",
                domain,
                limit=SUGGESTED - len(found),
                exclude=found,
                share=0.34,
            )
        return found

    def _get_article_warning(self, article):
        """Return why the ticket's customer can't open the article's page; empty if they can."""
        if not article._is_for_customers():
            return self.env._("Customers can't open this article: it is for agents.")
        # sudo: whether the customer has an account
        users = self.partner_id.sudo().user_ids
        if article.visibility == "portal" and not users:
            return self.env._("The customer has no account, which this article asks for.")
        return ""

    def action_insert_article(self, article_id, mode):
        """Open the composer with an answer that holds the article.

        :param int article_id: id of a ``helpdesk.article``
        :param str mode: ``link`` for its title with its address, ``text`` for all of it
        :return: the composer's action
        :raises UserError: if the article is not, or no longer, published
        """
        self.ensure_one()
        self.check_access("write")
        article = self.env["helpdesk.article"].search(
            [("id", "=", int(article_id)), ("state", "=", "published")]
        )
        if not article:
            raise UserError(self.env._("This article is no longer published. Choose another."))
        article = article.with_context(lang=self._get_customer_lang())
        if mode == "text":
            body = Markup("<p><b>%s</b></p>%s") % (article.name, article._get_embedded_body())
        else:
            body = Markup('<p><a href="%s">%s</a></p>') % (
                article.get_base_url() + article.website_url,
                article.name,
            )
        return self._get_reply_composer(
            self.env._("Reply with an Article"), Markup("<p><br></p>") + body
        )
