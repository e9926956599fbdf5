from odoo import api, models


class HelpdeskDemo(models.AbstractModel):
    """The way from the demo data files to their loader, which nothing else ever imports."""

    _name = "helpdesk.demo"
    _description = "Helpdesk Demo Data"

    @api.model
    def _load(self):
        """Create the demo tickets with their conversations, once in the life of a database."""
        from ..demo.loader import load_conversations  # a database without demo data needs it not

        load_conversations(self.env)

    @api.model
    def _adopt_alias_domain(self):
        """Take the demo data's alias domain for our own again, if it is there already."""
        domain = self.env["mail.alias.domain"].search([("name", "=", "futural.example")], limit=1)
        if domain:
            xml_id = "helpdesk_futural.demo_alias_domain"
            self.env["ir.model.data"]._update_xmlids([{"xml_id": xml_id, "record": domain}])
