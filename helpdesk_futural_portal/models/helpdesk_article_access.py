from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

ARTICLE = "helpdesk.article"
#: What readers can read of an article, by whatever way; who writes it reads all.
READER_FIELDS = frozenset(
    {
        "id",
        "active",  # searches ask for it
        "display_name",
        "name",
        "summary",
        "teaser",
        "body",
        "category_id",
        "state",
        "visibility",
        "edit_date",
        "published_date",
        "website_url",
    }
)


class HelpdeskArticleAccess(models.Model):
    """What readers who are no agents can read and do of an article by RPC: no more than on its page."""

    _inherit = "helpdesk.article"

    @api.model
    def _is_reader_only(self):
        """Tell whether the user is no agent: a customer, a visitor or another colleague."""
        return not self.env.su and not self.env.user.has_group(
            "helpdesk_futural.group_helpdesk_user"
        )

    def _has_field_access(self, field, operation):
        if not super()._has_field_access(field, operation):
            return False
        if not self._is_reader_only():
            return True
        return operation == "read" and field.name in READER_FIELDS

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        """What agents say about an article is for those who write it, not for all who read it."""
        return dict.fromkeys(self, "write")

    def message_notify(self, **kwargs):
        self._refuse_readers()
        return super().message_notify(**kwargs)

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """The conversation below an article is among agents."""
        self._refuse_readers()
        return super().message_subscribe(partner_ids=partner_ids, subtype_ids=subtype_ids)

    def _message_get_suggested_recipients_batch(self, **kwargs):
        if self._is_reader_only():
            return {article.id: [] for article in self}
        return super()._message_get_suggested_recipients_batch(**kwargs)

    def _refuse_readers(self):
        if self._is_reader_only():
            raise AccessError(self.env._("Only agents write here."))


class IrAttachment(models.Model):
    """Readers get the files that stand in an article's text, and no others of it."""

    _inherit = "ir.attachment"

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if not self.env[ARTICLE]._is_reader_only():
            return result
        forbidden, make_error = result or (self.browse(), None)
        # sudo: only to decide over the access
        files = (self - forbidden).sudo().filtered(lambda a: a.res_model == ARTICLE and a.res_id)
        hidden = files.filtered(lambda a: not a.public) - files._filter_files_in_articles()
        if not hidden:
            return result
        hidden = hidden.sudo(False)
        return forbidden | hidden, make_error or (
            lambda: self.env["ir.rule"]._make_access_error(operation, hidden)
        )

    def _can_return_content(self, field_name=None, access_token=None):
        """Serve the images of an article to who reads it; core serves customers files by token only."""
        # sudo: where the file belongs decides who may see it
        file = self.sudo()
        if (
            file.res_model == ARTICLE
            and not file.res_field
            and file.type == "binary"
            and file._filter_files_in_articles()
            and self.env[ARTICLE].search_count([("id", "=", file.res_id)], 1)
        ):
            return True
        return super()._can_return_content(field_name, access_token)

    def _filter_files_in_articles(self):
        if not self:
            return self
        self.env[ARTICLE].flush_model(["image_ids"])
        rows = self.env.execute_query(
            SQL(
                "SELECT ir_attachment_id FROM helpdesk_article_image_rel"
                " WHERE ir_attachment_id IN %s",
                self._ids,
            )
        )
        return self.browse(id_ for (id_,) in rows)

    @api.model
    def _search(
        self, domain, offset=0, limit=None, order=None, *, active_test=True, bypass_access=False
    ):
        query = super()._search(
            domain, offset, limit, order, active_test=active_test, bypass_access=bypass_access
        )
        if bypass_access or not self.env[ARTICLE]._is_reader_only():
            return query
        # A query that has its ids already was filtered by _check_access.
        if query._ids is None:
            self.env[ARTICLE].flush_model(["image_ids"])
            query.add_where(
                SQL(
                    "(%s IS DISTINCT FROM %s OR %s OR %s IN"
                    " (SELECT ir_attachment_id FROM helpdesk_article_image_rel))",
                    SQL.identifier(query.table, "res_model"),
                    ARTICLE,
                    SQL.identifier(query.table, "public"),
                    SQL.identifier(query.table, "id"),
                )
            )
        return query
