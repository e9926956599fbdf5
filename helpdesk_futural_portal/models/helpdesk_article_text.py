from odoo import api, fields, models
from odoo.tools import SQL, html2plaintext, split_every, sql

from ..tools.article_text import (
    MAX_TEXT_LENGTH,
    SIMPLE,
    configuration_of,
    split_words,
    without_accents,
)

#: Weights of what a word was found in: title, keywords and summary, text.
WEIGHTS = ("A", "B", "C")


class HelpdeskArticleText(models.Model):
    """What a search finds an article by: one row for each installed language.

    A row holds the words that a reader of that language gets to read: the translation, or where there
    is none, the original. Three kinds of words stand in its vector: stems of the row's language (and of the
    original's, for what isn't translated), the same without accents, and whole words without accents.
    So "tulostimet" finds "tulostin", "kopfhorer" finds "Kopfhörer", and what no stemmer knows is still found.

    Only the search itself reads this, after the record rules have said which articles it may find.
    """

    _name = "helpdesk.article.text"
    _description = "Searchable Words of an Article"
    _log_access = False
    _rec_name = "lang"

    article_id = fields.Many2one("helpdesk.article", required=True, ondelete="cascade")
    lang = fields.Char("Language", required=True)

    _article_lang_uniq = models.Constraint(
        "UNIQUE (article_id, lang)", "An article's words stand there once for each language."
    )

    def init(self):
        # No field of Odoo's has this type.
        if not sql.column_exists(self.env.cr, self._table, "document"):
            self.env.cr.execute(
                SQL("ALTER TABLE %s ADD COLUMN document tsvector", SQL.identifier(self._table))
            )
        sql.create_index(
            self.env.cr, "helpdesk_article_text_document_idx", self._table, ["document"], "gin"
        )

    @api.model
    def _get_configurations(self, langs):
        """Return ``{language: text search configuration}``; ``simple`` where there is none."""
        wanted = {lang: configuration_of(lang) for lang in langs}
        # Which there are depends on PostgreSQL's version.
        known = {
            name
            for (name,) in self.env.execute_query(
                SQL(
                    "SELECT cfgname FROM pg_ts_config WHERE pg_ts_config_is_visible(oid)"
                    " AND cfgname IN %s",
                    tuple(wanted.values()) or (SIMPLE,),
                )
            )
        }
        return {lang: name if name in known else SIMPLE for lang, name in wanted.items()}

    @api.model
    def _rebuild(self, articles, langs=None):
        """Write the rows of the articles anew.

        :param langs: only those of these languages; by default all that are installed
        """
        installed = [code for code, _name in self.env["res.lang"].get_installed()]
        langs = [lang for lang in langs or installed if lang in installed]
        fields_ = ("name", "keywords", "summary", "body", "lang")
        articles.flush_recordset(fields_)
        for ids in split_every(100, articles.ids):
            rows = self.env.execute_query_dict(
                SQL(
                    "SELECT id, %s FROM helpdesk_article WHERE id IN %s",
                    SQL(", ").join(map(SQL.identifier, fields_)),
                    ids,
                )
            )
            configurations = self._get_configurations({*langs, *(row["lang"] for row in rows)})
            values = [
                SQL("(%s, %s, %s)", row["id"], lang, self._get_document(row, lang, configurations))
                for row in rows
                for lang in langs
            ]
            if values:
                self.env.execute_query(
                    SQL(
                        "INSERT INTO helpdesk_article_text (article_id, lang, document) VALUES %s"
                        " ON CONFLICT (article_id, lang) DO UPDATE SET document = EXCLUDED.document"
                        " RETURNING 1",
                        SQL(", ").join(values),
                    )
                )
        self.invalidate_model()

    @api.model
    def _get_document(self, row, lang, configurations):
        """Return the expression for the vector of an article's row, as readers of ``lang`` get it."""
        parts = []
        sources = (("name",), ("keywords", "summary"), ("body",))
        for weight, names in zip(WEIGHTS, sources, strict=True):
            for name in names:
                translations = row[name] or {}
                text = translations.get(lang) or translations.get("en_US") or ""
                if name == "body":
                    text = html2plaintext(text, include_references=False)
                words = " ".join(split_words(text))[:MAX_TEXT_LENGTH]
                stemmers = {configurations[lang]}
                if translations.get(lang) in (None, translations.get(row["lang"])):
                    stemmers.add(configurations[row["lang"]])
                plain = without_accents(words)
                vectors = {
                    (SIMPLE, plain),
                    *((stemmer, text) for stemmer in stemmers for text in (words, plain)),
                }
                parts += [
                    SQL("setweight(to_tsvector(%s::regconfig, %s), %s)", name, text, weight)
                    for name, text in sorted(vectors)
                    if text
                ]
        return SQL(" || ").join(parts) if parts else SQL("''::tsvector")

    @api.autovacuum
    def _gc_texts(self):
        """Remove rows of languages that are no longer installed, and write those that are missing.

        Rows are written with the articles; missing are those of articles that came in by SQL.
        """
        langs = [code for code, _name in self.env["res.lang"].get_installed()]
        self.search([("lang", "not in", langs)]).unlink()
        self.env.cr.flush()
        missing = self.env.execute_query(
            SQL(
                "SELECT article.id FROM helpdesk_article article WHERE ("
                "  SELECT count(*) FROM helpdesk_article_text text"
                "   WHERE text.article_id = article.id) < %s",
                len(langs),
            )
        )
        articles = self.env["helpdesk.article"].browse(id_ for (id_,) in missing)
        self._rebuild(articles)
