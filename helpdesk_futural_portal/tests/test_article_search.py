from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..models.helpdesk_article import TEASER_LENGTH
from .common_articles import ArticleCase


@tagged("post_install", "-at_install")
class TestArticleSearch(ArticleCase):
    """People find articles in their language, however they write."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.all.active = False
        for code in ("fi_FI", "nb_NO", "sv_SE"):
            cls.env["res.lang"]._activate_lang(code)
        cls.jam = cls._article(
            "Free a jammed printer",
            visibility="public",
            keywords="stuck paper",
            body="<p>Open the <b>lid</b> and remove the labels.</p>",
        )
        cls.jam.with_context(lang="fi_FI").name = "Tulostimen tukoksen poistaminen"
        cls.jam.update_field_translations(
            "body",
            {
                "fi_FI": {
                    "Open the <b>lid</b> and remove the labels.": "Avaa kansi ja irrota tarrat pyörittämällä."
                }
            },
        )
        cls.toner = cls._article(
            "Order toner", visibility="public", body="<p>For every printer that we sell.</p>"
        )

    def _find(self, question, lang="en_US", user=None, **options):
        articles = self.articles.with_user(user or self.public).with_company(self.company)
        return articles.with_context(lang=lang)._search_articles(question, **options)[0]

    def test_words_are_found_in_all_their_forms_and_titles_come_first(self):
        self.assertEqual(self._find("printers"), self.jam | self.toner)
        self.assertEqual(self._find("printers").ids, [self.jam.id, self.toner.id])
        self.assertEqual(self._find("labelled lids"), self.jam)
        self.assertEqual(self._find("ordering TONERS"), self.toner)
        self.assertEqual(self._find("stuck"), self.jam, "by a word that only customers use")

    def test_the_last_word_may_be_half_of_one(self):
        self.assertEqual(self._find("order ton"), self.toner)
        self.assertEqual(self._find("jam"), self.jam)
        self.assertFalse(self._find("ord toner"), "only the last one")

    def test_all_words_have_to_be_there_but_for_those_that_mean_nothing(self):
        self.assertFalse(self._find("toner lid"))
        self.assertEqual(self._find("how do I order the toner"), self.toner)

    def test_readers_of_a_translation_find_its_words_in_all_forms(self):
        self.assertEqual(self._find("tulostin", "fi_FI"), self.jam)
        self.assertEqual(self._find("tukokset", "fi_FI"), self.jam)
        self.assertEqual(self._find("pyorittamalla", "fi_FI"), self.jam, "without accents")
        self.assertEqual(self._find("pyörittämällä", "fi_FI"), self.jam)
        self.assertFalse(self._find("tulostin"), "readers of English don't get it in Finnish")

    def test_what_is_not_translated_is_found_in_the_language_that_it_is_read_in(self):
        self.assertEqual(self._find("ordering toners", "fi_FI"), self.toner)
        self.assertEqual(self._find("printers", "sv_SE"), self.jam | self.toner)
        self.assertFalse(self._find("jammed", "fi_FI"), "that title is translated")

    def test_accents_and_strokes_dont_matter(self):
        self.jam.with_context(lang="nb_NO").name = "Påfør smøring på løs rulle"
        self.assertEqual(self._find("pafor smoring", "nb_NO"), self.jam)
        self.assertEqual(self._find("SMØRING", "nb_NO"), self.jam)
        self.toner.name = "Cafe"
        self.assertEqual(self._find("café"), self.toner)

    def test_a_teaser_is_plain_text_that_ends_visibly(self):
        link = '<a href="https://x.example">the page</a>'
        article = self._article(
            "Export", body=f"<p>Press <em>Export</em> on {link},</p><ul><li><b>now</b></li></ul>"
        )
        self.assertEqual(article.teaser, "Press Export on the page, now")
        article.body = f"<p>{'Press it. ' * 40}</p>"
        self.assertLessEqual(len(article.teaser), TEASER_LENGTH)
        self.assertTrue(article.teaser.endswith("…"))
        article.summary = "Press it."
        self.assertEqual(article.teaser, "Press it.")

    def test_changes_count_at_once(self):
        self.toner.body = "<p>Use the shop.</p>"
        self.assertEqual(self._find("shop"), self.toner)
        self.assertEqual(self._find("printer"), self.jam)
        self.jam.with_context(lang="fi_FI").name = "Kone seis"
        self.assertFalse(self._find("tulostin", "fi_FI"))
        self.assertEqual(self._find("kone", "fi_FI"), self.jam)
        self.jam.update_field_translations("name", {"fi_FI": "Laite rikki"})
        self.assertEqual(self._find("laite", "fi_FI"), self.jam)

    def test_a_language_that_is_installed_later_can_be_searched_in(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.assertEqual(self._find("printers", "de_DE"), self.jam | self.toner)
        self.jam.with_context(lang="de_DE").name = "Die Drucker reinigen"
        self.assertEqual(self._find("drucker", "de_DE"), self.jam)
        texts = self.env["helpdesk.article.text"]
        self.env["res.lang"].search([("code", "=", "de_DE")]).active = False
        texts._gc_texts()
        self.assertFalse(texts.search_count([("lang", "=", "de_DE")]))

    def test_missing_words_are_written_by_the_daily_cleaning(self):
        texts = self.env["helpdesk.article.text"]
        texts.search([("article_id", "=", self.jam.id)]).unlink()
        self.assertFalse(self._find("jammed"))
        texts._gc_texts()
        self.assertEqual(self._find("jammed"), self.jam)

    def test_nothing_that_is_typed_makes_an_error(self):
        hostile = [
            "",
            "   ",
            "'",
            "'&|!:*()<->\\",
            "toner'); DROP TABLE helpdesk_article; --",
            ":*",
            "a:*b & !c",
            "%s %(x)s {0}",
            "\0toner\0",
            "x" * 100_000,
            "word " * 10_000,
            "İıſßﬀ עברית 打印机 ไทย हिन्दी",
            "1e5 0x1F -3.14 10.0.0.1 a/b/c http://x.example/?q=1",
        ]
        for question in hostile:
            for lang in ("en_US", "fi_FI"):
                with self.subTest(question[:40], lang=lang):
                    found = self._find(question, lang)
                    self.assertLessEqual(found, self.jam | self.toner)
                    self.articles.with_context(lang=lang)._search_similar(question)
        self.assertEqual(self._find("\0toner\0"), self.toner)
        self.assertEqual(self._find("(toner) & 'order'"), self.toner)

    def test_a_very_long_article_can_be_saved_and_found(self):
        words = " ".join(f"sana{number}ä" for number in range(60_000))
        article = self._article("Everything", visibility="public", body=f"<p>{words}</p>")
        self.assertEqual(self._find("sana17a"), article)

    def test_suggestions_need_half_of_the_words(self):
        articles = self.articles.with_user(self.public).with_company(self.company)
        self.assertEqual(articles._search_similar("Our office printer is badly jammed"), self.jam)
        self.assertFalse(articles._search_similar("A printer for the wedding of my sister"))

    def test_agents_search_the_list_by_the_words_of_the_text(self):
        found = self._articles_of(self.aino).search([("search_text", "ilike", "lids")])
        self.assertEqual(found, self.jam)

    def test_pages_of_results_go_on_where_the_last_one_ended(self):
        first = self._find("printer", limit=1)
        second = self._find("printer", limit=1, offset=1)
        self.assertEqual(first | second, self.jam | self.toner)

    def test_searching_takes_the_same_number_of_queries_for_more_articles(self):
        articles = self.articles.with_user(self.public).with_company(self.company)
        articles._search_articles("printer")
        with self.assertQueryCount(5):
            articles._search_articles("printer jam")
        for number in range(5):
            self._article(f"Printer jam {number}", visibility="public")
        self.env.flush_all()
        with self.assertQueryCount(5):
            articles._search_articles("printer jam")

    # ------------------------------------------------------------------
    # Questions without answer
    # ------------------------------------------------------------------

    def test_questions_alike_are_one_row(self):
        questions = self.env["helpdesk.article.question"].with_company(self.company)
        before = questions.search([])
        for question in (
            "Coffee machine",
            "coffee, MACHINE!",
            "coffee machine liisa@laine.example",
        ):
            questions._note(question)
        questions._note("liisa@laine.example")
        found = questions.search([]) - before
        self.assertEqual((found.name, found.count), ("coffee machine", 3))
        action = found.with_user(self.aino).action_write_article()
        self.assertEqual(action["context"]["default_name"], "Coffee machine")
        found.with_user(self.aino).unlink()

    def test_old_questions_are_forgotten(self):
        questions = self.env["helpdesk.article.question"]
        questions._note("coffee")
        found = questions.search([("name", "=", "coffee")])
        questions._gc_questions()
        self.assertTrue(found.exists())
        found.last_date = found.last_date.replace(year=2020)
        questions._gc_questions()
        self.assertFalse(found.exists())

    # ------------------------------------------------------------------
    # Votes
    # ------------------------------------------------------------------

    def test_everybody_has_one_vote_and_may_change_their_mind(self):
        self.jam._vote("a", True)
        self.jam._vote("b", False)
        self.jam._vote("c", False)
        self.assertEqual((self.jam.helpful_count, self.jam.unhelpful_count), (1, 2))
        self.assertTrue(self.jam.helps_badly)
        badly = self.articles.search([("helps_badly", "=", True)])
        self.assertIn(self.jam, badly)
        self.jam._vote("b", True)
        self.assertEqual((self.jam.helpful_count, self.jam.unhelpful_count), (2, 1))
        self.assertIs(self.jam._get_vote("b"), True)
        self.assertIsNone(self.jam._get_vote("d"))
        self.assertFalse(self.jam.helps_badly)
        self.assertNotIn(self.jam, self.articles.search([("helps_badly", "=", True)]))
        self.assertNotIn("a", self.jam.sudo().vote_ids.mapped("fingerprint"))

    def test_the_article_that_helped_most_comes_first(self):
        self.toner._vote("a", True)
        self.jam._note_view()
        articles = self.articles.with_user(self.public).with_company(self.company)
        popular = articles._search_popular([("id", "in", (self.jam | self.toner).ids)])
        self.assertEqual(popular.ids, [self.toner.id, self.jam.id])
        self.assertEqual(self.jam.view_count, 1)

    def test_an_article_without_text_is_not_published(self):
        empty = self._article("Empty", body=False, state="draft")
        self.assertRaises(ValidationError, empty.action_publish)
