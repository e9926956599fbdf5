import uuid

from werkzeug.exceptions import NotFound
from werkzeug.urls import url_encode

from odoo.fields import Domain
from odoo.http import Controller, request, route

from odoo.addons.portal.controllers.portal import pager as portal_pager

ARTICLES_URL = "/helpdesk/articles"
PER_PAGE = 20
MAX_PAGE = 10_000
#: Suggestions below a title that is being typed.
SUGGESTED = 4
MIN_SUGGESTED_LENGTH = 3
RELATED = 3
POPULAR = 6
MAX_ID = 2**31


def sitemap_articles(env, _rule, query):
    """Yield the addresses of what everybody may read, for search engines."""
    pages = [{"loc": ARTICLES_URL}]
    articles = env["helpdesk.article"].search(
        [("state", "=", "published"), ("visibility", "=", "public")]
    )
    pages += [{"loc": a.website_url, "lastmod": a.edit_date.date()} for a in articles]
    yield from (page for page in pages if not query or query.lower() in page["loc"])


class HelpdeskArticles(Controller):
    """The help pages: searching and reading articles. Record rules decide who reads which.

    Reading changes nothing, so a replica can serve it: what is counted is sent by the page.
    """

    # ------------------------------------------------------------------
    # Which articles
    # ------------------------------------------------------------------

    def _get_domain(self):
        # Agents may read drafts, too, but not as part of the help pages.
        return Domain("state", "=", "published")

    def _find_article(self, article_id):
        """Return the article, if the visitor may read it; agents see what a draft looks like.

        :raises NotFound: if there is none for the visitor, whatever the reason
        """
        article = request.env["helpdesk.article"]
        if article_id and article_id < MAX_ID and article.has_access("read"):
            article = article.with_context(active_test=False).search([("id", "=", article_id)])
        if not article:
            raise request.not_found()
        return article

    def _may_see_more(self):
        return request.env.user.has_group("helpdesk_futural.group_helpdesk_user")

    # ------------------------------------------------------------------
    # The list and the search
    # ------------------------------------------------------------------

    @route(
        [ARTICLES_URL, f"{ARTICLES_URL}/page/<int:number>"],
        type="http",
        auth="public",
        website=True,
        readonly=True,
        methods=["GET"],
        sitemap=sitemap_articles,
    )
    def articles(self, number=1, search="", category="", **kwargs):
        """Show what there is: by category, or what was searched for."""
        articles = request.env["helpdesk.article"]
        search = " ".join(search.replace("\0", "").split())[:200]
        chosen = self._find_category(category)
        domain = self._get_domain()
        if chosen:
            domain &= self._get_category_domain(chosen)
        values = {"search": search, "category": chosen, "similar": False, "page_name": "articles"}
        if not search and not chosen:
            values |= {
                "sections": self._get_sections(domain),
                "articles": articles._search_popular(domain, POPULAR),
                "total": articles.search_count(domain),
                "pager": None,
            }
        else:
            values |= self._find_page(search, domain, chosen, number)
        return request.render(
            "helpdesk_futural_portal.articles_page", {**values, **self._get_common_values(search)}
        )

    def _find_category(self, category):
        number = int(category) if category.isdecimal() and category.isascii() else 0
        # sudo: names of categories; which articles are in them, the rules decide
        categories = request.env["helpdesk.article.category"].sudo()
        chosen = categories.search([("id", "=", number if number < MAX_ID else 0)])
        within = self._get_domain() & self._get_category_domain(chosen)
        # An empty category, or one for others only, is none.
        return chosen if request.env["helpdesk.article"].search_count(within, 1) else chosen[:0]

    def _get_category_domain(self, category):
        return Domain("category_id", "in", category.search([("id", "child_of", category.ids)]).ids)

    def _find_page(self, search, domain, category, number):
        """Return the values of one page of results."""
        articles = request.env["helpdesk.article"]
        offset = (min(max(number, 1), MAX_PAGE) - 1) * PER_PAGE
        similar = False
        if not search:
            total = articles.search_count(domain)
            found = articles.search(domain, offset=offset, limit=PER_PAGE)
        else:
            found, total = articles._search_articles(search, domain, offset, PER_PAGE)
            if not total:
                found = articles._search_similar(search, domain, limit=PER_PAGE)
                total, similar = len(found), bool(found)
        parameters = {"search": search, "category": category.id or ""}
        pager = portal_pager(
            url=ARTICLES_URL,
            url_args={name: value for name, value in parameters.items() if value},
            total=total,
            page=number,
            step=PER_PAGE,
        )
        return {
            "articles": found,
            "total": total,
            "similar": similar,
            "pager": pager,
            "everywhere_url": f"{ARTICLES_URL}?{url_encode({'search': search})}",
        }

    def _get_sections(self, domain):
        """Return ``[(category, number of articles)]`` of the top categories."""
        groups = request.env["helpdesk.article"]._read_group(domain, ["category_id"], ["__count"])
        counts = {}
        for category, count in groups:
            top = category.sudo()  # sudo: names of categories that hold an article for the visitor
            while top.parent_id:
                top = top.parent_id
            counts[top] = counts.get(top, 0) + count
        return [
            (category, counts[category])
            for category in sorted(counts, key=lambda c: (not c, c.sequence, c.name or ""))
            if category
        ]

    @route(
        f"{ARTICLES_URL}/suggest",
        type="http",
        auth="public",
        website=True,
        readonly=True,
        methods=["GET"],
        sitemap=False,
    )
    def articles_suggest(self, question="", team="", **kwargs):
        """Answer with the articles that a title speaks of: ``[{"name", "teaser", "url"}]``."""
        found = []
        articles = request.env["helpdesk.article"]
        if len(question.strip()) >= MIN_SUGGESTED_LENGTH and articles.has_access("read"):
            # Signed-in agents try the form as a customer would see it.
            domain = self._get_domain() & Domain("visibility", "!=", "internal")
            team_id = int(team) if team.isdecimal() and team.isascii() else 0
            if 0 < team_id < MAX_ID:
                # sudo: readers can't ask for the team; which articles they get, the rules decide
                others = articles.sudo()._search([("team_id", "not in", [False, team_id])])
                domain &= Domain("id", "not in", others)
            found = articles._search_similar(question, domain, limit=SUGGESTED)
        response = request.make_json_response(
            [{"name": a.name, "teaser": a.teaser, "url": a.website_url} for a in found]
        )
        response.headers["Cache-Control"] = "private, no-store"
        return response

    @route(
        f"{ARTICLES_URL}/not-found",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        sitemap=False,
    )
    def articles_not_found(self, search="", **kwargs):
        """Note, for those who write articles, that a search found nothing."""
        articles = request.env["helpdesk.article"]
        counts = not request.env["ir.http"].is_a_bot() and not self._may_see_more()
        if counts and isinstance(search, str) and self._may_tell():
            _found, total = articles._search_articles(search, self._get_domain(), limit=1)
            if not total:
                # sudo: visitors only add to what is counted
                request.env["helpdesk.article.question"].sudo()._note(search)
        return request.make_response("", status=204)

    # ------------------------------------------------------------------
    # One article
    # ------------------------------------------------------------------

    @route(
        f"{ARTICLES_URL}/<string:slug>",
        type="http",
        auth="public",
        website=True,
        readonly=True,
        methods=["GET"],
        sitemap=False,
    )
    def article(self, slug, **kwargs):
        """Show an article; visitors who may not read it are asked to sign in."""
        article_id = request.env["ir.http"]._unslug(slug)[1] or 0
        try:
            article = self._find_article(article_id)
        except NotFound:
            if article_id <= 0 or not request.env.user._is_public():
                raise
            query = url_encode({"redirect": f"{ARTICLES_URL}/{slug}"})
            return request.redirect(f"/web/login?{query}")
        if article.website_url != f"{ARTICLES_URL}/{slug}":
            return request.redirect(article.website_url, code=301)
        return request.render(
            "helpdesk_futural_portal.article_page", self._prepare_article_values(article)
        )

    def _prepare_article_values(self, article):
        articles = request.env["helpdesk.article"]
        domain = self._get_domain()
        related = articles._search_similar(
            article.name, domain, limit=RELATED, exclude=article, share=0.34
        )
        # sudo: what the page shows of an article that the visitor may read
        known = article.sudo()
        category = known.category_id
        if len(related) < RELATED and category:
            related |= articles.search(
                domain
                & Domain("category_id", "=", category.id)
                & Domain("id", "not in", [article.id, *related.ids]),
                limit=RELATED - len(related),
            )
        path = category
        while path[:1].parent_id:
            path = path[:1].parent_id + path
        visitor = self._get_visitor()
        return {
            **self._get_common_values(article.name, known.team_id),
            "page_name": "article",
            "article": known,
            "path": path,
            "related": related,
            "vote": known._get_vote(visitor) if visitor else None,
            "for_agents": self._may_see_more() and not known._is_for_customers(),
            "website_meta_description": article.teaser,
            "no_index": known.visibility != "public" or known.state != "published",
        }

    def _may_tell(self, kind="reader"):
        """Note that the visitor tells something, and return whether it isn't too much in an hour.

        Who gives up the session is a new visitor, but no new client.

        :param str kind: ``view`` for what the page tells without being asked, which takes away
            nothing from what its reader has to say
        """
        user = request.env.user
        reader = request.httprequest.remote_addr if user._is_public() else f"user:{user.id}"
        return request.env["helpdesk.form.request"]._note_request(**{kind: reader})

    def _get_visitor(self):
        """Return what tells visitors apart; nothing for those who never voted."""
        user = request.env.user
        if not user._is_public():
            return f"user:{user.id}"
        return request.session.get("helpdesk_visitor")

    @route(
        f"{ARTICLES_URL}/<int:article_id>/vote",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        sitemap=False,
    )
    def article_vote(self, article_id, helpful="", **kwargs):
        """Note whether the article helped; the last answer of a visitor counts.

        What comes after too many is not counted, and the page shows it.
        """
        article = self._find_article(article_id)
        # sudo: whether what was found may be voted on is no secret
        if helpful not in ("0", "1") or article.sudo().state != "published":
            raise request.not_found()
        if self._may_tell():
            if not self._get_visitor():
                request.session["helpdesk_visitor"] = str(uuid.uuid4())
            article._vote(self._get_visitor(), helpful == "1")
        return request.redirect(f"{article.website_url}#helpdesk_vote")

    @route(
        f"{ARTICLES_URL}/<int:article_id>/view",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        sitemap=False,
    )
    def article_view(self, article_id, **kwargs):
        """Count that the article was opened, once in a session; agents and robots don't count.

        Nor do further ones where one client, by ever new sessions, opens too many.
        """
        article = self._find_article(article_id)
        seen = request.session.get("helpdesk_articles_seen", [])
        if article_id not in seen and not (
            request.env["ir.http"].is_a_bot() or self._may_see_more()
        ):
            request.session["helpdesk_articles_seen"] = [*seen, article_id][-200:]
            if self._may_tell("view"):
                article._note_view()
        return request.make_response("", status=204)

    # ------------------------------------------------------------------
    # Still need help?
    # ------------------------------------------------------------------

    def _get_common_values(self, title, team=None):
        return {
            "help_url": self._get_help_url(title, team),
            "signed_in": not request.env.user._is_public(),
            "articles_url": ARTICLES_URL,
        }

    def _get_help_url(self, title, team=None):
        """Return where to ask people: the portal's form, a team's public one, or nothing."""
        query = url_encode({"title": title}) if title else ""
        if not request.env.user._is_public():
            return f"/my/ticket/new?{query}" if query else "/my/ticket/new"
        # sudo: which teams have a form for everybody
        teams = request.env["helpdesk.team"].sudo()
        open_teams = teams.search(
            [
                ("use_website_helpdesk_form", "=", True),
                ("company_id", "=", request.env.company.id),
            ]
        )
        form = (open_teams & team if team else teams) or open_teams[:1]
        return form._get_form_url() if form else None
