from odoo import fields, models


class HelpdeskSeverity(models.Model):
    _name = "helpdesk.severity"
    _description = "Ticket Severity"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    in_sla = fields.Boolean(
        "Covered by SLA",
        default=True,
        help="Tickets of a severity that is not covered get no service level deadlines.",
    )
    description = fields.Text(
        translate=True, help="Shown to customers where they choose the severity."
    )

    _name_uniq = models.Constraint("UNIQUE (name)", "This severity exists already.")
