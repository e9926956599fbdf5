from odoo import api, fields, models
from odoo.exceptions import ValidationError

PRIORITIES = [("0", "Low"), ("1", "Normal"), ("2", "High"), ("3", "Urgent")]


class HelpdeskTicketType(models.Model):
    """A category, under the technical name that connected programs know."""

    _name = "helpdesk.ticket.type"
    _description = "Ticket Category"
    _order = "sequence, name, id"
    _parent_store = True
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    display_name = fields.Char(recursive=True)
    code = fields.Char(help="Short name for reports and connected programs.", copy=False)
    parent_id = fields.Many2one(
        "helpdesk.ticket.type", "Parent Category", ondelete="restrict", index=True
    )
    parent_path = fields.Char(index=True)
    team_id = fields.Many2one(
        "helpdesk.team",
        ondelete="set null",
        help="Tickets created by hand in this category go to this team. Empty: any team.",
    )
    uses_severity = fields.Boolean(
        help="Tickets of this category have a severity; others are “Not in SLA”.",
    )
    default_priority = fields.Selection(
        PRIORITIES, help="Priority of new tickets in this category. Empty: Normal."
    )
    specialist_ids = fields.Many2many(
        "res.users",
        "helpdesk_ticket_type_specialist_rel",
        "ticket_type_id",
        "user_id",
        string="Specialists",
        domain=lambda self: self.env["helpdesk.ticket"]._get_agent_domain(),
        help="Members who are chosen first when tickets of this category are assigned.",
    )
    description_template = fields.Html(
        translate=True,
        help="Filled into the description of new tickets, such as the questions that you always ask.",
    )
    portal_published = fields.Boolean(
        "Customers May Choose", default=True, help="Offered to customers on their forms."
    )

    _code_uniq = models.Constraint("UNIQUE (code)", "Another category has this code.")

    @api.constrains("parent_id")
    def _check_parent_id(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A category can't be inside itself."))

    @api.depends("name", "parent_id.display_name")
    def _compute_display_name(self):
        for category in self:
            parent = category.parent_id.display_name
            category.display_name = f"{parent} / {category.name}" if parent else category.name
