from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..models.ir_http_replica import may_read_replica
from .request_form import RequestForm

NEW_URL = "/my/ticket/new"
FIELDS = ("form_token", "title", "description", "category", "severity", "priority", "confidential")


class HelpdeskPortalNew(RequestForm, CustomerPortal):
    """The form for a new ticket, for customers who are signed in."""

    def _get_portal_teams(self):
        """Return the teams whose tickets customers see, in the user's company."""
        teams = request.env["helpdesk.team"].sudo()  # sudo: which there are is shown by the form
        return teams.search(
            [
                ("privacy_visibility", "=", "portal"),
                ("company_id", "=", request.env.company.id),
            ]
        )

    @route(
        NEW_URL,
        type="http",
        auth="user",
        website=True,
        readonly=may_read_replica,
        methods=["GET"],
        sitemap=False,
    )
    def portal_new_ticket(self, **kwargs):
        """Show the empty form; an address may propose a title or a category."""
        if not request.env["helpdesk.ticket"].has_access("read"):
            return request.redirect("/my")
        proposed = {name: kwargs[name] for name in ("title", "category") if name in kwargs}
        return self._render_new_ticket(proposed)

    @route(
        NEW_URL,
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
        sitemap=False,
        max_content_length=RequestForm._get_max_content_length,
    )
    def portal_create_ticket(self, **kwargs):
        """Create the ticket, or show again what was typed with what is wrong in it."""
        tickets = request.env["helpdesk.ticket"]
        if not tickets.has_access("read"):
            return request.redirect("/my")
        form = {name: kwargs[name] for name in FIELDS if isinstance(kwargs.get(name), str)}
        partner = request.env.user.partner_id
        token = self._get_request_token(form)
        ticket = tickets._find_by_request_token(token)
        if not ticket:
            teams = self._get_portal_teams()
            values, text, errors = self._read_form(form, teams)
            files, file_errors = self._read_files()
            errors |= file_errors
            if not teams:
                errors["form"] = request.env._("We can't take tickets here at the moment.")
            if errors:
                return self._answer_errors(form, errors)
            # sudo: a category's team is configuration
            category = request.env["helpdesk.ticket.type"].sudo().browse(values["ticket_type_id"])
            ticket, errors = self._create_ticket(
                {
                    **values,
                    "team_id": (category.team_id or teams[:1]).id,
                    "partner_id": partner.id,
                    "confidential": form.get("confidential") == "1",
                    "channel": "portal",
                    "request_token": token,
                },
                text,
                files,
            )
            if errors:
                return self._answer_errors(form, errors)
        elif ticket.partner_id != partner:
            return self._answer_errors({**form, "form_token": ""}, {})
        url = f"/my/ticket/{ticket.id}?notice=created"
        if self._is_by_script():
            return request.make_json_response({"redirect": url})
        return request.redirect(url)

    def _is_by_script(self):
        return request.httprequest.headers.get("X-Requested-With") == "XMLHttpRequest"

    def _answer_errors(self, form, errors):
        if self._is_by_script():
            return request.make_json_response({"errors": errors}, status=422)
        response = self._render_new_ticket(form, errors)
        response.status_code = 422
        return response

    def _render_new_ticket(self, form, errors=None):
        return request.render(
            "helpdesk_futural_portal.portal_new_ticket",
            {
                **self._prepare_portal_layout_values(),
                **self._get_form_values(self._get_portal_teams(), form, errors),
                "page_name": "new_ticket",
                "draft_key": f"helpdesk_draft_{request.env.uid}",
            },
        )
