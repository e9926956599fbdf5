from email.parser import BytesHeaderParser
from email.utils import getaddresses

from odoo import api, models
from odoo.fields import Domain
from odoo.tools.mail import decode_message_header, email_normalize, unfold_references

from ..tools.mail_header import storable
from ..tools.mail_subject import find_case_numbers

_RECIPIENT_HEADERS = ("To", "Cc", "Delivered-To", "X-Original-To", "Resent-To", "Resent-Cc")
#: Odoo's own Message-IDs name the record that they are about.
_OUR_MESSAGE_ID = b"-helpdesk.ticket@"
#: No header that matters is longer; what follows is the body's business.
_HEADERS_BYTES = 512 * 1024


class HelpdeskIncomingMailRouting(models.Model):
    """Whose mail it is: which ticket, which team, or another app.

    First match wins: the thread's headers, the case number in the subject if the sender takes
    part in that ticket, the address of a team.
    """

    _inherit = "helpdesk.incoming.mail"

    # ------------------------------------------------------------------
    # Before anything is parsed
    # ------------------------------------------------------------------

    @api.model
    def _concerns_helpdesk(self, model, raw):
        """Tell from the headers whether a mail is the helpdesk's, as opposed to other apps'.

        :param str model: the mailbox's fallback model, if any
        :param bytes raw: the message as it came
        """
        if model == "helpdesk.ticket" or _OUR_MESSAGE_ID in raw:
            return True
        headers = self._parse_headers(raw)
        if self._filter_team_aliases(self._find_aliases(self._get_addresses(headers))):
            return True
        references = unfold_references(
            f"{headers.get('References', '')} {headers.get('In-Reply-To', '')}"
        )
        if references and self._find_ticket_messages(references):
            return True
        return bool(self._find_numbered_tickets(str(headers.get("Subject", ""))))

    @api.model
    def _parse_headers(self, raw):
        return BytesHeaderParser().parsebytes(raw[:_HEADERS_BYTES].replace(b"\0", b""))

    @api.model
    def _get_addresses(self, headers):
        """Return the normalised recipients, in the order in which the sender named them."""
        values = [str(v) for name in _RECIPIENT_HEADERS for v in headers.get_all(name, [])]
        found = (email_normalize(address) for _name, address in getaddresses(values))
        return list(dict.fromkeys(address for address in found if address))

    @api.model
    def _get_envelope(self, raw):
        """Return the register's values that can be read before the mail is parsed."""
        headers = self._parse_headers(raw)

        def shown(name, length=500):
            try:
                value = decode_message_header(headers, name)
            except Exception:  # noqa: BLE001 whatever is in there, the row must be written
                value = str(headers.get(name, "")).encode("ascii", "replace").decode()
            return " ".join(storable(value).split())[:length] or False

        return {
            "email_from": shown("From"),
            "email_to": shown("To"),
            "subject": shown("Subject"),
            "message_id": shown("Message-Id"),
        }

    def _get_lock_keys(self):
        """Return what no other process may handle at the same time: the mail and its sender."""
        sender = email_normalize(self.email_from or "") or self.email_from or ""
        return sorted({f"helpdesk:{sender}", f"helpdesk:{self.message_id or self.id}"})

    # ------------------------------------------------------------------
    # Addresses
    # ------------------------------------------------------------------

    @api.model
    def _find_aliases(self, addresses):
        """Return the aliases of all apps among the addresses, in the order of the addresses."""
        if not addresses:
            return self.env["mail.alias"]
        local_parts = [address.partition("@")[0] for address in addresses]
        aliases = self.env["mail.alias"].search_fetch(
            Domain("alias_full_name", "in", addresses)
            | (Domain("alias_name", "in", local_parts) & Domain("alias_incoming_local", "=", True))
        )

        def position(alias):
            if alias.alias_full_name in addresses:
                return addresses.index(alias.alias_full_name)
            return len(addresses) + local_parts.index(alias.alias_name)

        return aliases.sorted(position)

    @api.model
    def _filter_team_aliases(self, aliases):
        ticket_model_id = self.env["ir.model"]._get_id("helpdesk.ticket")
        return aliases.filtered(lambda alias: alias.alias_model_id.id == ticket_model_id)

    def _get_teams(self, aliases):
        """Return the aliases' teams, in the same order."""
        teams = self.env["helpdesk.team"].with_context(active_test=False)
        by_alias = {t.alias_id: t for t in teams.search([("alias_id", "in", aliases.ids)])}
        return teams.union(*(by_alias[a] for a in aliases if a in by_alias))

    def _get_mailbox_team(self):
        """Return the team of a mail to an address that is no alias: its mailbox's, or the default."""
        return self.mailbox_id.helpdesk_team_id or self.env["helpdesk.team"]._get_default_team()

    # ------------------------------------------------------------------
    # Threads
    # ------------------------------------------------------------------

    def _get_references(self, values):
        """Return the Message-IDs that the mail names, the nearest first, at most 32."""
        references = unfold_references(values.get("references") or "")
        in_reply_to = unfold_references(values.get("in_reply_to") or "")
        named = [r.strip() for r in [*references, *in_reply_to] if r.strip()]
        return list(dict.fromkeys(reversed(named)))[:32]

    @api.model
    def _find_ticket_messages(self, references):
        """Return the tickets' messages among the references, the nearest reference first."""
        references = [r.strip() for r in references][:64]
        found = self.env["mail.message"].search_fetch(
            [("message_id", "in", references), ("model", "=", "helpdesk.ticket")],
            ["message_id", "res_id", "model"],
        )
        return found.sorted(lambda m: references.index(m.message_id))

    def _find_ticket(self, delivery):
        """Return the ticket that the mail belongs to and on what evidence; both empty if none."""
        values = delivery.values
        tickets = self.env["helpdesk.ticket"].with_context(active_test=False)
        parent = self._find_ticket_messages(delivery.references)[:1]
        if parent and (ticket := tickets.browse(parent.res_id).exists()):
            values["is_internal"] = self._is_internal(parent)
            survivor = self._follow_merge(ticket, delivery)
            if survivor == ticket:
                values["parent_id"] = parent.id
            return survivor, "References"
        values.pop("parent_id", None)
        values.pop("is_internal", None)
        for ticket in self._find_numbered_tickets(values.get("subject")):
            survivor = ticket._get_survivor()
            if (ticket | survivor).filtered(lambda t: t._takes_part(values["email_from"])):
                named = find_case_numbers(values.get("subject"))
                number = ticket.ticket_ref if ticket.ticket_ref in named else ticket.former_ref
                return self._follow_merge(ticket, delivery), f"#{number} in the subject"
        return tickets, ""

    @api.model
    def _find_numbered_tickets(self, subject):
        """Return the tickets that a subject names by their numbers, first one first.

        By their case numbers, then by those that they had in another helpdesk.
        """
        tickets = self.env["helpdesk.ticket"].with_context(active_test=False)
        numbers = find_case_numbers(subject)
        found = tickets.search([("ticket_ref", "in", numbers)]) if numbers else tickets
        return found.sorted(
            lambda ticket: numbers.index(ticket.ticket_ref)
        ) | tickets._find_by_former_numbers(subject)

    def _follow_merge(self, ticket, delivery):
        """Return the ticket in which a merged one goes on, and remember which the mail named."""
        survivor = ticket._get_survivor()
        if survivor != ticket:
            delivery.merged = ticket
        return survivor

    def _is_internal(self, parent):
        """A reply to an internal notification stays internal, one to an automatic mail doesn't."""
        return parent.message_type != "auto_comment" and bool(
            parent.is_internal or parent.subtype_id.internal
        )

    def _answers_us(self, delivery):
        """Tell whether the mail answers a message that this database sent."""
        ours = [("message_id", "in", delivery.references)]
        return bool(delivery.references and self.env["mail.message"].search_count(ours, limit=1))

    def _belongs_elsewhere(self, delivery):
        """Tell whether the mail is another app's: one of its addresses or threads, none of ours."""
        if delivery.team_aliases:
            return False
        if delivery.aliases:
            return True
        return bool(
            delivery.references
            and self.env["mail.message"].search_count(
                [
                    ("message_id", "in", delivery.references),
                    ("model", "not in", (False, "helpdesk.ticket")),
                ],
                limit=1,
            )
        )
