import uuid

from odoo import api, models

from .helpdesk_ticket_visibility import DECIDING_FIELDS

#: What the page shows of a ticket and is decided by. Other fields are read when somebody asks for them.
PAGE_FIELDS = (
    *DECIDING_FIELDS,
    "access_token",
    "close_date",
    "create_date",
    "date_last_stage_update",
    "description",
    "former_ref",
    "last_message_date",
    "merged_into_id",
    "name",
    "priority",
    "rating_date",
    "resolution",
    "severity_id",
    "sla_deadline",
    "stage_id",
    "state",
    "ticket_ref",
    "ticket_type_id",
    "user_id",
)
#: And of its team, besides the switches of what customers see: whatever addon brings one, it is called ``portal_…``.
TEAM_FIELDS = (
    "allow_portal_ticket_closing",
    "company_id",
    "name",
    "privacy_visibility",
    "reopen_days",
    "use_rating",
)


class HelpdeskTicketPage(models.Model):
    """The customer's page of a ticket: its link, and who gets in by it."""

    _inherit = "helpdesk.ticket"
    # Customers write on tickets that they can't change.
    _mail_post_access = "read"

    def _fetch_customer_page(self):
        """Read at once what the page needs of the ticket and of its team, the ticket with all rights.

        :raises MissingError: if there is no such ticket
        """
        self.fetch(PAGE_FIELDS)
        team = self.team_id
        team.fetch([*TEAM_FIELDS, *(name for name in team._fields if name.startswith("portal_"))])

    def _fetch_customer_facts(self):
        """Read of what stands beside the ticket no more than its name."""
        self.user_id.fetch(["name"])
        self.ticket_type_id.fetch(["display_name"])
        self.severity_id.fetch(["name"])

    def _has_customer_page(self):
        # sudo: whether customers see the team's tickets is shown by its tickets being there
        return self.team_id.sudo().privacy_visibility == "portal"

    def _get_share_url(self, redirect=False, signup_partner=False, pid=None, share_token=True):
        """Who gets in by their account keeps no token that outlives the right."""
        if self.env.user.share and not self.env.su:
            share_token = False
        return super()._get_share_url(
            redirect=redirect, signup_partner=signup_partner, pid=pid, share_token=share_token
        )

    def _replace_customer(self, former):
        """Replace the token at once: an empty one can't be compared with what a client sends."""
        result = super()._replace_customer(former)
        if former:
            # sudo: whoever may change the customer ends the former one's link
            self.sudo().access_token = str(uuid.uuid4())
        return result

    @api.model
    def _get_thread_with_access(self, thread_id, *, hash=None, pid=None, token=None, **kwargs):
        """A link opens a ticket only while customers may see the team's tickets.

        Core compares the values as they come; what no link of ours contains is dropped here.
        """
        if hash or pid or token:
            # sudo: only the token is compared
            ticket = self.browse(thread_id).sudo().exists()
            if not ticket or not ticket.access_token or not ticket._has_customer_page():
                hash = pid = token = None
        token = token if isinstance(token, str) and token.isascii() else None
        hash = hash if isinstance(hash, str) and hash.isascii() else None
        pid = pid if str(pid).isdigit() else None
        return super()._get_thread_with_access(thread_id, hash=hash, pid=pid, token=token, **kwargs)
