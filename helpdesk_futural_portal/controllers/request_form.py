import re
import uuid

from odoo.http import request

from odoo.addons.helpdesk_futural.models.helpdesk_ticket_type import PRIORITIES
from odoo.addons.helpdesk_futural.models.ir_attachment import FileStoreError
from odoo.addons.helpdesk_futural.tools.preview import plain_text

from ..tools.upload import MEGABYTE, parse_limits

MAX_TITLE_LENGTH = 200
MAX_TEXT_LENGTH = 50_000
TOKEN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: System parameters and their defaults.
LIMITS = {
    "helpdesk_futural_portal.max_files": "10",
    "helpdesk_futural_portal.max_file_megabytes": "25",
    "helpdesk_futural_portal.blocked_file_types": (
        "bat, cmd, com, cpl, dll, exe, hta, jar, js, jse, lnk, msi, msp, pif, ps1, reg, scr, sys,"
        " vb, vbe, vbs, wsf, wsh"
    ),
}


class RequestForm:
    """What the forms for a new ticket have in common: what can be chosen, and reading it.

    Only what is named here is ever read from a form.
    """

    def _get_upload_limits(self):
        Parameter = request.env["ir.config_parameter"].sudo()  # sudo: settings of the forms
        return parse_limits(*(Parameter.get_param(key, value) for key, value in LIMITS.items()))

    def _get_max_content_length(self):
        """Return how large a request may be: all the files that the form invites to send.

        Odoo's own limit is for one file; past it nothing would be read of what was typed.
        """
        whole = self._get_upload_limits().max_total + MEGABYTE
        return max(whole, request.httprequest.max_content_length)

    def _get_form_categories(self, teams):
        """Return the categories that customers may choose; those of other teams are left out."""
        # sudo: names of categories that are published to customers
        categories = request.env["helpdesk.ticket.type"].sudo()
        return categories.search(
            [("portal_published", "=", True), ("team_id", "in", [False, *teams.ids])]
        )

    def _get_form_severities(self):
        # sudo: severities are offered to customers
        severities = request.env["helpdesk.severity"].sudo().search([])
        return severities.filtered("in_sla") or severities

    def _get_form_values(self, teams, form=None, errors=None):
        """Return what the template of the fields needs, with what was typed already."""
        form = dict(form or {})
        if not TOKEN.fullmatch(form.get("form_token") or ""):
            form["form_token"] = str(uuid.uuid4())
        form.setdefault("priority", "1")
        categories = self._get_form_categories(teams)
        priority = request.env["helpdesk.ticket"]._fields["priority"]
        return {
            "form": form,
            "errors": errors or {},
            "categories": categories,
            "category_templates": {
                category.id: plain_text(category.description_template).strip()
                for category in categories
            },
            "severities": self._get_form_severities(),
            "priority_choices": priority._description_selection(request.env),
            "limits": self._get_upload_limits(),
            "max_title_length": MAX_TITLE_LENGTH,
        }

    def _read_form(self, form, teams):
        """Return the ticket's values, the text and what is wrong, ``{field: message}``."""
        errors = {}
        title = " ".join((form.get("title") or "").replace("\0", "").split())
        if not title:
            errors["title"] = request.env._("Please say in a few words what it is about.")
        elif len(title) > MAX_TITLE_LENGTH:
            errors["title"] = request.env._(
                "Please keep the title shorter than %s letters.", MAX_TITLE_LENGTH
            )
        text = (form.get("description") or "").replace("\0", "").strip()
        if len(text) > MAX_TEXT_LENGTH:
            errors["description"] = request.env._("This is very long. Please send it as a file.")
        category = self._get_form_categories(teams).filtered(
            lambda c: str(c.id) == form.get("category")
        )
        if form.get("category") and not category:
            errors["category"] = request.env._("Please choose a category of the list.")
        values = {"name": title, "ticket_type_id": category.id}
        if form.get("priority") in dict(PRIORITIES):
            values["priority"] = form["priority"]
        if category.uses_severity:
            severity = self._get_form_severities().filtered(
                lambda s: str(s.id) == form.get("severity")
            )
            if not severity:
                errors["severity"] = request.env._("Please say how bad it is.")
            values["severity_id"] = severity.id
        return values, text, errors

    def _read_files(self):
        """Return the files that were sent, ``[(name, content)]``, and what is wrong with them."""
        limits = self._get_upload_limits()
        sent = [f for f in request.httprequest.files.getlist("attachments") if f.filename]
        problems = []
        if len(sent) > limits.max_files:
            problems.append(
                request.env._("Please send no more than %s files at once.", limits.max_files)
            )
            sent = []
        files = []
        for file in sent:
            file.seek(0)  # where the transaction is tried again
            content = file.read(limits.max_bytes + 1)
            if problem := self._find_file_problem(file.filename, len(content), limits):
                problems.append(problem)
            else:
                files.append((file.filename, content))
        return files, {"attachments": " ".join(problems)} if problems else {}

    def _find_file_problem(self, name, size, limits):
        """Return what is wrong with a file, in words for its sender; empty if it is welcome."""
        problem = limits.find_problem(name, size)
        if problem == "size":
            return request.env._(
                "“%(name)s” is larger than %(size)s MB.", name=name, size=limits.max_megabytes
            )
        if problem:
            return request.env._("“%s” is a kind of file that we don't take.", name)
        return ""

    def _create_ticket(self, values, text, files, **options):
        """Return the form's ticket; and what is wrong with it, where its files find no room.

        See ``_create_from_form``.
        """
        tickets = request.env["helpdesk.ticket"]
        try:
            return tickets._create_from_form(values, text, files, **options), {}
        except FileStoreError as error:
            request.env.cr.rollback()
            return tickets, {"attachments": str(error)}

    def _get_request_token(self, form):
        """Return the form's token; what is none of ours is replaced."""
        token = form.get("form_token") or ""
        return token if TOKEN.fullmatch(token) else str(uuid.uuid4())
