from odoo import api, fields, models


class HelpdeskSlaFollow(models.TransientModel):
    """Ask whether open tickets follow policies that were created, changed or archived."""

    _name = "helpdesk.sla.follow"
    _description = "Apply SLA Policies to Open Tickets"

    sla_ids = fields.Many2many(
        "helpdesk.sla", string="Policies", required=True, context={"active_test": False}
    )
    archived = fields.Boolean(compute="_compute_ticket_count")
    ticket_count = fields.Integer(compute="_compute_ticket_count")
    question = fields.Char(compute="_compute_ticket_count")

    @api.depends("sla_ids")
    def _compute_ticket_count(self):
        for wizard in self:
            policies = wizard.sla_ids
            count = len(policies._get_following_tickets())
            wizard.ticket_count = count
            wizard.archived = not any(policies.mapped("active"))
            names = ", ".join(policies.mapped("name"))
            if wizard.archived:
                wizard.question = self.env._(
                    "%(count)s open tickets still run by “%(policies)s”. Do their clocks stop?",
                    count=count,
                    policies=names,
                )
            else:
                wizard.question = self.env._(
                    "%(count)s open tickets run by “%(policies)s”, or could do so now. Do they"
                    " follow it as it is now?",
                    count=count,
                    policies=names,
                )

    def action_follow(self):
        """Let the open tickets follow.

        :raises AccessError: if the user doesn't manage policies
        """
        self.ensure_one()
        self.sla_ids.action_apply_to_open_tickets()
        return {"type": "ir.actions.act_window_close"}
