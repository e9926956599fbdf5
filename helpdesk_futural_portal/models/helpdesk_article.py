from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import is_html_empty

from odoo.addons.helpdesk_futural.tools.preview import plain_text, shorten

VISIBILITIES = [
    ("internal", "Agents"),
    ("portal", "Customers with an Account"),
    ("public", "Everybody"),
]
#: What decides over who reads an article.
READERSHIP = {"state", "visibility", "company_id", "active"}
CONTENT = {"name", "summary", "keywords", "body"}
TEASER_LENGTH = 160


class HelpdeskArticle(models.Model):
    """A help article, for agents, for customers with an account or for everybody.

    Agents write, and decide alone over what agents read. What customers can read is decided by the
    leader of the article's team (of any team, where it has none) and by administrators; everybody
    who writes articles may take one offline.
    """

    _name = "helpdesk.article"
    _description = "Help Article"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "edit_date desc, id desc"

    name = fields.Char("Title", required=True, translate=True, tracking=True)
    summary = fields.Char(
        translate=True,
        help="Shown in lists and by search engines. Empty: the first words of the article.",
    )
    keywords = fields.Char(
        "Also Found By",
        translate=True,
        help="Words that customers use for it and that the article doesn't have.",
    )
    body = fields.Html("Article", translate=True)
    category_id = fields.Many2one(
        "helpdesk.article.category", ondelete="set null", index=True, tracking=True
    )
    visibility = fields.Selection(
        VISIBILITIES,
        "Visible to",
        required=True,
        default="internal",
        tracking=True,
        help="Who reads the article once it is published.",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("published", "Published")],
        "Status",
        required=True,
        default="draft",
        copy=False,
        tracking=True,
    )
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        index=True,
        tracking=True,
        help="Empty: all companies.",
    )
    team_id = fields.Many2one(
        "helpdesk.team",
        ondelete="restrict",
        index=True,
        domain="['|', ('company_id', '=', company_id), (not company_id, '=', True)]",
        help="Drafts and articles for agents are then only seen by those who see the team's tickets,"
        " and the team's leader publishes it. Empty: all teams.",
    )
    author_id = fields.Many2one(
        "res.users", default=lambda self: self.env.user, copy=False, index=True
    )
    lang = fields.Selection(
        lambda self: self.env["res.lang"].get_installed(),
        "Written in",
        required=True,
        default=lambda self: self.env.lang or "en_US",
        help="Readers of languages that it wasn't translated to get it in this one.",
    )
    published_date = fields.Datetime("Published on", readonly=True, copy=False)
    edit_date = fields.Datetime(
        "Last Change", default=fields.Datetime.now, readonly=True, copy=False
    )
    website_url = fields.Char("Address", compute="_compute_website_url")
    teaser = fields.Char(compute="_compute_teaser")
    may_publish = fields.Boolean(compute="_compute_may_publish")
    image_ids = fields.Many2many(
        "ir.attachment",
        "helpdesk_article_image_rel",
        string="Files in the Text",
        copy=False,
        bypass_search_access=True,
        help="What readers see besides the text; other files stay among agents.",
    )

    @api.depends("name")
    @api.depends_context("lang")
    def _compute_website_url(self):
        for article in self:
            slug = self.env["ir.http"]._slug(article._origin) if article._origin.id else ""
            article.website_url = slug and f"/helpdesk/articles/{slug}"

    @api.depends("summary", "body")
    @api.depends_context("lang")
    def _compute_teaser(self):
        for article in self:
            text = article.summary or " ".join(plain_text(article.body).split())
            article.teaser = shorten(text, TEASER_LENGTH)

    # ------------------------------------------------------------------
    # Who decides over the readers
    # ------------------------------------------------------------------

    @api.depends("team_id.leader_id")
    @api.depends_context("uid")
    def _compute_may_publish(self):
        user = self.env.user
        if self.env.su or user.has_group("helpdesk_futural.group_helpdesk_manager"):
            self.may_publish = True
            return
        # sudo: who leads a team is no secret
        leads = self.env["helpdesk.team"].sudo().search_count([("leader_id", "=", user.id)], 1)
        for article in self:
            leader = article.sudo().team_id.leader_id  # sudo: see above
            article.may_publish = leader == user if article.team_id else bool(leads)

    def _is_for_customers(self):
        """Tell whether anybody but agents can read the article."""
        self.ensure_one()
        return self.active and self.state == "published" and self.visibility != "internal"

    def _check_may_publish(self):
        """Refuse, for who may not decide it, that customers read the articles.

        :raises AccessError: naming who decides
        """
        for article in self.filtered(lambda a: a._is_for_customers() and not a.may_publish):
            raise AccessError(
                self.env._(
                    "Only a team leader or a helpdesk administrator decides that customers can read"
                    " “%s”. Ask for a review instead.",
                    article.name,
                )
            )

    @api.constrains("state", "body")
    def _check_body(self):
        for article in self:
            if article.state == "published" and is_html_empty(article.body):
                raise ValidationError(
                    self.env._("There is nothing to read in “%s” yet.", article.name)
                )

    @api.constrains("team_id", "company_id")
    def _check_team_company(self):
        for article in self.sudo():  # sudo: the team's company
            if article.team_id and article.company_id != article.team_id.company_id:
                raise ValidationError(
                    self.env._(
                        "The team “%s” is of another company than the article.",
                        article.team_id.name,
                    )
                )

    # ------------------------------------------------------------------
    # Create and write
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        articles = super().create(vals_list)
        articles._check_may_publish()
        articles.filtered(lambda a: a.state == "published").published_date = fields.Datetime.now()
        articles._update_content()
        return articles

    def write(self, vals):
        readership = {article.id: self._get_readership(article) for article in self}
        content = (CONTENT | {"lang"}) & vals.keys()
        if content and self.env.context.get("helpdesk_article_adopted"):
            content = set()  # only the addresses of files change
        texts = {article.id: (article.name, article.body) for article in self if content}
        result = super().write(vals)
        if READERSHIP & vals.keys():
            self.filtered(
                lambda a: readership[a.id] != self._get_readership(a)
            )._check_may_publish()
        if vals.get("state") == "published":
            self.filtered(
                lambda a: readership[a.id][0] != "published"
            ).published_date = fields.Datetime.now()
        if content:
            changed = self.filtered(lambda a: texts[a.id] != (a.name, a.body))
            changed.edit_date = fields.Datetime.now()
            for article in changed.filtered(lambda a: a.state == "published"):
                article._message_log(body=self.env._("The text was changed."))
            self._update_content()
        return result

    def _get_readership(self, article):
        return article.state, article.visibility, article.company_id.id, article.active

    def _update_content(self):
        """Bring up to date what follows from the texts: their images, and what searches find."""
        self._adopt_files()
        self._index_texts()

    def copy_data(self, default=None):
        vals_list = super().copy_data(default=default)
        return [
            dict(vals, name=self.env._("%s (copy)", article.name))
            for article, vals in zip(self, vals_list, strict=True)
        ]

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------

    def action_publish(self):
        """Let those read the articles whom they are meant for.

        :raises AccessError: if customers would read them and somebody else decides that
        :raises ValidationError: if there is nothing to read
        """
        self.write({"state": "published"})

    def action_unpublish(self):
        """Make the articles drafts again: at once nobody but agents reads them."""
        self.write({"state": "draft"})

    def action_request_review(self):
        """Ask who decides over it to publish the article, by an activity.

        :return: the client action that says who was asked
        :raises UserError: if there is nobody
        """
        self.ensure_one()
        self.check_access("write")
        reviewer = self._get_reviewer()
        if not reviewer:
            raise UserError(self.env._("There is no helpdesk administrator to ask."))
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=self.env._("Review the article and publish it"),
            user_id=reviewer.id,
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%s was asked to review the article.", reviewer.name),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _get_reviewer(self):
        """Return the leader of the article's team, else an administrator of its company."""
        # sudo: who leads a team, and who administers the helpdesk
        leader = self.sudo().team_id.leader_id
        if leader.active:
            return leader
        company = self.company_id or self.env.company
        # sudo: as above
        managers = self.env.ref("helpdesk_futural.group_helpdesk_manager").sudo().all_user_ids
        return managers.filtered(lambda u: u.active and company in u.company_ids and u.id != 1)[
            :1
        ].sudo(False)

    def action_view_page(self):
        """Open the article's page, as its readers see it."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.website_url, "target": "new"}
