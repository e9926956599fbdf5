from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.helpdesk_article_access import READER_FIELDS
from .common_articles import ArticleCase


@tagged("post_install", "-at_install")
class TestArticleAccess(ArticleCase):
    """Who reads which articles, by whatever way."""

    def _assert_readers(self, user, *expected):
        articles = self._articles_of(user)
        expected = self.articles.union(*expected)
        domain = [("id", "in", self.all.ids)]
        self.assertEqual(articles.search(domain), expected, "search")
        self.assertEqual(articles.search_count(domain), len(expected), "count")
        self.assertEqual(
            articles._search_articles("printer", domain)[0].sorted("id"),
            expected.sorted("id"),
            "full-text search",
        )
        for article in self.all:
            theirs = article.with_user(user).with_company(user.company_id)
            with self.subTest(article.name):
                self.assertEqual(theirs.has_access("read"), article in expected)
                if article in expected:
                    self.assertEqual(theirs.read(["name"])[0]["name"], article.name)
                else:
                    with mute_logger("odoo.addons.base.models.ir_rule"):
                        self.assertRaises(AccessError, theirs.read, ["name"])

    def test_visitors_read_what_is_for_everybody(self):
        self._assert_readers(self.public, self.for_all)

    def test_customers_read_what_is_for_customers(self):
        self._assert_readers(self.liisa, self.for_all, self.for_customers)

    def test_colleagues_without_the_helpdesk_read_what_customers_read(self):
        self._assert_readers(self.employee, self.for_all, self.for_customers)

    def test_agents_read_all_of_their_company(self):
        mine = self.all - self.foreign
        self._assert_readers(self.aino, mine)
        self._assert_readers(self.admin, mine)

    def test_agents_of_another_company_read_theirs(self):
        self._assert_readers(self.foreign_agent, self.foreign)

    def test_articles_without_company_are_for_all_of_them(self):
        self.for_all.company_id = False
        self._assert_readers(self.foreign_agent, self.for_all, self.foreign)
        self._assert_readers(self.liisa, self.for_all, self.for_customers)

    def test_what_is_a_private_teams_stays_with_it(self):
        self.draft.team_id = self.for_agents.team_id = self.private_team
        self._assert_readers(self.aino, self.for_all, self.for_customers, self.archived)
        self._assert_readers(self.emma, self.all - self.foreign)
        self._assert_readers(self.admin, self.all - self.foreign)

    def test_unpublishing_and_archiving_count_at_once(self):
        self.for_all.with_user(self.aino).action_unpublish()
        self._assert_readers(self.public)
        self.for_all.state = "published"
        self._assert_readers(self.public, self.for_all)
        self.for_all.active = False
        self._assert_readers(self.public)

    @mute_logger("odoo.models", "odoo.orm.models", "odoo.addons.base.models.ir_rule")
    def test_readers_get_no_more_than_the_page_shows(self):
        hidden = sorted(set(self.for_all._fields) - READER_FIELDS)
        for name in ("source_ticket_id", "author_id", "view_count", "vote_ids", "keywords"):
            self.assertIn(name, hidden)
        for user in (self.public, self.liisa, self.employee):
            theirs = self.for_all.with_user(user).with_company(self.company)
            self.assertLessEqual(set(theirs.search_read([], [])[0]), READER_FIELDS)
            for name in hidden:
                with self.subTest(user=user.login, field=name):
                    self.assertRaises(AccessError, theirs.read, [name])
                    field = theirs._fields[name]
                    if field.store and field.column_type:
                        value = self.for_all[name]
                        value = value.id if field.relational else value
                        self.assertRaises(AccessError, theirs.search, [(name, "=", value)])
            self.assertRaises(AccessError, theirs.search, [], order="view_count")

    @mute_logger(
        "odoo.models", "odoo.addons.base.models.ir_model", "odoo.addons.mail.models.mail_thread"
    )
    def test_readers_change_nothing(self):
        for user in (self.public, self.liisa, self.employee):
            theirs = self.for_all.with_user(user).with_company(self.company)
            partner = user.partner_id.ids
            for what, attempt in {
                "write": lambda a=theirs: a.write({"name": "Mine"}),
                "unlink": lambda a=theirs: a.unlink(),
                "create": lambda a=theirs: a.create({"name": "Mine"}),
                "unpublish": lambda a=theirs: a.action_unpublish(),
                "post": lambda a=theirs: a.message_post(body="Hello"),
                "follow": lambda a=theirs, p=partner: a.message_subscribe(partner_ids=p),
            }.items():
                with self.subTest(user=user.login, what=what), self.assertRaises(AccessError):
                    attempt()
        self.assertNotIn(self.liisa.partner_id, self.for_all.message_partner_ids)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_what_agents_say_about_an_article_stays_among_them(self):
        said = self.for_all.with_user(self.aino).message_post(
            body="Liisa asked for this", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        for user in (self.public, self.liisa, self.employee):
            messages = self.env["mail.message"].with_user(user)
            with self.subTest(user.login):
                self.assertFalse(said.with_user(user).has_access("read"))
                found = messages.search_count(
                    [("model", "=", "helpdesk.article"), ("res_id", "=", self.for_all.id)]
                )
                self.assertFalse(found)
        self.assertTrue(said.with_user(self.lars).has_access("read"))

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_votes_questions_and_search_words_are_not_for_readers(self):
        self.for_all._vote("a visitor", False)
        for name in ("vote", "question", "text", "category"):
            model = self.env[f"helpdesk.article.{name}"]
            for user in (self.public, self.liisa, self.employee):
                with self.subTest(model=name, user=user.login):
                    self.assertFalse(model.with_user(user).has_access("read"))
        votes = self.env["helpdesk.article.vote"].with_user(self.aino)
        self.assertEqual(votes.search([("article_id", "=", self.for_all.id)]).helpful, False)
        self.assertFalse(votes.has_access("write"))
        self.assertFalse(
            votes.with_user(self.foreign_agent)
            .with_company(self.other_company)
            .search_count([("article_id", "=", self.for_all.id)])
        )

    # ------------------------------------------------------------------
    # Publishing
    # ------------------------------------------------------------------

    def test_agents_publish_for_agents_by_themselves(self):
        article = self._articles_of(self.aino).create(
            {"name": "Passwords", "body": "<p>Ask Lars</p>"}
        )
        self.assertEqual((article.state, article.visibility), ("draft", "internal"))
        article.action_publish()
        self.assertEqual(article.state, "published")
        self.assertTrue(article.published_date)

    def test_what_customers_read_is_published_by_leaders_and_administrators(self):
        theirs = self.draft.with_user(self.aino)
        self.assertFalse(theirs.may_publish)
        self.assertRaises(AccessError, theirs.action_publish)
        self.assertRaises(
            AccessError, self.for_agents.with_user(self.aino).write, {"visibility": "public"}
        )
        self.assertRaises(AccessError, self.archived.with_user(self.aino).write, {"active": True})
        self.assertRaises(
            AccessError, self.for_all.with_user(self.aino).write, {"company_id": False}
        )
        self.assertRaises(
            AccessError,
            self._articles_of(self.aino).create,
            {"name": "Sneaky", "body": "<p>x</p>", "visibility": "public", "state": "published"},
        )
        self.draft.with_user(self.lars).action_publish()
        self.assertEqual(self.draft.state, "published")
        self.draft.with_user(self.aino).write({"body": "<p>A typing error less.</p>"})
        self.draft.team_id = self.private_team
        self.draft.state = "draft"
        self.assertFalse(self.draft.with_user(self.lars).may_publish, "another team's leader")
        self.draft.with_user(self.admin).action_publish()
        self.assertEqual(self.draft.state, "published")

    def test_agents_ask_for_a_review(self):
        self.draft.team_id = self.team
        answer = self.draft.with_user(self.aino).action_request_review()
        self.assertIn("Lars Hansen", answer["params"]["message"])
        self.assertEqual(self.draft.activity_ids.user_id, self.lars)
        self.draft.team_id = False
        self.assertTrue(
            self.draft._get_reviewer().has_group("helpdesk_futural.group_helpdesk_manager")
        )

    def test_agents_delete_no_articles(self):
        self.assertFalse(self.draft.with_user(self.aino).has_access("unlink"))
        self.draft.with_user(self.admin).unlink()
        self.assertFalse(self.draft.exists())

    def test_changing_what_customers_read_is_logged(self):
        before = self.for_all.edit_date
        count = len(self.for_all.message_ids)
        self.for_all.edit_date = before.replace(year=2020)
        self.for_all.with_user(self.aino).write({"body": "<p>Turn the red wheel.</p>"})
        self.assertGreaterEqual(self.for_all.edit_date, before)
        self.assertEqual(len(self.for_all.message_ids), count + 1)
        self.for_all.with_user(self.aino).write({"body": "<p>Turn the red wheel.</p>"})
        self.assertEqual(len(self.for_all.message_ids), count + 1, "nothing changed")
