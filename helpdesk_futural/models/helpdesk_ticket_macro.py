from odoo import Command, api, models
from odoo.exceptions import UserError


class HelpdeskTicketMacro(models.Model):
    """Macros: what is done to ticket after ticket, in one click."""

    _inherit = "helpdesk.ticket"

    @api.readonly
    def get_macros(self):
        """Return the macros that fit all these tickets, as the menu of macros shows them.

        :rtype: list of dict with ``id``, ``name``, ``description`` and ``summary``
        """
        return self._get_fitting_macros().read(["name", "description", "summary"])

    def _get_fitting_macros(self):
        """Return the macros that the teams of all these tickets use."""
        teams = self.team_id
        # By hand: teams that the agent doesn't see would look like none, that is like all.
        macros = self.env["helpdesk.macro"].search([], limit=1000)
        return macros.filtered(lambda macro: macro._fits(teams))

    def action_apply_macro(self, macro_id):
        """Do to the tickets what the macro says.

        Its reply is posted as the current agent's answer and takes the place of the stage's own
        mail. With one ticket and a macro that lets the agent edit first, nothing is done yet: the
        composer opens, and sending from there does the rest.

        :param int macro_id: id of a ``helpdesk.macro``
        :return: a client action that says what changed and can undo it, or the composer's action
        :raises UserError: if the macro is not for a ticket's team, or the team has no such stage
        """
        self.check_access("write")
        macro = self.env["helpdesk.macro"].browse(int(macro_id)).exists()
        if not macro.active:
            raise UserError(
                self.env._("This macro is no longer there. Reload the page to see which are.")
            )
        macro.check_access("read")
        macro._check_fits(self)
        if macro.template_id and macro.send_mode == "edit" and len(self) == 1:
            return self._open_macro_composer(macro)
        return self._apply_macro(macro)

    def _open_macro_composer(self, macro):
        # sudo: administrators write macros' templates; agents may not read all that they use
        template = macro.sudo().template_id
        values = self._render_replies(template)[self.id]
        return self._get_reply_composer(
            macro.name,
            values["body"],
            attachment_ids=template.attachment_ids.ids,
            helpdesk_macro_id=macro.id,
        )

    def _apply_macro(self, macro, replied=False):
        """Apply the macro and return the client action that reports it.

        :param bool replied: the agent sent the reply by themselves, from the composer
        """
        before = self._get_undo_values()
        template = macro.sudo().template_id  # sudo: see _open_macro_composer
        if template and not replied:
            self._post_template_replies(template)
        sentences = []
        if template:
            # The answer tells the customer where they stand.
            self._skip_stage_mails(answered=True)
            sentences.append(self._describe_replies())
            for values in before.values():
                values["waiting_on"] = "customer"  # the answer stays sent
        self._write_macro(macro)
        if macro.note:
            self._message_log_batch(bodies=dict.fromkeys(self.ids, macro.note))
        return self._report_changes(macro.name, before, sentences)

    def _write_macro(self, macro):
        if macro.user_assignment == "me":
            self.filtered(lambda ticket: not ticket.user_id).action_claim()
        vals = {}
        if macro.user_assignment in ("pool", "agent"):
            vals["user_id"] = macro.user_id.id
        if macro.tag_ids:
            vals["tag_ids"] = [Command.link(tag.id) for tag in macro.tag_ids]
        if macro.priority:
            vals["priority"] = macro.priority
        if macro.ticket_type_id:
            vals["ticket_type_id"] = macro.ticket_type_id.id
        if macro.stage_id:
            stages = self.team_id._get_stages_like(macro.stage_id)
            for stage, tickets in self.grouped(lambda t: stages[t.team_id]).items():
                tickets.write({**vals, "stage_id": stage.id})
        elif vals:
            self.write(vals)

    def _describe_replies(self):
        """Say to whom answers went."""
        reached = self._filter_reachable()
        if len(self) == 1 and reached:
            name = reached.partner_id.name or reached.partner_name or reached.partner_email
            return self.env._("Answered %s.", name)
        if len(self) == len(reached):
            return self.env._("Answers on %s tickets go out now.", len(self))
        if not reached:
            return self.env._("Answered, but the customer has no email address.")
        return self.env._(
            "Answers on %(count)s tickets go out now; the customers of %(others)s have no email"
            " address.",
            count=len(reached),
            others=len(self) - len(reached),
        )
