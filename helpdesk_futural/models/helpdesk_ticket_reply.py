import base64

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import email_normalize


class HelpdeskTicketReply(models.Model):
    """Ready-made answers: one public message per ticket, as if the agent had written each."""

    _inherit = "helpdesk.ticket"

    def _post_template_replies(self, template):
        """Post the template's text on each ticket as the current agent's answer.

        :param mail.template template: its text and attachments count, in the customer's language
        """
        rendered = self._render_replies(template)
        self._post_replies(
            {id_: values["body"] for id_, values in rendered.items()},
            {id_: values["attachments"] for id_, values in rendered.items()},
        )

    def _render_replies(self, template):
        """Return ``{ticket id: {"body": Markup, "attachments": [(name, content)]}}``.

        :param mail.template template: rendered with the rights that it comes with
        :raises UserError: if it is not made for tickets
        """
        if template.model != self._name:
            raise UserError(self.env._("This template is not made for tickets. Choose another."))
        result = {}
        for lang, tickets in self.grouped(lambda ticket: ticket._get_customer_lang()).items():
            localized = template.with_context(lang=lang, template_preview_lang=lang)
            rendered = localized._generate_template(
                tickets.ids, ("body_html", "attachment_ids", "report_template_ids")
            )
            for id_, values in rendered.items():
                reports = values.get("attachments") or ()
                files = localized.attachment_ids.browse(values.get("attachment_ids") or ())
                result[id_] = {
                    "body": values["body_html"],
                    "attachments": [(file.name, file.raw) for file in files]
                    + [(name, base64.b64decode(content)) for name, content in reports],
                }
        return result

    def _get_reply_composer(self, name, body, **defaults):
        """Return the action that opens an answer to the ticket's people, to be edited and sent.

        :param str name: the dialog's title
        :param Markup body: what the answer begins with
        :param defaults: values of other fields of the composer
        """
        self.ensure_one()
        values = {
            "composition_mode": "comment",
            "model": self._name,
            "res_ids": self.ids,
            "subtype_xmlid": "mail.mt_comment",
            "body": body,
            "partner_ids": self._get_reply_recipients()[self.id].ids,
            **defaults,
        }
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "mail.compose.message",
            "views": [(False, "form")],
            "target": "new",
            "context": {f"default_{field}": value for field, value in values.items()},
        }

    def _post_replies(self, bodies, attachments):
        """Post one public message per ticket, in the name of the current agent.

        One answer goes out as a typed one does; those of several tickets are queued, and the mail
        queue sends them after the commit.

        :param dict bodies: ``{ticket id: Markup}``
        :param dict attachments: ``{ticket id: [(name, content)]}``
        """
        several = len(self) > 1
        # Who answers a hundred tickets at once doesn't mean to follow them all.
        tickets = self.with_context(mail_post_autofollow_author_skip=several)
        recipients = self._get_reply_recipients()
        for ticket in tickets:
            ticket.message_post(
                body=bodies[ticket.id],
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                partner_ids=recipients[ticket.id].ids,
                attachments=attachments.get(ticket.id) or None,
                **({"force_send": False} if several else {}),
            )
        if several:
            # The queue's own schedule is an hour; customers shouldn't wait that long.
            # sudo: the scheduled action, which sends what was posted above
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    def _get_reply_recipients(self):
        """Return ``{ticket id: contacts}`` to write to besides followers: customer and CC.

        They are those that the chatter suggests for an answer, colleagues left out.
        """
        partners = self.env["res.partner"]
        suggested = self._message_get_suggested_recipients_batch(no_create=False)
        result = {}
        for ticket in self:
            ids = [r["partner_id"] for r in suggested[ticket.id] if r.get("partner_id")]
            # sudo: whether a contact is a colleague
            result[ticket.id] = partners.browse(ids).filtered(lambda p: p.sudo().partner_share)
        return result

    def _filter_reachable(self):
        """Return the tickets whose customer has an email address."""
        return self.filtered(
            lambda t: email_normalize(t.partner_id.email or t.partner_email or "", strict=False)
        )
