from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import is_html_empty
from odoo.tools.misc import clean_context

from ..models.helpdesk_stage import STAGE_STATES


class HelpdeskTicketReplyWizard(models.TransientModel):
    """Answer many tickets with the same words: one message on each, one mail to each customer."""

    _name = "helpdesk.ticket.reply"
    _description = "Reply to All"

    ticket_ids = fields.Many2many("helpdesk.ticket", string="Tickets", required=True)
    ticket_count = fields.Integer(compute="_compute_counts")
    customer_count = fields.Integer(compute="_compute_counts")
    unreachable_count = fields.Integer(compute="_compute_counts")
    template_id = fields.Many2one(
        "mail.template",
        domain=[("model", "=", "helpdesk.ticket")],
        help="Each customer gets it in their language. Empty: write the answer yourself.",
    )
    preview = fields.Html(compute="_compute_preview", help="As the first customer reads it.")
    body = fields.Html("Answer", sanitize_style=True)
    attachment_ids = fields.Many2many(
        "ir.attachment", string="Attachments", bypass_search_access=True
    )
    state = fields.Selection(
        STAGE_STATES,
        "Then Move to",
        help="Each ticket goes to the first stage of its own team that means this. The answer"
        " takes the place of the stage's email.",
    )

    @api.depends("ticket_ids")
    def _compute_counts(self):
        for wizard in self:
            reached = wizard.ticket_ids._filter_reachable()
            wizard.ticket_count = len(wizard.ticket_ids)
            wizard.customer_count = len(reached.partner_id) + len(
                set(reached.filtered(lambda t: not t.partner_id).mapped("partner_email"))
            )
            wizard.unreachable_count = len(wizard.ticket_ids - reached)

    @api.depends("ticket_ids", "template_id")
    def _compute_preview(self):
        for wizard in self:
            first = wizard.ticket_ids[:1]
            wizard.preview = (
                bool(wizard.template_id and first)
                and (
                    # In onchange the tickets are new records; the template renders stored ones.
                    first._origin._render_replies(wizard.template_id)[first._origin.id]["body"]
                )
            )

    def action_send(self):
        """Post the answer on each ticket; the mails are queued.

        :return: the client action that reports it; moving to a stage can be undone
        :raises UserError: if there is nothing to say, or a team has no such stage
        """
        self.ensure_one()
        # Without the context's default tickets, which are this wizard's.
        tickets = self.ticket_ids.with_env(self.env(context=clean_context(self.env.context)))
        tickets.check_access("write")
        if not self.template_id and is_html_empty(self.body):
            raise UserError(self.env._("Write the answer, or choose a template."))
        stages = tickets.team_id._get_stages_meaning(self.state) if self.state else {}
        before = tickets._get_undo_values()
        rendered = tickets._render_replies(self.template_id) if self.template_id else {}
        # Each ticket gets files of its own, which only its participants may read.
        files = [(file.name, file.raw) for file in self.attachment_ids]
        tickets._post_replies(
            {t.id: rendered[t.id]["body"] if rendered else self.body for t in tickets},
            {t.id: (rendered[t.id]["attachments"] if rendered else []) + files for t in tickets},
        )
        tickets._skip_stage_mails(answered=True)
        for stage, moved in tickets.grouped(lambda t: stages.get(t.team_id)).items():
            if stage:
                moved.stage_id = stage
        for values in before.values():
            values["waiting_on"] = "customer"
        self.attachment_ids = [Command.clear()]
        return tickets._report_changes(
            self.env._("Answered"), before, [tickets._describe_replies()]
        )
