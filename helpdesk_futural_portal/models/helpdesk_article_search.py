import math

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.article_text import SIMPLE, without_accents, words_of_question

#: How much a word counts by where it was found: text below D (unused), C, B, A.
RANK_WEIGHTS = "{0.05, 0.15, 0.5, 1.0}"


class HelpdeskArticleSearch(models.Model):
    """Full-text search over the articles that the user may read, in the user's language."""

    _inherit = "helpdesk.article"

    search_text = fields.Char(
        "Words of the Article",
        compute="_compute_search_text",
        search="_search_search_text",
        help="To search by: the articles that have the words in title, keywords or text.",
    )

    def _compute_search_text(self):
        self.search_text = False

    @api.model
    def _search_search_text(self, operator, value):
        if operator not in ("ilike", "like", "in"):
            return NotImplemented
        questions = value if operator == "in" else [value]
        found = self.browse().union(*(self._search_articles(str(q))[0] for q in questions))
        return Domain("id", "in", found.ids)

    def _index_texts(self):
        # sudo: nobody writes these rows by hand
        self.env["helpdesk.article.text"].sudo()._rebuild(self)

    @api.model
    def _search_articles(
        self, question, domain=Domain.TRUE, offset=0, limit=None, share=1.0, exclude=None
    ):
        """Return the articles that answer a question, best first, and how many there are.

        The last word may be the beginning of one. Signs mean nothing; whatever is typed, there is no
        error. Record rules decide what can be found.

        :param str question: as typed
        :param domain: what else is asked of the articles
        :param float share: how many of the question's words an article has to have
        :param exclude: articles that are left out
        :rtype: tuple(helpdesk.article, int)
        """
        groups = self._get_word_queries(question)
        if not groups:
            return self.browse(), 0
        if exclude:
            domain = Domain(domain) & Domain("id", "not in", exclude.ids)
        query = self._search(domain)
        if query.is_empty():
            return self.browse(), 0
        document = SQL.identifier("found", "document")
        anything = SQL("%s::tsquery", " | ".join(groups))
        query.add_join(
            "JOIN",
            "found",
            "helpdesk_article_text",
            SQL(
                "%s = %s AND %s = %s",
                SQL.identifier("found", "article_id"),
                SQL.identifier(self._table, "id"),
                SQL.identifier("found", "lang"),
                self._get_search_lang(),
            ),
        )
        needed = math.ceil(len(groups) * share)
        matched = SQL(" + ").join(SQL("(%s @@ %s::tsquery)::int", document, g) for g in groups)
        if needed == len(groups):
            query.add_where(SQL("%s @@ %s::tsquery", document, " & ".join(groups)))
        else:
            query.add_where(SQL("%s @@ %s", document, anything))
            query.add_where(SQL("(%s) >= %s", matched, needed))
        total = len(query)
        query.order = SQL(
            "(%s) DESC, ts_rank(%s, %s, %s, 1) DESC, %s DESC",
            matched,
            RANK_WEIGHTS,
            document,
            anything,
            SQL.identifier(self._table, "id"),
        )
        query.offset, query.limit = offset, limit
        found = self.env.execute_query(query.select())
        return self.browse(id_ for (id_,) in found), total

    @api.model
    def _get_search_lang(self):
        return self.env["res.lang"]._get_code(self.env.lang) or "en_US"

    @api.model
    def _get_word_queries(self, question):
        """Return one text search query for each word that matters, ``["(('print':*) | (…))", …]``.

        A word is looked for by its stems in all installed languages, since what a reader finds may not be
        translated, and as it stands. Words that mean nothing in the reader's language don't count, unless
        there are no others.
        """
        words = words_of_question(question)
        if not words:
            return []
        lang = self._get_search_lang()
        langs = [lang, *(code for code, _name in self.env["res.lang"].get_installed())]
        # sudo: names of PostgreSQL's configurations
        by_lang = self.env["helpdesk.article.text"].sudo()._get_configurations(langs)
        configurations = list(dict.fromkeys([*by_lang.values(), SIMPLE]))
        asked = [
            (number, configuration, f"'{variant}'{':*' if number == len(words) - 1 else ''}")
            for number, word in enumerate(words)
            for configuration in configurations
            for variant in dict.fromkeys((word, without_accents(word)))
        ]
        numbers, names, terms = (list(column) for column in zip(*asked, strict=True))
        rows = self.env.execute_query(
            SQL(
                "SELECT number, name, to_tsquery(name::regconfig, term)::text"
                " FROM unnest(%s::int[], %s::text[], %s::text[]) AS asked (number, name, term)",
                numbers,
                names,
                terms,
            )
        )
        queries = [{} for _word in words]
        empty = set()
        for number, name, query in rows:
            if query:
                queries[number][query] = True
            elif name == by_lang[lang]:
                empty.add(number)
        meant = [q for number, q in enumerate(queries) if q and number not in empty]
        return [
            f"({' | '.join(f'({query})' for query in queries)})"
            for queries in meant or [q for q in queries if q]
        ]

    @api.model
    def _search_similar(self, text, domain=Domain.TRUE, limit=3, exclude=None, share=0.5):
        """Return articles that may answer what somebody describes, best first.

        :param str text: such as a ticket's title
        :param float share: how many of its words an article has to have at least
        """
        return self._search_articles(text, domain, limit=limit, share=share, exclude=exclude)[0]

    @api.model
    def _search_popular(self, domain=Domain.TRUE, limit=5):
        """Return the articles that helped most, then those read most."""
        query = self._search(domain)
        # Not by _order: customers can't read, and so not sort by, the numbers.
        self.flush_model(["helpful_count", "unhelpful_count", "view_count"])
        query.order = SQL(
            "%s - %s DESC, %s DESC, %s",
            *(
                SQL.identifier(self._table, name)
                for name in ("helpful_count", "unhelpful_count", "view_count", "id")
            ),
        )
        query.limit = limit
        return self.browse(id_ for (id_,) in self.env.execute_query(query.select()))
