from werkzeug.exceptions import Forbidden, NotFound
from werkzeug.urls import url_encode

from odoo.exceptions import AccessError, MissingError
from odoo.http import request, route
from odoo.tools.misc import get_lang

from odoo.addons.helpdesk_futural.models.helpdesk_ticket_type import PRIORITIES
from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.utils import get_portal_partner

from ..models.ir_http_replica import may_read_replica
from ..tools.dates import DateFormat

MAX_COMMENT_LENGTH = 20_000


class HelpdeskPortalTicket(CustomerPortal):
    """The page of one ticket, by account or by the link of a mail, and what is done there."""

    # ------------------------------------------------------------------
    # Access
    # ------------------------------------------------------------------

    def _get_customer_ticket(self, ticket_id, /, access_token=None, **kwargs):
        """Return the ticket with all rights, for whoever may open its page.

        Its methods go on in the name of the visitor. Whatever the reason, who may not open it
        learns only that there is nothing.

        :raises NotFound: if the visitor may not see the ticket
        """
        token = access_token if access_token and access_token.isascii() else None
        # sudo: read ahead, whoever asks; nothing of it gets out before the access is decided
        ahead = request.env["helpdesk.ticket"].browse(ticket_id).sudo()
        try:
            ahead._fetch_customer_page()
            ticket = self._document_check_access("helpdesk.ticket", ticket_id, token)
        except (AccessError, MissingError):
            raise NotFound() from None
        ticket = ticket.with_user(request.env.user)
        # A link, unlike the rules, doesn't ask whether customers still see the team's tickets.
        # sudo: the link was checked above; whether the team shows customers their tickets
        if token and not ticket.has_access("read") and not ticket.sudo()._has_customer_page():
            raise NotFound()
        return ticket.sudo()  # sudo: access was decided above

    def _get_acting_partner(self, ticket, /, access_token=None, **kwargs):
        """Return who is in front of the page; by a mail's link it is whom the mail went to."""
        if not request.env.user._is_public():
            return request.env.user.partner_id
        pid = kwargs.get("pid") or ""
        hash_ = kwargs.get("hash") or ""
        valid = pid.isdecimal() and pid.isascii() and len(pid) < 10 and hash_.isascii()
        return get_portal_partner(
            ticket, hash_ if valid else None, pid if valid else None, access_token
        )

    def _get_ticket_to_decide(self, ticket_id, /, **kwargs):
        """Return the ticket and the acting person, if they decide for the customer.

        :raises NotFound: if the visitor may not see the ticket
        :raises Forbidden: if they see it and take part, no more
        """
        ticket = self._get_customer_ticket(ticket_id, **kwargs)
        partner = self._get_acting_partner(ticket, **kwargs)
        if not ticket._may_customer_decide(partner):
            raise Forbidden()
        return ticket, partner

    def _redirect_to_ticket(self, ticket, notice, /, access_token=None, pid=None, **kwargs):
        """Lead back to the page, with the link's parameters where the visitor came by one."""
        parameters = {
            "access_token": access_token if not ticket.sudo(False).has_access("read") else None,
            "pid": pid,
            "hash": kwargs.get("hash"),
            "notice": notice,
        }
        query = url_encode({name: value for name, value in parameters.items() if value})
        return request.redirect(f"/my/ticket/{ticket.id}?{query}" if query else ticket.access_url)

    # ------------------------------------------------------------------
    # The page
    # ------------------------------------------------------------------

    @route(
        "/my/ticket/<int:ticket_id>",
        type="http",
        auth="public",
        website=True,
        readonly=may_read_replica,
        methods=["GET"],
        sitemap=False,
    )
    def portal_my_ticket(self, ticket_id, access_token=None, **kwargs):
        """Show the ticket; visitors who may not see it are asked to sign in."""
        try:
            ticket = self._get_customer_ticket(ticket_id, access_token)
        except NotFound:
            if not request.env.user._is_public():
                raise
            query = url_encode({"redirect": f"/my/ticket/{ticket_id}"})
            return request.redirect(f"/web/login?{query}")
        response = request.render(
            "helpdesk_futural_portal.portal_my_ticket",
            self._prepare_ticket_page_values(ticket, access_token, **kwargs),
        )
        # The address may hold a token: other sites learn nothing of it, and none frames the page.
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
        response.headers["Content-Security-Policy"] = "frame-ancestors 'self'"
        return response

    def _prepare_ticket_page_values(self, ticket, /, access_token=None, **kwargs):
        # Without a link it was their own right that let them in.
        by_link = bool(access_token) and not ticket.sudo(False).has_access("read")
        access_token = access_token if by_link else None
        partner = self._get_acting_partner(ticket, access_token, **kwargs)
        decides = ticket._may_customer_decide(partner)
        ticket._fetch_customer_facts()
        values = {
            "page_name": "ticket",
            "ticket": ticket,
            "acting_partner": partner,
            "decides": decides,
            "steps": ticket._get_customer_steps(),
            "choices": ticket._get_customer_choices() if decides else (),
            "may_confirm": decides and ticket._may_customer_confirm(),
            "may_reopen": decides and ticket._may_customer_reopen(),
            "goes_on_elsewhere": ticket._is_too_late_to_reopen(),
            "participants": ticket._get_customer_participants(),
            "attachments": ticket._get_customer_attachments(),
            "rating": self._get_asked_rating(ticket, partner),
            "may_rate": ticket._may_be_rated(),
            "team_score": ticket.team_id._get_customer_score(),
            "priorities": dict(ticket._fields["priority"]._description_selection(request.env)),
            "dates": DateFormat(get_lang(request.env), request.env.tz),
            "notice": kwargs.get("notice"),
            "link_parameters": {
                name: value
                for name, value in (
                    ("access_token", access_token),
                    ("pid", kwargs.get("pid")),
                    ("hash", kwargs.get("hash")),
                )
                if value and by_link
            },
        }
        signed = {n: v for n, v in values["link_parameters"].items() if n != "access_token"}
        return self._get_page_view_values(
            ticket, access_token, values, "helpdesk_tickets_history", by_link, **signed
        )

    def _get_asked_rating(self, ticket, partner):
        """Return the rating that the visitor was asked for, or has given."""
        rating = ticket._get_rating()
        asked = rating.consumed or ticket._may_be_rated()
        return rating.filtered(lambda r: asked and r.partner_id == partner)

    # ------------------------------------------------------------------
    # What is done there
    # ------------------------------------------------------------------

    @route(
        "/my/ticket/<int:ticket_id>/status",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        sitemap=False,
    )
    def portal_ticket_status(self, ticket_id, stage_id="", comment="", **kwargs):
        """Move the ticket to a stage that customers may choose, with an optional comment."""
        ticket, partner = self._get_ticket_to_decide(ticket_id, **kwargs)
        stage = ticket._get_customer_choices().filtered(lambda s: str(s.id) == stage_id)
        if not stage:
            raise Forbidden()
        text = comment.strip()[:MAX_COMMENT_LENGTH]
        ticket._customer_choose_stage(stage, partner, text)
        return self._redirect_to_ticket(ticket, "status", **kwargs)

    @route(
        "/my/ticket/<int:ticket_id>/priority",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        sitemap=False,
    )
    def portal_ticket_priority(self, ticket_id, priority="", **kwargs):
        """Set the priority, which is the customer's own view of urgency."""
        ticket, _partner = self._get_ticket_to_decide(ticket_id, **kwargs)
        if priority not in dict(PRIORITIES) or ticket.state == "closed":
            raise Forbidden()
        if priority != ticket.priority:
            ticket.priority = priority
        return self._redirect_to_ticket(ticket, "priority", **kwargs)

    @route(
        "/my/ticket/<int:ticket_id>/confirm",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        sitemap=False,
    )
    def portal_ticket_confirm(self, ticket_id, **kwargs):
        """Close a solved ticket. A second click on the button does no harm."""
        ticket, _partner = self._get_ticket_to_decide(ticket_id, **kwargs)
        if ticket.state != "closed":
            if not ticket._may_customer_confirm():
                raise Forbidden()
            ticket.action_customer_confirm()
        return self._redirect_to_ticket(ticket, "confirmed", **kwargs)

    @route(
        "/my/ticket/<int:ticket_id>/reopen",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        sitemap=False,
    )
    def portal_ticket_reopen(self, ticket_id, comment="", **kwargs):
        """Take a solved or recently closed ticket up again. A second click does no harm."""
        ticket, partner = self._get_ticket_to_decide(ticket_id, **kwargs)
        if ticket.state in ("solved", "closed"):
            if not ticket._may_customer_reopen():
                raise Forbidden()
            ticket.action_customer_reopen()
            if text := comment.strip()[:MAX_COMMENT_LENGTH]:
                ticket._customer_comment(partner, text)
        return self._redirect_to_ticket(ticket, "reopened", **kwargs)

    @route(
        "/my/ticket/<int:ticket_id>/leave",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
        sitemap=False,
    )
    def portal_ticket_leave(self, ticket_id, **kwargs):
        """Stop taking part in somebody else's ticket."""
        ticket = self._get_customer_ticket(ticket_id)
        partner = request.env.user.partner_id
        if partner == ticket.partner_id:
            raise Forbidden()
        ticket.message_unsubscribe(partner.ids)
        return request.redirect("/my/tickets")
