from odoo import api, fields, models
from odoo.fields import Domain


class HelpdeskTicketVisibility(models.Model):
    """Which tickets an agent sees: those of the teams that they see, as the record rule asks."""

    _inherit = "helpdesk.ticket"

    agent_visible = fields.Boolean(
        "Visible to Me as an Agent",
        compute="_compute_agent_visible",
        search="_search_agent_visible",
        export_string_translation=False,
    )

    @api.depends_context("uid")
    @api.depends("team_id.agent_visible")
    def _compute_agent_visible(self):
        for ticket in self:
            # sudo: the rule asks for it to decide whether the user sees the ticket
            ticket.agent_visible = ticket.sudo().team_id.agent_visible

    @api.model
    def _search_agent_visible(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        teams = self.env["helpdesk.team"]
        # Where no team is private, the database isn't asked for teams at all.
        if not teams._get_private_ids():
            return Domain.TRUE
        return Domain("team_id", "in", teams._get_agent_visible_ids())
