from datetime import timedelta

from odoo import api, fields, models, tools
from odoo.exceptions import MissingError
from odoo.tools import email_normalize, formataddr

#: Mail servers give up after five days; a day or two more for a mail that was held.
LONGEST_DELIVERY = timedelta(days=7)


class HelpdeskTicketMail(models.Model):
    """E-mail in and out: what a mail becomes, and from whom and to whom answers go."""

    _inherit = "helpdesk.ticket"
    _mail_thread_customer = True

    # ------------------------------------------------------------------
    # In
    # ------------------------------------------------------------------

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Make a ticket of a mail that belongs to none yet.

        The sender becomes the customer, as an existing or a new contact, never the agent. The
        body becomes the description once core has stored its inline pictures
        (``_message_post_after_hook``).
        """
        values = dict(custom_values or {})
        values["team_id"] = self._get_mail_team(values.get("team_id")).id
        values.setdefault("channel", "email")
        # As in message_update: the register decides who comes to, and our own aliases never do.
        values.setdefault("email_cc", False)
        values.setdefault(
            "name", (msg_dict.get("subject") or "").strip() or self.env._("(No subject)")
        )
        if msg_dict.get("author_id"):
            values.setdefault("partner_id", msg_dict["author_id"])
        # Whoever runs the gateway or wrote the mail is not the agent of the ticket.
        ticket = super(HelpdeskTicketMail, self.with_context(default_user_id=False)).message_new(
            msg_dict, custom_values=values
        )
        msg_dict["author_id"] = msg_dict.get("author_id") or ticket.partner_id.id
        # For its opening mail: known here without reading what was written.
        described = values.get("description") or ticket.ticket_type_id.description_template
        return ticket.with_context(helpdesk_opening_described=bool(described))

    @api.model
    def _get_mail_team(self, team_id):
        """Return the team that a mail is for; the default team where that one is archived."""
        team = self.env["helpdesk.team"].browse(team_id or [])
        try:
            if team.active:
                return team
        except MissingError:
            team = team.browse()
        Team = self.env["helpdesk.team"].with_company(team.company_id or self.env.company)
        return Team._get_default_team() or team

    def _message_post_after_hook(self, message, msg_values):
        result = super()._message_post_after_hook(message, msg_values)
        opening = self._is_opening_mail(message)
        if opening:
            self.description = message.body
        side = "customer" if opening else self._get_message_side(message)
        if side == "customer":
            self._on_customer_message(message)
        elif side == "agent":
            self._on_agent_message(message)
        return result

    def _is_opening_mail(self, message):
        """Tell whether the message is the mail that the ticket was made of."""
        if (
            message.message_type != "email"
            or self.channel != "email"
            or self.last_customer_message_date
            or message.is_internal
        ):
            return False
        described = self.env.context.get("helpdesk_opening_described")
        return not (self.description if described is None else described)

    def _get_message_side(self, message):
        """Return whose public message it is: "customer", "agent" or False for all others.

        Internal notes and what the system says by itself are nobody's public messages. A person
        with an account of ours is an agent, unless they are this ticket's customer.
        """
        if message.message_type not in ("email", "comment") or message.is_internal:
            return False
        if not message.subtype_id or message.subtype_id.id in self._get_internal_subtype_ids():
            return False
        author = message.author_id
        if author and author == self.partner_id:
            return "customer"
        if author.id in self.env.context.get("helpdesk_colleague_ids", ()):
            return "agent"  # of the helpdesk that the ticket is moved in from
        # sudo: customers may not read users
        return "agent" if author and not author.sudo().partner_share else "customer"

    @api.model
    @tools.ormcache()
    def _get_internal_subtype_ids(self):
        """Return the ids of the subtypes of what only colleagues read; core clears the cache.

        :rtype: frozenset[int]
        """
        # sudo: the subtype decides over the visibility for whoever posts
        subtypes = self.env["mail.message.subtype"].sudo()
        return frozenset(subtypes.search([("internal", "=", True)]).ids)

    # ------------------------------------------------------------------
    # Out
    # ------------------------------------------------------------------

    def message_post(self, **kwargs):
        if kwargs.get("message_type") == "email" and kwargs.get("date"):
            kwargs["date"] = self._get_plausible_mail_date(kwargs["date"])
        author_id = kwargs.get("author_id")
        if not author_id and kwargs.get("message_type") == "comment":
            author_id = self.env.user.partner_id.id
        # A mail without author comes from somebody who is no contact: certainly no agent.
        if author_id and kwargs.get("message_type") in ("comment", "email"):
            author = self.env["res.partner"].browse(author_id)
            # sudo: customers may not read users
            agent = author != self.partner_id and not author.sudo().partner_share
            if (
                agent
                and not kwargs.get("is_internal")
                and (sender := self._get_team_sender(author))
            ):
                kwargs["author_id"] = author.id
                kwargs["email_from"] = sender
        return super().message_post(**kwargs)

    def _get_plausible_mail_date(self, date):
        """Return the date of a mail, or now where the sender's clock can't be right.

        Mails are on their way for some days at most; response times and deadlines start here.
        """
        now = fields.Datetime.now()
        date = fields.Datetime.to_datetime(date)
        return date if now - LONGEST_DELIVERY <= date <= now else now

    def _get_team_sender(self, author):
        """Return the sender of answers, ``"Aino, Support" <support@…>``; False without alias."""
        self.ensure_one()
        # sudo: the team's address is public
        team = self.team_id.sudo()
        address = team._get_mail_address()
        return address and formataddr((f"{author.name}, {team.name}", address))

    def _notify_get_reply_to_batch(self, defaults=None, author_ids=None):
        """Answers come to the team's address; core's rules where the team has none."""
        # sudo: the team's address is public
        addresses = {ticket: ticket.team_id.sudo()._get_mail_address() for ticket in self}
        others = self.filtered(lambda ticket: not addresses[ticket])
        if others or not self:
            ids = others.ids or [False]
            result = super(HelpdeskTicketMail, others)._notify_get_reply_to_batch(
                defaults=defaults and {id_: defaults[id_] for id_ in ids},
                author_ids=author_ids and {id_: author_ids[id_] for id_ in ids},
            )
        else:
            result = {}
        for ticket in self - others:
            author = self.env["res.partner"].browse((author_ids or {}).get(ticket.id) or [])
            # sudo: as above
            team, address = ticket.team_id.sudo(), addresses[ticket]
            # sudo: customers may not read users
            agent = author and not author.sudo().partner_share
            name = f"{author.name}, {team.name}" if agent else team.name
            result[ticket.id] = self._format_reply_to([name, team.name], address)
        return result

    def _format_reply_to(self, names, address):
        """Format the address within the 68 characters that core keeps to (RFC 5322, 2.1.1)."""
        for name in names:
            if len(formatted := formataddr((name, address))) <= 68:
                return formatted
        return address

    def _message_compute_subject(self):
        """Every mail about a ticket has its number in the subject, by which answers find back."""
        self.ensure_one()
        return f"[#{self.ticket_ref}] {self.name}"

    def _notify_by_email_get_base_mail_values(
        self, message, recipients_data, additional_values=None
    ):
        values = super()._notify_by_email_get_base_mail_values(
            message, recipients_data, additional_values=additional_values
        )
        subject = values.get("subject") or message.subject or ""
        if self and self.ticket_ref not in subject:
            values["subject"] = f"[#{self.ticket_ref}] {subject or self.name}"
        return values

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        """Customers get no button to a page that only the portal addon has."""
        groups = super()._notify_get_recipients_groups(message, model_description, msg_vals)
        if not self._has_customer_page():
            for name, _method, data in groups:
                if name in ("portal_customer", "portal", "follower", "customer"):
                    data["has_button_access"] = False
        return groups

    def _has_customer_page(self):
        """Tell whether customers can open this ticket in a browser."""
        return False

    def _get_customer_information(self):
        """Give a contact that is made from this ticket's address its name and phone."""
        info = super()._get_customer_information()
        for ticket in self.filtered("partner_email"):
            values = info.setdefault(email_normalize(ticket.partner_email), {})
            if ticket.partner_name:
                values.setdefault("name", ticket.partner_name)
            if ticket.partner_phone:
                values.setdefault("phone", ticket.partner_phone)
        return info

    # ------------------------------------------------------------------
    # Subtypes
    # ------------------------------------------------------------------

    def _message_auto_subscribe(self, updated_values, followers_existing_policy="skip"):
        """Don't ask for the followers of a team, ticket by ticket, where it has none."""
        # sudo: whether the team has followers, not who
        team = self.env["helpdesk.team"].sudo().browse(updated_values.get("team_id") or [])
        if team and not team.has_followers:
            updated_values = {k: v for k, v in updated_values.items() if k != "team_id"}
        return super()._message_auto_subscribe(updated_values, followers_existing_policy)

    def _creation_message(self):
        self.ensure_one()
        return self.env._(
            "Ticket %(number)s created in the team %(team)s.",
            number=self.ticket_ref,
            team=self.team_id.sudo().name,  # sudo: a customer may have created it
        )

    def _creation_subtype(self):
        """Post the creation only where somebody asked to hear of new tickets; else it is logged."""
        # sudo: whether the team has followers, not who
        if self.team_id.sudo().announces_new_tickets:
            return self.env.ref("helpdesk_futural.mt_ticket_new")
        return super()._creation_subtype()

    def _track_subtype(self, initial_values):
        self.ensure_one()
        if "stage_id" in initial_values:
            # By id: asking whether it still exists is a query per ticket.
            xmlid = "helpdesk_futural.mt_ticket_stage"
            subtypes = self.env["mail.message.subtype"]
            return subtypes.browse(self.env["ir.model.data"]._xmlid_to_res_id(xmlid))
        return super()._track_subtype(initial_values)
