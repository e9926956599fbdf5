from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import plaintext2html

from odoo.addons.helpdesk_futural.models.helpdesk_stage import OPEN_STATES

from .helpdesk_stage import CUSTOMER_FIELDS


class HelpdeskTicketCustomerAction(models.Model):
    """What a customer does on the ticket's page, and who counts as the customer there.

    The controllers decide over the access and call these methods with the rights they need.
    """

    _inherit = "helpdesk.ticket"

    team_privacy_visibility = fields.Selection(related="team_id.privacy_visibility")

    # ------------------------------------------------------------------
    # Who may do what
    # ------------------------------------------------------------------

    def _may_customer_decide(self, partner):
        """Tell whether the person decides on the customer's behalf what becomes of the ticket.

        Whoever takes part without being of the customer's organisation only writes.
        """
        self.ensure_one()
        return bool(
            partner
            and partner.commercial_partner_id
            and partner.commercial_partner_id == self.commercial_partner_id
        )

    def _may_customer_confirm(self):
        return self.state == "solved" and bool(self.team_id._get_first_stage("closed"))

    def _may_customer_reopen(self):
        return self.state in ("solved", "closed") and not self._is_too_late_to_reopen()

    def _get_customer_choices(self):
        """Return the stages that the customer may move the ticket to."""
        self.ensure_one()
        if self._is_too_late_to_reopen():
            return self.stage_id.browse()
        here = self.stage_id._get_customer_label()
        return self.team_id._get_portal_stages().filtered(
            lambda stage: stage._get_customer_label() != here
        )

    # ------------------------------------------------------------------
    # What they do
    # ------------------------------------------------------------------

    def _customer_comment(self, author, text):
        """Post what the customer typed, as plain text."""
        return self.message_post(
            body=plaintext2html(text),
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            author_id=author.id,
        )

    def _customer_choose_stage(self, stage, author, comment=""):
        """Move the ticket to one of :meth:`_get_customer_choices`, after an optional comment."""
        self.ensure_one()
        if comment:
            self._customer_comment(author, comment)
        if author == self.partner_id:
            self._skip_stage_mails(answered=True)  # by themselves, so they know
        self.write({"stage_id": stage.id, "closed_by_partner": stage.state == "closed"})
        if stage.state in OPEN_STATES and stage.state != "waiting":
            self.waiting_on = "team"

    def _log_customer_action(self, text):
        """Somebody who came by the link of a mail is the ticket's customer."""
        if not self.env.user._is_public():
            return super()._log_customer_action(text)
        return self._message_log_batch(
            bodies={ticket.id: text % (ticket.partner_id.name or "–") for ticket in self}
        )

    def _on_customer_message(self, message):
        """Who comments in the portal, such as a colleague, hears of the answers."""
        result = super()._on_customer_message(message)
        author = message.author_id
        # sudo: whether the author is one of us
        if self and message.message_type == "comment" and author.sudo().partner_share:
            self._let_take_part(author)
        return result

    # ------------------------------------------------------------------
    # What they see
    # ------------------------------------------------------------------

    def _get_customer_steps(self):
        """Return the ticket's way as customers read it: ``[(label, "done"|"current"|"next")]``.

        The first stage of each meaning, and the present one: not every ticket passes through all
        the others.
        """
        self.ensure_one()
        team = self.team_id
        (team._get_stages() | self.stage_id).fetch(CUSTOMER_FIELDS)
        way = [team._get_first_stage(state) for state in ("new", "in_progress", "solved", "closed")]
        same = [stage for stage in way if stage.state == self.state]
        if self.state != "waiting" and same:
            way[way.index(same[0])] = self.stage_id
        shown = self.stage_id.browse(stage.id for stage in way) | self.stage_id
        labels = list(dict.fromkeys(s._get_customer_label() for s in shown.sorted()))
        position = labels.index(self.stage_id._get_customer_label())
        return [
            (label, "current" if n == position else "done" if n < position else "next")
            for n, label in enumerate(labels)
        ]

    def _get_customer_participants(self):
        """Return the people outside our company who take part, the customer first."""
        self.ensure_one()
        # One query instead of one each for followers, who they are, and their contacts.
        followers = self.env["mail.followers"].sudo()  # sudo: whose names are shown is decided here
        query = followers._search([("res_model", "=", self._name), ("res_id", "=", self.id)])
        people = followers.partner_id.with_context(active_test=False).search_fetch(
            [("id", "in", query.subselect("partner_id"))], ["name", "partner_share"]
        )
        others = people.filtered("partner_share") - self.partner_id
        return self.partner_id | others.sorted("name")

    def _get_customer_attachments(self):
        """Return the files of the conversation that customers can open, newest first."""
        self.ensure_one()
        files = self.env["ir.attachment"]
        return files.search_fetch(
            Domain("res_model", "=", self._name)
            & Domain("res_id", "=", self.id)
            & Domain("res_field", "=", False)
            & files._get_shown_ticket_files_domain(),
            ["name"],
            order="id desc",
        )

    def action_customer_preview(self):
        """Open the ticket's page as customers see it."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.access_url, "target": "self"}
