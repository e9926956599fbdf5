from odoo import api, fields, models
from odoo.fields import Domain

from .helpdesk_stage import OPEN_STATES

SHOWN_TICKETS = 8


class HelpdeskSlaPreview(models.Model):
    """What an administrator sees of a policy's reach, also before it is saved."""

    _inherit = "helpdesk.sla"

    team_uses_sla = fields.Boolean(related="team_id.use_sla")
    summary = fields.Char(
        compute="_compute_summary", help="What the policy promises, in one sentence."
    )
    matching_ticket_count = fields.Integer("Open Tickets", compute="_compute_matching_tickets")
    matching_ticket_ids = fields.Many2many(
        "helpdesk.ticket",
        string="Tickets It Applies To",
        compute="_compute_matching_tickets",
        help="The first of the open tickets that the policy is for.",
    )
    status_count = fields.Integer("Statuses", compute="_compute_status_count")

    @api.depends("team_id", "priority", "ticket_type_ids", "severity_ids", "tag_ids", "partner_ids")
    def _compute_matching_tickets(self):
        tickets = self.env["helpdesk.ticket"]
        for sla in self:
            domain = sla._get_open_tickets_domain()
            # Two queries for each policy: they are shown on the form, one at a time.
            sla.matching_ticket_count = tickets.search_count(domain)
            sla.matching_ticket_ids = tickets.search(
                domain, order="priority desc, id desc", limit=SHOWN_TICKETS
            )

    def _get_open_tickets_domain(self):
        return self._get_matching_tickets_domain() & Domain("state", "in", OPEN_STATES)

    def _compute_status_count(self):
        counts = dict(
            self.env["helpdesk.sla.status"]._read_group(
                [("sla_id", "in", self._origin.ids)], ["sla_id"], ["__count"]
            )
        )
        for sla in self:
            sla.status_count = counts.get(sla._origin, 0)

    # ------------------------------------------------------------------
    # In a sentence
    # ------------------------------------------------------------------

    @api.depends(
        "team_id",
        "priority",
        "ticket_type_ids",
        "severity_ids",
        "tag_ids",
        "partner_ids",
        "target",
        "stage_id",
        "time",
    )
    @api.depends_context("lang")
    def _compute_summary(self):
        for sla in self:
            values = {
                "tickets": sla._describe_tickets(),
                "hours": sla._format_hours(sla.time),
                "stage": sla.stage_id.name or "…",
            }
            match sla.target:
                case "first_response":
                    text = self.env._(
                        "%(tickets)s: the customer gets a first response within %(hours)s of"
                        " working time.",
                        **values,
                    )
                case "next_response":
                    text = self.env._(
                        "%(tickets)s: each message of the customer is answered within %(hours)s of"
                        " working time.",
                        **values,
                    )
                case "stage":
                    text = self.env._(
                        "%(tickets)s: it reaches the stage “%(stage)s” within %(hours)s of working"
                        " time.",
                        **values,
                    )
                case _:
                    text = self.env._(
                        "%(tickets)s: it is solved within %(hours)s of working time.", **values
                    )
            sla.summary = text

    def _describe_tickets(self):
        """Return for which tickets the policy is: "Tickets of Support, priority at least High"."""
        self.ensure_one()
        parts = [self.env._("Tickets of %s", self.team_id.name or "…")]
        if self.priority and self.priority != "0":
            labels = dict(self._fields["priority"]._description_selection(self.env))
            parts.append(self.env._("priority at least %s", labels[self.priority]))
        either = self.env._(" or ")
        texts = {
            "ticket_type_ids": self.env._("category %s"),
            "severity_ids": self.env._("severity %s"),
            "tag_ids": self.env._("tagged %s"),
            "partner_ids": self.env._("customer %s"),
        }
        for name, text in texts.items():
            if self[name]:
                parts.append(text % either.join(self[name].mapped("display_name")))
        return ", ".join(parts)

    @api.model
    def _format_hours(self, hours):
        """Return hours as people write them: 1.5 is "1:30 h"."""
        minutes = round(hours * 60)
        return self.env._("%(hours)d:%(minutes)02d h", hours=minutes // 60, minutes=minutes % 60)

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------

    def action_view_open_tickets(self):
        """Open the list of the open tickets that the policies are for."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_futural.helpdesk_ticket_action_team"
        )
        action["views"] = [(False, "list"), (False, "kanban"), (False, "form")]
        action["display_name"] = self.env._("Open Tickets: %s", ", ".join(self.mapped("name")))
        domain = Domain.OR(sla._get_open_tickets_domain() for sla in self)
        action["domain"] = list(domain)
        return action

    def action_view_statuses(self):
        """Open what became of the promises."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_futural.helpdesk_sla_status_action"
        )
        action["domain"] = [("sla_id", "in", self.ids)]
        return action

    def action_use_sla(self):
        """Switch service levels on in the policies' teams."""
        self.team_id.use_sla = True
        return True
