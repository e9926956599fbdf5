from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    module_helpdesk_futural_timesheet = fields.Boolean("Hours and Billing")
    module_helpdesk_futural_portal = fields.Boolean("Customer Portal")
    helpdesk_incoming_mail_raw_days = fields.Integer(
        "Keep Raw Messages (Days)",
        default=30,
        config_parameter="helpdesk_futural.incoming_mail_raw_days",
    )
    helpdesk_incoming_mail_max_mb = fields.Integer(
        "Largest Mail (MB)",
        default=30,
        config_parameter="helpdesk_futural.incoming_mail_max_mb",
    )
    helpdesk_acknowledgements_per_hour = fields.Integer(
        "Acknowledgements per Hour",
        default=5,
        config_parameter="helpdesk_futural.acknowledgements_per_hour",
    )
    helpdesk_weekly_digest_id = fields.Many2one(
        "digest.digest", compute="_compute_helpdesk_weekly_digest_id"
    )
    helpdesk_weekly_digest = fields.Boolean(
        "Weekly Digest",
        compute="_compute_helpdesk_weekly_digest_id",
        inverse="_inverse_helpdesk_weekly_digest",
        readonly=False,
    )

    def _compute_helpdesk_weekly_digest_id(self):
        digest = self.env.ref("helpdesk_futural.digest_digest_weekly", raise_if_not_found=False)
        self.helpdesk_weekly_digest_id = digest
        self.helpdesk_weekly_digest = bool(digest) and digest.state == "activated"

    def _inverse_helpdesk_weekly_digest(self):
        for settings in self:
            digest = settings.helpdesk_weekly_digest_id
            if settings.helpdesk_weekly_digest:
                digest.action_activate()
            else:
                digest.action_deactivate()

    @api.constrains(
        "helpdesk_incoming_mail_raw_days",
        "helpdesk_incoming_mail_max_mb",
        "helpdesk_acknowledgements_per_hour",
    )
    def _check_helpdesk_numbers(self):
        """Core forgets a parameter of 0, so that its default would count."""
        for settings in self:
            numbers = (
                settings.helpdesk_incoming_mail_raw_days,
                settings.helpdesk_incoming_mail_max_mb,
                settings.helpdesk_acknowledgements_per_hour,
            )
            if min(numbers) < 1:
                raise ValidationError(
                    self.env._("The helpdesk's limits on email have to be 1 or more.")
                )

    def action_open_helpdesk_weekly_digest(self):
        """Open the digest email that helpdesk administrators get every Monday."""
        return self.helpdesk_weekly_digest_id._get_records_action(target="current")
