import logging

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import formataddr, split_every
from odoo.tools.mail import email_normalize
from odoo.tools.misc import clean_context

from .helpdesk_stage import DONE_STATES, OPEN_STATES
from .mail_followers import STAGE_SUBTYPE

_logger = logging.getLogger(__name__)

LAYOUT = "helpdesk_futural.mail_layout_automatic"
#: Mails rendered and created at a time, so that memory doesn't grow with the batch.
BATCH = 100
#: Robots must not answer (RFC 3834). "All" would include delivery failures (NDR), which we want.
NO_ANSWER = {"X-Auto-Response-Suppress": "DR, RN, NRN, OOF, AutoReply"}
# What is kept for the end of the transaction.
_SKIPPED = "helpdesk_futural.stage_mail_skipped"
_FOLLOWED = "helpdesk_futural.stage_followed"


class HelpdeskTicketTemplates(models.Model):
    """What customers are told by itself: mails of stages, and how any automatic mail is made."""

    _inherit = "helpdesk.ticket"

    # ------------------------------------------------------------------
    # A stage was entered
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        tickets = super().create(vals_list)
        if not {"mail_notrack", "tracking_disable", "import_file"} & {
            key for key, value in self.env.context.items() if value
        }:
            tickets._prepare_creation_mails()
        return tickets

    def _prepare_creation_mails(self):
        """Tell customers of the tickets that agents write down, where the first stage says so.

        A ticket that begins solved or closed is a record of what is over: nobody is told.
        """
        told = self.filtered(
            lambda t: (
                t.channel in ("manual", "phone")
                and t.state in OPEN_STATES
                # sudo: the template is configuration
                and t.stage_id.sudo().template_id
            )
        )
        if told and not self.env.context.get("helpdesk_no_acknowledgement"):
            self.env.cr.precommit.add(
                lambda: told.exists()._send_stage_mails(dict.fromkeys(told, told.stage_id[:0]))
            )

    def _track_finalize(self):
        """Send the mails of the stages that tickets have entered, once the transaction is over.

        Of several stages entered in one transaction the last one counts; one that was left and
        entered again was not left.
        """
        Stage = self.env["helpdesk.stage"]
        initial = self.env.cr.precommit.data.get(f"mail.tracking.{self._name}", {})
        left = {
            self.browse(id_): values.get("stage_id") or Stage
            for id_, values in initial.items()
            if values and "stage_id" in values
        }
        # sudo: the customer is told whoever moved the ticket, and whatever they may read
        tickets = self.browse(ticket.id for ticket in left).sudo()
        moved = tickets.filtered(lambda t: t.stage_id.id != left[t].id)
        if left:
            self.env.cr.precommit.data[_FOLLOWED] = moved._find_stage_followed()
        result = super()._track_finalize()
        if moved:
            moved._send_stage_mails(left)
        return result

    def _find_stage_followed(self):
        """Return the ids of the tickets of which somebody wants to hear stage by stage."""
        if not self or not self.env["mail.followers"]._are_stages_followed():
            return set()
        subtype_id = self.env["ir.model.data"]._xmlid_to_res_id(STAGE_SUBTYPE)
        # sudo: whether anybody follows, not who
        followers = self.env["mail.followers"].sudo()
        return set(
            followers.search_fetch(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("subtype_ids", "=", subtype_id),
                ],
                ["res_id"],
            ).mapped("res_id")
        )

    def _track_subtype(self, initial_values):
        """Post a change of stage only where somebody asked to hear of it; else it is logged.

        A posted message costs three times the queries of a logged one.
        """
        subtype = super()._track_subtype(initial_values)
        followed = self.env.cr.precommit.data.get(_FOLLOWED)
        if followed is None or self.id in followed:
            return subtype
        stage_subtype = self.env["ir.model.data"]._xmlid_to_res_id(STAGE_SUBTYPE)
        return False if subtype and subtype.id == stage_subtype else subtype

    def _skip_stage_mails(self, answered=False):
        """Send no mails about the stages that the tickets enter in this transaction.

        :param bool answered: an answer tells the customer instead; else nobody is to be told
        """
        skipped = self.env.cr.precommit.data.setdefault(_SKIPPED, {})
        skipped.update({id_: answered or skipped.get(id_, False) for id_ in self.ids})

    def _get_skipped_stage_mails(self):
        """Return ``{ticket id: answered}``, see ``_skip_stage_mails``."""
        return self.env.cr.precommit.data.get(_SKIPPED, {})

    def _send_stage_mails(self, left):
        """Queue the mail of the stage that each ticket is in now.

        :param dict left: ``{ticket: stage}`` that they left; empty for a new ticket
        :rtype: mail.mail
        """
        skipped = self._get_skipped_stage_mails()
        self.env.cr.precommit.data.pop(_SKIPPED, None)
        by_template = {}
        # sudo: templates are configuration
        for ticket in self.sudo():
            if ticket.id in skipped or not ticket.active:
                continue
            template = ticket._get_stage_template(left[ticket])
            if template:
                by_template.setdefault(template, []).append(ticket.id)
        mails = self.env["mail.mail"]
        for template, ids in by_template.items():
            mails += self.browse(ids)._queue_automatic_mails(template)
        return mails

    def _get_stage_template(self, left):
        """Return what tells the customer that the ticket went on from the stage ``left``."""
        if self.closed_by_partner:  # by themselves, so they know
            return self.env["mail.template"]
        template = self.stage_id.template_id
        if not template and left.state == "closed" and self.state not in DONE_STATES:
            template = self.team_id.reopened_template_id
        return template.filtered("active")

    # ------------------------------------------------------------------
    # Automatic mails
    # ------------------------------------------------------------------

    def _queue_automatic_mails(self, template, headers=None, to_stranger=False):
        """Queue one mail per ticket to its customer, in their language, from the team's address.

        They are rendered and written in batches; the mail queue sends them after the commit, so
        a rollback takes them back. Tickets whose customer has no address are left out.

        :param mail.template template: what to send
        :param dict headers: more headers, for example ``{"Auto-Submitted": "auto-replied"}``
        :param bool to_stranger: the address was never verified: nothing of what the sender says of
            themselves goes into the mail, not even their name into the recipient
        :rtype: mail.mail
        """
        # sudo: the mail is the team's, not that of whoever caused it (perhaps the customer);
        # templates are written by administrators
        tickets = self.sudo()
        # Defaults meant for the ticket (default_state…) are not meant for its mails.
        mails = tickets.env(context=clean_context(self.env.context))["mail.mail"]
        for ids in split_every(BATCH, tickets.ids):
            chunk = tickets.browse(ids)
            values_list = chunk._prepare_or_report(template, headers or {}, to_stranger)
            mails += mails.create(values_list)
        if mails:
            notifications = []
            for mail, values in zip(mails, mails._get_notification_values(), strict=True):
                notifications += [{**values, "res_partner_id": p.id} for p in mail.recipient_ids]
                if mail.email_to:
                    notifications.append({**values, "mail_email_address": mail.email_to})
            mails.env["mail.notification"].create(notifications)
            # The queue's own schedule is an hour; customers shouldn't wait that long. By id: asking
            # whether it still exists is a query.
            cron_id = self.env["ir.model.data"]._xmlid_to_res_id(
                "mail.ir_cron_mail_scheduler_action"
            )
            # sudo: starts what is scheduled anyway
            self.env["ir.cron"].sudo().browse(cron_id)._trigger()
        return mails

    def _prepare_or_report(self, template, headers, to_stranger):
        """Prepare the mails; where the template fails, the ticket says so to the agents.

        A mistake in a template must not undo the customer's message or the agent's work.
        """
        try:
            return self._prepare_automatic_mails(template, headers, to_stranger)
        except UserError as error:
            if len(self) > 1:
                one_by_one = (t._prepare_or_report(template, headers, to_stranger) for t in self)
                return [values for values_list in one_by_one for values in values_list]
            _logger.warning("The email template %s fails for %s: %s", template, self, error)
            self._message_log(
                body=self.env._(
                    "The customer was not told: the email template “%(template)s” has a mistake."
                    " An administrator can see it in the template's preview.",
                    template=template.name,
                )
            )
            return []

    def _prepare_automatic_mails(self, template, headers, to_stranger):
        """Return the values of ``mail.mail`` for those tickets that have somebody to write to."""
        recipients = self._get_automatic_recipients(template, to_stranger)
        tickets = self.browse(recipients)
        rendered = {}
        for lang, by_lang in tickets.grouped(lambda t: t._get_customer_lang()).items():
            localized = template.sudo().with_context(lang=lang)  # sudo: see _queue_automatic_mails
            rendered.update(
                localized._generate_template(
                    by_lang.ids,
                    ("subject", "body_html", "attachment_ids", "auto_delete", "mail_server_id"),
                )
            )
        replied = tickets._get_latest_public_messages()
        reply_to = tickets._notify_get_reply_to_batch()
        alias_domains = tickets._mail_get_alias_domains(default_company=self.env.company)
        user = self.env.user
        shared = {
            "model": self._name,
            "message_type": "auto_comment",
            "subtype_id": self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_comment"),
            "is_notification": True,
            # An agent is told when what they caused could not be delivered.
            "author_id": user._is_internal() and user.active and user.partner_id.id,
        }
        Message = self.env["mail.message"]
        values_list = []
        for ticket in tickets:
            values = {**rendered[ticket.id], **recipients[ticket.id], **shared}
            values.pop("attachments", None)
            body = values["body_html"]
            parent = replied.get(ticket.id)
            values.update(
                res_id=ticket.id,
                subject=ticket._format_automatic_subject(values["subject"]),
                body=body,
                body_html=ticket._render_automatic_layout(ticket._complete_automatic_body(body)),
                email_from=ticket._get_automatic_sender(),
                reply_to=reply_to[ticket.id] or ticket._get_automatic_sender(),
                record_company_id=ticket.company_id.id,
                record_alias_domain_id=alias_domains[ticket.id].id,
                attachment_ids=[(4, id_) for id_ in values.get("attachment_ids") or ()],
                headers=repr(ticket._get_automatic_headers(headers, parent)),
            )
            values["message_id"] = Message._get_message_id(values)
            values["references"] = " ".join(filter(None, (parent, values["message_id"])))
            values_list.append(values)
        return values_list

    def _get_automatic_recipients(self, template, to_stranger):
        """Return ``{ticket id: recipients}``: the template's, else the customer.

        Addresses of our own and customers without address are left out.
        """
        explicit = {}
        if (
            not template.use_default_to
            and not to_stranger
            and (template.partner_to or template.email_to or template.email_cc)
        ):
            explicit = template._generate_template(self.ids, ("partner_to", "email_to", "email_cc"))
        defaults = self._message_get_default_recipients()
        result = {}
        for ticket in self:
            found = explicit.get(ticket.id) or defaults[ticket.id]
            partners = self.env["res.partner"].browse(found.get("partner_ids") or ())
            partners = partners.filtered("email_normalized")
            email_to = found.get("email_to") or False
            if to_stranger and partners:
                partners, email_to = partners[:0], partners[0].email_normalized
            elif to_stranger:
                email_to = email_normalize(email_to or "")
            if partners or email_to:
                result[ticket.id] = {
                    "recipient_ids": [(4, partner.id) for partner in partners],
                    "email_to": email_to,
                    "email_cc": found.get("email_cc") or False,
                }
        return result

    def _get_latest_public_messages(self):
        """Return ``{ticket id: Message-ID}`` of what was last said, for mail programs to thread."""
        # sudo: see _queue_automatic_mails
        messages = self.env["mail.message"].sudo()
        latest = messages._read_group(
            [
                ("model", "=", self._name),
                ("res_id", "in", self.ids),
                ("message_type", "in", ("email", "comment")),
                ("subtype_id", "=", self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_comment")),
            ],
            ["res_id"],
            ["id:max"],
        )
        found = messages.browse(id_ for _res_id, id_ in latest)
        return {message.res_id: message.message_id for message in found}

    def _get_customer_lang(self):
        """Return the customer's language, else the company's."""
        partner, company = self.partner_id, self.company_id.partner_id
        get_code = self.env["res.lang"]._get_code
        return get_code(partner.lang) or get_code(company.lang) or self.env.lang

    def _get_automatic_sender(self):
        """Return whom automatic mails come from, ``"Technical" <support@…>``.

        Answers to the catch-all are read too; a company without either has only its own address.
        """
        self.ensure_one()
        # sudo: the team's address is public
        team = self.team_id.sudo()
        company = team.company_id
        address = team._get_mail_address() or company.catchall_email or company.email
        return address and formataddr((team.name, email_normalize(address) or address))

    def _format_automatic_subject(self, subject):
        """Put the case number first, by which answers find back, unless it is there already."""
        subject = " ".join((subject or "").split())
        if f"#{self.ticket_ref}" in subject:
            return subject
        return f"[#{self.ticket_ref}] {subject}".strip()

    def _get_automatic_headers(self, headers, parent):
        result = {
            **self._notify_by_email_get_headers(),
            **NO_ANSWER,
            "Auto-Submitted": "auto-generated",
            **headers,
        }
        if parent and result["Auto-Submitted"] == "auto-replied":
            result["In-Reply-To"] = parent
        return result

    def _complete_automatic_body(self, body):
        """Return the body with what only the recipient of the mail may see, not the chatter."""
        return body

    def _render_automatic_layout(self, body):
        """Put the body of an automatic mail between the team's head and the company's foot."""
        lang = self._get_customer_lang()
        # sudo: name and address of team and company are public
        team = self.team_id.sudo().with_context(lang=lang)
        return self.env["ir.qweb"]._render(
            LAYOUT,
            {
                "body": body,
                "ticket": self,
                "team": team,
                "company": team.company_id,
                "lang": (lang or "en").replace("_", "-"),
            },
            minimal_qcontext=True,
            lang=lang,
        )

    def _get_customer_greeting_name(self):
        """Return the name to greet the customer with; empty where only the address is known."""
        name = (self.partner_id.name or self.partner_name or "").strip()
        return "" if "@" in name else name

    def _get_customer_page_url(self):
        """Return the address of the ticket's page, which opens without signing in."""
        return self.get_base_url() + self.get_portal_url()
