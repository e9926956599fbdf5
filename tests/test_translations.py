"""The catalogues and the code: nothing that people read is missing, and a language that is installed is spoken."""

from __future__ import annotations

import re

from freezegun import freeze_time

from odoo.tests import HttpCase, TransactionCase, tagged
from odoo.tools import html2plaintext

from odoo.addons.helpdesk_futural.tests.common import MailCase

from i18n import catalogues, checks, export

# Odoo's codes for our languages.
CODES = {"fi": "fi_FI", "nb": "nb_NO", "sv": "sv_SE"}


@tagged("post_install", "-at_install")
class TestTemplates(TransactionCase):
    def test_the_templates_are_in_step_with_the_code(self):
        for addon in catalogues.addons():
            with self.subTest(addon=addon):
                committed = catalogues.read(catalogues.template_path(addon))
                found = checks.compare_templates(committed, export.template(self.env, addon))
                self.assertFalse(found, "make i18n brings them up to date")


@tagged("post_install", "-at_install")
class TestInstalledLanguages(MailCase):
    """A company installs our languages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for code in CODES.values():
            cls.env["res.lang"]._activate_lang(code)
        modules = cls.env["ir.module.module"]
        modules._load_module_terms(catalogues.addons(), list(CODES.values()))

    def _translated_records(self, language):
        """Return what a language's catalogues say of records: ``(xmlid, model, field, text)``."""
        place = re.compile(r"model:([\w.]+),(\w+):([\w.]+)")
        for addon in catalogues.addons():
            for entry in catalogues.read(catalogues.catalogue_path(addon, language)):
                for model, name, xmlid in place.findall(" ".join(o for o, _ in entry.occurrences)):
                    if not model.startswith("ir.model"):
                        yield xmlid, model, name, entry.msgstr or entry.msgid

    def test_records_that_come_with_the_addons_are_translated(self):
        expected = {
            ("helpdesk.stage", "name"),
            ("helpdesk.stage", "customer_label"),
            ("helpdesk.ticket.type", "name"),
            ("helpdesk.severity", "name"),
            ("mail.template", "subject"),
            ("mail.template", "body_html"),
        }
        for language, code in CODES.items():
            compared = set()
            for xmlid, model, name, text in self._translated_records(language):
                with self.subTest(language=language, record=xmlid, field=name):
                    self.assertEqual(self.env.ref(xmlid).with_context(lang=code)[name], text)
                compared.add((model, name))
            self.assertLessEqual(expected, compared)

    def test_articles_are_found_by_the_words_of_their_translations(self):
        article = self.env.ref("helpdesk_futural_portal.demo_article_jam")
        for code, word in (("fi_FI", "tukos"), ("en_US", "jammed")):
            found = article.with_context(lang=code).search([("search_text", "=", word)])
            self.assertIn(article, found)

    def test_a_finnish_customer_is_answered_in_finnish(self):
        self.customer.lang = "fi_FI"
        self.team.acknowledgement_template_id = self.env.ref(
            "helpdesk_futural.mail_template_received"
        )
        self.team.with_context(lang="fi_FI").name = "Tekninen tuki"
        ticket = self._receive(subject="Tulostin jumissa").ticket_id
        mail = self.env["mail.mail"].search(
            [("model", "=", ticket._name), ("res_id", "=", ticket.id)]
        )
        self.assertEqual(mail.recipient_ids, self.customer)
        text = html2plaintext(mail.body_html, include_references=False)
        self.assertEqual(
            [line for line in text.split("\n") if line],
            [
                "Tekninen tuki",
                f"Tiketin numero #{ticket.ticket_ref}",
                "Hei Liisa Laine,",
                (
                    "Kiitos yhteydenotostasi. Olemme vastaanottaneet pyyntösi ”Tulostin jumissa”"
                    f" (tiketin numero *#{ticket.ticket_ref}*) ja palaamme asiaan."
                ),
                "Jos haluat lisätä jotain, vastaa tähän sähköpostiin ja jätä tiketin numero aiheeseen.",
                "Katso pyyntöäsi",
                "Ystävällisin terveisin",
                "Tekninen tuki",
                "Pohjola Oy",
            ],
        )

    def test_agents_read_dates_and_times_as_their_language_writes_them(self):
        snooze = self.env["helpdesk.ticket.snooze"].with_context(tz="Europe/Helsinki")
        with freeze_time("2026-11-26 10:00"):
            labels = {
                code: dict(snooze.with_context(lang=code)._get_choices())["tomorrow"]
                for code in ("en_US", *CODES.values())
            }
        self.assertEqual(labels["en_US"], "Tomorrow morning (Fri, Nov 27 9:00\u202fAM)")
        self.assertEqual(labels["fi_FI"], "Huomenaamulla (pe 27.11. 9.00)")
        self.assertRegex(labels["nb_NO"], r"\(fre\. 27\. nov\. 09:00\)$")
        self.assertRegex(labels["sv_SE"], r"\(fre 27 nov\. 09:00\)$")

    def test_the_week_begins_on_monday(self):
        for code in CODES.values():
            self.assertEqual(self.env["res.lang"]._get_data(code=code).week_start, "1")


@tagged("post_install", "-at_install")
class TestPortalPages(HttpCase):
    def test_the_portals_scripts_get_their_texts(self):
        self.env["res.lang"]._activate_lang("fi_FI")
        modules = self.url_open("/website/translations?lang=fi_FI").json()["modules"]
        for module, text, translation in (
            (
                "helpdesk_futural_portal",
                "Please look at the fields marked below. Nothing was sent yet.",
                "Tarkista alla merkityt kentät. Mitään ei ole vielä lähetetty.",
            ),
            ("mail", "Yesterday at %(time)s", "Eilen klo %(time)s"),
        ):
            messages = {row["id"]: row["string"] for row in modules[module]["messages"]}
            self.assertEqual(messages[text], translation)
