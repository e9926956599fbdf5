from odoo import fields, models


class HelpdeskTeamRating(models.Model):
    """Whether, when and how the team asks its customers if they are satisfied."""

    _inherit = "helpdesk.team"

    use_rating = fields.Boolean(
        "Customer Ratings", help="Ask customers how satisfied they are with each solved ticket."
    )
    rating_request = fields.Selection(
        [("solved", "When the ticket is solved"), ("closed", "When the ticket is closed")],
        "Ask",
        required=True,
        default="solved",
        help="The question is part of the email that the stage sends; where it sends none, it is"
        " an email of its own. Cancelled, merged and never solved tickets are not asked about.",
    )
    rating_reminder_days = fields.Integer(
        "Remind After",
        default=3,
        help="Working days without a rating after which the customer is reminded, once. 0: never.",
    )
    rating_reopen = fields.Boolean(
        "Reopen Dissatisfied",
        help="A ticket whose customer is dissatisfied goes back to work, within the days that the"
        " team reopens tickets. The team leader is told in any case.",
    )
    portal_show_rating = fields.Boolean(
        "Show the Score to Customers",
        help="Customers see on their tickets how satisfied others were in the last 30 days.",
    )
    rating_template_id = fields.Many2one(
        "mail.template",
        "How Did We Do",
        domain=[("model", "=", "helpdesk.ticket")],
        default=lambda self: self._default_template("rating_template_id"),
        help="Sent where the stage has no email that the question could be part of. The faces to"
        " click are added below its text. Empty: nothing is sent.",
    )
    rating_reminder_template_id = fields.Many2one(
        "mail.template",
        "We Would Like to Know",
        domain=[("model", "=", "helpdesk.ticket")],
        default=lambda self: self._default_template("rating_reminder_template_id"),
        help="The reminder. The faces to click are added below its text. Empty: nothing is sent.",
    )

    _rating_reminder_days_positive = models.Constraint(
        "CHECK (rating_reminder_days >= 0)",
        "The number of days after which customers are reminded can't be negative.",
    )

    def action_view_ratings(self):
        """Open what the customers of the team said."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_futural.rating_rating_action_helpdesk"
        )
        action["context"] = {
            "search_default_helpdesk_team_id": self.id,
            "search_default_rated_on_last_30_days": 1,
        }
        return action

    def _get_customer_score(self):
        """Return what customers read of the last 30 days: percent satisfied, number of ratings.

        :rtype: dict, empty if the team doesn't show its score or has none
        """
        self.ensure_one()
        team = self.sudo()  # sudo: the team chose to show these two numbers
        if not team.use_rating or not team.portal_show_rating or not team.rating_count:
            return {}
        return {"percent": team.rating_percentage_satisfaction, "count": team.rating_count}
