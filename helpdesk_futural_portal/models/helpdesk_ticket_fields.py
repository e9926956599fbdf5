from odoo import api, models
from odoo.exceptions import AccessError

#: What customers can read of a ticket that they see, by whatever way. The pages show some things
#: more (who handles it, the resolution once it is solved), chosen there.
CUSTOMER_FIELDS = frozenset(
    {
        "id",
        "display_name",
        "name",
        "ticket_ref",
        "former_ref",
        "description",
        "active",
        "priority",
        "ticket_type_id",
        "severity_id",
        "stage_id",
        "partner_id",
        "commercial_partner_id",
        "confidential",
        "create_date",
        "last_message_date",
        "access_url",
    }
)


class HelpdeskTicketFields(models.Model):
    """What a customer can read and do of a ticket by RPC: no more than on its page."""

    _inherit = "helpdesk.ticket"

    @api.model
    def _get_customer_fields(self):
        """Return the names of the fields that customers may read."""
        return CUSTOMER_FIELDS

    def _has_field_access(self, field, operation):
        # Asked for each value that is read, so the answer has to come quickly: first what costs
        # least. Core asks only for a field's groups, and the way up to it is sixty classes long.
        is_for_customers = operation == "read" and field.name in self._get_customer_fields()
        if not is_for_customers and not self.env.su and self.env.user.share:
            return False
        return not field.groups or super()._has_field_access(field, operation)

    def message_post(self, **kwargs):
        """Customers write through the page's routes, which decide who the author is."""
        self._refuse_customers()
        return super().message_post(**kwargs)

    def message_notify(self, **kwargs):
        self._refuse_customers()
        return super().message_notify(**kwargs)

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """Who takes part sees the ticket: customers don't let others in, nor themselves."""
        self._refuse_customers()
        return super().message_subscribe(partner_ids=partner_ids, subtype_ids=subtype_ids)

    def _message_get_suggested_recipients_batch(self, **kwargs):
        # The suggestions carry addresses of agents and participants.
        if self.env.user.share and not self.env.su:
            return {ticket.id: [] for ticket in self}
        return super()._message_get_suggested_recipients_batch(**kwargs)

    def _refuse_customers(self):
        if self.env.user.share and not self.env.su:
            raise AccessError(self.env._("Please use the ticket's page in the portal."))
