from odoo import Command, api, fields, models
from odoo.tools.mail import email_normalize, email_split_tuples

from .helpdesk_stage import OPEN_STATES


class HelpdeskTicketCustomer(models.Model):
    """Whose ticket it is: the contact, found or made, and their access."""

    _inherit = "helpdesk.ticket"
    _primary_email = "partner_email"

    partner_id = fields.Many2one("res.partner", "Customer", index=True, tracking=True)
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id",
        string="Organisation",
        store=True,
        index="btree_not_null",
    )
    partner_name = fields.Char(
        "Customer Name", compute="_compute_partner_name", store=True, readonly=False
    )
    partner_email = fields.Char(
        "Customer Email", compute="_compute_partner_email", store=True, readonly=False
    )
    partner_phone = fields.Char(
        "Customer Phone", compute="_compute_partner_phone", store=True, readonly=False
    )
    partner_ticket_count = fields.Integer(
        "Customer's Other Tickets", compute="_compute_partner_ticket_counts"
    )
    partner_open_ticket_count = fields.Integer(
        "Customer's Other Open Tickets", compute="_compute_partner_ticket_counts"
    )

    # Counting an organisation's tickets takes the index alone.
    _of_organisation_idx = models.Index(
        "(commercial_partner_id, state) INCLUDE (company_id, team_id)"
        " WHERE active IS TRUE AND commercial_partner_id IS NOT NULL"
    )

    @api.depends("partner_id.name")
    def _compute_partner_name(self):
        for ticket in self.filtered("partner_id"):
            ticket.partner_name = ticket.partner_id.name

    @api.depends("partner_id.email")
    def _compute_partner_email(self):
        for ticket in self.filtered("partner_id"):
            ticket.partner_email = ticket.partner_id.email

    @api.depends("partner_id.phone")
    def _compute_partner_phone(self):
        for ticket in self.filtered("partner_id"):
            ticket.partner_phone = ticket.partner_id.phone

    def _compute_partner_ticket_counts(self):
        """Count the other tickets of the customer's organisation, two numbers in one query."""
        counts = {}
        for partner, state, count in self._read_group(
            [("commercial_partner_id", "in", self.commercial_partner_id.ids)],
            ["commercial_partner_id", "state"],
            ["__count"],
        ):
            total, opened = counts.get(partner, (0, 0))
            counts[partner] = (total + count, opened + (count if state in OPEN_STATES else 0))
        for ticket in self:
            total, opened = counts.get(ticket.commercial_partner_id, (0, 0))
            if total and ticket.active and ticket._origin.id:  # the ticket itself is no other
                total, opened = total - 1, opened - (ticket.state in OPEN_STATES)
            ticket.partner_ticket_count = total
            ticket.partner_open_ticket_count = max(opened, 0)

    def write(self, vals):
        former = {}
        if "partner_id" in vals:
            former = {t: t.partner_id for t in self if t.partner_id.id != vals["partner_id"]}
        result = super().write(vals)
        for ticket, partner in former.items():
            ticket._replace_customer(partner)
        return result

    # ------------------------------------------------------------------
    # Find or make the contact
    # ------------------------------------------------------------------

    def _fill_customer(self, vals_list):
        """Find or create the contact of values that have only an address or a phone number."""
        by_company = {}
        for vals in vals_list:
            self._split_address(vals)
            if vals.get("partner_id") or not (
                vals.get("partner_email") or vals.get("partner_phone")
            ):
                continue
            # sudo: a team's company is no secret to who creates a ticket in the team
            team = self.env["helpdesk.team"].browse(vals["team_id"]).sudo()
            by_company.setdefault(team.company_id, []).append(vals)
        for company, company_vals_list in by_company.items():
            by_email = self._find_or_create_customers_by_email(company, company_vals_list)
            for vals in company_vals_list:
                if email := email_normalize(vals.get("partner_email")):
                    vals["partner_id"] = by_email.get(email, self.env["res.partner"]).id
                elif vals.get("partner_phone"):
                    vals["partner_id"] = self._find_or_create_customer_by_phone(company, vals).id

    def _split_address(self, vals):
        """Take ``"Päivi" <paivi@…>``, as mail programs write it, apart into name and address."""
        for name, email in email_split_tuples(vals.get("partner_email") or "")[:1]:
            vals["partner_email"] = email_normalize(email) or vals["partner_email"]
            if name and not vals.get("partner_id"):
                vals.setdefault("partner_name", name)

    def _find_or_create_customers_by_email(self, company, vals_list):
        """Return ``{normalised address: contact}`` for the addresses in the values.

        Addresses of our own mailboxes get no contact.
        """
        known = {}
        for vals in vals_list:
            if email := email_normalize(vals.get("partner_email")):
                known.setdefault(email, {"phone": vals.get("partner_phone") or False})
                if vals.get("partner_name"):
                    known[email]["name"] = vals["partner_name"]
        # sudo: whoever may create a ticket may have its customer registered; nothing of a
        # contact is returned but its link
        threads = self.env["mail.thread"].sudo()
        partners = threads._partner_find_from_emails_single(
            [v["partner_email"] for v in vals_list if email_normalize(v.get("partner_email"))],
            filter_found=lambda p: not p.company_id or p.company_id == company,
            additional_values=known,
        )
        return {partner.email_normalized: partner for partner in partners}

    def _find_or_create_customer_by_phone(self, company, vals):
        phone = vals["partner_phone"].strip()
        # sudo: as for an address
        partners = self.env["res.partner"].sudo()
        return partners.search(
            [("phone", "=", phone), ("company_id", "in", [False, company.id])], limit=1
        ) or partners.create({"name": vals.get("partner_name") or phone, "phone": phone})

    # ------------------------------------------------------------------
    # Their access
    # ------------------------------------------------------------------

    def _subscribe_customers(self, new=False, creator=None):
        """Make each ticket's customer a follower, so that answers reach them. One insert for all.

        :param bool new: the tickets have no followers but those that the agent or the team brings
        :param creator: the partner of a colleague who follows all the tickets as well
        """
        subtypes = self.env["mail.message.subtype"]._default_subtypes(self._name)
        default_ids, _internal_ids, external_ids = subtypes
        wanted = {(t.id, t.partner_id.id): external_ids for t in self if t.partner_id}
        if creator:
            wanted.update({(ticket.id, creator.id): default_ids for ticket in self})
        if not wanted:
            return
        # sudo: followers of tickets that the user may write
        followers = self.env["mail.followers"].sudo()
        existing = set()
        tickets = self.sudo()  # sudo: whether there may be followers, not who
        if not new or any(t.user_id or t.team_id.has_followers for t in tickets):
            found = followers.search_fetch(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("partner_id", "in", list({partner_id for _id, partner_id in wanted})),
                ],
                ["res_id", "partner_id"],
            )
            existing = {(f.res_id, f.partner_id.id) for f in found}
        followers.create(
            [
                {
                    "res_model": self._name,
                    "res_id": ticket_id,
                    "partner_id": partner_id,
                    "subtype_ids": [Command.set(subtype_ids)],
                }
                for (ticket_id, partner_id), subtype_ids in wanted.items()
                if (ticket_id, partner_id) not in existing
            ]
        )

    @api.model
    def _get_following_creator(self):
        """Return the partner of who is creating tickets, if they follow them: on core's terms."""
        user, context = self.env.user, self.env.context
        if (
            user.share
            or not user.active
            or context.get("mail_create_nosubscribe")
            or context.get("tracking_disable")
        ):
            return None
        return user.partner_id

    def _replace_customer(self, former):
        """End the former customer's access and begin the new one's.

        The former customer no longer follows the ticket, and links in mails they got are void.
        """
        self.ensure_one()
        if former:
            # sudo: whoever may change the customer changes who follows as the customer
            ticket = self.sudo()
            ticket.message_unsubscribe(former.ids)
            ticket.access_token = False
        self._subscribe_customers()

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_view_customer_tickets(self):
        """Open the other tickets of the customer's organisation."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_futural.helpdesk_ticket_action_all"
        )
        action["domain"] = [
            ("commercial_partner_id", "=", self.commercial_partner_id.id),
            ("id", "!=", self.id),
        ]
        action["context"] = {"default_partner_id": self.partner_id.id}
        return action

    # ------------------------------------------------------------------
    # What other addons add to the customers' pages
    # ------------------------------------------------------------------

    def _get_customer_page_sections(self):
        """Return the names of templates that add to the ticket's page, if there is such a page.

        The portal addon renders them beside the ticket, with its values. The addons that know the
        contents don't depend on the portal: each overrides this and brings its template.

        :rtype: list[str]
        """
        self.ensure_one()
        return []

    @api.model
    def _get_customer_list_sections(self):
        """Return the names of templates that stand above the list of a customer's tickets."""
        return []
