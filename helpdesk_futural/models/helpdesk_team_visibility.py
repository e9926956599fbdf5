from odoo import api, fields, models, tools
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
        visible = self._find_agent_visible_ids()
        for team in self:
            team.agent_visible = team._origin.id in visible

    @api.model
    def _search_agent_visible(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return Domain("id", "in", self._get_agent_visible_ids())

    @api.model
    def _get_agent_visible_ids(self):
        """Return the ids of the teams that the current user sees as an agent.

        Ids instead of a condition on teams: searches of what teams have need no join, and cost one
        query for all of a transaction. There are few teams.
        """
        # sudo: the field is asked for which teams the user sees
        teams = self.sudo().browse(self._get_all_ids())
        return teams.filtered("agent_visible").ids

    def _find_agent_visible_ids(self):
        """Return the ids of those of the teams that the current user sees as an agent.

        It is asked anew after each change, unlike values in a record rule.
        """
        private = self._origin & self.browse(self._get_private_ids())
        if not private:
            return set(self._origin.ids)
        self.flush_model(["leader_id", "member_ids"])
        self.env["mail.followers"].flush_model(["res_model", "res_id", "partner_id"])
        user = self.env.user
        found = self.env.execute_query(
            SQL(
                "SELECT id FROM helpdesk_team WHERE id IN %(teams)s AND (leader_id = %(user)s"
                " OR id IN (SELECT team_id FROM helpdesk_team_res_users_rel WHERE user_id = %(user)s)"
                " OR id IN (SELECT res_id FROM mail_followers"
                " WHERE res_model = 'helpdesk.team' AND partner_id = %(partner)s))",
                teams=tuple(private.ids),
                user=user.id,
                partner=user.partner_id.id,
            )
        )
        return set((self._origin - private).ids) | {id_ for (id_,) in found}

    @api.model
    @tools.ormcache()
    def _get_private_ids(self):
        """Return the ids of the teams that only members, leader and followers see.

        It is kept in memory until a team is made, deleted or opened: who belongs to them is not.
        """
        # sudo: only ids; what the user sees of them is asked for with these
        teams = self.sudo().with_context(active_test=False)
        return tuple(teams._search([("privacy_visibility", "=", "invited_internal")], order="id"))

    # ------------------------------------------------------------------
    # All teams
    # ------------------------------------------------------------------

    @api.model
    @tools.ormcache()
    def _get_all_ids(self):
        """Return the ids of all teams, archived ones and those of other companies included."""
        # sudo: only ids, which a condition on visible ones is made of
        return tuple(self.sudo().with_context(active_test=False)._search(Domain.TRUE, order="id"))

    @api.model_create_multi
    def create(self, vals_list):
        teams = super().create(vals_list)
        self.env.registry.clear_cache()
        return teams

    def write(self, vals):
        result = super().write(vals)
        if "privacy_visibility" in vals:
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
