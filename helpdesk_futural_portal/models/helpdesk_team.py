from odoo import api, fields, models


class HelpdeskTeam(models.Model):
    _inherit = "helpdesk.team"

    allow_portal_ticket_closing = fields.Boolean(
        "Closure by Customers",
        help="Customers may close their open tickets from the portal, without waiting for us.",
    )
    portal_show_deadline = fields.Boolean(
        "Show Deadlines to Customers",
        help="Customers read on a ticket's page until when they can expect an answer or a solution.",
    )

    use_website_helpdesk_form = fields.Boolean(
        "Web Form",
        help="Anybody may send a ticket to this team on a public page, without an account.",
    )
    website_form_url = fields.Char("Web Form Address", compute="_compute_website_form_url")

    @api.depends("name", "use_website_helpdesk_form")
    def _compute_website_form_url(self):
        for team in self:
            published = team.use_website_helpdesk_form and team._origin.id
            team.website_form_url = published and team.get_base_url() + team._get_form_url()

    def _get_form_url(self):
        """Return the path of the team's public form."""
        self.ensure_one()
        return f"/helpdesk/{self.env['ir.http']._slug(self._origin)}"

    def _get_portal_stages(self):
        """Return the stages that customers may choose, in the team's order.

        Of several that customers read alike, the first.
        """
        self.ensure_one()
        stages = self._get_stages()
        chosen = stages.filtered("portal_selectable")
        # sudo: configuration, shown by what the page offers
        if self.sudo().allow_portal_ticket_closing:
            chosen |= self._get_first_stage("closed")
        by_label = {}
        for stage in chosen.sorted():
            by_label.setdefault(stage._get_customer_label(), stage)
        return stages.browse(stage.id for stage in by_label.values())
