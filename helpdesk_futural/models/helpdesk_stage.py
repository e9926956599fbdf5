from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError

#: What a stage means to the automation, whatever the administrator calls it.
STAGE_STATES = [
    ("new", "New"),
    ("in_progress", "In Progress"),
    ("waiting", "Waiting for Customer"),
    ("solved", "Solved"),
    ("closed", "Closed"),
]
#: Somebody still has work to do on the ticket.
OPEN_STATES = ("new", "in_progress", "waiting")
#: The ticket is done for us: solved awaits the customer's confirmation, closed is final.
DONE_STATES = ("solved", "closed")


class HelpdeskStage(models.Model):
    _name = "helpdesk.stage"
    _description = "Helpdesk Stage"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    description = fields.Text(
        translate=True, help="Shown to agents as the tooltip of the stage's column."
    )
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    state = fields.Selection(
        STAGE_STATES,
        string="Meaning",
        required=True,
        default="in_progress",
        copy=True,  # core leaves out fields of this name
        help="What automation reads, whatever the stage is called.\n"
        "New: nobody works on it yet.\n"
        "In Progress: an agent works on it.\n"
        "Waiting for Customer: the customer has to answer.\n"
        "Solved: done, and the customer may confirm or reopen.\n"
        "Closed: final, also for cancelled tickets.",
    )
    fold = fields.Boolean(
        "Folded",
        compute="_compute_fold",
        store=True,
        readonly=False,
        precompute=True,
        help="Folded in the kanban view. Connected programs read a folded stage as closed.",
    )
    team_ids = fields.Many2many(
        "helpdesk.team",
        "helpdesk_stage_helpdesk_team_rel",
        "stage_id",
        "team_id",
        string="Teams",
        default=lambda self: self._default_team_ids(),
        help="Teams that work with this stage. One stage may be shared by several teams.",
    )
    template_id = fields.Many2one(
        "mail.template",
        "Email Template",
        domain=[("model", "=", "helpdesk.ticket")],
        ondelete="set null",
        help="Sent to the customer when a ticket enters this stage.",
    )
    rotting_threshold_days = fields.Integer(
        "Days to Rot",
        help="Elapsed days in this stage after which a ticket is shown as rotting. 0: never.",
    )
    portal_selectable = fields.Boolean(
        "Customers May Choose",
        help="Customers may move their tickets into this stage from the portal.",
    )
    customer_label = fields.Char(
        translate=True,
        help="What customers read instead of the stage's name. Empty: the name.",
    )

    _rotting_threshold_days_positive = models.Constraint(
        "CHECK (rotting_threshold_days >= 0)",
        "The number of days to rot can't be negative.",
    )

    def _default_team_ids(self):
        team_id = self.env.context.get("default_team_id")
        return [Command.link(team_id)] if team_id else []

    @api.depends("state")
    def _compute_fold(self):
        for stage in self:
            stage.fold = stage.state in DONE_STATES

    @api.constrains("team_ids")
    def _check_tickets_of_removed_teams(self):
        self._check_tickets_within_teams()

    @api.constrains("active")
    def _check_archived_without_open_tickets(self):
        archived = self.filtered(lambda stage: not stage.active)
        for stage, count in archived._count_tickets([("state", "in", OPEN_STATES)]).items():
            raise ValidationError(
                self.env._(
                    "%(count)s open tickets are in the stage “%(stage)s”. Move them to another"
                    " stage before you archive it, so that none is lost from sight.",
                    count=count,
                    stage=stage.name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        for stage, count in self._count_tickets().items():
            raise UserError(
                self.env._(
                    "%(count)s tickets are in the stage “%(stage)s”, so it can't be deleted."
                    " Use “Delete Stage” to move them first, or archive the stage.",
                    count=count,
                    stage=stage.name,
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        stages = super().create(vals_list)
        self.env.registry.clear_cache()  # of each team's stages
        return stages

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"team_ids", "sequence", "active"}:
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    def copy_data(self, default=None):
        vals_list = super().copy_data(default=default)
        return [
            dict(vals, name=self.env._("%s (copy)", stage.name))
            for stage, vals in zip(self, vals_list, strict=True)
        ]

    def _check_tickets_within_teams(self):
        """Refuse to take a stage from a team that still has open tickets in it."""
        # sudo: tickets the user may not see must not be stranded either
        groups = (
            self.env["helpdesk.ticket"]
            .sudo()
            ._read_group(
                [("stage_id", "in", self.ids), ("state", "in", OPEN_STATES)],
                ["stage_id", "team_id"],
                ["__count"],
            )
        )
        for stage, team, count in groups:
            if team not in stage.team_ids:
                raise ValidationError(
                    self.env._(
                        "%(count)s open tickets of the team “%(team)s” are in the stage"
                        " “%(stage)s”. Move them before you take the stage from the team.",
                        count=count,
                        team=team.name,
                        stage=stage.name,
                    )
                )

    def _count_tickets(self, domain=()):
        """Return ``{stage: number of tickets}``, archived ones included; empty stages are left out."""
        if not self:
            return {}
        # sudo: tickets of teams or companies that the user doesn't see count as well
        tickets = self.env["helpdesk.ticket"].sudo().with_context(active_test=False)
        return dict(
            tickets._read_group([("stage_id", "in", self.ids), *domain], ["stage_id"], ["__count"])
        )

    def action_delete(self):
        """Open the wizard that moves the tickets of these stages and deletes the stages."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Delete Stage"),
            "res_model": "helpdesk.stage.delete",
            "view_mode": "form",
            "target": "new",
            "context": {"default_stage_ids": [Command.set(self.ids)]},
        }
