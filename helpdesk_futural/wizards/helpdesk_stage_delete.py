from odoo import api, fields, models
from odoo.exceptions import UserError


class HelpdeskStageDelete(models.TransientModel):
    """Delete stages; their tickets move to another stage first."""

    _name = "helpdesk.stage.delete"
    _description = "Delete Helpdesk Stage"

    stage_ids = fields.Many2many("helpdesk.stage", string="Stages", required=True)
    ticket_count = fields.Integer(compute="_compute_ticket_count")
    target_stage_id = fields.Many2one(
        "helpdesk.stage",
        "Move Tickets to",
        domain="[('id', 'not in', stage_ids), ('team_ids', 'in', team_ids)]",
    )
    team_ids = fields.Many2many("helpdesk.team", compute="_compute_ticket_count")

    @api.depends("stage_ids")
    def _compute_ticket_count(self):
        for wizard in self:
            # sudo: tickets that the user doesn't see move as well, or they would be stranded
            tickets = wizard.sudo()._get_tickets()
            wizard.ticket_count = len(tickets)
            wizard.team_ids = tickets.team_id

    def _get_tickets(self):
        return (
            self.env["helpdesk.ticket"]
            .with_context(active_test=False)
            .search([("stage_id", "in", self.stage_ids.ids)])
        )

    def action_delete(self):
        """Move the tickets to the target stage and delete the stages.

        :raises UserError: if there are tickets but no target, or a ticket's team doesn't have it
        """
        self.ensure_one()
        self.stage_ids.check_access("unlink")
        # sudo: see _compute_ticket_count; deleting stages is checked above
        tickets = self.sudo()._get_tickets()
        if tickets and not self.target_stage_id:
            raise UserError(self.env._("Choose the stage that the tickets move to."))
        missing = tickets.team_id - self.target_stage_id.team_ids
        if tickets and missing:
            raise UserError(
                self.env._(
                    "The stage “%(stage)s” is not used by: %(teams)s. Choose a stage of all these"
                    " teams, or add it to them first.",
                    stage=self.target_stage_id.name,
                    teams=", ".join(missing.mapped("name")),
                )
            )
        # No mail to customers: the administrator tidies up, nothing happened to the tickets.
        tickets.with_context(mail_notrack=True).write({"stage_id": self.target_stage_id.id})
        self.stage_ids.unlink()
        return {"type": "ir.actions.client", "tag": "soft_reload"}
