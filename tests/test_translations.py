"""The catalogues and the code: nothing that people read is missing, and a language that is installed is spoken."""

from __future__ import annotations

import re

from freezegun import freeze_time

from odoo.tests import TransactionCase, tagged
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
                        yield xmlid, model, name, entry.msgstr

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
        self.assertEqual(
            html2plaintext(mail.body_html, include_references=False).split("\n"), ["?"]
        )

    def test_agents_read_dates_and_times_as_their_language_writes_them(self):
        snooze = self.env["helpdesk.ticket.snooze"].with_user(self.aino)
        with freeze_time("2026-11-26 10:00"):
            labels = {
                language: dict(snooze.with_context(lang=code)._get_choices())["monday"]
                for language, code in CODES.items()
            }
        self.assertEqual(labels, {})
