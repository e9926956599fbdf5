from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class HelpdeskTeamVisibility(models.Model):
    """Which teams an agent sees, and with them their tickets: what the record rules ask for."""

    _inherit = "helpdesk.team"

    agent_visible = fields.Boolean(
        "Visible to Me as an Agent",
        compute="_compute_agent_visible",
        search="_search_agent_visible",
        export_string_translation=False,
        help="The current user may see the team and its tickets: it is open to all agents, or they"
        " belong to it, lead it or follow it.",
    )

    @api.depends_context("uid")
    @api.depends("privacy_visibility", "leader_id", "member_ids", "message_follower_ids")
    def _compute_agent_visible(self):
        ids = self._origin.ids
        query = SQL("%s AND id IN %s", self._get_agent_visible_sql(), tuple(ids))
        visible = {id_ for (id_,) in self.env.execute_query(query)} if ids else set()
        for team in self:
            team.agent_visible = team._origin.id in visible

    @api.model
    def _search_agent_visible(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        # An array is made once, before the tickets are read; the planner then picks the order's index.
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s = ANY(ARRAY(%s))", SQL.identifier(alias, "id"), self._get_agent_visible_sql()
            )
        )

    @api.model
    def _get_agent_visible_sql(self):
        """Return the query for the ids of the teams that the current user sees as an agent.

        It is evaluated anew each time, unlike values in a record rule. There are few teams.
        """
        self.flush_model(["privacy_visibility", "leader_id", "member_ids"])
        self.env["mail.followers"].flush_model(["res_model", "res_id", "partner_id"])
        user = self.env.user
        return SQL(
            "SELECT id FROM helpdesk_team WHERE (privacy_visibility != 'invited_internal'"
            " OR leader_id = %(user)s"
            " OR id IN (SELECT team_id FROM helpdesk_team_res_users_rel WHERE user_id = %(user)s)"
            " OR id IN (SELECT res_id FROM mail_followers"
            " WHERE res_model = 'helpdesk.team' AND partner_id = %(partner)s))",
            user=user.id,
            partner=user.partner_id.id,
        )
