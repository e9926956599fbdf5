"""The help articles that the tests tell of."""

from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from .common import PortalCase

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


class ArticleCase(PortalCase):
    """One article for each kind of reader; Maija administers, Lars leads the team, Aino writes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.articles = cls.env["helpdesk.article"]
        cls.articles.search([]).active = False  # the demo's
        cls.section = cls.env["helpdesk.article.category"].create({"name": "Printers"})
        cls.for_all = cls._article("Free a jammed printer", visibility="public")
        cls.for_customers = cls._article("Order toner for the printer", visibility="portal")
        cls.for_agents = cls._article("Discounts on a printer", visibility="internal")
        cls.draft = cls._article("Open the printer", visibility="public", state="draft")
        cls.archived = cls._article("Old printer", visibility="public", active=False)
        cls.foreign = cls._article(
            "Printer from Norway", visibility="public", company_id=cls.other_company.id
        )
        cls.all = (
            cls.for_all
            | cls.for_customers
            | cls.for_agents
            | cls.draft
            | cls.archived
            | cls.foreign
        )
        cls.public.company_ids |= cls.company
        cls.public.company_id = cls.company
        if "website" in cls.env:  # its visitors are of its company
            cls.env["website"].search([]).company_id = cls.company

    @classmethod
    def _article(cls, name, **values):
        return cls.articles.create(
            {
                "name": name,
                "body": "<p>Turn the green wheel.</p>",
                "state": "published",
                "category_id": cls.section.id,
                "company_id": cls.company.id,
                "lang": "en_US",
                **values,
            }
        )

    def _articles_of(self, user):
        return (
            self.articles.with_user(user)
            .with_company(user.company_id)
            .with_context(active_test=False, lang="en_US")
        )

    def _file(self, user=None, **values):
        files = self.env["ir.attachment"].with_user(user or self.env.user)
        return files.create(
            {"name": "picture.png", "datas": PIXEL, "mimetype": "image/png", **values}
        )

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def _sees(self, user, file):
        """Tell whether the user gets the file, by its address or by RPC."""
        theirs = file.with_user(user).with_company(user.company_id)
        try:
            return theirs._can_return_content() or theirs.has_access("read")
        except AccessError:
            return False
