from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .helpdesk_ticket_type import PRIORITIES

ASSIGNMENTS = [
    ("keep", "Leave as It Is"),
    ("me", "Whoever Applies It"),
    ("pool", "Nobody: Back to the Pool"),
    ("agent", "A Certain Agent"),
]


class HelpdeskMacro(models.Model):
    """What an agent does to ticket after ticket, in one click: an answer, a note, and values.

    ``helpdesk.ticket.action_apply_macro`` applies it.
    """

    _name = "helpdesk.macro"
    _description = "Helpdesk Macro"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    description = fields.Char(
        "When to Use It", translate=True, help="Shown to agents below the macro's name."
    )
    team_ids = fields.Many2many(
        "helpdesk.team", string="Teams", help="Teams that use this macro. Empty: all teams."
    )
    template_id = fields.Many2one(
        "mail.template",
        "Reply",
        domain=[("model", "=", "helpdesk.ticket")],
        ondelete="restrict",
        help="Posted as the agent's answer: the customer gets it in their language, from the"
        " team's address. Only its text and attachments count. The email of the stage is not sent"
        " then, so that the customer doesn't hear twice.",
    )
    send_mode = fields.Selection(
        [("send", "Send It at Once"), ("edit", "Let Me Edit It First")],
        "Sending",
        required=True,
        default="send",
        help="At once: one click, and the customer has it. Edit first: the reply opens for"
        " editing, and the rest of the macro is done when it is sent. Applied to several tickets"
        " from the list, the reply is sent as it stands.",
    )
    note = fields.Html(
        "Internal Note", translate=True, help="Logged on the ticket; customers never see it."
    )
    stage_id = fields.Many2one(
        "helpdesk.stage",
        ondelete="restrict",
        help="Where the ticket goes. A team without this stage uses its first one with the same"
        " meaning.",
    )
    tag_ids = fields.Many2many("helpdesk.tag", string="Add Tags")
    user_assignment = fields.Selection(
        ASSIGNMENTS,
        "Assignment",
        required=True,
        default="keep",
        help="Whoever Applies It: as with Claim, a ticket that another agent has stays with them.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Agent",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        domain=lambda self: self.env["helpdesk.ticket"]._get_agent_domain(),
    )
    priority = fields.Selection(PRIORITIES, help="Empty: stays as it is.")
    ticket_type_id = fields.Many2one("helpdesk.ticket.type", "Category", ondelete="restrict")
    summary = fields.Char("What It Does", compute="_compute_summary")

    @api.depends("user_assignment")
    def _compute_user_id(self):
        self.filtered(lambda macro: macro.user_assignment != "agent").user_id = False

    @api.depends(
        "template_id.name",
        "send_mode",
        "note",
        "stage_id.name",
        "tag_ids.name",
        "user_assignment",
        "user_id.name",
        "priority",
        "ticket_type_id.name",
    )
    @api.depends_context("lang")
    def _compute_summary(self):
        for macro in self:
            macro.summary = " · ".join(macro.sudo()._describe())  # sudo: names, no more

    def _describe(self):
        """Return what the macro does, a few words for each thing."""
        labels = dict(self._fields["priority"]._description_selection(self.env))
        parts = []
        if self.template_id and self.send_mode == "send":
            parts.append(self.env._("sends “%s”", self.template_id.name))
        elif self.template_id:
            parts.append(self.env._("opens “%s” to edit", self.template_id.name))
        if self.note:
            parts.append(self.env._("logs a note"))
        if self.stage_id:
            parts.append(self.env._("stage %s", self.stage_id.name))
        if self.user_assignment == "me":
            parts.append(self.env._("assigned to you"))
        elif self.user_assignment == "pool":
            parts.append(self.env._("back to the pool"))
        elif self.user_id:
            parts.append(self.env._("assigned to %s", self.user_id.name))
        if self.tag_ids:
            parts.append(self.env._("tags %s", ", ".join(self.tag_ids.mapped("name"))))
        if self.priority:
            parts.append(self.env._("priority %s", labels[self.priority]))
        if self.ticket_type_id:
            parts.append(self.env._("category %s", self.ticket_type_id.name))
        return parts

    @api.constrains("user_assignment", "user_id")
    def _check_user_id(self):
        for macro in self:
            if macro.user_assignment == "agent" and not macro.user_id:
                raise ValidationError(
                    self.env._("Choose the agent that “%s” assigns tickets to.", macro.name)
                )

    @api.constrains("template_id")
    def _check_template_id(self):
        for macro in self:
            if macro.template_id and macro.template_id.model != "helpdesk.ticket":
                raise ValidationError(
                    self.env._(
                        "The email template “%s” is not made for tickets.", macro.template_id.name
                    )
                )

    def copy_data(self, default=None):
        vals_list = super().copy_data(default=default)
        return [
            dict(vals, name=self.env._("%s (copy)", macro.name))
            for macro, vals in zip(self, vals_list, strict=True)
        ]

    def _fits(self, teams):
        """Tell whether all the teams use this macro."""
        # sudo: teams that the agent doesn't see would look like none, that is like all
        own = self.sudo().team_ids
        return not own or teams <= own

    def _check_fits(self, tickets):
        """Refuse tickets of teams that don't use this macro or have nowhere to move them to.

        :raises UserError: naming the teams
        """
        self.ensure_one()
        teams = tickets.team_id
        if not self._fits(teams):
            # sudo: see _fits
            others = (teams - self.sudo().team_ids).mapped("name")
            raise UserError(
                self.env._(
                    "The macro “%(macro)s” is not for the tickets of: %(teams)s.",
                    macro=self.name,
                    teams=", ".join(others),
                )
            )
        if self.stage_id:
            teams._get_stages_like(self.stage_id)
