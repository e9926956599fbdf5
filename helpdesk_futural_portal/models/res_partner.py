from odoo import fields, models

from odoo.addons.helpdesk_futural.tools.new_columns import add_columns


class ResPartner(models.Model):
    _inherit = "res.partner"

    helpdesk_portal_scope = fields.Selection(
        [
            ("own", "Own Tickets"),
            ("company", "Whole Organisation"),
        ],
        string="Tickets in the Portal",
        required=True,
        default="own",
        copy=False,
        groups="helpdesk_futural.group_helpdesk_user",
        help="What this contact sees after signing in to the portal.\n"
        "Own Tickets: those they are the customer of or take part in.\n"
        "Whole Organisation: also those of everybody else in their organisation,"
        " except confidential ones.",
    )

    def _auto_init(self):
        add_columns(self, "helpdesk_portal_scope", value="own")
        return super()._auto_init()

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"helpdesk_portal_scope", "parent_id", "is_company"}:
            # Which organisation somebody belongs to, and whether they see all of its tickets.
            self.env["helpdesk.ticket"].invalidate_model(["portal_visible"], flush=False)
        return result
