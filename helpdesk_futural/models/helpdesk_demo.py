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
