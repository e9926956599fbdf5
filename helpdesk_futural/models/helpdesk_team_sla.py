from odoo import fields, models


class HelpdeskTeamSla(models.Model):
    """The team's service levels."""

    _inherit = "helpdesk.team"

    use_sla = fields.Boolean(
        "Service Levels",
        help="Give tickets deadlines by the team's SLA policies, in the team's working hours.",
    )
    sla_ids = fields.One2many("helpdesk.sla", "team_id", string="SLA Policies")
    sla_outdated_since = fields.Datetime(
        copy=False,
        readonly=True,
        help="Since when the deadlines of the team's tickets wait for being computed anew.",
    )

    sla_count = fields.Integer("Number of SLA Policies", compute="_compute_sla_count")

    def _compute_sla_count(self):
        counts = dict(
            self.env["helpdesk.sla"]._read_group(
                [("team_id", "in", self.ids)], ["team_id"], ["__count"]
            )
        )
        for team in self:
            team.sla_count = counts.get(team, 0)

    def action_view_slas(self):
        """Open the team's policies."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_futural.helpdesk_sla_action"
        )
        action["context"] = {"search_default_team_id": self.id, "default_team_id": self.id}
        return action

    def write(self, vals):
        result = super().write(vals)
        if "resource_calendar_id" in vals or vals.get("use_sla") is False:
            self._outdate_slas()
        return result

    def _outdate_slas(self):
        """Have the running deadlines of the teams computed anew, soon and in the background.

        There may be thousands of them, and whoever notes down a public holiday shouldn't wait.
        """
        if self:
            # sudo: whoever may change working hours changes the deadlines that follow from them
            self.sudo().sla_outdated_since = fields.Datetime.now()
            self.env.ref("helpdesk_futural.ir_cron_sla").sudo()._trigger()
