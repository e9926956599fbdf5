from datetime import timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import split_every

from odoo.addons.rating.models.rating_data import (
    RATING_HAPPY_VALUE,
    RATING_NEUTRAL_VALUE,
    RATING_UNHAPPY_VALUE,
)

from .helpdesk_stage import DONE_STATES

UTC = ZoneInfo("UTC")
BATCH = 100
BLOCK = "helpdesk_futural.mail_rating_request"
RATES = (RATING_HAPPY_VALUE, RATING_NEUTRAL_VALUE, RATING_UNHAPPY_VALUE)
#: How long after an answer that solved the ticket the customer is asked, in a mail of its own.
AFTER_ANSWER = timedelta(hours=1)
#: How long a request may have been overdue for a reminder; later nobody remembers the ticket.
REMIND_WITHIN = timedelta(days=14)


class HelpdeskTicketRatingRequest(models.Model):
    """Asking customers how satisfied they are: along with the stage's mail, else by itself."""

    _inherit = "helpdesk.ticket"

    rating_request_date = fields.Datetime(
        "Rating Asked on", readonly=True, copy=False, help="When the customer was asked last."
    )
    rating_reminder_date = fields.Datetime("Rating Reminded on", readonly=True, copy=False)
    rating_to_request = fields.Boolean(
        readonly=True,
        copy=False,
        help="An answer has just told the customer where they stand; they are asked a little later.",
    )

    _rating_to_request_idx = models.Index(
        "(date_last_stage_update) WHERE rating_to_request IS TRUE"
    )
    _rating_unanswered_idx = models.Index(
        "(team_id, rating_request_date) WHERE rating_request_date IS NOT NULL"
        " AND rating_date IS NULL AND rating_reminder_date IS NULL"
    )

    # ------------------------------------------------------------------
    # Whom to ask
    # ------------------------------------------------------------------

    def _is_rating_due(self):
        """Tell whether the customer is to be asked now, where the ticket stands.

        Once each time it is solved, until they have rated it. Tickets that were never solved
        (cancelled, merged) are not asked about.
        """
        self.ensure_one()
        team = self.team_id
        asked_in = DONE_STATES if team.rating_request == "solved" else ("closed",)
        if (
            not team.use_rating
            or self.state not in asked_in
            or self.rating_date
            or self.merged_into_id
            or not self.active
        ):
            return False
        solved = self.solved_date or (self._is_closed_as_solved() and self.close_date)
        return bool(solved) and not (
            self.rating_request_date and self.rating_request_date >= solved
        )

    def _is_closed_as_solved(self):
        """In a team without a stage for solved tickets, its first closed stage means solved."""
        team = self.team_id
        return not team._get_first_stage("solved") and (
            self.stage_id == team._get_first_stage("closed")
        )

    def _prepare_ratings(self):
        """Have one rating for each ticket, of the present agent by the present customer.

        What was asked for before keeps its token, so links of earlier mails stay good.
        """
        # sudo: a rating belongs to the customer; users can't create one
        ratings = self.env["rating.rating"].sudo()
        known = ratings.search([("helpdesk_ticket_id", "in", self.ids)])
        for rating in known.filtered(lambda r: not r.consumed):
            ticket = self.browse(rating.helpdesk_ticket_id.id)
            values = ticket._prepare_rating_people()
            if any(rating[name].id != id_ for name, id_ in values.items()):
                rating.write(values)
        model_id = self.env["ir.model"]._get_id(self._name)
        ratings.create(
            [
                {"res_model_id": model_id, "res_id": ticket.id, **ticket._prepare_rating_people()}
                for ticket in self - self.browse(known.helpdesk_ticket_id.ids)
            ]
        )

    def _prepare_rating_people(self):
        return {
            "partner_id": self._rating_get_partner().id,
            "rated_partner_id": self._rating_get_operator().id,
        }

    def _rating_get_access_token(self, partner=None):
        """Return the token of the ticket's one rating, also for templates written for core."""
        self.check_access("read")
        self._prepare_ratings()
        return self._get_rating().access_token

    # ------------------------------------------------------------------
    # Asking
    # ------------------------------------------------------------------

    def _send_stage_mails(self, left):
        """Ask along with the stage's mail, where it has none by itself; after an answer later."""
        skipped = self._get_skipped_stage_mails()
        # sudo: the team's question, whoever moved the ticket
        due = self.sudo().filtered(lambda t: t._is_rating_due())
        asked = due.filtered(lambda t: t.id not in skipped)
        due.filtered(lambda t: skipped.get(t.id)).rating_to_request = True
        if not asked:
            return super()._send_stage_mails(left)
        asked._prepare_ratings()
        mails = super(
            HelpdeskTicketRatingRequest, self._with_rating_request(asked)
        )._send_stage_mails(left)
        told = set(mails.mapped("res_id"))
        asked.filtered(lambda t: t.id not in told)._queue_rating_mails("rating_template_id")
        asked.rating_request_date = fields.Datetime.now()
        return mails

    def _with_rating_request(self, asked):
        """Return the tickets such that mails about those ``asked`` carry the question."""
        return self.with_context(helpdesk_rating_ids=frozenset(asked.ids))

    def _queue_rating_mails(self, template_name):
        """Send the mail that does nothing but ask."""
        for team, tickets in self.grouped("team_id").items():
            if template := team[template_name].filtered("active"):
                tickets._with_rating_request(tickets)._queue_automatic_mails(template)

    def _complete_automatic_body(self, body):
        body = super()._complete_automatic_body(body)
        if self.id in self.env.context.get("helpdesk_rating_ids", ()):
            body += self._render_rating_request()
        return body

    def _render_rating_request(self):
        """Return the three faces; a click leads to the page on which the customer votes."""
        lang = self._get_customer_lang()
        url = f"{self.get_base_url()}/rate/{self._get_rating().access_token}"
        return self.env["ir.qweb"]._render(
            BLOCK,
            {"url": url, "rates": RATES, "base_url": self.get_base_url()},
            minimal_qcontext=True,
            lang=lang,
        )

    # ------------------------------------------------------------------
    # The scheduled job
    # ------------------------------------------------------------------

    @api.model
    def _cron_rating(self):
        """Ask where an answer solved the ticket, and remind once those who haven't rated.

        All that is due is done, in batches that are committed one by one.
        """
        due = [
            (act, find, ids)
            for act, find in (
                (type(self)._ask_for_rating, type(self)._find_to_ask),
                (type(self)._remind_of_rating, type(self)._find_to_remind),
            )
            for ids in split_every(BATCH, find(self).ids)
        ]
        remaining = sum(len(ids) for _act, _find, ids in due)
        cron = self.env["ir.cron"]
        if due:
            cron._commit_progress(remaining=remaining)
        for act, find, ids in due:
            # Somebody may have rated or moved a ticket meanwhile: they go first.
            tickets = find(self, Domain("id", "in", ids))
            act(tickets.try_lock_for_update(allow_referencing=True))
            remaining -= len(ids)
            if not cron._commit_progress(len(ids), remaining=remaining):
                break

    @api.model
    def _find_to_ask(self, domain=Domain.TRUE):
        """Return the tickets that an answer solved a while ago."""
        before = fields.Datetime.now() - AFTER_ANSWER
        return self.search(
            domain
            & Domain("rating_to_request", "=", True)
            & Domain("date_last_stage_update", "<=", before),
            order="id",
        )

    def _ask_for_rating(self):
        """Ask now, unless the ticket has gone on since."""
        self.rating_to_request = False
        asked = self.filtered(lambda t: t._is_rating_due())
        asked._prepare_ratings()
        asked._queue_rating_mails("rating_template_id")
        asked.rating_request_date = fields.Datetime.now()

    @api.model
    def _find_to_remind(self, domain=Domain.TRUE):
        """Return the tickets whose customers have let the team's working days pass."""
        found = self.browse()
        teams = self.env["helpdesk.team"]
        for team in teams.search([("use_rating", "=", True), ("rating_reminder_days", ">", 0)]):
            since = team._get_working_days_ago(team.rating_reminder_days)
            if not since:
                continue
            since = since.astimezone(UTC).replace(tzinfo=None)
            found |= self.search(
                domain
                & Domain("team_id", "=", team.id)
                & Domain("rating_request_date", "<=", since)
                & Domain("rating_request_date", ">", since - REMIND_WITHIN)
                & Domain("rating_date", "=", False)
                & Domain("rating_reminder_date", "=", False)
                & Domain("state", "in", DONE_STATES)
                & Domain("merged_into_id", "=", False),
                order="id",
            )
        return found

    def _remind_of_rating(self):
        self._prepare_ratings()
        self._queue_rating_mails("rating_reminder_template_id")
        self.rating_reminder_date = fields.Datetime.now()
