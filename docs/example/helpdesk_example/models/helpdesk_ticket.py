import re

from odoo import fields, models
from odoo.tools.mail import html2plaintext

_SERIAL_NUMBER = re.compile(r"\bSN-\d{6}\b")


class HelpdeskTicket(models.Model):
    """The serial number of the device, read from what customers write."""

    _inherit = "helpdesk.ticket"

    serial_number = fields.Char(index="btree_not_null", tracking=True, copy=False)

    def _on_customer_message(self, message):
        """Read the number; a mail that makes a ticket is its customer's first message, too."""
        result = super()._on_customer_message(message)
        # An answer that came too late was moved on to a new ticket, for which this runs as well.
        if not self.serial_number and message.res_id == self.id:
            found = _SERIAL_NUMBER.search(html2plaintext(message.body or ""))
            # sudo: customers may write messages, not tickets; what is read here is no secret
            self.sudo().serial_number = found and found[0]
        return result

    def _get_merged_values(self, target, apart):
        values = super()._get_merged_values(target, apart)
        if not target.serial_number and (
            number := self.filtered("serial_number")[:1].serial_number
        ):
            values["serial_number"] = number
        return values

    def _prepare_follow_up_values(self, name=None):
        return super()._prepare_follow_up_values(name) | {"serial_number": self.serial_number}

    def _get_customer_page_sections(self):
        sections = super()._get_customer_page_sections()
        if self.serial_number:
            sections.append("helpdesk_example.portal_ticket_serial_number")
        return sections
