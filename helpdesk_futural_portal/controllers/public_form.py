import time

from odoo.exceptions import UserError
from odoo.http import Controller, request, route
from odoo.tools.mail import email_normalize
from odoo.tools.misc import hash_sign, verify_hash_signed

from ..models.ir_http_replica import may_read_replica
from .request_form import RequestForm

SCOPE = "helpdesk_futural_portal.public_form"
FIELDS = ("form_token", "stamp", "title", "description", "category", "severity", "priority")
CONTACT_FIELDS = ("contact", "email", "company_website")
#: Nobody fills the form in faster; robots do.
MIN_SECONDS = 3
MAX_HOURS = 24
MAX_NAME_LENGTH = 100


class HelpdeskPublicForm(RequestForm, Controller):
    """The form of a team, for anybody.

    What it answers is the same whether an address is known or not, and a sender is believed nothing:
    they see no ticket by it, and the acknowledgement goes to the address alone.
    """

    def _get_public_team(self, slug):
        """Return the team behind the address.

        :raises NotFound: if there is none whose form is switched on
        """
        team_id = request.env["ir.http"]._unslug(slug)[1] or 0
        teams = request.env["helpdesk.team"].sudo()  # sudo: what a team publishes on its form
        team = teams.search(
            [
                ("id", "=", team_id if team_id < 2**31 else 0),
                ("use_website_helpdesk_form", "=", True),
            ]
        )
        if not team:
            raise request.not_found()
        return team

    @route(
        "/helpdesk/<string:slug>",
        type="http",
        auth="public",
        website=True,
        readonly=may_read_replica,
        methods=["GET"],
        sitemap=False,
    )
    def public_form(self, slug, **kwargs):
        """Show the empty form."""
        return self._render_public_form(self._get_public_team(slug), {})

    @route(
        "/helpdesk/<string:slug>",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        sitemap=False,
        max_content_length=RequestForm._get_max_content_length,
    )
    def public_form_send(self, slug, **kwargs):
        """Create the ticket, or show again what was typed with what is wrong in it."""
        team = self._get_public_team(slug)
        form = {
            name: kwargs[name]
            for name in (*FIELDS, *CONTACT_FIELDS)
            if isinstance(kwargs.get(name), str)
        }
        if form.get("company_website"):
            # Only robots fill in what people don't see; they are told nothing.
            return self._thank(team, "")
        token = self._get_request_token(form)
        ticket = request.env["helpdesk.ticket"]._find_by_request_token(token)
        if ticket and ticket.channel == "form":
            return self._thank(team, ticket.ticket_ref)
        values, text, errors = self._read_form(form, team)
        sender, sender_errors = self._read_sender(form)
        files, file_errors = self._read_files()
        errors |= sender_errors | file_errors
        status = 422
        if not errors and (obstacle := self._find_obstacle(team, form, sender)):
            errors["form"], status = obstacle
        if errors:
            return self._render_public_form(team, form, errors, status)
        signed_in = not request.env.user._is_public()
        ticket, errors = self._create_ticket(
            {
                **values,
                **sender,
                "team_id": team.id,
                "channel": "form",
                "request_token": token if not ticket else False,
            },
            text,
            files,
            unverified=not signed_in,
        )
        if errors:
            return self._render_public_form(team, form, errors, status)
        return self._thank(team, ticket.ticket_ref)

    @route(
        "/helpdesk/<string:slug>/thank-you",
        type="http",
        auth="public",
        website=True,
        readonly=may_read_replica,
        methods=["GET"],
        sitemap=False,
    )
    def public_form_thanks(self, slug, **kwargs):
        """Tell the number, to who has just sent the form."""
        team = self._get_public_team(slug)
        if "helpdesk_form_number" not in request.session:
            return request.redirect(team._get_form_url())
        return request.render(
            "helpdesk_futural_portal.public_form_thanks",
            {"team": team, "number": request.session.get("helpdesk_form_number")},
        )

    def _thank(self, team, number):
        request.session["helpdesk_form_number"] = number
        return request.redirect(f"{team._get_form_url()}/thank-you")

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    def _read_sender(self, form):
        """Return who asks, and what is wrong with it. Who is signed in is who they are."""
        user = request.env.user
        if not user._is_public():
            return {"partner_id": user.partner_id.id}, {}
        errors = {}
        email = email_normalize(form.get("email") or "")
        if not email:
            errors["email"] = request.env._("Please give the address that we can answer to.")
        name = " ".join((form.get("contact") or "").replace("\0", "").split())[:MAX_NAME_LENGTH]
        if not name:
            errors["contact"] = request.env._("Please tell us your name.")
        return {"partner_email": email, "partner_name": name}, errors

    def _find_obstacle(self, team, form, sender):
        """Return what keeps robots and floods out, ``(message, HTTP status)``; None for people."""
        started = self._read_stamp(team, form.get("stamp") or "")
        if started is None:
            return request.env._("The form was open for too long. Please send it again."), 422
        if time.time() - started < MIN_SECONDS:
            return request.env._("That was quick! Please wait a moment, then send it again."), 422
        try:
            request.env["ir.http"]._verify_request_recaptcha_token("helpdesk_form")
        except UserError as error:
            return str(error), 422
        if not request.env["helpdesk.form.request"]._note_request(
            client=request.httprequest.remote_addr,
            address=sender.get("partner_email") or str(sender.get("partner_id")),
        ):
            return (
                request.env._(
                    "We have got many requests from you in a short time. Please try again in an"
                    " hour."
                ),
                429,
            )
        return None

    def _write_stamp(self, team):
        # sudo: signing needs the database's secret
        env = request.env(su=True)
        return hash_sign(env, SCOPE, [team.id, int(time.time())], expiration_hours=MAX_HOURS)

    def _read_stamp(self, team, stamp):
        """Return when the form was opened, in seconds; None if it wasn't here or too long ago."""
        try:
            # sudo: as for writing it
            team_id, started = verify_hash_signed(request.env(su=True), SCOPE, stamp) or (0, 0)
        except (ValueError, TypeError):
            return None
        return started if team_id == team.id else None

    # ------------------------------------------------------------------
    # Showing
    # ------------------------------------------------------------------

    def _render_public_form(self, team, form, errors=None, status=200):
        # Whoever sends what was typed again has waited already, unless the form is too old.
        started = self._read_stamp(team, form.get("stamp") or "")
        response = request.render(
            "helpdesk_futural_portal.public_form",
            {
                **self._get_form_values(team, form, errors),
                "team": team,
                "stamp": form["stamp"] if started is not None else self._write_stamp(team),
                "signed_in": not request.env.user._is_public(),
            },
        )
        response.status_code = status
        return response
