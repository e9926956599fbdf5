from odoo import api, models

_TEMPLATES = "helpdesk_futural_timesheet"


class HelpdeskTicketCustomerHours(models.Model):
    """What customers see of the hours on their tickets, as the team chose.

    The portal addon may be missing: nobody asks for this then.
    """

    _inherit = "helpdesk.ticket"

    def _get_customer_page_sections(self):
        sections = super()._get_customer_page_sections()
        if self._get_customer_hours():
            sections.append(f"{_TEMPLATES}.portal_ticket_hours")
        return sections

    def _get_customer_hours(self):
        """Return what the ticket's page says of hours; nothing if the team shows nothing.

        :return: ``total`` and ``remaining`` (hours; None without prepaid hours), and ``entries``:
            dicts of ``date``, ``text``, ``hours`` and ``free`` (the customer isn't billed), the
            newest first
        :rtype: dict
        """
        self.ensure_one()
        team = self.team_id.sudo()  # sudo: configuration
        if team.portal_show_hours in (False, "none"):
            return {}
        ticket = self.sudo()  # sudo: of the entries only what the team chose to show gets out
        prepaid = ticket.remaining_hours_available
        if not ticket.total_hours_spent and not prepaid:
            return {}
        lines = ticket.timesheet_ids if team.portal_show_hours == "entries" else ()
        return {
            "total": ticket.total_hours_spent,
            "remaining": ticket.remaining_hours_so if prepaid else None,
            "entries": [
                {
                    "date": line.date,
                    "text": line.name if line.name != "/" else "",
                    "hours": line.unit_amount,
                    "free": team.use_helpdesk_sale_timesheet and not line.helpdesk_billable,
                }
                for line in sorted(lines, key=lambda aal: (aal.date, aal.id), reverse=True)
            ],
        }

    @api.model
    def _get_customer_list_sections(self):
        sections = super()._get_customer_list_sections()
        if self._get_customer_prepaid_hours():
            sections.append(f"{_TEMPLATES}.portal_prepaid_hours")
        return sections

    @api.model
    def _format_hours_and_unit(self, hours):
        """Return hours as customers read them, such as ``1:30 h``."""
        return self.env._("%s h", self._format_hours(hours))

    @api.model
    def _get_customer_prepaid_hours(self):
        """Return what is left of the prepaid hours of the current user's organisation.

        :return: hours, below zero if more was worked than bought; 0 without prepaid hours, and
            where no team shows customers hours
        """
        if not self.env.user.share:
            return 0.0
        # sudo: configuration
        shown = self.env["helpdesk.team"].sudo()
        if not shown.search_count(
            [
                ("company_id", "in", self.env.companies.ids),
                ("privacy_visibility", "=", "portal"),
                ("use_helpdesk_timesheet", "=", True),
                ("portal_show_hours", "!=", "none"),
            ],
            limit=1,
        ):
            return 0.0
        # sudo: the sum for the user's own organisation, which agents see on its contact
        return self.env.user.partner_id.sudo().helpdesk_remaining_hours
