"""The tickets themselves: new ones are created, of known ones what changed there is brought."""

from collections import defaultdict
from datetime import timedelta
from zoneinfo import ZoneInfo

from odoo import Command
from odoo.fields import Date, Datetime
from odoo.tools import SQL

from .mapping import (
    KANBAN_STATES,
    PRIORITIES,
    changes_to_bring,
    channel_of,
    find_files,
    mark,
    rewrite_files,
    told_stages,
)
from .people import to_text
from .report import CHANGED, CREATED, FOUND

TABLE = "helpdesk_ticket"
MODEL = "helpdesk.ticket"
COLUMNS = (
    *("id", "number", "name", "description", "active", "team_id", "company_id", "stage_id"),
    *("user_id", "partner_id", "partner_name", "partner_email", "priority", "category_id"),
    *("channel_id", "color", "kanban_state", "email_cc", "properties", "create_date"),
    *("write_date", "assigned_date", "closed_date", "last_stage_update"),
)
#: What goes on changing there and is brought again.
_FOLLOWED = (
    *("name", "description", "active", "team_id", "stage_id", "user_id", "partner_id"),
    *("partner_name", "partner_email", "priority", "ticket_type_id", "tag_ids", "kanban_state"),
    *("email_cc", "assign_date", "solved_date", "close_date", "date_last_stage_update"),
    "properties",
)


class Refused(Exception):
    """A ticket can't be brought; the text says why."""


class Tickets:
    """Brings tickets, without what was said on them.

    :param env: of the superuser, with a context in which nobody is told of anything
    :param source: the other database
    :param ledger: what was brought already
    :param report: what becomes of the tickets
    :param people: who is who
    :param configuration: what tickets refer to
    """

    def __init__(self, env, source, ledger, report, people, configuration) -> None:
        self.env = env
        self.source = source
        self.ledger = ledger
        self.report = report
        self.people = people
        self.configuration = configuration
        self._channels = source.names("helpdesk_ticket_channel")
        self._channel_xmlids = source.xmlids("helpdesk.ticket.channel")
        self._closed_stages = {
            row["id"]
            for row in source.rows("helpdesk_ticket_stage", ("id", "closed"))
            if row["closed"]
        }

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    def load(self, ids) -> dict[int, dict]:
        """Return the rows there, each with its ``tags`` and whether it came ``by_mail``."""
        rows = {row["id"]: dict(row, tags=[]) for row in self.source.read_ids(TABLE, COLUMNS, ids)}
        relation = "helpdesk_ticket_helpdesk_ticket_tag_rel"
        for link in self.source.rows(
            relation,
            ("helpdesk_ticket_id", "helpdesk_ticket_tag_id"),
            *("helpdesk_ticket_id = ANY(%s)", (list(ids),), "helpdesk_ticket_tag_id"),
        ):
            rows[link["helpdesk_ticket_id"]]["tags"].append(link["helpdesk_ticket_tag_id"])
        by_mail = self.source.query(
            "SELECT DISTINCT ON (res_id) res_id, message_type, body FROM mail_message"
            " WHERE model = 'helpdesk.ticket' AND res_id = ANY(%s)"
            " AND message_type IN ('email', 'comment') ORDER BY res_id, id",
            (list(ids),),
        )
        for row in by_mail:
            if row["res_id"] in rows:
                ticket = rows[row["res_id"]]
                ticket["by_mail"] = row["message_type"] == "email"
                if ticket["by_mail"] and "cid:" in (ticket["description"] or ""):
                    # OCA keeps the text of the mail as it was before its pictures were stored.
                    ticket["description"] = row["body"]
        return rows

    # ------------------------------------------------------------------
    # Values
    # ------------------------------------------------------------------

    def get_values(self, row, files: dict[int, int]) -> dict:
        """Return the values of a ticket here, in the form of JSON.

        :param files: ``{file there: file here}``
        :raises Refused: if it can't be brought
        """
        team_id = self.configuration.teams.get((row["team_id"], row["company_id"]))
        if not team_id:
            raise Refused("Its company has no counterpart here (--company).")
        company = self.env["helpdesk.team"].browse(team_id).company_id
        done = row["stage_id"] in self._closed_stages
        user_id = self.people.get_agent(row["user_id"], company, done=done)
        if row["user_id"] and not user_id:
            self.report.note(
                *("ticket", row["id"], row["number"], "to do"),
                f"Is without its agent {self.people.name_of(row['user_id'])}, who can't be given"
                f" tickets here{'' if done else ': it is in the pool'}.",
            )
        closed = to_text(row["closed_date"] or row["last_stage_update"] or row["write_date"])
        solved = done and row["stage_id"] in self.configuration.solving
        values = {
            "name": row["name"] or self.env._("(No subject)"),
            "description": rewrite_files(row["description"], files)[0],
            "active": row["active"] is not False,
            "team_id": team_id,
            "stage_id": self.configuration.stages.get(row["stage_id"]),
            "user_id": user_id,
            "partner_id": self.people.contacts.get(row["partner_id"]) or False,
            "partner_name": row["partner_name"],
            "partner_email": row["partner_email"],
            "priority": row["priority"] if row["priority"] in PRIORITIES else "1",
            "ticket_type_id": self.configuration.categories.get(row["category_id"]) or False,
            "tag_ids": sorted(
                {self.configuration.tags[t] for t in row["tags"] if t in self.configuration.tags}
            ),
            "kanban_state": row["kanban_state"]
            if row["kanban_state"] in KANBAN_STATES
            else "normal",
            "email_cc": row["email_cc"] or False,
            "assign_date": user_id and to_text(row["assigned_date"] or row["create_date"]),
            "solved_date": solved and closed,
            "close_date": done and closed,
            "date_last_stage_update": to_text(row["last_stage_update"] or row["create_date"]),
            "properties": row["properties"] or {},
        }
        # What a contact has is not overwritten with nothing.
        return {
            name: value
            for name, value in values.items()
            if value is not None and not (name == "properties" and not value)
        }

    def get_here(self, ticket, names) -> dict:
        """Return the values of a ticket as they are here, in the form of JSON."""
        return {name: self._get_here(ticket, name) for name in names}

    def _get_here(self, ticket, name):
        value, kind = ticket[name], ticket._fields[name].type
        if kind == "many2one":
            return value.id
        if kind == "many2many":
            return sorted(value.ids)
        if kind == "datetime":
            return to_text(value)
        if kind == "properties":
            return {k: v for k, v in (value or {}).items() if v not in (False, None, "", [])}
        return str(value) if kind == "html" and value else value

    @staticmethod
    def to_orm(values: dict) -> dict:
        """Return values as the ORM takes them."""
        if "tag_ids" in values:
            values = {**values, "tag_ids": [Command.set(values["tag_ids"])]}
        return values

    def get_marks(self, ticket, values: dict) -> dict:
        """Return what is noted of a ticket, see :func:`~.mapping.changes_to_bring`."""
        here = self.get_here(ticket, [name for name in values if name in _FOLLOWED])
        return {name: [mark(values[name]), mark(here[name])] for name in here}

    # ------------------------------------------------------------------
    # New ones
    # ------------------------------------------------------------------

    def add(self, rows: dict[int, dict], stage_changes: dict[int, list]) -> dict[int, object]:
        """Create tickets with the dates that they have there.

        :param rows: as :meth:`load` returns them, each with its ``files``
        :param stage_changes: ``{ticket there: [(moment, stage before, stage after)]}``, stages here
        :return: ``{id there: ticket here}``
        """
        if not rows:
            return {}
        values = {id_: self.get_values(row, row["files"]) for id_, row in rows.items()}
        numbers = self._get_numbers(rows, values)
        states = self._get_states()
        vals_list = []
        for id_, row in rows.items():
            vals = self.to_orm(values[id_])
            created = to_text(row["create_date"])
            told = told_stages(created, stage_changes.get(id_, ()), vals.get("stage_id") or 0)
            if vals.get("stage_id") and (not told or told[-1][0] != vals["stage_id"]):
                told.append((vals["stage_id"], vals["date_last_stage_update"]))
            vals_list.append(
                {
                    **vals,
                    "ticket_ref": numbers[id_],
                    "former_ref": row["number"] if row["number"] not in (None, "/") else False,
                    "channel": self._get_channel(row),
                    "color": row["color"] or 0,
                    "unread": False,
                    "stage_history": [[stage, states[stage], since] for stage, since in told],
                    "last_message_date": created,
                }
            )
        tickets = self.env[MODEL].create(vals_list)
        self._date_back(tickets, rows.values())
        result = dict(zip(rows, tickets, strict=True))
        self.ledger.note(
            *(TABLE, MODEL, {id_: ticket.id for id_, ticket in result.items()}),
            {id_: self.get_marks(ticket, values[id_]) for id_, ticket in result.items()},
        )
        self.report.count("ticket", CREATED, len(tickets))
        return result

    def _get_states(self) -> dict[int, str]:
        stages = self.env["helpdesk.stage"].with_context(active_test=False).search([])
        return {stage.id: stage.state for stage in stages}

    def _get_channel(self, row) -> str:
        name = self._channels.get(row["channel_id"])
        xmlid = self._channel_xmlids.get(row["channel_id"], "").partition(".")[2]
        channel, guessed = channel_of(xmlid, name, by_mail=bool(row.get("by_mail")))
        if guessed:
            self.report.left(f"channel “{name}” of a ticket", 1, "It came as “By Hand”.")
        return channel

    def _get_numbers(self, rows, values) -> dict[int, str]:
        """Return a case number for each ticket, of the day on which it was created there."""
        days = defaultdict(list)
        for id_, row in rows.items():
            team = self.env["helpdesk.team"].browse(values[id_]["team_id"])
            moment = row["create_date"].replace(tzinfo=ZoneInfo("UTC"))
            days[moment.astimezone(ZoneInfo(team._get_tz())).date()].append(id_)
        numbers = {}
        for day, ids in sorted(days.items()):
            for id_, number in zip(ids, self._draw_numbers(day, len(ids)), strict=True):
                numbers[id_] = number
        return numbers

    def _draw_numbers(self, day, count) -> list[str]:
        tickets = self.env[MODEL]
        if day >= Date.today() - timedelta(days=1):
            # Others draw numbers of this day, too.
            return tickets._draw_case_numbers(day, count)
        return tickets._get_past_case_numbers(day, count)

    def _date_back(self, tickets, rows) -> None:
        """Give the tickets their dates of creation, which the ORM sets itself, and what follows."""
        tickets.flush_recordset()
        cr = self.env.cr
        for ticket, row in zip(tickets, rows, strict=True):
            cr.execute(
                SQL(
                    "UPDATE helpdesk_ticket SET create_date = %s WHERE id = %s",
                    row["create_date"] or Datetime.now(),
                    ticket.id,
                )
            )
        tickets.invalidate_recordset(["create_date"])
        for name in ("assign_hours", "solve_hours", "close_hours"):
            self.env.add_to_compute(tickets._fields[name], tickets)

    # ------------------------------------------------------------------
    # Known ones
    # ------------------------------------------------------------------

    def update(self, row, ticket, brought: dict) -> None:
        """Bring what changed there since the last time, unless it was changed here as well."""
        values = self.get_values(row, row["files"])
        values = {name: value for name, value in values.items() if name in _FOLLOWED}
        here = self.get_here(ticket, values)
        changed, both = changes_to_bring(brought, values, here)
        if both:
            labels = ", ".join(ticket._fields[name].string or name for name in both)
            self.report.note(
                *("ticket", row["id"], row["number"], "kept"),
                f"Changed here and there ({labels}): #{ticket.ticket_ref} stays as it is here.",
            )
        if changed:
            ticket.write(self._with_stage_history(ticket, self.to_orm(changed)))
            self.report.count("ticket", CHANGED)
        else:
            self.report.count("ticket", FOUND)
        if changed or both:
            kept = {name: brought[name] for name in brought if name not in values}
            self.ledger.renew(TABLE, row["id"], {**kept, **self.get_marks(ticket, values)})

    def _with_stage_history(self, ticket, vals):
        """Say since when the ticket has been in the stage; else it would be since now."""
        since = vals.get("date_last_stage_update")
        if not since or "stage_id" not in vals:
            return vals
        state = self._get_states()[vals["stage_id"]]
        entry = [vals["stage_id"], state, since]
        return {**vals, "stage_history": [*(ticket.stage_history or []), entry]}

    def find_files(self, row) -> set[int]:
        """Return the files that a ticket's description shows."""
        return find_files(row["description"])
