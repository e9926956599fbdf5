from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common_articles import PIXEL, ArticleCase


@tagged("post_install", "-at_install")
class TestArticleTicket(ArticleCase):
    """Articles come from tickets and go into answers; files go along, rights don't."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls.env["helpdesk.ticket"].create(
            {
                "name": "The printer is jammed",
                "team_id": cls.team.id,
                "partner_id": cls.customer.id,
                "ticket_type_id": cls.category_support.id,
                "user_id": cls.aino.id,
                "description": "<p>Secret plans</p>",
                "resolution": "<p>Dear Liisa Laine, turn the wheel.</p>",
            }
        )
        cls.section.ticket_type_ids = cls.category_support

    def _create_from(self, ticket, user):
        action = ticket.with_user(user).action_create_article()
        articles = self.articles.with_user(user).with_company(self.company)
        return Form(articles.with_context(**action["context"])).save()

    # ------------------------------------------------------------------
    # From a ticket
    # ------------------------------------------------------------------

    def test_an_article_begins_with_a_tickets_title_and_resolution_and_no_more(self):
        self._note(self.ticket)
        article = self._create_from(self.ticket, self.aino)
        self.assertEqual(article.name, "The printer is jammed")
        self.assertIn("turn the wheel", article.body)
        self.assertNotIn("Secret", article.body)
        self.assertEqual((article.state, article.visibility), ("draft", "internal"))
        self.assertEqual(article.category_id, self.section)
        self.assertEqual(article.author_id, self.aino)
        self.assertEqual(article.source_ticket_id, self.ticket)
        self.assertEqual(self.ticket.with_user(self.aino).article_count, 1)
        action = self.ticket.with_user(self.aino).action_view_articles()
        self.assertEqual(self.articles.with_user(self.aino).search(action["domain"]), article)
        self.assertFalse(article.message_partner_ids & self.customer)

    def test_what_still_tells_of_the_customer_is_named(self):
        article = self._create_from(self.ticket, self.aino)
        self.assertIn("Liisa", article.customer_traces)
        article.body = "<p>Turn the wheel, or write to liisa@laine.example.</p>"
        self.assertIn("liisa@laine.example", article.customer_traces)
        article.body = "<p>Turn the wheel.</p>"
        self.assertFalse(article.customer_traces)

    def test_a_ticket_of_a_private_team_stays_there(self):
        self.ticket.team_id = self.private_team
        article = self._create_from(self.ticket, self.emma)
        self.assertEqual(article.team_id, self.private_team)
        self.assertFalse(article.with_user(self.aino).has_access("read"))
        article.sudo().write({"visibility": "public", "state": "published", "team_id": False})
        theirs = article.with_user(self.aino)
        self.assertFalse(theirs.source_ticket_id, "its title is none of their business")
        self.assertRaises(AccessError, theirs.read, ["ticket_id"])
        self.assertFalse(
            self.articles.with_user(self.aino).search([("source_ticket_id", "in", self.ticket.ids)])
        )

    # ------------------------------------------------------------------
    # Files
    # ------------------------------------------------------------------

    def _image_of(self, article):
        self.assertEqual(len(article.image_ids), 1)
        self.assertEqual(article.image_ids.res_model, "helpdesk.article")
        self.assertEqual(article.image_ids.res_id, article.id)
        self.assertIn(f'src="/web/image/{article.image_ids.id}"', article.body)
        return article.image_ids

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_readers_see_the_images_of_a_resolution_but_not_the_ticket(self):
        file = self._file(res_model="helpdesk.ticket", res_id=self.ticket.id)
        file.generate_access_token()
        self.ticket.resolution = (
            f'<p>See <img src="/web/image/{file.id}?access_token={file.access_token}"></p>'
        )
        article = self._create_from(self.ticket, self.aino)
        image = self._image_of(article)
        self.assertNotEqual(image, file, "a copy of its own")
        self.assertEqual(image.raw, file.raw)
        self.assertNotIn("access_token", article.body)
        self.assertFalse(image.access_token)
        readers = (self.public, self.ingrid, self.employee)
        for user in readers:
            self.assertFalse(self._sees(user, image), "a draft's")
        article.sudo().write({"visibility": "public", "state": "published"})
        for user in readers:
            with self.subTest(user.login):
                self.assertTrue(self._sees(user, image))
                self.assertFalse(self._sees(user, file))
        article.sudo().body = "<p>Without picture</p>"
        for user in readers:
            self.assertFalse(self._sees(user, image), "no longer in the text")

    def test_uploaded_and_pasted_images_become_the_articles(self):
        upload = self._file(self.aino, res_model="helpdesk.article", res_id=0)
        article = self._articles_of(self.aino).create(
            {"name": "Upload", "body": f'<p><img src="/web/image/{upload.id}-9f/x.png"></p>'}
        )
        self.assertEqual(self._image_of(article), upload)
        article.body = f'<p><img src="data:image/png;base64,{PIXEL}"></p>'
        self.assertNotEqual(self._image_of(article), upload)
        self.assertNotIn("data:", article.body)

    def test_an_image_stays_while_one_language_shows_it(self):
        self.env["res.lang"]._activate_lang("fi_FI")
        article = self._article(
            "Picture", body=f'<p>Look: <img src="data:image/png;base64,{PIXEL}"></p>'
        )
        image = article.image_ids
        [term] = {row["source"] for row in article.get_field_translations("body")[0]}
        article.update_field_translations("body", {"fi_FI": {term: "Ilman kuvaa"}})
        self.assertIn("Ilman", article.with_context(lang="fi_FI").body)
        self.assertEqual(article.image_ids, image)

    def test_files_that_the_writer_may_not_read_are_not_taken(self):
        hidden = self._file(res_model="helpdesk.ticket", res_id=self._private_ticket().id)
        article = self._articles_of(self.aino).create(
            {"name": "Guess", "body": f'<p><img src="/web/image/{hidden.id}"></p>'}
        )
        self.assertFalse(article.image_ids)
        files = self.env["ir.attachment"].search_count(
            [("res_model", "=", "helpdesk.article"), ("res_id", "=", article.id)]
        )
        self.assertFalse(files)

    def _private_ticket(self):
        return self.env["helpdesk.ticket"].create(
            {"name": "Board", "team_id": self.private_team.id, "partner_id": self.customer.id}
        )

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_files_of_the_agents_conversation_are_not_for_readers(self):
        said = self.for_all.with_user(self.aino).message_post(
            body="The contract", attachments=[("contract.txt", b"Secret")]
        )
        file = said.attachment_ids
        for user in (self.public, self.liisa, self.employee):
            with self.subTest(user.login):
                self.assertFalse(self._sees(user, file))
        theirs = self.env["ir.attachment"].with_user(self.employee)
        self.assertFalse(theirs.search([("id", "=", file.id)]))
        self.assertTrue(self._sees(self.lars, file))

    # ------------------------------------------------------------------
    # Into an answer
    # ------------------------------------------------------------------

    def _get_articles(self, question="", user=None):
        found = self.ticket.with_user(user or self.aino).get_articles(question)
        return {row["name"]: row for row in found}

    def test_published_articles_that_fit_the_ticket_are_suggested(self):
        found = self._get_articles()
        self.assertEqual(next(iter(found)), "Free a jammed printer")
        self.assertNotIn("Open the printer", found, "a draft")
        self.ticket.write({"name": "Help", "description": "<p>I want to order toner.</p>"})
        self.assertEqual(list(self._get_articles()), ["Order toner for the printer"])
        self.assertEqual(list(self._get_articles("discount")), ["Discounts on a printer"])
        self.assertFalse(self._get_articles("coffee"))

    def test_the_agent_is_told_what_the_customer_cant_open(self):
        found = self._get_articles("printer")
        self.assertFalse(found["Free a jammed printer"]["warning"])
        self.assertFalse(found["Order toner for the printer"]["warning"], "Liisa has an account")
        self.assertIn("agents", found["Discounts on a printer"]["warning"])
        self.ticket.partner_id = self.env["res.partner"].create({"name": "Without account"})
        found = self._get_articles("printer")
        self.assertIn("no account", found["Order toner for the printer"]["warning"])
        self.assertFalse(found["Free a jammed printer"]["warning"])

    def _compose(self, article, mode):
        action = self.ticket.with_user(self.aino).action_insert_article(article.id, mode)
        composer = self.env["mail.compose.message"].with_user(self.aino)
        return composer.with_context(**action["context"]).create({})

    def test_a_link_goes_into_the_answer_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("fi_FI")
        self.customer.lang = "fi_FI"
        self.for_all.with_context(lang="fi_FI").name = "Tulostimen tukos"
        composer = self._compose(self.for_all, "link")
        self.assertIn(">Tulostimen tukos</a>", composer.body)
        self.assertIn(f"/helpdesk/articles/tulostimen-tukos-{self.for_all.id}", composer.body)
        self.assertEqual(composer.partner_ids, self.customer)
        composer.action_send_mail()
        message = self.ticket.message_ids[:1]
        self.assertIn("Tulostimen tukos", message.body)
        self.assertFalse(message.is_internal or message.subtype_id.internal)
        self.assertEqual(self.ticket.waiting_on, "customer")

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_the_text_goes_into_the_answer_with_images_that_the_customer_sees(self):
        self.for_agents.body = f'<p>Five percent <img src="data:image/png;base64,{PIXEL}"></p>'
        self._compose(self.for_agents, "text").action_send_mail()
        message = self.ticket.message_ids[:1]
        self.assertIn("Five percent", message.body)
        self.assertNotIn(f"/web/image/{self.for_agents.image_ids.id}", message.body)
        self.assertIn("/web/image/", message.body)
        self.assertEqual(len(message.attachment_ids), 1)
        self.assertTrue(message.attachment_ids.access_token)
        self.assertIn(message.attachment_ids.access_token, message.body)
        self.assertFalse(self._sees(self.liisa, self.for_agents.image_ids))

    def test_what_is_no_longer_published_is_not_sent(self):
        for article in (self.draft, self.archived, self.foreign):
            with self.subTest(article.name), self.assertRaises(UserError):
                self.ticket.with_user(self.aino).action_insert_article(article.id, "link")

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_only_agents_who_see_the_ticket_are_served(self):
        for user in (self.liisa, self.employee, self.foreign_agent):
            theirs = self.ticket.with_user(user).with_company(user.company_id)
            with self.subTest(user.login):
                self.assertRaises(AccessError, theirs.get_articles)
                self.assertRaises(
                    AccessError, theirs.action_insert_article, self.for_all.id, "link"
                )
                self.assertRaises(AccessError, theirs.action_create_article)
