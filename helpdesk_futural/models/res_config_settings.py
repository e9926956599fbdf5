from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    module_helpdesk_futural_timesheet = fields.Boolean("Hours and Billing")
    module_helpdesk_futural_portal = fields.Boolean("Customer Portal")
