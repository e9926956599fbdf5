from odoo import fields, models


class HelpdeskTeamMailbox(models.Model):
    """The mailboxes that a team's mail is fetched from."""

    _inherit = "helpdesk.team"

    mailbox_ids = fields.One2many(
        "fetchmail.server",
        "helpdesk_team_id",
        string="Mailboxes",
        context={"active_test": False},
        groups="helpdesk_futural.group_helpdesk_manager",
        help="Mail is fetched from here. What belongs to no ticket and to no other team's address"
        " becomes a ticket of this team.",
    )
