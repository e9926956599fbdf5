"""The catalogues and the code: nothing that people read is missing, and installing a language translates the data."""

from __future__ import annotations

from odoo.tests import TransactionCase, tagged

from i18n import catalogues, checks, export


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    def test_the_templates_are_in_step_with_the_code(self):
        for addon in catalogues.addons():
            with self.subTest(addon=addon):
                committed = catalogues.read(catalogues.template_path(addon))
                found = checks.compare_templates(committed, export.template(self.env, addon))
                self.assertFalse(found, "make i18n brings them up to date")
