from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    helpdesk_remaining_hours = fields.Float(
        "Prepaid Hours Left",
        compute="_compute_helpdesk_remaining_hours",
        groups="helpdesk_futural.group_helpdesk_user",
        help="What is left of the prepaid hours of the contact's organisation.",
    )

    def _compute_helpdesk_remaining_hours(self):
        organisations = self.commercial_partner_id
        # sudo: agents know what is left, without rights on all orders
        items = self.env["sale.order.line"].sudo()
        hours = {}
        for item in items.search_fetch(
            [
                ("state", "=", "sale"),
                ("company_id", "in", self.env.companies.ids),
                ("order_partner_id.commercial_partner_id", "in", organisations.ids),
                ("remaining_hours", "!=", 0),
            ],
            ["remaining_hours", "order_partner_id"],
        ):
            organisation = item.order_partner_id.commercial_partner_id.id
            hours[organisation] = hours.get(organisation, 0) + item.remaining_hours
        for partner in self:
            partner.helpdesk_remaining_hours = hours.get(partner.commercial_partner_id.id, 0)
