"""What a story of ``demo/conversations`` tells, and what the ticket is like after it."""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup

from odoo import Command, fields

from ..tools.preview import preview

UTC = ZoneInfo("UTC")
CHANGES = {"assign": "user_id", "stage": "stage_id"}


class Events:
    """What happened on one ticket, replayed: all its values follow from it."""

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
