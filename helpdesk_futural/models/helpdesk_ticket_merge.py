from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL, html2plaintext, is_html_empty

from .helpdesk_stage import OPEN_STATES

MERGED_TEMPLATE = "helpdesk_futural.mail_template_merged"
MANAGER = "helpdesk_futural.group_helpdesk_manager"


class HelpdeskTicketMerge(models.Model):
    """Several tickets about one thing become one; the others close and lead to it."""

    _inherit = "helpdesk.ticket"

    merged_into_id = fields.Many2one(
        "helpdesk.ticket",
        "Merged into",
        copy=False,
        readonly=True,
        # Deleting the survivor would delete what was said on the merged tickets.
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
        help="The ticket in which this one goes on.",
    )
    merged_ids = fields.One2many(
        "helpdesk.ticket", "merged_into_id", "Merged Tickets", context={"active_test": False}
    )

    # ------------------------------------------------------------------
    # Merged tickets stay merged
    # ------------------------------------------------------------------

    @api.constrains("merged_into_id")
    def _check_merged_into_id(self):
        if self._has_cycle("merged_into_id"):
            raise ValidationError(
                self.env._("Tickets can't be merged into one another in a circle.")
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_survivors(self):
        # sudo: merged tickets that the user doesn't see have their messages here too
        if merged := self.sudo().merged_ids - self:
            raise UserError(
                self.env._(
                    "%(survivor)s holds the messages of %(merged)s, so it can't be deleted alone."
                    " Archive it instead.",
                    survivor=merged[0].merged_into_id.display_name,
                    merged=", ".join(f"#{ref}" for ref in merged.mapped("ticket_ref")),
                )
            )

    def write(self, vals):
        if vals.keys() & {"stage_id", "team_id"}:
            self._check_not_reopened(vals)
        return super().write(vals)

    def _check_not_reopened(self, vals):
        """Refuse to take up a merged ticket: nobody would look for it beside its survivor."""
        # sudo: a customer may be trying
        merged = self.sudo().filtered("merged_into_id")
        if not merged:
            return
        # sudo: a stage's meaning
        stage = self.env["helpdesk.stage"].sudo().browse(vals.get("stage_id") or [])
        for ticket in merged:
            if (stage and stage.state in OPEN_STATES) or vals.get(
                "team_id", ticket.team_id.id
            ) != ticket.team_id.id:
                raise UserError(
                    self.env._(
                        "#%(number)s was merged into #%(survivor)s, where it goes on. Open that"
                        " ticket to work on it.",
                        number=ticket.ticket_ref,
                        survivor=ticket._get_survivor().ticket_ref,
                    )
                )

    def _get_survivor(self):
        """Return the ticket in which this one goes on: itself unless it was merged.

        The same access rights apply to it; where the customer caused it, that is ``sudo``.
        """
        # sudo: the way there may lead over tickets that the user doesn't see
        survivor = self.sudo()
        while survivor.merged_into_id:
            survivor = survivor.merged_into_id
        return survivor.sudo(self.env.su)

    # ------------------------------------------------------------------
    # Merge
    # ------------------------------------------------------------------

    def _resolve_merge(self, target):
        """Follow tickets that were merged before: what is merged is always the last survivor.

        :return: the tickets that are left to merge, and the one to merge them into
        :raises UserError: if they all are one already
        """
        target = target._get_survivor()
        tickets = self.browse({ticket._get_survivor().id for ticket in self} - {target.id})
        if not tickets:
            raise UserError(self.env._("These are one ticket already: %s.", target.display_name))
        return tickets.sorted("id"), target

    def _check_merge(self, target, across_organisations, join_people):
        """Refuse what would mix companies, or customers without an administrator's word."""
        (self | target).check_access("write")
        everything = (self | target).sudo()  # sudo: access is checked above
        if target in self or everything.merged_into_id:
            raise UserError(self.env._("Tickets that were merged can't be merged once more."))
        if len(everything.company_id) > 1:
            raise UserError(
                self.env._(
                    "These tickets belong to different companies (%s) and can't be merged. Link"
                    " them as related tickets instead.",
                    ", ".join(everything.company_id.mapped("name")),
                )
            )
        is_manager = self.env.su or self.env.user.has_group(MANAGER)
        if len(everything.commercial_partner_id) > 1 and not (across_organisations and is_manager):
            raise UserError(
                self.env._(
                    "These tickets are of different customers: %s. Only a helpdesk administrator"
                    " can merge them, by confirming that they belong together.",
                    ", ".join(everything.commercial_partner_id.mapped("display_name")),
                )
            )
        secret = any(everything.mapped("confidential"))
        if join_people and secret and not is_manager and self._get_newcomers(target):
            raise AccessError(
                self.env._(
                    "Something in these tickets is confidential. Only a helpdesk administrator can"
                    " let further people read it."
                )
            )

    def _merge_into(
        self, target, *, across_organisations=False, join_people=None, notify_customers=False
    ):
        """Make these tickets one with the target, which goes on; they close and lead to it.

        Messages with their files, activities, followers, tags, CC and links move to the target.
        Where that would show customers what they were not to see (:meth:`_get_newcomers`) and
        ``join_people`` is not set, the public conversation stays where it is, its people don't
        follow the target, and agents get it there as an internal note.

        Customers are told nothing, unless ``notify_customers``.

        The extension point for what other addons keep on tickets: extend, call ``super()``, move.

        :param target: the ticket that goes on; like these, one that was not merged before
        :param bool across_organisations: an administrator confirmed that the customers of different
            organisations belong together
        :param bool join_people: whether everybody may read everything; by default
            where all tickets are of one customer and none is confidential
        :param bool notify_customers: queue one mail to the customer of each merged ticket
        :raises UserError: different companies or organisations, or somebody works on them right now
        :raises AccessError: if the user may not write all of them
        """
        target.ensure_one()
        target = target.with_env(self.env)
        self._check_merge(target, across_organisations, join_people)
        tickets = self | target
        if tickets.try_lock_for_update(allow_referencing=True) != tickets:
            raise UserError(
                self.env._("Somebody else is changing these tickets right now. Please try again.")
            )
        if join_people is None:
            join_people = self._may_read_each_other(target)
        apart = (
            self.browse() if join_people else self.browse(t.id for t in self._get_newcomers(target))
        )
        values = self._get_merged_values(target, apart)
        self._move_conversations(target, apart)
        if self._is_to_be_taken_up(target):
            target._skip_stage_mails()
            values["stage_id"] = target.team_id._get_customer_reply_stage().id
        target.write(values)
        self._close_merged(target)
        if notify_customers:
            self._notify_merged()
        target._after_merge(self)

    def _get_merge_action(self, target=None):
        """Return the action that asks how to merge these tickets."""
        context = {"default_ticket_ids": [Command.set(self.ids)]}
        if target:
            context["default_target_id"] = target.id
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "helpdesk_futural.helpdesk_ticket_merge_action"
            ),
            "context": context,
        }

    def _get_ticket_action(self):
        """Return the action that opens the ticket's form."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    def _after_merge(self, merged):
        """React to other tickets having been merged into this one: derive what depends on them.

        For what is computed from a ticket's history, such as hours and deadlines.
        """

    def _get_merged_values(self, target, apart):
        """Return what the target takes over from these tickets."""
        # sudo: access was checked; values of the tickets only
        target, merged, apart = target.sudo(), self.sudo(), apart.sudo()
        everything = target | merged
        joined = merged - apart
        responses = [
            t.first_response_date
            for t in target | joined
            if t.first_response_date and t.first_response_date >= target.create_date
        ]
        unanswered = everything.filtered("oldest_unanswered_customer_message_date")
        values = {
            "tag_ids": [Command.link(tag.id) for tag in merged.tag_ids - target.tag_ids],
            "related_ids": [Command.link(t.id) for t in merged.related_ids - everything],
            "confidential": any(everything.mapped("confidential")),
            "first_response_date": min(responses, default=target.first_response_date),
            "oldest_unanswered_customer_message_date": min(
                unanswered.mapped("oldest_unanswered_customer_message_date"), default=False
            ),
        }
        for name in ("last_customer_message_date", "last_agent_message_date"):
            dates = (target | joined).filtered(name).mapped(name)
            values[name] = max(dates, default=False)
        last = max(target | joined, key=lambda t: (t.last_message_date, t == target))
        for name in ("last_message_date", "last_author_id", "last_message_preview"):
            values[name] = last._fields[name].convert_to_write(last[name], last)
        if any(t.state in OPEN_STATES and t.waiting_on == "team" for t in merged):
            values["waiting_on"] = "team"
        cc = {}
        for ticket in target | joined:
            cc |= target._mail_cc_sanitized_raw_dict(ticket.email_cc)
        values["email_cc"] = ", ".join(cc.values()) or False
        if not target.partner_id and len(joined.partner_id) == 1:
            values["partner_id"] = joined.partner_id.id
        return {
            name: value
            for name, value in values.items()
            if value != target._fields[name].convert_to_write(target[name], target) and value != []
        }

    def _is_to_be_taken_up(self, target):
        """Tell whether a customer waits for us on these tickets while the target is at rest."""
        return target.state not in ("new", "in_progress") and any(
            t.state in OPEN_STATES and t.waiting_on == "team" for t in self
        )

    def _close_merged(self, target):
        """Close these tickets in silence, with a note on where they went."""
        # Whatever was merged into these goes on in the target too.
        # sudo: also those that the user doesn't see
        earlier = self.sudo().merged_ids
        earlier.write({"merged_into_id": target.id})
        self._skip_stage_mails()
        for team, tickets in self.grouped("team_id").items():
            stage = team._get_first_stage("closed", "solved")
            if not stage:
                raise UserError(
                    # sudo: the name of the team of tickets that the user may write
                    self.env._("The team “%s” has no stage for closed tickets.", team.sudo().name)
                )
            # A stage that is closed already, such as Cancelled, says more.
            closed = tickets.filtered(lambda t: t.state == "closed")
            closed.write({"merged_into_id": target.id})
            (tickets - closed).write({"merged_into_id": target.id, "stage_id": stage.id})
        link = target._get_html_link(title=f"#{target.ticket_ref}")
        body = self.env._("Merged into %s.", link)
        self._message_log_batch(bodies=dict.fromkeys(self.ids, body))

    def _notify_merged(self):
        """Tell the customers of merged tickets where their requests go on."""
        template = self.env.ref(MERGED_TEMPLATE, raise_if_not_found=False)
        if template and template.active:
            self._queue_automatic_mails(template)

    # ------------------------------------------------------------------
    # What moves
    # ------------------------------------------------------------------

    def _move_conversations(self, target, apart):
        """Move what was said and planned, and tell agents on the target what came from where."""
        messages = self._get_conversation()
        staying = messages.filtered(
            lambda m: m.res_id in apart.ids and not (m.is_internal or m.subtype_id.internal)
        )
        said = {m.res_id: set() for m in messages}
        for message in messages:
            said[message.res_id].add(_plain(message.body))
        note = self._get_merge_note(said)
        self._move_files(target, apart, (messages - staying).attachment_ids)
        # sudo: see _get_conversation
        (messages - staying).sudo().write({"res_id": target.id})
        # sudo: activities of colleagues move too
        self.sudo().activity_ids.write({"res_id": target.id})
        people = None
        if apart:
            # sudo: to tell colleagues from customers
            people = self.sudo().message_partner_ids.filtered(lambda p: not p.partner_share)
            people |= (self - apart).sudo().message_partner_ids
        target._copy_followers(self, people)
        self._move_scheduled_messages(target, apart)
        target._message_log(body=note)
        for ticket_id, said_there in staying.grouped("res_id").items():
            self.browse(ticket_id)._log_conversation_on(target, said_there)

    def _get_merge_note(self, said):
        """Return what agents read on the target: which tickets came, and what they were about.

        :param dict said: ``{ticket id: texts}`` that are in the conversation anyway
        """
        lines, descriptions = Markup(), Markup()
        for ticket in self.sudo():  # sudo: access was checked
            link = ticket._get_html_link(title=f"#{ticket.ticket_ref}")
            customer = ticket.partner_id.name or ticket.partner_name or ticket.partner_email or "–"
            lines += Markup("<li>%s %s (%s)</li>") % (link, ticket.name, customer)
            text = _plain(ticket.description)
            if not is_html_empty(ticket.description) and text not in said.get(ticket.id, ()):
                descriptions += Markup("<p>%s</p><blockquote>%s</blockquote>") % (
                    self.env._("Description of #%s:", ticket.ticket_ref),
                    ticket.description,
                )
        head = self.env._("Merged into this ticket:")
        return Markup("<p>%s</p><ul>%s</ul>%s") % (head, lines, descriptions)

    def _move_files(self, target, apart, noted):
        """Move the tickets' files; of conversations that stay only those on internal notes."""
        # sudo: files of tickets that the user may write
        files = self.env["ir.attachment"].sudo()
        files = files.search([("res_model", "=", self._name), ("res_id", "in", self.ids)])
        if apart:
            files = files.filtered(lambda f: f.res_id not in apart.ids or f in noted)
        files.write({"res_id": target.id})

    def _move_scheduled_messages(self, target, apart):
        """Answers that agents have scheduled are sent from the target.

        Core lets nobody move them. Those of conversations that stay, stay too.
        """
        if ids := (self - apart).ids:
            self.env["mail.scheduled.message"].flush_model(["model", "res_id"])
            self.env.execute_query(
                SQL(
                    "UPDATE mail_scheduled_message SET res_id = %s"
                    " WHERE model = %s AND res_id IN %s RETURNING id",
                    target.id,
                    self._name,
                    tuple(ids),
                )
            )
            self.env["mail.scheduled.message"].invalidate_model(["res_id"])

    def _log_conversation_on(self, target, messages):
        """Give agents on the target a conversation that its customers were not to see."""
        body = Markup("<p>%s</p>") % self.env._(
            "Conversation on #%(number)s. The people of this ticket were not to see it, so it"
            " stays there; only agents read it here.",
            number=self.ticket_ref,
        )
        for message in messages:
            date = fields.Datetime.context_timestamp(self, message.date)
            body += Markup("<p><b>%s</b> %s</p><blockquote>%s</blockquote>") % (
                message.author_id.name or message.email_from or "–",
                f"{date:%Y-%m-%d %H:%M}",
                message.body,
            )
        # sudo: files of a ticket that the user may write
        copies = self.env["ir.attachment"].sudo()
        for file in messages.attachment_ids:
            copies |= file.copy({"res_id": target.id})
        target._message_log(body=body, attachment_ids=copies.ids)


def _plain(html):
    return " ".join(html2plaintext(html or "").split())
