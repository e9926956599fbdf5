from odoo import api, fields, models, tools


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

    @api.model_create_multi
    def create(self, vals_list):
        severities = super().create(vals_list)
        self.env.registry.clear_cache()
        return severities

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    @api.model
    @tools.ormcache()
    def _get_ids_outside_sla(self):
        """Return the ids of the severities that get no service level deadlines.

        :rtype: frozenset[int]
        """
        # sudo: every ticket is measured, whoever creates it
        return frozenset(self.sudo().search([("in_sla", "=", False)]).ids)
