from odoo import api, fields, models

from ..tools.new_columns import add_columns


class RatingRating(models.Model):
    """What customers think of a ticket: seen by who sees the ticket, given by the customer only."""

    _inherit = "rating.rating"

    # Whoever knows the token votes as the customer.
    access_token = fields.Char(groups="base.group_system")
    helpdesk_ticket_id = fields.Many2one(
        "helpdesk.ticket",
        "Ticket",
        compute="_compute_helpdesk_ticket_id",
        store=True,
        index="btree_not_null",
        ondelete="cascade",
        help="The rated ticket; who may see the rating follows from it.",
    )
    helpdesk_team_id = fields.Many2one(
        "helpdesk.team", "Helpdesk Team", related="helpdesk_ticket_id.team_id"
    )

    helpdesk_satisfaction = fields.Selection(related="helpdesk_ticket_id.satisfaction")

    def _auto_init(self):
        add_columns(self, "helpdesk_ticket_id")
        return super()._auto_init()

    @api.depends("res_model", "res_id")
    def _compute_helpdesk_ticket_id(self):
        # sudo: which ticket it is, not what is in it
        tickets = self.env["helpdesk.ticket"].sudo()
        of_tickets = self.filtered(lambda rating: rating.res_model == tickets._name)
        known = set(tickets.browse(of_tickets.mapped("res_id")).exists().ids)
        for rating in self:
            rating.helpdesk_ticket_id = (
                rating in of_tickets and rating.res_id in known and rating.res_id
            )
