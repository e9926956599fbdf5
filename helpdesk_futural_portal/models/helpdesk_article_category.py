from odoo import api, fields, models
from odoo.exceptions import ValidationError


class HelpdeskArticleCategory(models.Model):
    """A section of the help pages. Customers see it where it holds an article that they see."""

    _name = "helpdesk.article.category"
    _description = "Article Category"
    _order = "sequence, name, id"
    _parent_store = True

    name = fields.Char(required=True, translate=True)
    display_name = fields.Char(recursive=True)
    description = fields.Char(translate=True, help="One sentence below the name on the help pages.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    parent_id = fields.Many2one(
        "helpdesk.article.category", "Parent Category", ondelete="restrict", index=True
    )
    parent_path = fields.Char(index=True)
    ticket_type_ids = fields.Many2many(
        "helpdesk.ticket.type",
        string="Ticket Categories",
        help="An article written from a ticket of one of these starts in this category.",
    )
    article_ids = fields.One2many("helpdesk.article", "category_id", "Articles")
    article_count = fields.Integer("Number of Articles", compute="_compute_article_count")

    @api.constrains("parent_id")
    def _check_parent_id(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A category can't be inside itself."))

    @api.depends("name", "parent_id.display_name")
    def _compute_display_name(self):
        for category in self:
            parent = category.parent_id.display_name
            category.display_name = f"{parent} / {category.name}" if parent else category.name

    @api.depends("article_ids")
    def _compute_article_count(self):
        groups = self.env["helpdesk.article"]._read_group(
            [("category_id", "in", self.ids)], ["category_id"], ["__count"]
        )
        counts = {category.id: count for category, count in groups}
        for category in self:
            category.article_count = counts.get(category.id, 0)

    def action_view_articles(self):
        """Return the action that lists the category's articles."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "helpdesk_futural_portal.helpdesk_article_action"
            ),
            "domain": [("category_id", "child_of", self.id)],
            "context": {"default_category_id": self.id},
        }
