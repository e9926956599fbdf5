from lxml import html

from odoo.http import Request
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..controllers.articles import sitemap_articles
from .common_articles import PIXEL, ArticleCase
from .common_http import PortalHttpCase

URL = "/helpdesk/articles"
CHROME = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0"}


@tagged("post_install", "-at_install")
class TestArticlePages(PortalHttpCase, ArticleCase):
    """What visitors, customers and agents find on the help pages."""

    def _links(self, url):
        return {
            " ".join(link.text_content().split()): link.get("href")
            for link in self._page(url).iter("a")
            if "/helpdesk/articles/" in (link.get("href") or "")
        }

    def test_each_reader_finds_and_opens_what_is_for_them(self):
        readers = {
            None: self.for_all,
            self.liisa: self.for_all | self.for_customers,
            self.employee: self.for_all | self.for_customers,
            self.aino: self.for_all | self.for_customers | self.for_agents,
        }
        for user, expected in readers.items():
            self._sign_in(user)
            name = user.login if user else "a visitor"
            for url in (URL, f"{URL}?search=printer", f"{URL}?category={self.section.id}"):
                with self.subTest(name, url=url):
                    self.assertEqual(set(self._links(url)), set(expected.mapped("name")))
            for article in self.all - expected:
                with self.subTest(name, article=article.name):
                    answer = self._get(article.website_url, allow_redirects=False)
                    if user == self.aino and article in self.draft | self.archived:
                        self.assertEqual(answer.status_code, 200, "agents look at drafts")
                        self.assertIn("only agents see this page", answer.text)
                    elif user:
                        self.assertEqual(answer.status_code, 404)
                    else:
                        self.assertEqual(answer.status_code, 303)
                        self.assertIn("/web/login?redirect=", answer.headers["Location"])
                    if answer.status_code != 200:
                        self.assertNotIn("green wheel", answer.text)

    def test_a_page_tells_search_engines_what_it_is(self):
        self.for_all.summary = "Without tools & in a minute"
        page = self._page(self.for_all.website_url)
        self.assertEqual(
            page.xpath("//meta[@name='description']/@content"), ["Without tools & in a minute"]
        )
        self.assertIn("Free a jammed printer", page.findtext(".//title"))
        self.assertFalse(page.xpath("//meta[@name='robots' and @content='noindex']"))
        self.assertEqual(
            [h.text_content().strip() for h in page.iter("h1")], ["Free a jammed printer"]
        )
        moved = self._get(f"{URL}/an-old-title-{self.for_all.id}", allow_redirects=False)
        self.assertEqual(moved.status_code, 301)
        self.assertTrue(moved.headers["Location"].endswith(self.for_all.website_url))
        env = self.env(user=self.public)
        listed = [page["loc"] for page in sitemap_articles(env, None, None)]
        self.assertIn(self.for_all.website_url, listed)
        for article in self.all - self.for_all:
            self.assertNotIn(article.website_url, listed)
        listed = [page["loc"] for page in sitemap_articles(self.env(user=self.aino), None, None)]
        self.assertNotIn(self.for_agents.website_url, listed)

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule")
    def test_nothing_in_the_address_makes_an_error(self):
        for url in (
            f"{URL}/{2**40}",
            f"{URL}/x-{2**40}",
            f"{URL}/-1",
            f"{URL}/0",
            f"{URL}/nothing",
        ):
            with self.subTest(url):
                self.assertIn(self._get(url, allow_redirects=False).status_code, (303, 404))
        for url in (
            f"{URL}?search=%27%26%7C%21%3A%2A%28%29",
            f"{URL}?search={'x' * 3000}",
            f"{URL}?search=a%00b",
            f"{URL}?category=x&search=printer",
            f"{URL}?category={2**40}",
            f"{URL}?category=²",
            f"{URL}/page/0?search=printer",
            f"{URL}/page/{10**30}?search=printer",
            f"{URL}/suggest",
            f"{URL}/suggest?question=%27%26%7C%21&team=x",
            f"{URL}/suggest?question=printer&team={2**40}",
        ):
            with self.subTest(url[:60]):
                self.assertEqual(self._get(url).status_code, 200)

    def test_votes_are_sent_counted_once_and_can_be_changed(self):
        for user in (None, self.liisa):
            self._sign_in(user)
            url = f"{URL}/{self.for_all.id}/vote"
            answer = self._post(url, helpful="0")
            self.assertEqual(answer.status_code, 303)
            self.assertIn("#helpdesk_vote", answer.headers["Location"])
            self._post(url, helpful="1")
            page = self._page(self.for_all.website_url)
            pressed = page.xpath("//button[@name='helpful'][@aria-pressed='true']/@value")
            self.assertEqual(pressed, ["1"])
        self.assertEqual((self.for_all.helpful_count, self.for_all.unhelpful_count), (2, 0))
        with mute_logger("odoo.http"):
            refused = self.url_open(url, data={"helpful": "0"}, allow_redirects=False)
            self.assertEqual(refused.status_code, 400, "without the token against forgery")
            self.assertEqual(self._post(url, helpful="5").status_code, 404)
            for article in (self.draft, self.for_agents, self.foreign):
                with self.subTest(article.name):
                    refused = self._post(f"{URL}/{article.id}/vote", helpful="1")
                    self.assertEqual(refused.status_code, 404)
                    self.assertFalse(article.helpful_count)
        self.assertEqual(self.for_all.helpful_count, 2)
        self.assertIn(self._get(url, allow_redirects=False).status_code, (404, 405))

    def test_one_client_alone_makes_no_opinion(self):
        self.env["ir.config_parameter"].sudo().set_param(
            "helpdesk_futural_portal.article_answers_per_reader_per_hour", "3"
        )
        questions = self.env["helpdesk.article.question"]
        for number in range(3):
            self._sign_in(None)  # a new session each time
            answer = self._post(f"{URL}/{self.for_all.id}/vote", helpful="0")
            self.assertEqual(answer.status_code, 303)
            answer = self._post_as(CHROME, f"{URL}/not-found", search=f"zeppelin {'x' * number}")
            self.assertEqual(answer.status_code, 204)
        self.for_all.invalidate_recordset()
        self.assertEqual(self.for_all.unhelpful_count, 2)
        self.assertEqual(questions.search_count([("name", "like", "zeppelin%")]), 1)
        self._sign_in(self.liisa)
        self._post(f"{URL}/{self.for_all.id}/vote", helpful="1")
        self.for_all.invalidate_recordset()
        self.assertEqual(self.for_all.helpful_count, 1, "who signs in counts by themselves")

    def test_one_client_alone_makes_no_article_popular(self):
        self.env["ir.config_parameter"].sudo().set_param(
            "helpdesk_futural_portal.article_views_per_reader_per_hour", "3"
        )
        for _number in range(5):
            self._sign_in(None)  # a new session each time
            answer = self._post_as(CHROME, f"{URL}/{self.for_all.id}/view")
            self.assertEqual(answer.status_code, 204)
        self.for_all.invalidate_recordset()
        self.assertEqual(self.for_all.view_count, 3)
        self._post(f"{URL}/{self.for_all.id}/vote", helpful="1")
        self.for_all.invalidate_recordset()
        self.assertEqual(self.for_all.helpful_count, 1, "who read much may still say something")
        self._sign_in(self.liisa)
        self._post_as(CHROME, f"{URL}/{self.for_all.id}/view")
        self.for_all.invalidate_recordset()
        self.assertEqual(self.for_all.view_count, 4, "who signs in counts by themselves")

    def test_opening_is_counted_once_by_the_page_and_not_by_reading_it(self):
        self._sign_in(None)
        self._page(self.for_all.website_url)
        self.assertEqual(self.for_all.view_count, 0)
        url = f"{URL}/{self.for_all.id}/view"
        robot = {"User-Agent": "Googlebot/2.1"}
        self._post_as(robot, url)
        self.assertEqual(self.for_all.view_count, 0, "a robot")
        for _time in range(2):
            self.assertEqual(self._post_as(CHROME, url).status_code, 204)
        self.for_all.invalidate_recordset()
        self.assertEqual(self.for_all.view_count, 1)
        self._sign_in(self.aino)
        self._post_as(CHROME, url)
        self.for_all.invalidate_recordset()
        self.assertEqual(self.for_all.view_count, 1, "an agent")

    def _post_as(self, headers, url, **data):
        data["csrf_token"] = Request.csrf_token(self)
        return self.url_open(url, data=data, headers=headers, allow_redirects=False)

    def test_searches_without_result_are_noted_and_others_not(self):
        questions = self.env["helpdesk.article.question"].search
        self._sign_in(None)
        page = self._page(f"{URL}?search=Coffee+machine")
        self.assertEqual(page.xpath("//*[@data-search]/@data-search"), ["Coffee machine"])
        self.assertIn("No article found", page.text_content())
        url = f"{URL}/not-found"
        self._post_as(CHROME, url, search="Coffee machine")
        self._post_as({"User-Agent": "Googlebot/2.1"}, url, search="Coffee machine")
        self._post_as(CHROME, url, search="printer")
        found = questions([("name", "in", ("coffee machine", "printer"))])
        self.assertEqual(found.mapped("count"), [1])
        self.assertEqual(found.company_id, self.company)
        self.assertFalse(self._page(f"{URL}?search=printer").xpath("//*[@data-search]"))

    def test_titles_are_answered_with_what_their_writer_may_read(self):
        url = f"{URL}/suggest?question=My+printer+jammed"
        for user, expected in (
            (None, ["Free a jammed printer"]),
            (self.liisa, ["Free a jammed printer", "Order toner for the printer"]),
            (self.aino, ["Free a jammed printer", "Order toner for the printer"]),
        ):
            self._sign_in(user)
            with self.subTest(user and user.login):
                found = self._get(url).json()
                self.assertEqual([a["name"] for a in found], expected)
        self.for_all.team_id = self.team
        self._sign_in(None)
        self.assertEqual(len(self._get(f"{url}&team={self.team.id}").json()), 1)
        other = self._team(name="Billing")
        self.assertEqual(self._get(f"{url}&team={other.id}").json(), [], "another team's form")

    def test_who_found_no_help_can_ask(self):
        self._sign_in(self.liisa)
        page = self._page(f"{URL}?search=coffee+machine")
        self.assertTrue(page.xpath("//a[@href='/my/ticket/new?title=coffee+machine']"))
        form = self._page("/my/ticket/new?title=coffee+machine")
        self.assertEqual(form.xpath("//input[@name='title']/@value"), ["coffee machine"])
        self.assertTrue(form.xpath("//*[contains(@class, 'o_helpdesk_suggestions')]"))
        self.env["helpdesk.team"].search([]).use_website_helpdesk_form = False
        self._sign_in(None)
        self.assertFalse(self._page(URL).xpath("//*[contains(@class, 'o_helpdesk_still_help')]"))
        self.team.use_website_helpdesk_form = True
        page = self._page(self.for_all.website_url)
        self.assertTrue(page.xpath(f"//a[starts-with(@href, '{self.team._get_form_url()}')]"))

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule")
    def test_images_are_served_to_the_articles_readers_only(self):
        body = f'<p>Look <img src="data:image/png;base64,{PIXEL}"></p>'
        for article in (self.for_all, self.for_customers, self.draft):
            article.body = body
        readers = {None: {self.for_all}, self.liisa: {self.for_all, self.for_customers}}
        for user, readable in readers.items():
            self._sign_in(user)
            for article in (self.for_all, self.for_customers, self.draft):
                source = html.fromstring(article.body).xpath("//img/@src")[0]
                answer = self._get(source)
                with self.subTest(user and user.login, article=article.name):
                    # Instead of what may not be seen core shows a placeholder.
                    same = answer.content == article.image_ids.raw
                    self.assertEqual(same, article in readable)
                    content = self._get(source.replace("/web/image", "/web/content"))
                    self.assertEqual(content.status_code, 200 if article in readable else 404)
