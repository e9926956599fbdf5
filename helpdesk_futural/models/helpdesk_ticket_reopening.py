from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError


class HelpdeskTicketReopening(models.Model):
    """The customer's word on a solved or closed ticket: confirm, reopen, or go on in a new one."""

    _inherit = "helpdesk.ticket"

    # ------------------------------------------------------------------
    # Confirm and reopen
    # ------------------------------------------------------------------

    def action_customer_confirm(self):
        """Close solved tickets because the customer is content.

        For agents on the customer's behalf and, after its own check of access, for the portal.

        :raises UserError: if a ticket is not solved, or its team has no closed stage
        """
        self.check_access("write")
        for ticket in self:
            if ticket.state != "solved":
                raise UserError(
                    self.env._(
                        "Only a solved ticket can be confirmed; #%(number)s is in the stage"
                        " “%(stage)s”.",
                        number=ticket.ticket_ref,
                        stage=ticket._get_stage_label(),
                    )
                )
        for team, tickets in self.grouped("team_id").items():
            stage = team._get_first_stage("closed")
            if not stage:
                raise UserError(
                    # sudo: a customer may be confirming; the team's name only
                    self.env._("The team “%s” has no stage for closed tickets.", team.sudo().name)
                )
            tickets.write({"stage_id": stage.id, "closed_by_partner": True})
        self._log_customer_action(self.env._("The solution was confirmed by %s."))
        return True

    def action_customer_reopen(self):
        """Take solved and recently closed tickets up again at the customer's wish.

        For agents on the customer's behalf and, after its own check of access, for the portal.

        :raises UserError: if a ticket is open, or closed longer than the team's ``reopen_days``
        """
        self.check_access("write")
        for ticket in self:
            if ticket.state not in ("solved", "closed"):
                raise UserError(self.env._("#%s is open already.", ticket.ticket_ref))
            if ticket._is_too_late_to_reopen():
                raise UserError(
                    self.env._(
                        "#%s was closed too long ago to be reopened. Please send a new request.",
                        ticket.ticket_ref,
                    )
                )
        self._return_to_work()
        self._log_customer_action(self.env._("Reopened by %s."))
        return True

    def _log_customer_action(self, text):
        name = self.env.user.name
        self._message_log_batch(bodies={ticket.id: text % name for ticket in self})

    def _get_stage_label(self):
        """Return what customers read as the name of the stage."""
        # sudo: stages are shown to everybody who sees a ticket in them
        stage = self.stage_id.sudo()
        return stage.customer_label or stage.name

    def _return_to_work(self):
        """Move tickets that waited for the customer to where their team takes up answers."""
        resting = self.filtered(lambda t: t.state in ("waiting", "solved", "closed"))
        for team, tickets in resting.grouped("team_id").items():
            stage = team._get_customer_reply_stage()
            if not stage:
                continue
            reopened = tickets.filtered(lambda t: t.state in ("solved", "closed"))
            tickets.stage_id = stage
            reopened._tell_agents_of_reopening()

    def _tell_agents_of_reopening(self):
        """Put reopened tickets before the eyes of who is in charge.

        The agent, else the leader, gets an activity; where there is neither, the members a message.
        """
        text = self.env._("Reopened by the customer")
        # sudo: the customer caused it, who sees neither users nor activities
        for ticket in self.sudo():
            team = ticket.team_id
            user = ticket.user_id.filtered("active") or team.leader_id.filtered("active")
            if user:
                # Who follows the ticket has got the customer's message itself.
                follows = user.partner_id in ticket.message_partner_ids
                ticket.with_context(mail_activity_quick_update=follows).activity_schedule(
                    "mail.mail_activity_data_todo", summary=text, user_id=user.id
                )
            elif members := team.member_ids.filtered("active").partner_id:
                ticket.message_notify(
                    partner_ids=members.ids,
                    subject=ticket.display_name,
                    body=f"{text}: {ticket.display_name}",
                )

    # ------------------------------------------------------------------
    # Too late: a new ticket
    # ------------------------------------------------------------------

    def _is_too_late_to_reopen(self):
        """Tell whether the customer's answer is to become a new ticket.

        So it is when the ticket was closed longer ago than the team's ``reopen_days`` (elapsed
        days).
        """
        self.ensure_one()
        ticket = self.sudo()  # sudo: a customer may be asking
        if ticket.state != "closed":
            return False
        days = ticket.team_id.reopen_days
        closed = ticket.close_date or ticket.date_last_stage_update
        return not days or fields.Datetime.now() > closed + timedelta(days=days)

    def _prepare_follow_up_values(self, name=None):
        """Return the values to create the ticket that continues this one.

        :param str name: the new subject; the old one's if not given
        """
        self.ensure_one()
        # sudo: the new ticket takes over what its customer need not be able to read
        ticket = self.sudo()
        return {
            "name": name or ticket.name,
            "team_id": self._get_mail_team(ticket.team_id.id).id,
            "partner_id": ticket.partner_id.id,
            "partner_name": ticket.partner_name,
            "partner_email": ticket.partner_email,
            "partner_phone": ticket.partner_phone,
            "ticket_type_id": ticket.ticket_type_id.id,
            "severity_id": ticket.severity_id.id,
            "confidential": ticket.confidential,
            "origin_id": ticket.id,
        }

    def _after_follow_up_created(self):
        """Link new tickets with those that they continue, and tell the customers the numbers."""
        # sudo: the customer may have caused it; notes are for agents
        for ticket in self.sudo():
            origin = ticket.origin_id
            ticket._message_log(
                body=self.env._(
                    "The customer answered %(ticket)s, which was closed on %(date)s.",
                    ticket=origin._get_html_link(title=f"#{origin.ticket_ref}"),
                    date=fields.Date.to_string(origin.close_date) or "–",
                )
            )
            origin._message_log(
                body=self.env._(
                    "The customer answered after this ticket was closed; it goes on in %s.",
                    ticket._get_html_link(title=f"#{ticket.ticket_ref}"),
                )
            )
        # Only people's answers get here, and the mail goes to the old ticket's customer, whom we
        # know: what the creation was told of the sender doesn't hold for it.
        told = self.with_context(
            helpdesk_no_acknowledgement=False, helpdesk_unverified_sender=False
        )
        self.env.cr.precommit.add(told._send_acknowledgements)

    def _find_follow_up(self):
        """Return the ticket in which this one goes on already, if it still can be answered.

        So that of several late answers only the first makes a ticket.
        """
        self.ensure_one()
        # sudo: as for creating it
        follow_up = self.sudo().search([("origin_id", "=", self.id)], order="id desc", limit=1)
        follow_up = follow_up._get_survivor()
        if not follow_up or follow_up.partner_id != self.sudo().partner_id:
            return self.browse()
        if follow_up._is_too_late_to_reopen():
            return follow_up._find_follow_up()
        return follow_up.sudo(self.env.su)

    def _get_or_create_follow_up(self, channel, **values):
        """Return the ticket in which a late answer is to go on."""
        if follow_up := self._find_follow_up():
            return follow_up
        # sudo: customers may not create tickets in the backend; what they write becomes one
        follow_up = self.sudo().create(
            {**self._prepare_follow_up_values(), "channel": channel, **values}
        )
        follow_up._after_follow_up_created()
        return follow_up.sudo(self.env.su)

    # ------------------------------------------------------------------
    # Events
    # ------------------------------------------------------------------

    def message_post(self, **kwargs):
        """A customer's answer that comes too late is posted on the ticket's follow-up."""
        if self.state == "closed" and self._is_late_answer(kwargs):
            is_mail = kwargs.get("message_type") == "email"
            # The description of a mail is filled from its stored body, pictures included.
            values = {} if is_mail else {"description": kwargs.get("body")}
            follow_up = self._get_or_create_follow_up("email" if is_mail else "portal", **values)
            kwargs.pop("parent_id", None)
            # sudo: whoever could answer the old ticket answers the new one; author_id stays theirs
            message = follow_up.sudo().message_post(**kwargs)
            self._take_along_attachments(message, follow_up)
            follow_up._let_take_part(message.author_id)
            return message.sudo(self.env.su)
        return super().message_post(**kwargs)

    def _is_late_answer(self, post_values):
        """Tell whether what is about to be posted is the customer's and comes too late."""
        if post_values.get("message_type") not in ("comment", "email"):
            return False
        return self._is_too_late_to_reopen() and self._get_side_to_post(post_values) == "customer"

    def _get_side_to_post(self, post_values):
        """Return whose public message is about to be posted, as ``_get_message_side`` says it."""
        author_id, email_from = self._message_compute_author(
            post_values.get("author_id"), post_values.get("email_from")
        )
        xmlid = post_values.get("subtype_xmlid") or "mail.mt_note"
        subtype_id = post_values.get("subtype_id") if "subtype_xmlid" not in post_values else False
        message = self.env["mail.message"].new(
            {
                key: value
                for key, value in post_values.items()
                if key in self.env["mail.message"]._fields and key != "attachment_ids"
            }
            | {
                "model": self._name,
                "res_id": self.id,
                "author_id": author_id,
                "email_from": email_from,
                "subtype_id": subtype_id or self.env["ir.model.data"]._xmlid_to_res_id(xmlid),
            }
        )
        return self._get_message_side(message)

    def _take_along_attachments(self, message, follow_up):
        """Files that were uploaded to the old ticket for this message belong to the new one."""
        # sudo: the author uploaded them and may not write attachments otherwise
        message.attachment_ids.sudo().filtered(
            lambda a: a.res_model == self._name and a.res_id == self.id
        ).res_id = follow_up.id

    def _let_take_part(self, author):
        """Who answered the old ticket, for example the customer's colleague, hears of the new."""
        # sudo: as for creating it
        ticket = self.sudo()
        if author and author not in ticket.message_partner_ids:
            ticket.message_subscribe(author.ids)

    def _on_customer_message(self, message):
        """Take the ticket up again; where it is too late for that, move the message on."""
        if self._is_too_late_to_reopen():
            follow_up = self._get_or_create_follow_up("portal", description=message.body)
            # sudo: the customer wrote it, and nobody else may change messages
            message.sudo().res_id = follow_up.id
            self._take_along_attachments(message, follow_up)
            follow_up._let_take_part(message.author_id)
            return follow_up._on_customer_message(message)
        # sudo: customers may not write tickets; what their message sets is decided here
        ticket = self.sudo()
        result = super(HelpdeskTicketReopening, ticket)._on_customer_message(message)
        ticket._return_to_work()
        return result

    def _on_agent_message(self, message):
        result = super()._on_agent_message(message)
        # sudo: the stage is configuration
        stage = self.team_id.sudo().agent_reply_stage_id
        if (
            stage.active
            and self.state in ("new", "in_progress", "waiting")
            and (stage != self.stage_id)
        ):
            # The answer itself tells the customer where they stand.
            self._skip_stage_mails(answered=True)
            self.stage_id = stage
            self.waiting_on = "customer"
        return result
