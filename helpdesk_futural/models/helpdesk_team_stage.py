from odoo import api, models, tools
from odoo.exceptions import UserError


class HelpdeskTeamStage(models.Model):
    """The stages of a team, and which of each team's is meant where tickets of several move."""

    _inherit = "helpdesk.team"

    def write(self, vals):
        result = super().write(vals)
        if "stage_ids" in vals:
            self.env.registry.clear_cache()
        return result

    def _get_stages(self):
        """Return the team's stages in their order; costs no query for which they are.

        :rtype: helpdesk.stage, with all rights: it is configuration
        """
        self.ensure_one()
        # sudo: stages are shown to everybody who sees a ticket in them
        team = self.sudo()
        if not isinstance(self.id, int) or self.env.context.get("active_test") is False:
            return team.stage_ids.sorted()
        return team.env["helpdesk.stage"].browse(self._get_stage_ids(self.id))

    @api.model
    @tools.ormcache("team_id")
    def _get_stage_ids(self, team_id):
        # sudo: as above
        stages = self.env["helpdesk.stage"].sudo().with_context(active_test=True)
        return tuple(stages.search([("team_ids", "=", team_id)]).ids)

    def _get_stages_like(self, stage):
        """Return ``{team: stage}``: the stage where the team has it, else its first alike.

        :param helpdesk.stage stage: what somebody chose for tickets of all these teams
        :raises UserError: if a team has no stage with that meaning
        """
        # sudo: stages are configuration, shown to everybody who sees a ticket in them
        state = stage.sudo().state
        return {
            team: stage if stage in team._get_stages() else team._get_stages_meaning(state)[team]
            for team in self
        }

    def _get_stages_meaning(self, state):
        """Return ``{team: stage}``: the first stage of each team that means ``state``.

        :param str state: a value of ``helpdesk.stage.state``
        :raises UserError: if a team has none
        """
        found = {team: team._get_first_stage(state) for team in self}
        missing = [team.name for team, stage in found.items() if not stage]
        if missing:
            labels = dict(
                self.env["helpdesk.stage"]._fields["state"]._description_selection(self.env)
            )
            raise UserError(
                self.env._(
                    "No stage means “%(meaning)s” in: %(teams)s. An administrator can give them"
                    " one; until then, choose another stage or leave those tickets out.",
                    meaning=labels[state],
                    teams=", ".join(missing),
                )
            )
        return found
