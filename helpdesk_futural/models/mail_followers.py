from odoo import api, models, tools

STAGE_SUBTYPE = "helpdesk_futural.mt_ticket_stage"


class MailFollowers(models.Model):
    """What each new or moved ticket asks about followers is kept in memory.

    Whether a team has followers, and whether anybody at all asked to hear of tickets' stages, which
    few companies do.
    """

    _inherit = "mail.followers"

    @api.model_create_multi
    def create(self, vals_list):
        followers = super().create(vals_list)
        if any(vals.get("res_model") == "helpdesk.team" for vals in vals_list):
            self.env.registry.clear_cache()
        followers._notice_stages_followed()
        return followers

    def write(self, vals):
        result = super().write(vals)
        if self._of_teams():
            self.env.registry.clear_cache()
        if "subtype_ids" in vals:
            self._notice_stages_followed()
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

    def _notice_stages_followed(self):
        subtype_id = self.env["ir.model.data"]._xmlid_to_res_id(STAGE_SUBTYPE)
        # sudo: what is followed, not who follows
        if subtype_id in self.sudo().subtype_ids.ids and not self._are_stages_followed():
            self.env.registry.clear_cache()

    @api.model
    @tools.ormcache()
    def _are_stages_followed(self):
        """Tell whether anybody may want to hear of the stages of a ticket.

        Kept in memory; that the last one no longer wants to is noticed when it is asked anew.
        """
        subtype_id = self.env["ir.model.data"]._xmlid_to_res_id(STAGE_SUBTYPE)
        # sudo: what is followed, not who follows
        followers = self.sudo()
        return bool(followers.search_count([("subtype_ids", "in", [subtype_id])], limit=1))
