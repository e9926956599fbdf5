from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import NO_ACCESS
from odoo.tools import SQL
from odoo.tools.misc import hmac
from odoo.tools.sql import increment_fields_skiplock

#: An article helps badly from this many votes against it, if they are the majority.
BAD_VOTES = 2


class HelpdeskArticleVote(models.Model):
    """Whether an article helped a visitor. Who they are doesn't stand here, only what tells them apart."""

    _name = "helpdesk.article.vote"
    _description = "Vote on a Help Article"
    _order = "write_date desc, id desc"
    _rec_name = "article_id"

    article_id = fields.Many2one("helpdesk.article", required=True, ondelete="cascade")
    fingerprint = fields.Char(required=True, groups=NO_ACCESS)
    helpful = fields.Boolean("Did It Help?", required=True)
    lang = fields.Char("Language", help="In which language the article was read.")

    _visitor_uniq = models.Constraint(
        "UNIQUE (article_id, fingerprint)", "Everybody votes once on an article."
    )


class HelpdeskArticleFeedback(models.Model):
    """What readers tell: how often an article was opened, and whether it helped."""

    _inherit = "helpdesk.article"

    view_count = fields.Integer("Views", readonly=True, copy=False, default=0)
    vote_ids = fields.One2many("helpdesk.article.vote", "article_id", "Votes")
    helpful_count = fields.Integer("Helped", compute="_compute_votes", store=True)
    unhelpful_count = fields.Integer("Didn't Help", compute="_compute_votes", store=True)
    helpful_rate = fields.Float(
        "Helpful", compute="_compute_votes", store=True, aggregator=None, help="Part of the votes."
    )
    helps_badly = fields.Boolean(
        compute="_compute_helps_badly",
        search="_search_helps_badly",
        help="Most of those who voted were not helped.",
    )

    @api.depends("vote_ids.helpful")
    def _compute_votes(self):
        groups = self.env["helpdesk.article.vote"]._read_group(
            [("article_id", "in", self.ids)], ["article_id", "helpful"], ["__count"]
        )
        counts = {(article.id, helpful): count for article, helpful, count in groups}
        for article in self:
            article.helpful_count = counts.get((article.id, True), 0)
            article.unhelpful_count = counts.get((article.id, False), 0)
            total = article.helpful_count + article.unhelpful_count
            article.helpful_rate = article.helpful_count / total if total else 0.0

    @api.depends("helpful_count", "unhelpful_count")
    def _compute_helps_badly(self):
        for article in self:
            article.helps_badly = (
                article.unhelpful_count >= BAD_VOTES
                and article.unhelpful_count > article.helpful_count
            )

    def _search_helps_badly(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return [
            ("unhelpful_count", ">=", BAD_VOTES),
            ("helpful_rate", "<", 0.5),
        ]

    def _get_visitor_fingerprint(self, visitor):
        # sudo: the secret that it is made with
        return hmac(self.env(su=True), "helpdesk_article_vote", visitor)

    def _get_vote(self, visitor):
        """Return what the visitor said: True, False or, where they didn't vote, None.

        :param str visitor: what tells visitors apart
        """
        self.ensure_one()
        # sudo: the visitor's own vote
        vote = (
            self.env["helpdesk.article.vote"]
            .sudo()
            .search(
                [
                    ("article_id", "=", self.id),
                    ("fingerprint", "=", self._get_visitor_fingerprint(visitor)),
                ]
            )
        )
        return vote.helpful if vote else None

    def _vote(self, visitor, helpful):
        """Note whether the article helped; who voted before changes their mind.

        :param str visitor: what tells visitors apart
        """
        self.ensure_one()
        # sudo: readers vote; the caller has checked that they may read
        votes = self.env["helpdesk.article.vote"].sudo()
        # Two clicks at once: one of the transactions fails, and is tried again.
        self.env.execute_query(
            SQL(
                "INSERT INTO helpdesk_article_vote"
                " (article_id, fingerprint, helpful, lang, create_uid, create_date, write_uid, write_date)"
                " VALUES (%(id)s, %(fingerprint)s, %(helpful)s, %(lang)s, %(uid)s, %(now)s, %(uid)s, %(now)s)"
                " ON CONFLICT (article_id, fingerprint) DO UPDATE SET helpful = EXCLUDED.helpful,"
                " lang = EXCLUDED.lang, write_date = EXCLUDED.write_date RETURNING id",
                id=self.id,
                fingerprint=self._get_visitor_fingerprint(visitor),
                helpful=helpful,
                lang=self.env.lang,
                uid=SUPERUSER_ID,
                now=fields.Datetime.now(),
            )
        )
        votes.invalidate_model()
        article = self.sudo()  # sudo: see above
        article.invalidate_recordset(["vote_ids"])
        article.modified(["vote_ids"])

    def _note_view(self):
        """Count that somebody opened the article; of two at once, one may not be counted."""
        # sudo: readers count as views; the caller has checked that they may read
        self.env.flush_all()
        increment_fields_skiplock(self.sudo(), "view_count")
        self.invalidate_recordset(["view_count"], flush=False)
