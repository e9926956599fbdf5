import base64
import re
from urllib.parse import parse_qs, urlsplit

from lxml import html
from markupsafe import Markup, escape

from odoo import Command, models
from odoo.tools import SQL

#: Addresses of attachments, as the editor writes them into texts.
_FILE = re.compile(r"^(?:https?://[^/]+)?/web/(image|content)/(\d+)(?=[-/?#]|$)")
_DATA = re.compile(r"^data:(image/(?:png|jpeg|gif|webp));base64,(.+)$", re.DOTALL)
_REFERENCE = re.compile(r"/web/(?:image|content)/(\d+)")


def _get_inner_html(root):
    return escape(root.text or "") + Markup("").join(
        Markup(html.tostring(child, encoding="unicode"))  # noqa: S704 it was HTML before
        for child in root
    )


class HelpdeskArticleFiles(models.Model):
    """The images and files in an article's text are the article's own.

    So who reads the article sees them, and nobody sees them of a draft. What was copied out of a
    ticket is copied as a file, too: readers get no access to the ticket by it.
    """

    _inherit = "helpdesk.article"

    def _adopt_files(self):
        """Make all files in the texts the articles' own, and note which they are."""
        for article in self:
            # The body as it was written, in the writer's language; other languages keep theirs.
            body = article.body
            if body and ("/web/" in body or "data:" in body):
                adopted = article._adopt_files_of(body)
                if adopted != body:
                    article.with_context(helpdesk_article_adopted=True).write({"body": adopted})
        self._update_files_in_text()

    def _adopt_files_of(self, body):
        root = html.fragment_fromstring(body, create_parent="div")
        changed = False
        for node, attribute in [
            *((node, "src") for node in root.iter("img")),
            *((node, "href") for node in root.iter("a")),
        ]:
            address = node.get(attribute) or ""
            if new := self._adopt_file(address, node):
                changed |= new != address
                node.set(attribute, new)
        if not changed:
            return body
        return _get_inner_html(root)

    def _adopt_file(self, address, node):
        """Return the address under which the article's readers get the file; None as it is."""
        if embedded := _DATA.match(address):
            file = self._create_own_file(
                {
                    "name": node.get("data-filename") or node.get("alt") or self.env._("Image"),
                    "raw": base64.b64decode(embedded[2] + "=" * (-len(embedded[2]) % 4)),
                    "mimetype": embedded[1],
                }
            )
            return f"/web/image/{file.id}"
        found = _FILE.match(address)
        if not found or int(found[2]) >= 2**31:
            return None
        file = self.env["ir.attachment"].browse(int(found[2])).exists()
        # sudo: where the file belongs decides what is done with it
        known = file.sudo()
        if not known or known.public or known.type != "binary":
            return None
        token = parse_qs(urlsplit(address).query).get("access_token", [""])[0]
        if (known.res_model, known.res_id) != (self._name, self.id):
            if not known.res_id and known.create_uid == self.env.user:
                known.write({"res_model": self._name, "res_id": self.id})
            elif file.has_access("read") or (token and token == known.access_token):
                known = self._create_own_file(
                    {"name": known.name, "raw": known.raw, "mimetype": known.mimetype}
                )
            else:
                return None
        # Without token: only who may read the article gets the file.
        known.access_token = False
        return f"/web/{found[1]}/{known.id}"

    def _create_own_file(self, vals):
        # sudo: who may write the article puts files into it; the caller checked theirs
        return (
            self.env["ir.attachment"]
            .sudo()
            .create({**vals, "res_model": self._name, "res_id": self.id})
        )

    def _update_files_in_text(self):
        """Note which of the articles' own files stand in a text, of whatever language."""
        self.flush_recordset(["body"])
        ids = {
            id_: {int(number) for number in _REFERENCE.findall(texts or "")}
            for id_, texts in self.env.execute_query(
                SQL("SELECT id, body::text FROM helpdesk_article WHERE id IN %s", self._ids or (0,))
            )
        }
        # sudo: the articles' files, all of them
        files = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("res_field", "=", False),
                ]
            )
        )
        shown = files.filtered(lambda file: file.id in ids[file.res_id])
        by_article = shown.grouped("res_id")
        for article in self.sudo():  # sudo: what is kept of the text belongs to it
            own = by_article.get(article.id, shown.browse())
            if article.image_ids != own:
                article.image_ids = [Command.set(own.ids)]

    def _find_file(self, address, files):
        """Return the file behind an address in the text; None where it is none of ``{id: file}``."""
        found = _FILE.match(address or "")
        return files.get(int(found[2])) if found else None

    def _get_embedded_body(self):
        """Return the text with its images inside, which the message then keeps as its own files.

        The customer sees them in the mail and on the ticket, without access to the article.
        """
        self.ensure_one()
        # sudo: the files of a text that the user may read
        files = {file.id: file for file in self.sudo().image_ids}
        root = html.fragment_fromstring(self.body or "", create_parent="div")
        for image in root.iter("img"):
            if file := self._find_file(image.get("src"), files):
                content = base64.b64encode(file.raw or b"").decode()
                image.set("src", f"data:{file.mimetype};base64,{content}")
                image.set("data-filename", file.name)
        for link in root.iter("a"):
            # Other files can't be opened without the article.
            if self._find_file(link.get("href"), files):
                link.set("href", self.get_base_url() + self.website_url)
        return _get_inner_html(root)
