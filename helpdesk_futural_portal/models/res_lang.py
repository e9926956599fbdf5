from odoo import api, models


class ResLang(models.Model):
    """Articles are found by the readers of a language as soon as it is installed."""

    _inherit = "res.lang"

    @api.model_create_multi
    def create(self, vals_list):
        langs = super().create(vals_list)
        langs._index_articles()
        return langs

    def write(self, vals):
        new = self.filtered(lambda lang: not lang.active) if vals.get("active") else self.browse()
        result = super().write(vals)
        new._index_articles()
        return result

    def _index_articles(self):
        if codes := self.filtered("active").mapped("code"):
            # sudo: whoever may install a language; drafts and archived articles, too
            articles = self.env["helpdesk.article"].sudo().search([("active", "in", (True, False))])
            self.env["helpdesk.article.text"].sudo()._rebuild(articles, codes)
