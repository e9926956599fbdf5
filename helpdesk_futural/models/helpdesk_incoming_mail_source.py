from odoo import api, fields, models
from odoo.exceptions import UserError

#: So much of a mail is shown; the whole can be downloaded.
SHOWN_BYTES = 100_000


class HelpdeskIncomingMailSource(models.Model):
    """What the register's screens show besides its own fields."""

    _inherit = "helpdesk.incoming.mail"

    explanation = fields.Char(
        "Why",
        compute="_compute_explanation",
        help="What keeps the mail waiting, or by what it was recognised.",
    )
    has_raw = fields.Boolean(compute="_compute_raw_source")
    raw_source = fields.Text(
        "Source",
        compute="_compute_raw_source",
        help="The beginning of the mail as it came. Download it to see the whole.",
    )

    @api.depends("subject")
    def _compute_display_name(self):
        for mail in self:
            mail.display_name = mail.subject or self.env._("(No subject)")

    @api.depends("error", "evidence")
    def _compute_explanation(self):
        for mail in self:
            mail.explanation = (mail.error or mail.evidence or "").partition("\n")[0]

    def _compute_raw_source(self):
        # sudo: the raw messages are attachments of rows that the user reads
        attachments = (
            self.env["ir.attachment"]
            .sudo()
            .with_context(bin_size=False)
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_field", "=", "raw"),
                    ("res_id", "in", self.ids),
                ]
            )
        )
        by_mail = {attachment.res_id: attachment for attachment in attachments}
        for mail in self:
            raw = (by_mail.get(mail.id, attachments.browse()).raw or b"")[:SHOWN_BYTES]
            # Every byte is a character of Latin-1: the headers can be read whatever comes then.
            text = raw.decode("latin-1").replace("\r\n", "\n").replace("\0", "")
            mail.raw_source = text
            mail.has_raw = bool(text)

    def action_open_ticket(self):
        """Return the action that opens the mail's ticket."""
        self.ensure_one()
        if not self.ticket_id:
            raise UserError(self.env._("There is no ticket of this mail."))
        return self.ticket_id.get_formview_action()
