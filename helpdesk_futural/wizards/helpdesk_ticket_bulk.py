from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import clean_context

from ..models.helpdesk_stage import STAGE_STATES
from ..models.helpdesk_ticket_type import PRIORITIES

ASSIGNMENTS = [
    ("keep", "Leave as It Is"),
    ("me", "Claim Those Without Agent"),
    ("pool", "Nobody: Back to the Pool"),
    ("agent", "A Certain Agent"),
]


class HelpdeskTicketBulk(models.TransientModel):
    """Change many tickets in one go; says beforehand how many, and who gets mail."""

    _name = "helpdesk.ticket.bulk"
    _description = "Update Tickets"

    ticket_ids = fields.Many2many("helpdesk.ticket", string="Tickets", required=True)
    ticket_count = fields.Integer(compute="_compute_selection")
    customer_count = fields.Integer(compute="_compute_selection")
    team_count = fields.Integer(compute="_compute_selection")
    macro_ids = fields.Many2many(
        "helpdesk.macro", string="Fitting Macros", compute="_compute_selection"
    )
    stage_ids = fields.Many2many(
        "helpdesk.stage", string="Shared Stages", compute="_compute_selection"
    )
    macro_id = fields.Many2one("helpdesk.macro", domain="[('id', 'in', macro_ids)]")
    team_id = fields.Many2one("helpdesk.team", "Move to Team")
    user_assignment = fields.Selection(ASSIGNMENTS, "Assignment", required=True, default="keep")
    user_id = fields.Many2one(
        "res.users",
        "Agent",
        domain=lambda self: self.env["helpdesk.ticket"]._get_agent_domain(),
    )
    stage_id = fields.Many2one("helpdesk.stage", domain="[('id', 'in', stage_ids)]")
    state = fields.Selection(
        STAGE_STATES,
        "Stage Meaning",
        help="Each ticket goes to the first stage of its own team that means this.",
    )
    tag_add_ids = fields.Many2many(
        "helpdesk.tag", "helpdesk_ticket_bulk_add_rel", string="Add Tags"
    )
    tag_remove_ids = fields.Many2many(
        "helpdesk.tag", "helpdesk_ticket_bulk_remove_rel", string="Remove Tags"
    )
    priority = fields.Selection(PRIORITIES)
    ticket_type_id = fields.Many2one("helpdesk.ticket.type", "Category")
    send_stage_mails = fields.Boolean(
        "Send the Stage's Email",
        default=True,
        help="Tell the customers of tickets that enter a stage with an email template.",
    )
    stage_mail_count = fields.Integer(compute="_compute_mail_counts")
    reply_count = fields.Integer(compute="_compute_mail_counts")

    @api.depends("ticket_ids", "team_id")
    def _compute_selection(self):
        for wizard in self:
            tickets = wizard.ticket_ids
            teams = wizard.team_id or tickets.team_id
            wizard.ticket_count = len(tickets)
            wizard.customer_count = len(tickets.partner_id)
            wizard.team_count = len(teams)
            wizard.macro_ids = tickets._get_fitting_macros()
            # sudo: stages are configuration, shown to everybody who sees a ticket in them
            stage_lists = [team.sudo().stage_ids for team in teams]
            common = stage_lists[0] if stage_lists else self.env["helpdesk.stage"]
            for stages in stage_lists[1:]:
                common &= stages
            wizard.stage_ids = common.sudo(False)

    @api.depends("ticket_ids", "team_id", "macro_id", "stage_id", "state", "send_stage_mails")
    def _compute_mail_counts(self):
        for wizard in self:
            reached = wizard.ticket_ids._filter_reachable()
            # sudo: a macro's template and stage are configuration
            macro = wizard.macro_id.sudo()
            wizard.reply_count = len(reached) if macro.template_id else 0
            wizard.stage_mail_count = 0
            if macro.template_id or not wizard.send_stage_mails:
                continue
            targets = wizard._find_stages()
            # sudo: stages are shown to everybody who sees a ticket in them
            wizard.stage_mail_count = sum(
                bool(stage.template_id.active and stage != ticket.stage_id.sudo())
                for ticket in reached
                if (stage := targets.get(wizard.team_id or ticket.team_id))
            )

    def _find_stages(self):
        """Return ``{team: stage}`` where tickets go; teams without such a stage are left out."""
        stage = self.stage_id or self.macro_id.stage_id
        # sudo: stages are configuration
        teams, stage = (self.team_id or self.ticket_ids.team_id).sudo(), stage.sudo()
        if self.stage_id or (stage and not self.state):
            return {
                team.sudo(False): stage
                if stage in team.stage_ids
                else team._get_first_stage(stage.state)
                for team in teams
            }
        if self.state:
            return {team.sudo(False): team._get_first_stage(self.state) for team in teams}
        return {}

    def action_apply(self):
        """Change the tickets, and return the client action that reports it and can undo it.

        :raises UserError: if nothing was chosen, or a team has no such stage
        """
        self.ensure_one()
        # Without the context's default tickets, which are this wizard's.
        tickets = self.ticket_ids.with_env(self.env(context=clean_context(self.env.context)))
        tickets.check_access("write")
        vals = self._get_values()
        stages = self._get_stages()
        if not (vals or stages or self.macro_id or self.user_assignment == "me"):
            raise UserError(self.env._("Choose what to change."))
        before = tickets._get_undo_values()
        sentences = []
        if self.macro_id:
            self.macro_id.check_access("read")
            self.macro_id._check_fits(tickets)
            report = tickets._apply_macro(self.macro_id)
            if self.macro_id.template_id:
                for values in before.values():
                    values["waiting_on"] = "customer"
                sentences.append(report["params"]["lines"][0])
        if self.user_assignment == "me":
            sentences += self._claim()
        if vals:
            tickets.write(vals)
        if stages:
            for stage, moved in tickets.grouped(lambda t: stages[t.team_id]).items():
                moved.stage_id = stage
        if not self.send_stage_mails:
            tickets._skip_stage_mails()
        elif self.stage_mail_count:
            sentences.append(
                self.env._("Emails about the stage go out for %s tickets.", self.stage_mail_count)
            )
        return tickets._report_changes(self.env._("Tickets Updated"), before, sentences)

    def _get_values(self):
        vals = {}
        if self.team_id:
            vals["team_id"] = self.team_id.id
        if self.user_assignment == "pool":
            vals["user_id"] = False
        elif self.user_assignment == "agent":
            if not self.user_id:
                raise UserError(self.env._("Choose the agent who gets the tickets."))
            vals["user_id"] = self.user_id.id
        if self.priority:
            vals["priority"] = self.priority
        if self.ticket_type_id:
            vals["ticket_type_id"] = self.ticket_type_id.id
        tags = [
            *(Command.link(tag.id) for tag in self.tag_add_ids),
            *(Command.unlink(tag.id) for tag in self.tag_remove_ids - self.tag_add_ids),
        ]
        if tags:
            vals["tag_ids"] = tags
        return vals

    def _get_stages(self):
        """Return ``{team: stage}`` for all teams; they may not share a stage, but its meaning."""
        teams = self.team_id or self.ticket_ids.team_id
        if self.stage_id:
            return teams._get_stages_like(self.stage_id)
        return teams._get_stages_meaning(self.state) if self.state else {}

    def _claim(self):
        """Take the tickets that nobody has, and say how many others have."""
        free = self.ticket_ids.filtered(lambda t: not t.user_id or t.user_id == self.env.user)
        free.action_claim()
        if taken := len(self.ticket_ids - free):
            return [self.env._("%s tickets stay with the agents who have them.", taken)]
        return []
