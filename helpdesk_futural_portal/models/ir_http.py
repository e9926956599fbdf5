from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _get_translation_frontend_modules_name(cls):
        # Without them our forms' messages and the conversation's "Yesterday at" stay English.
        return [
            *super()._get_translation_frontend_modules_name(),
            "mail",
            "helpdesk_futural_portal",
        ]
