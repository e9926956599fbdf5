"""What a story of ``demo/conversations`` writes beside its ticket: messages, files, ratings, activities."""

import base64
from datetime import timedelta

from markupsafe import Markup

from odoo import Command, fields
from odoo.tools import file_open

from .events import Events

FILES_FOLDER = "helpdesk_futural/demo/files"
#: What is said, and the subtype of the message.
SAYINGS = {
    "mail": "mail.mt_comment",
    "answer": "mail.mt_comment",
    "note": "mail.mt_note",
    "rating": "helpdesk_futural.mt_ticket_rating",
}


class Story(Events):
    """One ticket and what belongs to it, written with the dates of its events."""

    def message_values(self):
        """Yield the values of each message, and those of the changes that it reports."""
        yield self._get_message(self.events[0], "mail.mt_note", self._get_creation()), []
        for event in self.events:
            if event.tag in SAYINGS:
                subtype = SAYINGS[event.tag]
                yield self._get_message(event, subtype, self._get_saying(event)), []
            if event in self.changes:
                moved = "stage_id" in self.changes[event]
                subtype = "helpdesk_futural.mt_ticket_stage" if moved else "mail.mt_note"
                yield self._get_message(event, subtype, {}), self._get_tracking(event)

    def _get_message(self, event, subtype, values):
        author, moment = self.author(event), self.moment(event)
        subtype = self.env.ref(subtype)
        return {
            "model": self.ticket._name,
            "res_id": self.ticket.id,
            "date": moment,
            "create_date": moment,
            "author_id": author.id,
            "email_from": author.email_formatted,
            "message_type": "notification",
            "subtype_id": subtype.id,
            "is_internal": subtype.internal,
            **values,
        }

    def _get_creation(self):
        by_mail = self.events[0].tag == "mail" and self.values["channel"] == "email"
        robot = {"author_id": self.env.ref("base.partner_root").id} if by_mail else {}
        # A second earlier, so that the list of messages begins with it.
        date = self.created - timedelta(seconds=1)
        return {"body": self.ticket._creation_message(), "date": date, **robot}

    def _get_saying(self, event):
        values = {"body": self.body(event), "message_type": "comment"}
        notified = []
        if event.tag == "rating":
            values.update(self._get_rating(event))
        if event.tag == "mail":
            if self.values["channel"] == "email" or event.get("via") == "email":
                values.update(message_type="email", subject=self.values["name"])
            agent = self.env["res.users"].browse(self.values["user_id"])
            if agent.notification_type == "inbox":
                unread = self._is_last_word(event)
                notified = [(agent.partner_id, "inbox", not unread)]
        elif event.tag == "answer" and self.customer:
            notified = [(self.customer, "email", True)]
        values["notification_ids"] = [
            Command.create(
                {
                    "res_partner_id": partner.id,
                    "notification_type": kind,
                    "notification_status": "sent",
                    "is_read": read,
                }
            )
            for partner, kind, read in notified
        ]
        if files := event.findall("file"):
            values["attachment_ids"] = [Command.link(self._create_file(f).id) for f in files]
        return values

    def _is_last_word(self, event):
        said = [e for e in self.events if e.tag in ("mail", "answer")]
        return event == said[-1] and self.values["waiting_on"] == "team"

    def _create_file(self, node):
        if src := node.get("src"):
            with file_open(f"{FILES_FOLDER}/{src}", "rb") as data:
                raw = data.read()
        else:
            lines = (line.strip() for line in node.text.strip().splitlines())
            raw = "\n".join(lines).encode()
        return self.env["ir.attachment"].create(
            {
                "name": node.get("name"),
                "datas": base64.b64encode(raw),
                "res_model": self.ticket._name,
                "res_id": self.ticket.id,
            }
        )

    def _get_tracking(self, event):
        described = self.ticket.fields_get(self.changes[event])
        return [
            self.env["mail.tracking.value"]._create_tracking_values(
                before, after, name, described[name], self.ticket
            )
            for name, (before, after) in self.changes[event].items()
        ]

    def _get_rating(self, event):
        """Return the values of the customer's rating, as part of the message that shows it."""
        moment, value = self.moment(event), event.get("value")
        image = f"/rating/static/src/img/rating_{value}.png"
        return {
            "body": Markup("<img src='%s' alt=':%s/5' style='width:18px;float:left;'/>%s")
            % (image, value, self.body(event)),
            "rating_ids": [
                Command.create(
                    {
                        "res_model_id": self.env["ir.model"]._get_id(self.ticket._name),
                        "res_id": self.ticket.id,
                        "partner_id": self.author(event).id,
                        "rated_partner_id": self.ticket.user_id.partner_id.id,
                        "rating": float(value),
                        "feedback": " ".join((event.text or "").split()),
                        "consumed": True,
                        "create_date": moment,
                        "write_date": moment,
                    }
                )
            ],
        }

    def activity_values(self):
        for activity in self.node.iterfind("activity"):
            kind = self.env.ref(f"mail.mail_activity_data_{activity.get('type', 'todo')}")
            yield {
                "res_model_id": self.env["ir.model"]._get_id(self.ticket._name),
                "res_id": self.ticket.id,
                "activity_type_id": kind.id,
                "summary": activity.text.strip(),
                "date_deadline": self.local(fields.Datetime.now()).date()
                + timedelta(days=int(activity.get("due"))),
                "user_id": (self.ref(activity.get("by")) or self.ticket.user_id).id,
            }

    def merge(self):
        """Make the ticket part of another, as an agent would have done it then."""
        for event in self.node.iterfind("merge"):
            moment, target = self.moment(event), self.ref(event.get("into"))
            known = self.env["mail.message"].search([], order="id desc", limit=1)
            self.ticket.with_user(self.ref(event.get("by")))._merge_into(target)
            self.env["mail.message"].search([("id", ">", known.id)]).date = moment
            self.ticket.write({"date_last_stage_update": moment, "close_date": moment})
