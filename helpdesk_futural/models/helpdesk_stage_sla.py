from odoo import models


class HelpdeskStageSla(models.Model):
    """A stage that gets another meaning may stop clocks, or let them run again."""

    _inherit = "helpdesk.stage"

    def write(self, vals):
        changed = self.filtered(lambda s: s.state != vals.get("state", s.state))
        result = super().write(vals)
        # sudo: teams that the user doesn't see have their deadlines too
        changed.sudo().team_ids.filtered("use_sla")._outdate_slas()
        return result
