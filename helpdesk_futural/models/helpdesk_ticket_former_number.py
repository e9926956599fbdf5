from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.case_number import format_case_number, parse_case_number
from ..tools.mail_subject import find_former_numbers


class HelpdeskTicketFormerNumber(models.Model):
    """The number that a ticket had in the helpdesk that it was moved in from.

    Customers go on quoting it, so it finds the ticket wherever the case number does. It is no case
    number: several tickets may have the same one, from different helpdesks.
    """

    _inherit = "helpdesk.ticket"
    _rec_names_search = ["ticket_ref", "former_ref", "name"]

    former_ref = fields.Char(
        "Former Number",
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="The ticket's number in the helpdesk that it was moved in from. Mails that quote it in"
        " their subject find the ticket, and so does the search.",
    )

    @api.model
    def _search_display_name(self, operator, value):
        """Find by a former number that looks like a case number, too."""
        domain = super()._search_display_name(operator, value)
        if isinstance(value, str) and (number := parse_case_number(value)):
            domain |= Domain("former_ref", "=", number)
        return domain

    @api.model
    def _find_by_former_numbers(self, subject):
        """Return the tickets whose former numbers a mail's subject names, first one first."""
        numbers = find_former_numbers(subject)
        if not numbers:
            return self.browse()
        tickets = self.search([("former_ref", "in", numbers)], order="id")
        return tickets.sorted(lambda ticket: numbers.index(ticket.former_ref))

    @api.model
    def _get_past_case_numbers(self, day, count):
        """Return free case numbers of a day that is over, for tickets that were created then.

        Nothing is drawn for such a day but by who moves tickets in; one at a time may do that.

        :param datetime.date day: before yesterday, wherever the team is
        :param int count: how many
        :rtype: list[str]
        """
        last = self._get_last_counter(day)
        return [format_case_number(day, last + index) for index in range(1, count + 1)]
