from odoo import api, fields, models
from odoo.tools.mail import email_normalize, email_split_and_format_normalize, email_split_tuples

# Whoever has such an address shares it with strangers, so it tells nothing about an organisation.
PUBLIC_MAIL_DOMAINS = frozenset(
    [
        "aol.com",
        "gmail.com",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hotmail.com",
        "icloud.com",
        "live.com",
        "mail.com",
        "me.com",
        "msn.com",
        "online.no",
        "outlook.com",
        "proton.me",
        "protonmail.com",
        "web.de",
        "yahoo.com",
        "ymail.com",
        "elisanet.fi",
        "kolumbus.fi",
        "luukku.com",
        "saunalahti.fi",
        "suomi24.fi",
        "telia.com",
    ]
)


class HelpdeskTicketIncoming(models.Model):
    """Who takes part in a ticket, and who comes to with an incoming mail."""

    _inherit = "helpdesk.ticket"

    outsider_emails = fields.Char(
        "Writing Without Taking Part",
        compute="_compute_outsider_emails",
        help="People who answered in this thread and are neither customer nor participant.",
    )

    @api.depends("message_ids.helpdesk_sender")
    def _compute_outsider_emails(self):
        messages = self._get_outsider_messages()
        for ticket in self:
            own = messages.filtered(lambda m, ticket=ticket: m.res_id == ticket.id)
            ticket.outsider_emails = ", ".join(sorted(set(own.mapped("email_from"))))

    def _get_outsider_messages(self):
        # sudo: internal messages of tickets that the user reads; customers don't see the field
        return (
            self.env["mail.message"]
            .sudo()
            .search(
                [
                    ("model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("helpdesk_sender", "=", "outsider"),
                ],
                order="id",
            )
        )

    def action_admit_outsiders(self):
        """Let those take part who wrote without: they follow, and what they wrote is public."""
        self.check_access("write")
        comment = self.env.ref("mail.mt_comment")
        for ticket in self:
            messages = ticket._get_outsider_messages()
            for message in messages:
                author = message.author_id or ticket._partner_find_from_emails_single(
                    [message.email_from]
                )
                ticket.message_subscribe(author.ids)
                message.write(
                    {
                        "author_id": author.id,
                        "subtype_id": comment.id,
                        "is_internal": False,
                        "helpdesk_sender": False,
                    }
                )
            if messages:
                ticket._on_customer_message(messages[-1])
        return True

    def _takes_part(self, email_from, in_person=False):
        """Tell whether the sender of a mail takes part in the ticket.

        The customer, people of the same organisation, followers, whoever was in CC before, and
        our own colleagues do.

        :param str email_from: as in the mail's header
        :param bool in_person: being of the customer's organisation is not enough
        """
        self.ensure_one()
        email = email_normalize(email_from or "")
        if not email:
            return False
        named = email_split_and_format_normalize(
            f"{self.email_cc or ''},{self.partner_email or ''}"
        )
        if email in {email_normalize(address) for address in named}:
            return True
        partners = self.env["res.partner"].search([("email_normalized", "=", email)])
        if partners & self.message_partner_ids or any(not p.partner_share for p in partners):
            return True
        organisation = self.commercial_partner_id
        if in_person or not organisation:
            return False
        return organisation in partners.commercial_partner_id or self._is_address_of(
            organisation, email
        )

    def _is_address_of(self, organisation, email):
        """Tell whether an address has the mail domain of an organisation that we know."""
        domain = email.partition("@")[2]
        if not organisation.is_company or domain in PUBLIC_MAIL_DOMAINS:
            return False
        return bool(
            self.env["res.partner"].search_count(
                [
                    ("commercial_partner_id", "=", organisation.id),
                    ("email_normalized", "=like", f"%@{domain}"),
                ],
                limit=1,
            )
        )

    def _add_participants(self, values, addresses):
        """Let the other people on a mail take part: contacts follow, others stay in CC.

        Addresses of our own are never participants, and colleagues only where they were written
        to themselves: a colleague follows, and gets answers in the inbox.

        :param dict values: the parsed mail; its sender is known already
        :param addresses: the mail's normalised recipients
        """
        self.ensure_one()
        sender = email_normalize(values.get("email_from") or "")
        own = set(self.env["mail.alias.domain"]._find_aliases(addresses))
        own |= {email_normalize(m.user or "") for m in self.env["fetchmail.server"].search([])}
        wanted = [a for a in addresses if a not in own and a != sender]
        if not wanted:
            return
        company = [False, self.company_id.id]
        contacts = self.env["res.partner"].search(
            [("email_normalized", "in", wanted), ("company_id", "in", company)]
        )
        if contacts:
            self.message_subscribe(contacts.ids)
        unknown = [a for a in wanted if a not in contacts.mapped("email_normalized")]
        names = {
            email_normalize(email): name
            for name, email in email_split_tuples(f"{values.get('to')},{values.get('cc')}")
        }
        cc = self._mail_cc_sanitized_raw_dict(self.email_cc)
        for address in unknown:
            name = names.get(address)
            cc.setdefault(address, f'"{name}" <{address}>' if name else address)
        cc = {address: text for address, text in cc.items() if address not in own}
        self.email_cc = ", ".join(cc.values()) or False

    def message_update(self, msg_dict, update_vals=None):
        """The register decides who comes to; core would add whoever is in CC."""
        return super().message_update({**msg_dict, "cc": False}, update_vals)

    def _get_message_create_valid_field_names(self):
        return super()._get_message_create_valid_field_names() | {
            "helpdesk_sender",
            "helpdesk_warning",
        }
