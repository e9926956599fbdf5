"""Makes tickets of the stories in ``demo/conversations``.

A story is a ticket and all that happened on it, in the order in which it happened::

    <ticket id="demo_ticket_x" customer="demo_partner_y" agent="demo_user_z" …>
        <subject>…</subject>
        <mail at="12d 09:14">What the customer wrote.</mail>
        <claim at="12d 09:40" by="demo_user_z" />
        <answer at="11d 10:05">What the agent answered.</answer>
    </ticket>

A ticket may be ``unread="1"``, or snoozed: ``snooze="4"``, until nine o'clock in four days.

``at`` is ``12d 09:14``, twelve *working* days before the day of installation at 9:14 where the team
is, or ``40m``, forty minutes before the installation. References are xmlids of this addon.
``origin`` is the ticket that this one continues, ``related`` one that it has to do with.

=============  =====================================================================================
mail           the customer's public message (``by``: somebody else's). The first one makes the ticket;
               one to a waiting or solved ticket puts it in progress again.
request        makes a ticket that an agent (``by``) writes down: its description, no message
answer, note   the agent's public message or internal note (``by``: another's)
claim          the agent (``by``: another) takes the ticket, and it goes into progress
assign, stage  the ticket goes to the agent or stage ``to``; ``by`` whom, else the agent
team           the same with a team, into whose pool it goes
rating         the customer's: ``value`` 5, 3 or 1, and the comment
activity       ``due`` in days from today, ``type`` (todo, call, email, …), for the agent or ``by``
resolution     the resolution notes; ``property``: a value of one of the team's properties
merge          ``by`` whom the ticket was made part of another one (``into``); after all else
file           inside a message: ``name``, and its text or ``src``, a file in ``demo/files``
=============  =====================================================================================

All is written with the dates of the story, as records: nothing is posted, so nobody is notified.
Dates of creation can be given because the superuser may do so while an addon is installed.
"""

import base64
import re
from collections import defaultdict
from datetime import datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from lxml import etree
from markupsafe import Markup

from odoo import Command, fields
from odoo.tools import SQL, file_open

from ..tools.case_number import format_case_number, split_case_number
from ..tools.preview import preview

FOLDER = "helpdesk_futural/demo"
FILES = (
    "technical",
    "technical_history",
    "billing",
    "returns",
    "past_technical",
    "past_billing",
    "past_returns",
)
UTC = ZoneInfo("UTC")
QUIET = {
    "mail_notrack": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_activity_quick_update": True,
}
#: What is said, and the subtype of the message.
SAYINGS = {
    "mail": "mail.mt_comment",
    "answer": "mail.mt_comment",
    "note": "mail.mt_note",
    "rating": "helpdesk_futural.mt_ticket_rating",
}
CHANGES = {"assign": "user_id", "stage": "stage_id"}


def load_conversations(env):
    """Create the tickets of all stories, unless there are any of them already."""
    env = env(context=dict(env.context, **QUIET))
    teams = [_parse(f"{FOLDER}/conversations/{name}.xml") for name in FILES]
    stories = [Story(env, node, team.get("id")) for team in teams for node in team]
    if any(env.ref(story.xmlid, raise_if_not_found=False) for story in stories):
        return
    stories.sort(key=lambda story: story.created)
    _number(env, stories)
    tickets = env["helpdesk.ticket"]._load_records(
        [{"xml_id": s.xmlid, "values": s.values, "noupdate": True} for s in stories]
    )
    for story, ticket in zip(stories, tickets, strict=True):
        story.ticket = ticket
        if origin := story.node.get("origin"):
            ticket.origin_id = story.ref(origin)
        if related := story.node.get("related"):
            ticket.related_ids = story.ref(related)
    _write_messages(env, stories)
    tickets._recompute_message_metrics(with_waiting=True)
    tickets._update_slas(with_past=True)
    env["mail.activity"].create([vals for story in stories for vals in story.activity_values()])
    for story in stories:
        story.merge()


def _parse(path):
    with file_open(path, "rb") as data:
        return etree.parse(data, etree.XMLParser(remove_comments=True)).getroot()


def _number(env, stories):
    """Give each story the case number of the day where its team is, after those that are taken."""
    days = [f"{story.local(story.created):%y%m%d}" for story in stories]
    taken = defaultdict(int)
    everywhere = env["helpdesk.ticket"].with_context(active_test=False)
    known = everywhere.search([("ticket_ref", ">=", min(days))])
    for day, counter in filter(None, map(split_case_number, known.mapped("ticket_ref"))):
        taken[day] = max(taken[day], counter)
    counters = {day: count(taken[day] + 1) for day in days}
    for story, day in zip(stories, days, strict=True):
        story.values["ticket_ref"] = format_case_number(
            story.local(story.created).date(), next(counters[day])
        )


def _write_messages(env, stories):
    """Write what was said and changed, oldest first: the chatter shows messages by their ids."""
    written = sorted(
        ((vals, changes) for story in stories for vals, changes in story.message_values()),
        key=lambda pair: pair[0]["date"],
    )
    messages = env["mail.message"].create([vals for vals, _changes in written])
    env["mail.tracking.value"].create(
        [
            dict(tracking, mail_message_id=message.id, create_date=message.date)
            for message, (_vals, changes) in zip(messages, written, strict=True)
            for tracking in changes
        ]
    )
    # Ratings count by the day of their last change; it and rated_on are always set to now.
    env.flush_all()
    env.execute_query(
        SQL(
            "UPDATE rating_rating SET rated_on = create_date, write_date = create_date"
            " WHERE message_id IN %s RETURNING id",
            tuple(messages.ids),
        )
    )
    ratings = messages.rating_ids
    ratings.invalidate_recordset()
    for rating in ratings:
        rating.helpdesk_ticket_id.rating_date = rating.create_date
        rating.helpdesk_ticket_id.rating_request_date = rating.create_date
    # Core computes the last value before the rating has its model.
    tickets = ratings.helpdesk_ticket_id
    for name in ("rating_last_value", "satisfaction", "satisfaction_score"):
        env.add_to_compute(tickets._fields[name], tickets)


class Story:
    """One ticket: its events replayed, from which all its values follow."""

    def __init__(self, env, node, team):
        self.env = env
        self.node = node
        self.xmlid = f"helpdesk_futural.{node.get('id')}"
        self.team = self.ref(team)
        self.tz = ZoneInfo(self.team._get_tz())
        self.customer = self.ref(node.get("customer"))
        self.agent = self.ref(node.get("agent"))
        self.ticket = env["helpdesk.ticket"]
        self.events = [event for event in node if event.get("at")]
        self.created = self.moment(self.events[0])
        self.changes = {}  # {event: {field name: (record before, record after)}}
        self.values = self._get_first_values()
        self._note_stage(self.created)
        self._replay()

    # Reading ------------------------------------------------------------

    def ref(self, xmlid):
        if not xmlid:
            return self.env["res.users"]
        return self.env.ref(xmlid if "." in xmlid else f"helpdesk_futural.{xmlid}")

    def local(self, moment):
        return moment.replace(tzinfo=UTC).astimezone(self.tz)

    def moment(self, event):
        """Return the event's ``at`` in UTC, naive as the ORM wants it."""
        now = fields.Datetime.now()
        if minutes := re.fullmatch(r"(\d+)m", event.get("at")):
            return now - timedelta(minutes=int(minutes[1]))
        days, clock = re.fullmatch(r"(\d+)d (\d\d:\d\d)", event.get("at")).groups()
        day = self.local(now).date()
        for _working_day in range(int(days)):
            day -= timedelta(days=1)
            while day.weekday() > 4:
                day -= timedelta(days=1)
        there = datetime.combine(day, datetime.strptime(clock, "%H:%M").time(), self.tz)
        return there.astimezone(UTC).replace(tzinfo=None)

    def body(self, event):
        """Return the text as HTML; a blank line ends a paragraph, other line ends mean nothing."""
        paragraphs = re.split(r"\n\s*\n", (event.text or "").strip())
        return Markup("").join(Markup("<p>%s</p>") % " ".join(p.split()) for p in paragraphs if p)

    def author(self, event):
        """Return the partner who did it."""
        default = self.customer if event.tag in ("mail", "rating") else self.agent
        person = self.ref(event.get("by")) or default or self.env.ref("base.user_root")
        return person.partner_id if person._name == "res.users" else person

    # Replaying ----------------------------------------------------------

    def _get_first_values(self):
        node = self.node
        opening = self.events[0]
        pool = any(event.tag in ("claim", "assign") for event in self.events)
        resolution = node.find("resolution")
        values = {
            "name": node.findtext("subject").strip(),
            "description": self.body(opening),
            "team_id": self.team.id,
            "stage_id": self.team._get_new_ticket_stage().id,
            "user_id": not pool and self.agent.id,
            "assign_date": not pool and self.agent and self.created,
            "partner_id": self.customer.id,
            "channel": node.get("channel", "email"),
            "ticket_type_id": self.ref(node.get("type")).id,
            "tag_ids": [Command.set([self.ref(tag).id for tag in node.get("tags", "").split()])],
            "kanban_state": node.get("kanban_state", "normal"),
            "confidential": node.get("confidential") == "1",
            "unread": node.get("unread") == "1",
            "snooze_until": node.get("snooze") and self._get_snooze_end(int(node.get("snooze"))),
            "email_cc": node.get("cc"),
            "resolution": resolution is not None and self.body(resolution),
            "properties": {p.get("name"): p.get("value") for p in node.iterfind("property")},
            "create_date": self.created,
            "date_last_stage_update": self.created,
            "last_message_date": self.created,
            "solved_date": False,
            "close_date": False,
            "stage_history": [],
        }
        if "priority" in node.attrib:
            values["priority"] = node.get("priority")
        if "severity" in node.attrib:
            values["severity_id"] = self.ref(node.get("severity")).id
        if opening.tag == "request":
            values["create_uid"] = self.ref(opening.get("by")).id
        return values

    def _get_snooze_end(self, days):
        day = self.local(fields.Datetime.now()).date() + timedelta(days=days)
        there = datetime.combine(day, time(9), self.tz)
        return there.astimezone(UTC).replace(tzinfo=None)

    def _replay(self):
        for event in self.events:
            if event.tag in ("mail", "answer"):
                self._say(event)
            elif event.tag == "claim":
                stage = self.team._get_first_stage("in_progress")
                agent = self.ref(event.get("by")) or self.agent
                self._change(event, user_id=agent, stage_id=stage)
            elif event.tag == "team":
                self._change(event, team_id=self.ref(event.get("to")), user_id=self.ref(None))
            elif event.tag in CHANGES:
                self._change(event, **{CHANGES[event.tag]: self.ref(event.get("to"))})

    def _say(self, event):
        moment, customers = self.moment(event), event.tag == "mail"
        self.values.update(
            waiting_on="team" if customers else "customer",
            last_message_date=moment,
            last_message_preview=preview(self.body(event)),
            last_author_id=self.author(event).id,
        )
        if customers:
            self.values["last_customer_message_date"] = moment
            stage = self.env["helpdesk.stage"].browse(self.values["stage_id"])
            if stage.state in ("waiting", "solved"):
                self._change(event, stage_id=self.team._get_first_stage("in_progress"))
        else:
            self.values["last_agent_message_date"] = moment
            self.values.setdefault("first_response_date", moment)

    def _change(self, event, **records):
        moment, former = self.moment(event), {}
        for name, record in records.items():
            former[name] = (record.browse(self.values[name]), record)
            self.values[name] = record.id
        self.changes[event] = former
        if "user_id" in records:
            former_date = self.values["assign_date"]
            self.values["assign_date"] = records["user_id"] and (former_date or moment)
        if stage := records.get("stage_id"):
            self._note_stage(moment)
            solved = moment if stage.state == "solved" else self.values["solved_date"]
            self.values.update(
                date_last_stage_update=moment,
                solved_date=stage.state in ("solved", "closed") and solved,
                close_date=stage.state == "closed" and moment,
                closed_by_partner=stage.state == "closed" and self.author(event) == self.customer,
            )
            if stage.state in ("waiting", "solved"):
                self.values["waiting_on"] = "customer"

    def _note_stage(self, moment):
        stage = self.env["helpdesk.stage"].browse(self.values["stage_id"])
        history = self.values["stage_history"]
        if not history or history[-1][0] != stage.id:
            history.append([stage.id, stage.state, fields.Datetime.to_string(moment)])

    # Writing ------------------------------------------------------------

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
            with file_open(f"{FOLDER}/files/{src}", "rb") as data:
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
