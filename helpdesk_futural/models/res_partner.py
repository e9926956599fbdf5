from odoo import fields, models
from odoo.fields import Domain


class ResPartner(models.Model):
    _inherit = "res.partner"

    ticket_ids = fields.One2many(
        "helpdesk.ticket",
        "partner_id",
        string="Own Tickets",
        groups="helpdesk_futural.group_helpdesk_user",
    )
    organisation_ticket_ids = fields.Many2many(
        "helpdesk.ticket",
        string="Tickets",
        compute="_compute_organisation_ticket_ids",
        groups="helpdesk_futural.group_helpdesk_user",
        help="The latest tickets of the contact; of an organisation those of its people too.",
    )
    ticket_count = fields.Integer(
        "Number of Tickets",
        compute="_compute_ticket_count",
        groups="helpdesk_futural.group_helpdesk_user",
        help="Tickets of the contact; of an organisation those of its people too.",
    )

    def _get_ticket_domain(self):
        """Return the domain of a contact's service history, an organisation's with its people's."""
        organisations = self.filtered("is_company")
        return Domain("partner_id", "in", self.ids) | Domain(
            "partner_id", "child_of", organisations.ids
        )

    def _compute_organisation_ticket_ids(self):
        for partner in self:
            # NewId records show the tickets of the record they stand for
            origin = partner._origin
            tickets = self.env["helpdesk.ticket"].with_context(active_test=False)
            partner.organisation_ticket_ids = (
                tickets.search(origin._get_ticket_domain(), order="id desc", limit=80)
                if origin
                else tickets
            )

    def _compute_ticket_count(self):
        """Count by contact in one query, then add people's tickets to their organisations'."""
        self.ticket_count = 0
        groups = (
            self.env["helpdesk.ticket"]
            .with_context(active_test=False)
            ._read_group(self._get_ticket_domain(), ["partner_id"], ["__count"])
        )
        wanted = set(self.ids)
        for partner, count in groups:
            node, first = partner, True
            while node:
                if node.id in wanted and (first or node.is_company):
                    self.browse(node.id).ticket_count += count
                node, first = node.sudo().parent_id, False  # sudo: walking up to count only

    def action_view_tickets(self):
        """Open the service history of the contact or the organisation."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_futural.helpdesk_ticket_action_all"
        )
        action["domain"] = list(self._get_ticket_domain())
        action["context"] = {"default_partner_id": self.id, "active_test": False}
        return action
