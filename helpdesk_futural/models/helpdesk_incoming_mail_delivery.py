from ast import literal_eval
from dataclasses import dataclass
from email.message import EmailMessage
from hashlib import sha256
from typing import Any

from odoo import models
from odoo.tools.mail import email_normalize

from ..tools.mail_header import storable
from ..tools.mail_repair import Repaired
from ..tools.mail_robot import MailKind, MailNature, classify, failed_authentication, find_bounce


@dataclass
class Delivery:
    """A mail on its way: what is known of it, gathered once."""

    message: EmailMessage
    repaired: Repaired
    nature: MailNature
    #: what core's ``message_parse`` returns, and later posts
    values: dict[str, Any]
    #: Message-IDs that the mail names, the nearest first
    references: list[str]
    #: normalised recipients, in the sender's order
    addresses: list[str]
    #: ``mail.alias`` of all apps among the addresses, and those of helpdesk teams
    aliases: Any
    team_aliases: Any
    #: whether the sender was a contact before this mail came
    sender_known: bool = False
    #: the merged ticket that the mail answers, where it goes on in another
    merged: Any = None


class HelpdeskIncomingMailDelivery(models.Model):
    """What becomes of a mail: a message, a note, a ticket, a mark on the message that bounced."""

    _inherit = "helpdesk.incoming.mail"

    def _deliver(self, raw=None):
        """Parse the mail and do what it asks for, in the current transaction.

        :param bytes raw: the message as it is kept, if it is at hand
        :return: id of the ticket, or False
        """
        self.ensure_one()
        if self.state != "processing":
            return self.ticket_id.id
        raw = self._get_raw() if raw is None else raw
        if self._is_too_large(raw):
            return self._hold(
                self.env._("%s MB is more than is read without asking.", len(raw) >> 20)
            )
        message, repaired = self._read_message(raw)
        thread = self.env["mail.thread"]
        parameters = self.parameters or {}
        values = thread.message_parse(message, save_original=parameters.get("save_original"))
        if duplicate := self._find_duplicate(values, raw):
            is_ticket = duplicate.model == "helpdesk.ticket" and duplicate.res_id
            ticket = self.env["helpdesk.ticket"].browse(is_ticket or []).exists()
            return self._conclude("duplicate", "Message-ID", ticket)
        addresses = self._get_addresses(message)
        aliases = self._find_aliases(addresses)
        delivery = Delivery(
            message=message,
            repaired=repaired,
            nature=classify(message),
            values=values,
            references=self._get_references(values),
            addresses=addresses,
            aliases=aliases,
            team_aliases=self._filter_team_aliases(aliases),
        )
        bounce = find_bounce(message)
        if delivery.nature.kind == MailKind.BOUNCE or bounce:
            return self._deliver_bounce(delivery, bounce)
        # Core's idea of what a bounce is.
        for key in ("is_bounce", "email", "partner", "msg_ids", "message"):
            values.pop(key if key == "is_bounce" else f"bounced_{key}", None)
        if parameters.get("strip_attachments"):
            values.pop("attachments", None)
        values["helpdesk_warning"] = failed_authentication(message) or False
        delivery.sender_known = self._note_sender_writes(values)
        ticket, evidence = self._find_ticket(delivery)
        if ticket:
            return self._deliver_to_ticket(ticket, evidence, delivery)
        if self._belongs_elsewhere(delivery):
            return self._deliver_elsewhere(delivery)
        if delivery.nature.kind == MailKind.AUTO_REPLIED and self._answers_us(delivery):
            return self._conclude("rejected", f"automatic answer: {delivery.nature.reason}")
        return self._deliver_new(delivery)

    def _note_sender_writes(self, values):
        """Forget what bounced at the sender's address: it is alive, as core's gateway concludes.

        :return: whether there is a contact of this address
        """
        sender = email_normalize(values["email_from"] or "")
        if not sender:
            return False
        # Read whole: the author is looked for among them next.
        partners = self.env["res.partner"].search_fetch([("email_normalized", "=", sender)])
        partners.filtered("message_bounce")._message_reset_bounce(sender)
        bounced = [("message_bounce", ">", 0), ("email_normalized", "=", sender)]
        # Core asks the database which models these are, for each mail.
        blacklist = self.env.registry["mail.thread.blacklist"]
        for name, model in self.env.registry.items():
            if issubclass(model, blacklist) and not model._abstract and name != "res.partner":
                self.env[name].search(bounced)._message_reset_bounce(sender)
        return bool(partners)

    def _find_duplicate(self, values, raw):
        """Return the message that this mail made before, or that it is: ours, come back.

        Some devices give all their mails one Message-ID, against RFC 5322 (3.6.4), and a stranger
        may use one that they know. A mail of another sender or subject is no duplicate: it gets an
        ID of its own, the same each time that it comes.
        """
        messages = self.env["mail.message"]
        same = messages.search([("message_id", "=", values["message_id"])], limit=1)
        if not same or same.message_type != "email" or not self._is_another_mail():
            return same
        values["message_id"] = f"<{sha256(raw).hexdigest()[:40]}@same-id.invalid>"
        return messages.search([("message_id", "=", values["message_id"])], limit=1)

    def _is_another_mail(self):
        """Tell from the register whether those of the same Message-ID were other mails."""
        earlier = self.search(
            [
                ("message_id", "=", self.message_id),
                ("id", "!=", self.id),
                ("state", "=", "processed"),
            ]
        )
        return bool(self.message_id and earlier) and not earlier.filtered(
            lambda mail: (mail.email_from, mail.subject) == (self.email_from, self.subject)
        )

    def _conclude(self, outcome, evidence, ticket=None):
        """Write down what became of the mail."""
        ticket = ticket or self.env["helpdesk.ticket"]
        self.write(
            {
                "state": "processed",
                "outcome": outcome,
                "evidence": storable(evidence)[:500],
                "ticket_id": ticket.id,
                "team_id": ticket.team_id.id,
                "error": False,
            }
        )
        return ticket.id

    # ------------------------------------------------------------------
    # Bounces
    # ------------------------------------------------------------------

    def _deliver_bounce(self, delivery, bounce):
        """Show the bounce on the message that bounced, and flag the contact's address."""
        references = [*(bounce.message_ids if bounce else ()), *delivery.references]
        bounced = self._find_ticket_messages(references)[:1]
        ticket = self.env["helpdesk.ticket"].browse(bounced.res_id or []).exists()
        if bounce and not bounce.permanent:
            if ticket:
                ticket._message_log(body=self.env._("Delivery is delayed: %s", bounce.reason))
            return self._conclude("bounce", f"temporary: {bounce.reason}", ticket)
        emails = list(bounce.recipients) if bounce else []
        if bounced and not emails:
            partners = bounced.notification_ids.res_partner_id
            emails = partners.mapped("email_normalized") if len(partners) == 1 else []
        for email in emails:
            self.env["mail.thread"]._routing_handle_bounce(
                delivery.message,
                {
                    **delivery.values,
                    "bounced_email": email,
                    "bounced_partner": self.env["res.partner"].search(
                        [("email_normalized", "=", email)]
                    ),
                    "bounced_msg_ids": references,
                    "bounced_message": bounced,
                },
            )
        reason = bounce.reason if bounce else delivery.nature.reason
        return self._conclude("bounce", f"{', '.join(emails)}: {reason}", ticket)

    # ------------------------------------------------------------------
    # An existing ticket
    # ------------------------------------------------------------------

    def _deliver_to_ticket(self, ticket, evidence, delivery):
        """Post the mail on its ticket: as a public message, or as a note where it must be one."""
        values, nature = delivery.values, delivery.nature
        if nature.is_robot:
            values["helpdesk_sender"], values["is_internal"] = "robot", True
            evidence = f"{evidence}; automatic: {nature.reason}"
        elif not ticket._takes_part(values["email_from"], in_person=self._is_apart(delivery)):
            values["helpdesk_sender"], values["is_internal"] = "outsider", True
            evidence = f"{evidence}; not a participant"
        if values.get("is_internal"):
            parent = self.env["mail.message"].browse(values.get("parent_id") or [])
            if parent.author_id.partner_share:
                # Core would send the note to the author of what it answers.
                values.pop("parent_id")
        elif ticket._is_too_late_to_reopen():
            follow_up = ticket._find_follow_up()
            if not follow_up:
                return self._deliver_new(delivery, former=ticket)
            values.pop("parent_id", None)
            evidence = f"{evidence} to #{ticket.ticket_ref}, which this one continues"
            ticket = follow_up
        if not values.get("is_internal"):
            self._add_participants(ticket, delivery)
        self._post(ticket, delivery)
        self._log_left_out(ticket, delivery)
        if delivery.merged:
            evidence = f"{evidence} of #{delivery.merged.ticket_ref}, which was merged"
            if values.get("helpdesk_sender") == "outsider":
                delivery.merged._on_message_apart(values["email_from"])
        return self._conclude("note" if values.get("is_internal") else "reply", evidence, ticket)

    def _is_apart(self, delivery):
        """Tell whether the mail is of a merged conversation that the ticket's people don't read."""
        return bool(delivery.merged) and delivery.merged._is_apart()

    def _add_participants(self, ticket, delivery):
        own = set(delivery.aliases.mapped("alias_full_name"))
        others = [address for address in delivery.addresses if address not in own]
        if others:
            ticket._add_participants(delivery.values, others)

    def _post(self, ticket, delivery, custom_values=None, alias=None):
        """Run core's own delivery on one ticket (a new one where it is empty)."""
        team = self.env["helpdesk.team"].browse((custom_values or {}).get("team_id") or [])
        thread = self.env["mail.thread"].with_company(ticket.company_id or team.company_id)
        route = ("helpdesk.ticket", ticket.id, custom_values, self.env.uid, alias)
        values = delivery.values
        values.update(thread._message_parse_post_process(delivery.message, values, [route]))
        ticket_id = thread._message_route_process(delivery.message, values, [route])
        return self.env["helpdesk.ticket"].browse(ticket_id)

    def _log_left_out(self, ticket, delivery):
        """Tell the agent which attachments a mail was too large to keep."""
        if left_out := delivery.repaired.left_out:
            ticket._message_log(
                body=self.env._(
                    "This mail was too large. Left out: %s. An administrator can get the whole mail"
                    " from the register of incoming mail.",
                    ", ".join(left_out[:20]),
                )
            )

    # ------------------------------------------------------------------
    # A new ticket
    # ------------------------------------------------------------------

    def _deliver_new(self, delivery, former=None):
        """Make a ticket of the mail, in the first team that it was sent to.

        :param former: the ticket that it answers too late, if any
        """
        values, nature = delivery.values, delivery.nature
        alias = delivery.team_aliases[:1]
        if alias and not former and not self._accepts(alias, delivery):
            return self._conclude("rejected", f"sender not accepted by {alias.alias_full_name}")
        for key in ("parent_id", "is_internal"):
            values.pop(key, None)
        if nature.is_robot:
            values["helpdesk_sender"] = "robot"
        ticket = self.with_context(**self._get_new_context(delivery))._post(
            self.env["helpdesk.ticket"], delivery, self._get_new_values(delivery, former), alias
        )
        if not nature.is_robot:
            self._add_participants(ticket, delivery)
        if former:
            ticket._after_follow_up_created()
        self._log_quoted_tickets(ticket, values, former)
        self._log_other_teams(ticket, delivery)
        self._log_left_out(ticket, delivery)
        if delivery.aliases - delivery.team_aliases:
            self._copy_elsewhere(delivery)
        if former:
            evidence = f"answers #{former.ticket_ref}, closed too long ago"
        else:
            evidence = f"address {alias.alias_full_name}" if alias else "mailbox"
        if nature.is_robot:
            evidence = f"{evidence}; automatic: {nature.reason}"
        return self._conclude("ticket", evidence, ticket)

    def _get_new_values(self, delivery, former):
        """Return the values that a new ticket gets beside those of the mail itself."""
        values = dict((self.parameters or {}).get("custom_values") or {})
        if delivery.team_aliases:
            values.update(literal_eval(delivery.team_aliases[0].alias_defaults))
        if former:
            values.update(former._prepare_follow_up_values(delivery.values.get("subject")))
        elif not values.get("team_id"):
            values["team_id"] = self._get_mailbox_team().id
        return values

    def _get_new_context(self, delivery):
        """Return what the acknowledgement has to know of the sender."""
        context = {}
        if not delivery.nature.may_be_acknowledged:
            context["helpdesk_no_acknowledgement"] = True
        if not delivery.sender_known:
            context["helpdesk_unverified_sender"] = True
        return context

    def _accepts(self, alias, delivery):
        """Ask the alias whether it takes mail of this sender; core tells the sender if not."""
        if alias.alias_contact == "everyone":
            return True
        route = ("helpdesk.ticket", 0, {}, self.env.uid, alias)
        return bool(
            self.env["mail.thread"]._routing_check_route(
                delivery.message, delivery.values, route, raise_exception=False
            )
        )

    def _log_quoted_tickets(self, ticket, values, former):
        """Name the tickets whose numbers a stranger quoted; only agents read it."""
        # Archived ones are no longer worth a look.
        for quoted in self._find_numbered_tickets(values.get("subject")).filtered("active"):
            if quoted != former:
                ticket._message_log(
                    body=self.env._(
                        "The subject names %s, a ticket in which the sender takes no part.",
                        quoted._get_html_link(),
                    )
                )

    def _log_other_teams(self, ticket, delivery):
        if len(delivery.team_aliases) > 1:
            others = self._get_teams(delivery.team_aliases) - ticket.team_id
            ticket._message_log(
                body=self.env._("Also sent to: %s", ", ".join(others.mapped("name")))
            )

    # ------------------------------------------------------------------
    # Other apps
    # ------------------------------------------------------------------

    def _deliver_elsewhere(self, delivery):
        """Let core deliver a mail that came to a helpdesk mailbox but is another app's."""
        parameters = self.parameters or {}
        result = (
            self.env["mail.thread"]
            .with_context(helpdesk_not_ours=True)
            .message_process(
                parameters.get("model"),
                delivery.repaired.raw,
                save_original=parameters.get("save_original"),
                strip_attachments=parameters.get("strip_attachments"),
            )
        )
        self.unlink()  # no business of the helpdesk's administrators
        return result

    def _copy_elsewhere(self, delivery):
        """Give other apps the mail too if it was also sent to one of their addresses."""
        thread, message = self.env["mail.thread"], delivery.message
        others = delivery.aliases - delivery.team_aliases
        values = thread.message_parse(message)
        values.update(
            recipients=",".join(others.mapped("alias_full_name")), references="", in_reply_to=""
        )
        values.pop("parent_id", None)
        routes = thread.message_route(message, values)
        # A Message-ID stands once in the database, and the ticket's message has this one.
        values["message_id"] = values["message_id"].replace("@", ".copy@", 1)
        values.update(thread._message_parse_post_process(message, values, routes))
        thread._message_route_process(message, values, routes)
