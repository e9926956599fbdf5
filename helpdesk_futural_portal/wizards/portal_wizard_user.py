from odoo import fields, models


class PortalWizardUser(models.TransientModel):
    _inherit = "portal.wizard.user"

    helpdesk_portal_scope = fields.Selection(
        related="partner_id.helpdesk_portal_scope",
        readonly=False,
        groups="helpdesk_futural.group_helpdesk_user",
    )
