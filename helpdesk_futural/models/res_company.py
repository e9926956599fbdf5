from odoo import models


class ResCompany(models.Model):
    _inherit = "res.company"

    def write(self, vals):
        result = super().write(vals)
        if "resource_calendar_id" in vals:
            # sudo: teams that the user doesn't see have their deadlines too
            teams = self.env["helpdesk.team"].sudo()
            domain = [("company_id", "in", self.ids), ("resource_calendar_id", "=", False)]
            teams.search([*domain, ("use_sla", "=", True)])._outdate_slas()
        return result
