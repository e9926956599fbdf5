from odoo import api, models

#: What customers' pages show of a stage and are decided by.
CUSTOMER_FIELDS = ("name", "customer_label", "sequence", "state", "portal_selectable")


class HelpdeskStage(models.Model):
    _inherit = "helpdesk.stage"

    @api.depends("name", "customer_label")
    @api.depends_context("uid", "lang")
    def _compute_display_name(self):
        """Customers read the label that is meant for them, wherever a stage is shown."""
        result = super()._compute_display_name()
        if self.env.user.share:
            for stage in self:
                stage.display_name = stage._get_customer_label()
        return result

    def _get_customer_label(self):
        """Return what customers read as the name of the stage."""
        self.ensure_one()
        # sudo: stages are shown to everybody who sees a ticket in them
        stage = self.sudo()
        return stage.customer_label or stage.name
