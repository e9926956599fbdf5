from odoo import api, models


class MailFollowers(models.Model):
    """Whether a team has followers is asked for each new ticket, so it is kept in memory."""

    _inherit = "mail.followers"

    @api.model_create_multi
    def create(self, vals_list):
        followers = super().create(vals_list)
        if any(vals.get("res_model") == "helpdesk.team" for vals in vals_list):
            self.env.registry.clear_cache()
        return followers

    def write(self, vals):
        result = super().write(vals)
        if self._of_teams():
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        of_teams = self._of_teams()
        result = super().unlink()
        if of_teams:
            self.env.registry.clear_cache()
        return result

    def _of_teams(self):
        # sudo: which model is followed, not who follows
        return "helpdesk.team" in self.sudo().mapped("res_model")
