from odoo import api, fields, models
from odoo.fields import Domain

#: What a change of matters to tickets that are open already.
PROMISE = {
    "active",
    "team_id",
    "priority",
    "ticket_type_ids",
    "tag_ids",
    "partner_ids",
    "severity_ids",
    "target",
    "stage_id",
    "time",
    "exclude_stage_ids",
    "warning_hours",
}


class HelpdeskSlaFollow(models.Model):
    """Whether open tickets follow a policy that is new, changed or archived.

    The web client asks (wizard ``helpdesk.sla.follow``). Whoever writes over RPC, or imports, gets
    what promises deserve: they are kept as they were made, and only tickets that come later follow.
    With ``helpdesk_sla_follow`` in the context the open tickets follow at once.
    """

    _inherit = "helpdesk.sla"

    @api.model
    def _get_promise_fields(self):
        """Return the names of the fields that matter to open tickets when they change."""
        return PROMISE

    def _get_following_tickets(self):
        """Return the tickets whose clocks would change if open tickets followed the policies.

        Those with a running clock, and the open ones that the policies are for.
        """
        running = self.env["helpdesk.sla.status"]._get_running_domain()
        domain = Domain.FALSE
        for sla in self:
            known = Domain("sla_status_ids", "any!", [("sla_id", "in", sla._origin.ids)])
            domain |= Domain(
                "sla_status_ids", "any!", running & Domain("sla_id", "in", sla._origin.ids)
            )
            if sla.active and sla.team_id.use_sla:
                domain |= sla._get_open_tickets_domain() & sla._get_unkept_domain() & ~known
        # sudo: all tickets that the policy is for follow, also those that the user doesn't see
        return self.env["helpdesk.ticket"].sudo().search(domain, order="id")

    def _get_unkept_domain(self):
        """Return the domain of the tickets on which something is left to promise."""
        self.ensure_one()
        if self.target == "first_response":
            return Domain("first_response_date", "=", False)
        if self.target == "next_response":
            return Domain("oldest_unanswered_customer_message_date", "!=", False)
        return Domain.TRUE

    @api.model_create_multi
    def create(self, vals_list):
        now = fields.Datetime.now()
        policies = super().create([{"promised_since": now, **vals} for vals in vals_list])
        if self.env.context.get("helpdesk_sla_follow"):
            policies.action_apply_to_open_tickets()
        return policies

    def write(self, vals):
        changes = vals.keys() & self._get_promise_fields()
        if changes:
            vals = {"promised_since": fields.Datetime.now(), **vals}
        result = super().write(vals)
        if changes and self.env.context.get("helpdesk_sla_follow"):
            self.action_apply_to_open_tickets()
        return result

    def action_archive(self):
        """Archive the policies, and ask what becomes of their running clocks.

        :return: the action of the question, if there are any
        """
        archived = self.filtered("active")
        super().action_archive()
        return archived.action_ask_follow(list(self._get_promise_fields()))

    def action_unarchive(self):
        """Let the policies be for new tickets again, and ask whether open ones get them."""
        restored = self.filtered(lambda sla: not sla.active)
        super().action_unarchive()
        return restored.action_ask_follow(list(self._get_promise_fields()))

    def action_ask_follow(self, changed):
        """Ask whether open tickets follow the policies as they are now.

        :param list[str] changed: names of the fields that were changed
        :return: the action of the question; False if there is nothing to ask
        """
        if (
            "helpdesk_sla_follow" in self.env.context
            or not self._get_promise_fields() & set(changed)
            or not self._get_following_tickets()
        ):
            return False
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Do Open Tickets Follow?"),
            "res_model": "helpdesk.sla.follow",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_sla_ids": self.ids, "dialog_size": "medium"},
        }
