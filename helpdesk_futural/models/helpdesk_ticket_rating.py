from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import plaintext2html

from odoo.addons.rating.models.rating_data import RATING_UNHAPPY_VALUE, _rating_to_text

from ..tools.duration_field import Percentage
from .helpdesk_stage import DONE_STATES

SATISFACTION = [
    ("satisfied", "Satisfied"),
    ("okay", "Okay"),
    ("dissatisfied", "Dissatisfied"),
]
#: Core's grade of a rating, as this model calls it.
GRADES = {"top": "satisfied", "ok": "okay", "ko": "dissatisfied"}
#: Elapsed days after the first vote in which the customer may think better of it.
CHANGE_DAYS = 7
ALERT = "helpdesk_futural.mail_activity_type_dissatisfied"


class HelpdeskTicketRating(models.Model):
    """What the customer thinks of how the ticket was handled: one vote, and what follows from it."""

    _inherit = "helpdesk.ticket"

    satisfaction = fields.Selection(
        SATISFACTION,
        compute="_compute_satisfaction",
        store=True,
        index="btree_not_null",
        help="What the customer said; empty until they have rated the ticket.",
    )
    satisfaction_score = Percentage(
        "Satisfied (%)",
        compute="_compute_satisfaction",
        store=True,
        help="100 for a satisfied customer, 0 for any other, empty without a rating: the average"
        " is the share of satisfied customers.",
    )
    rating_date = fields.Datetime(
        "Rated on",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="When the customer rated the ticket first.",
    )
    rating_comment = fields.Text(
        "Comment", groups="base.group_user", compute="_compute_rating_comment"
    )

    @api.depends("rating_last_value")
    def _compute_satisfaction(self):
        for ticket in self:
            grade = GRADES.get(_rating_to_text(ticket.rating_last_value))
            ticket.satisfaction = grade
            ticket.satisfaction_score = grade and (100.0 if grade == "satisfied" else 0.0)

    # Most tickets were rated by nobody, which the ticket knows without a look at the ratings.

    @api.depends("rating_last_value", "rating_ids.feedback")
    def _compute_rating_comment(self):
        for ticket in self:
            ticket.rating_comment = ticket.rating_last_value and ticket.rating_last_feedback

    @api.depends("rating_last_value")
    def _compute_rating_stats(self):
        rated = self.filtered("rating_last_value")
        unrated = self - rated
        unrated.rating_count = unrated.rating_avg = 0
        return super(HelpdeskTicketRating, rated)._compute_rating_stats() if rated else None

    @api.model_create_multi
    def create(self, vals_list):
        tickets = super().create([{**vals, "rating_last_value": 0} for vals in vals_list])
        if not any(vals.get("rating_ids") for vals in vals_list):
            # Nobody can have rated them yet: core would ask the database.
            self.env.remove_to_compute(self._fields["rating_last_value"], tickets)
        return tickets

    # ------------------------------------------------------------------
    # The vote
    # ------------------------------------------------------------------

    def _get_rating(self):
        """Return the ticket's one rating; with several, from elsewhere, that which was given."""
        self.ensure_one()
        # sudo: to decide by it; whoever may read it is decided by the caller
        ratings = self.sudo().rating_ids.sorted("id")
        return (ratings.filtered("consumed") or ratings)[:1]

    def _get_rating_change_date(self):
        """Return until when the customer may change what they said; False before they have."""
        self.ensure_one()
        rating = self._get_rating()
        rated = self.rating_date or (rating.consumed and rating.rated_on)
        return rated and rated + timedelta(days=CHANGE_DAYS)

    def _may_be_rated(self):
        """Tell whether a vote counts: not on merged tickets, nor long after the first one."""
        self.ensure_one()
        until = self._get_rating_change_date()
        return not self.merged_into_id and (not until or fields.Datetime.now() <= until)

    def _rate(self, rating, rate, feedback=""):
        """Note the customer's vote, with all rights, after the caller's check of who they are.

        A dissatisfied customer is put before the team leader's eyes, and the ticket goes back to
        work where the team wants that.

        :param float rate: 5 (satisfied), 3 (okay) or 1 (dissatisfied)
        :return: whether the ticket was reopened
        :rtype: bool
        """
        self.ensure_one()
        was_bad = rating.consumed and rating.rating <= RATING_UNHAPPY_VALUE
        is_bad = rate <= RATING_UNHAPPY_VALUE
        self.rating_apply(rate, rating=rating, feedback=feedback)
        if not self.rating_date:
            self.rating_date = fields.Datetime.now()
        if was_bad and not is_bad:
            self.activity_unlink([ALERT])
        if was_bad or not is_bad:
            return False
        self._tell_leader_of_dissatisfaction(feedback)
        return self._reopen_dissatisfied()

    def _tell_leader_of_dissatisfaction(self, feedback):
        """Give the leader, else the agent, an activity; where there is neither, tell the members."""
        team = self.team_id
        user = team.leader_id.filtered("active") or self.user_id.filtered("active")
        words = plaintext2html(feedback) if feedback else Markup()
        if user:
            text = self.with_context(lang=user.lang).env._("The customer is dissatisfied")
            self.activity_schedule(ALERT, summary=text, note=words, user_id=user.id)
        elif members := team.member_ids.filtered("active").partner_id:
            text = self.env._("The customer is dissatisfied")
            self.message_notify(
                partner_ids=members.ids,
                subject=self.display_name,
                body=Markup("<p>%s: %s</p>%s") % (text, self.display_name, words),
            )

    def _reopen_dissatisfied(self):
        if (
            not self.team_id.rating_reopen
            or self.state not in DONE_STATES
            or self._is_too_late_to_reopen()
        ):
            return False
        self._return_to_work()
        if self.state in DONE_STATES:
            return False  # the team has no stage for open tickets
        self._message_log(body=self.env._("Reopened because the customer is dissatisfied."))
        return True

    # ------------------------------------------------------------------
    # Nobody else votes
    # ------------------------------------------------------------------

    def _replace_customer(self, former):
        """What the former customer said stays; their link is void, the new one may be asked."""
        result = super()._replace_customer(former)
        if former:
            # sudo: whoever may change the customer ends the former one's vote
            ticket = self.sudo()
            given = ticket.rating_ids.filtered("consumed")
            (ticket.rating_ids - given).unlink()
            for rating in given:
                rating.access_token = rating._default_access_token()
            ticket.rating_request_date = False
        return result

    def _get_allowed_message_params(self):
        """Core lets whoever may write a message rate with it: here one votes on the page only."""
        return super()._get_allowed_message_params() - {"rating_value"}

    def message_post(self, **kwargs):
        kwargs.pop("rating_value", None)  # see _get_allowed_message_params
        if kwargs.get("rating_id"):
            # Core keeps internal messages of no other type from who knows their id.
            kwargs.setdefault("message_type", "comment")
        return super().message_post(**kwargs)

    def _rating_apply_get_default_subtype_id(self):
        """What the customer thinks is for us, not for everybody who takes part in the ticket."""
        return self.env["ir.model.data"]._xmlid_to_res_id("helpdesk_futural.mt_ticket_rating")

    # ------------------------------------------------------------------
    # On the ticket
    # ------------------------------------------------------------------

    def action_view_rating(self):
        """Open what the customer said."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_futural.rating_rating_action_helpdesk"
        )
        action["domain"] = [("helpdesk_ticket_id", "=", self.id), ("consumed", "=", True)]
        return action
