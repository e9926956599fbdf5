from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.article_text import depersonalized

MAX_LENGTH = 100
MAX_ROWS = 10_000
KEPT_DAYS = 365


class HelpdeskArticleQuestion(models.Model):
    """What visitors searched for and found no article. Questions alike are one row; nothing in it tells
    who asked.
    """

    _name = "helpdesk.article.question"
    _description = "Search Without Result"
    _log_access = False
    _rec_name = "name"
    _order = "count desc, last_date desc, id desc"

    name = fields.Char("Searched For", required=True, readonly=True)
    lang = fields.Char("Language", required=True, readonly=True)
    count = fields.Integer("Times", required=True, readonly=True, default=1)
    last_date = fields.Datetime("Last Time", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)

    _name_lang_company_uniq = models.Constraint(
        "UNIQUE (name, lang, company_id)", "Questions alike are one row."
    )

    @api.model
    def _note(self, question):
        """Count a question that no article answers; too many different ones are not kept.

        :param str question: as typed; addresses and long numbers are left out
        """
        name = depersonalized(question)[:MAX_LENGTH].strip()
        if not name:
            return
        self.env.execute_query(
            SQL(
                "INSERT INTO helpdesk_article_question AS known"
                " (name, lang, count, last_date, company_id)"
                " SELECT %(name)s, %(lang)s, 1, %(now)s, %(company)s"
                " WHERE (SELECT count(*) FROM helpdesk_article_question) < %(most)s"
                "    OR EXISTS (SELECT 1 FROM helpdesk_article_question WHERE name = %(name)s"
                "        AND lang = %(lang)s AND company_id = %(company)s)"
                " ON CONFLICT (name, lang, company_id) DO UPDATE"
                " SET count = known.count + 1, last_date = EXCLUDED.last_date"
                " RETURNING 1",
                name=name,
                lang=self.env.lang or "en_US",
                now=fields.Datetime.now(),
                company=self.env.company.id,
                most=MAX_ROWS,
            )
        )
        self.invalidate_model()

    def action_write_article(self):
        """Open a new article for the question."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Article"),
            "res_model": "helpdesk.article",
            "views": [(False, "form")],
            "context": {
                "default_name": self.name[:1].upper() + self.name[1:],
                "default_keywords": self.name,
            },
        }

    @api.autovacuum
    def _gc_questions(self):
        self.search(
            [("last_date", "<", fields.Datetime.now() - timedelta(days=KEPT_DAYS))]
        ).unlink()
