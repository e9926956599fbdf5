from werkzeug.exceptions import NotFound

from odoo.http import request, route

from odoo.addons.rating.controllers.main import Rating

from ..models.helpdesk_ticket_rating_request import RATES

MAX_FEEDBACK_LENGTH = 5_000


class HelpdeskRating(Rating):
    """The page on which a customer rates a ticket, by the link of a mail.

    Opening it changes nothing, however often and whoever does: mail scanners follow every link.
    Only the form votes.
    """

    @route()
    def action_open_rating(self, token, rate, **kwargs):
        rating, ticket = self._find_ticket_rating(token)
        if not ticket:
            return super().action_open_rating(token, rate, **kwargs)
        return self._show_ticket_rating(rating, ticket, rate=rate)

    @route()
    def action_submit_rating(self, token, rate=0, **kwargs):
        rating, ticket = self._find_ticket_rating(token)
        if not ticket:
            return super().action_submit_rating(token, rate=rate, **kwargs)
        if request.httprequest.method != "POST":
            notice = kwargs.get("notice")
            return self._show_ticket_rating(rating, ticket, notice=notice)
        if str(rate) not in map(str, RATES):
            return self._show_ticket_rating(rating, ticket, notice="missing")
        if not self._is_customers_side(rating) or not ticket._may_be_rated():
            return self._show_ticket_rating(rating, ticket)
        feedback = (kwargs.get("feedback") or "").strip()[:MAX_FEEDBACK_LENGTH]
        reopened = ticket._rate(rating, int(rate), feedback)
        notice = "reopened" if reopened else "thanks"
        # A reload of the page that follows sends nothing again.
        return request.redirect(f"/rate/{rating.access_token}/submit_feedback?notice={notice}")

    def _find_ticket_rating(self, token):
        """Return the rating and its ticket with all rights; both empty if it is of something else.

        :raises NotFound: if the token is unknown
        """
        if not token.isascii():
            raise NotFound()
        rating, record = self._get_rating_and_record(token)  # both sudo: the token is the key
        if rating.res_model != "helpdesk.ticket":
            return rating.browse(), request.env["helpdesk.ticket"]
        return rating, record

    def _is_customers_side(self, rating):
        """Tell whether the visitor may be whom we asked; who is signed in must be of their side."""
        user = request.env.user
        return user._is_public() or (
            user.partner_id.commercial_partner_id == rating.partner_id.commercial_partner_id
        )

    def _show_ticket_rating(self, rating, ticket, rate=0, notice=None):
        lang = ticket._get_customer_lang()
        if not self._is_customers_side(rating):
            state = "stranger"
        elif ticket.merged_into_id:
            state = "merged"
        elif not ticket._may_be_rated():
            state = "late"
        else:
            state = "open"
        given = rating.rating if rating.consumed else 0
        values = {
            "rating": rating,
            "ticket": ticket.with_context(lang=lang),
            "state": state,
            "notice": notice,
            "rates": RATES,
            "given": int(given),
            "rate": rate if rate in RATES else int(given),
            "until": ticket._get_rating_change_date(),
        }
        views = request.env["ir.ui.view"].with_context(lang=lang)
        page = views._render_template("helpdesk_futural.rating_page", values)
        # The address is a key: other sites, search engines and caches learn nothing of it.
        headers = [
            ("Referrer-Policy", "no-referrer"),
            ("X-Robots-Tag", "noindex, nofollow"),
            ("Cache-Control", "no-store"),
            ("X-Frame-Options", "DENY"),
        ]
        return request.make_response(page, headers)
