from odoo import api, models


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        self.env["digest.digest"]._subscribe_helpdesk_administrators(users)
        return users

    def write(self, vals):
        """Subscribe who becomes a helpdesk administrator; who was one may have unsubscribed."""
        if "group_ids" not in vals:
            return super().write(vals)
        group = "helpdesk_futural.group_helpdesk_manager"
        others = self.filtered(lambda user: not user.has_group(group))
        result = super().write(vals)
        self.env["digest.digest"]._subscribe_helpdesk_administrators(others)
        return result
