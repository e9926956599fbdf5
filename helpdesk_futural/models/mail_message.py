from odoo import fields, models


class MailMessage(models.Model):
    _inherit = "mail.message"

    helpdesk_sender = fields.Selection(
        [
            ("robot", "Sent automatically"),
            ("outsider", "Not a participant"),
        ],
        readonly=True,
        groups="base.group_user",
        help="Who wrote a mail on a ticket, where it was neither the customer's side nor an agent.",
    )
    helpdesk_warning = fields.Char(
        readonly=True,
        groups="base.group_user",
        help="What the mail server found wrong about the sender.",
    )
