from odoo import api, models

STAGE_SUBTYPE = "helpdesk_futural.mt_ticket_stage"
#: Parameter: "no" until somebody follows a ticket to hear of its stages, "yes" ever after.
STAGES_FOLLOWED = "helpdesk_futural.stages_followed"


class MailFollowers(models.Model):
    """What each new or moved ticket asks about followers is kept in memory.

    Whether a team has followers, and whether anybody at all ever asked to hear of tickets' stages,
    which few companies do.
    """

    _inherit = "mail.followers"

    @api.model_create_multi
    def create(self, vals_list):
        followers = super().create(vals_list)
        if any(vals.get("res_model") == "helpdesk.team" for vals in vals_list):
            self.env.registry.clear_cache()
        followers._remember_stages_followed()
        return followers

    def write(self, vals):
        result = super().write(vals)
        if self._of_teams():
            self.env.registry.clear_cache()
        if "subtype_ids" in vals:
            self._remember_stages_followed()
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

    # ------------------------------------------------------------------
    # Stages
    # ------------------------------------------------------------------

    def _remember_stages_followed(self):
        subtype_id = self.env["ir.model.data"]._xmlid_to_res_id(STAGE_SUBTYPE)
        # sudo: what is followed, not who follows
        if subtype_id in self.sudo().subtype_ids.ids and not self._are_stages_followed():
            # sudo: a mark of the helpdesk's own
            self.env["ir.config_parameter"].sudo().set_param(STAGES_FOLLOWED, "yes")

    @api.model
    def _are_stages_followed(self):
        """Tell whether anybody may want to hear of the stages of a ticket; costs no query."""
        # sudo: a mark of the helpdesk's own
        return self.env["ir.config_parameter"].sudo().get_param(STAGES_FOLLOWED) != "no"
