from odoo import api, fields, models
from odoo.fields import Domain


class HelpdeskTicketSlaQueue(models.Model):
    """Which tickets have a deadline that is near: for queues, cards and lists."""

    _inherit = "helpdesk.ticket"

    sla_due_soon = fields.Boolean(
        "SLA Due Soon",
        compute="_compute_sla_due_soon",
        search="_search_sla_due_soon",
        help="A deadline is near: the time to warn of it, as its policy says, has come.",
    )

    @api.depends("sla_status_ids.deadline", "sla_status_ids.warning_date")
    def _compute_sla_due_soon(self):
        # sudo: the clocks of tickets that the user reads
        statuses = self.env["helpdesk.sla.status"].sudo()
        near = statuses.search_fetch(
            statuses._get_due_soon_domain() & Domain("ticket_id", "in", self.ids), ["ticket_id"]
        )
        due = set(near.ticket_id.ids)
        for ticket in self:
            ticket.sla_due_soon = ticket._origin.id in due

    @api.model
    def _search_sla_due_soon(self, operator, value):
        """Search by the deadlines, so that it is right before the scheduled job has run."""
        if operator != "in":
            return NotImplemented
        soon = self.env["helpdesk.sla.status"]._get_due_soon_domain()
        found = Domain("sla_status_ids", "any!", soon)
        return (found if True in value else Domain.FALSE) | (
            ~found if False in value else Domain.FALSE
        )
