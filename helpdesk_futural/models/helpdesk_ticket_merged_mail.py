from odoo import models
from odoo.exceptions import UserError


class HelpdeskTicketMergedMail(models.Model):
    """What is still said on a ticket that was merged: it reaches the one that goes on.

    Mails find their way in ``helpdesk.incoming.mail``; this is for the portal and agents.
    """

    _inherit = "helpdesk.ticket"

    def message_post(self, **kwargs):
        """Post what the customer says on a merged ticket on its survivor; agents are told to go.

        An agent may still answer a conversation that was kept apart: its people don't take part in
        the survivor.
        """
        # sudo: a customer may be posting
        if len(self) != 1 or not self.sudo().merged_into_id:
            return super().message_post(**kwargs)
        side = self._get_side_to_post(kwargs) if kwargs.get("message_type") != "email" else False
        if side == "customer":
            return self._post_on_survivor(kwargs)
        if side == "agent" and not self._is_apart():
            raise UserError(
                self.env._(
                    "#%(number)s was merged into #%(survivor)s. Write to the customer there.",
                    number=self.ticket_ref,
                    survivor=self.sudo()._get_survivor().ticket_ref,  # sudo: its number only
                )
            )
        return super().message_post(**kwargs)

    def _post_on_survivor(self, post_values):
        """Post the customer's words where the ticket goes on; internally if it was kept apart."""
        # sudo: whoever could answer the merged ticket is heard; author_id stays theirs
        survivor = self.sudo()._get_survivor()
        post_values = {k: v for k, v in post_values.items() if k != "parent_id"}
        apart = self._is_apart()
        if apart:
            post_values.pop("subtype_id", None)
            post_values.pop("partner_ids", None)
            post_values.update(
                subtype_xmlid="mail.mt_note", is_internal=True, helpdesk_sender="outsider"
            )
        message = survivor.message_post(**post_values)
        self._take_along_attachments(message, survivor)
        if apart:
            self._on_message_apart(message.email_from)
        return message.sudo(self.env.su)

    def _on_message_apart(self, email_from):
        """React to people of a merged ticket who wrote, and who don't take part in its survivor.

        What they wrote stands there as an internal message. They wait for an answer like any
        customer, so the survivor is taken up again; its own customer is told nothing about it.
        """
        # sudo: the customer caused it, who sees neither
        merged = self.sudo()
        if not merged._takes_part(email_from):
            return
        survivor = merged._get_survivor()
        if survivor.state not in ("new", "in_progress"):
            survivor._skip_stage_mails()
            survivor._return_to_work()
        survivor.write({"waiting_on": "team", "active": True})
