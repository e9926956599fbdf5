from collections import Counter
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import MissingError
from odoo.tools.mail import email_normalize

ACKNOWLEDGED_CHANNELS = ("email", "form", "portal")
STRANGER_TEMPLATE = "helpdesk_futural.mail_template_received_unverified"
#: System parameters and their defaults: acknowledgements per hour.
CAPS = {
    "helpdesk_futural.acknowledgements_per_hour": 5,
    "helpdesk_futural.acknowledgements_per_domain_per_hour": 100,
}


class HelpdeskTicketAcknowledgement(models.Model):
    """Telling customers that we have received it: once per ticket, within limits against loops."""

    _inherit = "helpdesk.ticket"

    acknowledgement_date = fields.Datetime(
        "Acknowledged on",
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="When the customer was told the case number.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        tickets = super().create(vals_list)
        context = self.env.context
        if any(context.get(key) for key in ("mail_notrack", "tracking_disable", "import_file")):
            return tickets
        new = tickets.filtered(lambda ticket: ticket.channel in ACKNOWLEDGED_CHANNELS)
        if new:
            # At the end of the transaction, so that the customer's own message comes first.
            self.env.cr.precommit.add(new._send_acknowledgements)
        return tickets

    def copy_data(self, default=None):
        """A copy is made by hand, however the original came: its customer didn't write again."""
        return super().copy_data(default={"channel": "manual", **(default or {})})

    def _send_acknowledgements(self):
        """Tell the customers of new tickets their case numbers, each once.

        Follow-ups of closed tickets get the team's mail for those. Nothing is sent for other
        channels than :data:`ACKNOWLEDGED_CHANNELS`, past the caps per address and domain, to
        addresses of our own, or where the context says ``helpdesk_no_acknowledgement`` (a robot
        wrote). With ``helpdesk_unverified_sender`` in the context the mail repeats nothing of what
        the sender wrote.

        :return: the tickets whose customers are told
        """
        if self.env.context.get("helpdesk_no_acknowledgement"):
            return self.browse()
        # sudo: the customer or the mail gateway may have created them
        new = self.sudo().filtered(lambda ticket: ticket._is_to_be_acknowledged())
        if not new:
            return new
        stranger = bool(self.env.context.get("helpdesk_unverified_sender"))
        templates = {ticket: ticket._get_acknowledgement_template(stranger) for ticket in new}
        new = new.filtered(lambda ticket: templates[ticket])
        if not new:
            return new
        # Only once even if this is called again before the mails are on their way.
        new = new._filter_within_caps()
        told = self.browse()
        for template, tickets in new.grouped(templates.get).items():
            mails = tickets._queue_automatic_mails(
                template, headers={"Auto-Submitted": "auto-replied"}, to_stranger=stranger
            )
            told |= self.browse(mails.mapped("res_id"))
        told.sudo().acknowledgement_date = fields.Datetime.now()  # sudo: as above
        return told

    def _is_to_be_acknowledged(self):
        try:
            return (
                self.active
                and not self.acknowledgement_date
                and self.state != "closed"
                and (self.channel in ACKNOWLEDGED_CHANNELS or self.origin_id)
            )
        except MissingError:  # deleted since; it costs a query to ask beforehand
            return False

    def _get_acknowledgement_template(self, stranger):
        """Return what tells the customer the number; empty where the team wants nothing said."""
        team = self.team_id
        chosen = self.stage_id.template_id.filtered("active") or team.acknowledgement_template_id
        if self.origin_id:
            chosen = team.follow_up_template_id.filtered("active") or chosen
        chosen = chosen.filtered("active")
        if chosen and stranger:
            neutral = self.env.ref(STRANGER_TEMPLATE, raise_if_not_found=False)
            return neutral if neutral and neutral.active else chosen.browse()
        return chosen

    def _filter_within_caps(self):
        """Return the tickets whose address and mail domain have not had too many mails this hour."""
        Parameter = self.env["ir.config_parameter"].sudo()  # sudo: settings of the helpdesk
        per_address, per_domain = (
            int(Parameter.get_param(key, default)) for key, default in CAPS.items()
        )
        since = fields.Datetime.now() - timedelta(hours=1)
        addresses, domains = Counter(), Counter()
        # sudo: acknowledgements of other teams and companies count as well
        everything = self.sudo().with_context(active_test=False)
        for email, count in everything._read_group(
            [("acknowledgement_date", ">", since)], ["partner_email"], ["__count"]
        ):
            self._count_acknowledged(email, addresses, domains, count)
        within = self.browse()
        for ticket in self.sorted("id"):
            address = email_normalize(ticket.partner_email or "") or ""
            domain = address.partition("@")[2]
            if address and addresses[address] < per_address and domains[domain] < per_domain:
                self._count_acknowledged(address, addresses, domains, 1)
                within += ticket
        return within

    @staticmethod
    def _count_acknowledged(email, addresses, domains, count):
        address = email_normalize(email or "") or ""
        addresses[address] += count
        domains[address.partition("@")[2]] += count
