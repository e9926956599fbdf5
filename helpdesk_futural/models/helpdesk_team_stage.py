from odoo import models
from odoo.exceptions import UserError


class HelpdeskTeamStage(models.Model):
    """Moving tickets of several teams at once: which stage of each team is meant."""

    _inherit = "helpdesk.team"

    def _get_stages_like(self, stage):
        """Return ``{team: stage}``: the stage where the team has it, else its first alike.

        :param helpdesk.stage stage: what somebody chose for tickets of all these teams
        :raises UserError: if a team has no stage with that meaning
        """
        # sudo: stages are configuration, shown to everybody who sees a ticket in them
        return {
            team: stage
            if stage in team.sudo().stage_ids
            else team._get_stages_meaning(stage.sudo().state)[team]
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
