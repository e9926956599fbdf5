"""What was said and noted on tickets, and who follows them."""

from collections import defaultdict

from psycopg2.extras import execute_values

from odoo import Command

from .mapping import TRACKED_FIELDS, message_type_of, rewrite_files, subtype_of
from .people import to_text
from .report import CREATED, FOUND
from .tickets import MODEL

TABLE = "mail_message"
_COLUMNS = (
    *("id", "res_id", "parent_id", "subject", "date", "body", "message_type", "subtype_id"),
    *("is_internal", "author_id", "email_from", "message_id", "reply_to", "incoming_email_to"),
    *("incoming_email_cc", "create_date", "email_layout_xmlid"),
)
_TRACKED_COLUMNS = (
    *("id", "mail_message_id", "field_id", "create_date", "old_value_integer"),
    *("new_value_integer", "old_value_char", "new_value_char", "old_value_text"),
    *("new_value_text", "old_value_float", "new_value_float", "old_value_datetime"),
    "new_value_datetime",
)


class Messages:
    """Brings messages with their authors, dates and visibility; nobody is notified.

    :param env: of the superuser
    :param source: the other database
    :param ledger: what was brought already
    :param report: what becomes of the messages
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
        self._subtype_xmlids = source.xmlids("mail.message.subtype")
        self._internal = {
            row["id"]
            for row in source.rows("mail_message_subtype", ("id", "internal"))
            if row["internal"]
        }
        self._fields = {
            row["id"]: TRACKED_FIELDS[row["name"]]
            for row in source.rows(
                *("ir_model_fields", ("id", "name"), "model = 'helpdesk.ticket'"),
            )
            if row["name"] in TRACKED_FIELDS
        }

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    def load(self, ticket_ids) -> dict[int, list[dict]]:
        """Return the messages of each ticket there, oldest first, with their ``changes``."""
        rows = self.source.rows(
            TABLE, _COLUMNS, "model = 'helpdesk.ticket' AND res_id = ANY(%s)", (list(ticket_ids),)
        )
        changes = defaultdict(list)
        for change in self.source.rows(
            "mail_tracking_value",
            _TRACKED_COLUMNS,
            "mail_message_id = ANY(%s)",
            ([row["id"] for row in rows],),
        ):
            if change["field_id"] in self._fields:
                changes[change["mail_message_id"]].append(change)
        files = defaultdict(list)
        for link in self.source.rows(
            *("message_attachment_rel", ("message_id", "attachment_id"), "message_id = ANY(%s)"),
            *(([row["id"] for row in rows],), "attachment_id"),
        ):
            files[link["message_id"]].append(link["attachment_id"])
        result = defaultdict(list)
        for row in rows:
            result[row["res_id"]].append(
                dict(row, changes=changes[row["id"]], files=files[row["id"]])
            )
        return result

    def get_stage_changes(self, rows) -> list[tuple[str, int, int]]:
        """Return ``[(moment, stage before, stage after)]`` of a ticket's messages, stages here."""
        stages = self.configuration.stages
        return [
            (
                to_text(row["date"]),
                stages.get(change["old_value_integer"], 0),
                stages.get(change["new_value_integer"], 0),
            )
            for row in rows
            for change in row["changes"]
            if self._fields[change["field_id"]] == "stage_id"
        ]

    # ------------------------------------------------------------------
    # Writing
    # ------------------------------------------------------------------

    def bring(self, tickets: dict, rows_of: dict[int, list[dict]], files: dict[int, int]) -> set:
        """Create the messages that are not here yet; return the tickets that got some.

        :param tickets: ``{ticket there: ticket here}``
        :param rows_of: as :meth:`load` returns them
        :param files: ``{file there: file here}``
        """
        rows = [row for id_ in tickets for row in rows_of.get(id_, ())]
        known = self.ledger.ids(TABLE, [row["id"] for row in rows])
        new = sorted(
            (
                row
                for row in rows
                if row["id"] not in known and message_type_of(row["message_type"])
            ),
            key=lambda row: row["id"],
        )
        self.report.count("message", FOUND, len(known))
        if not new:
            return set()
        messages = self.env["mail.message"].create(
            [self._get_values(row, tickets[row["res_id"]], files) for row in new]
        )
        created = {row["id"]: message.id for row, message in zip(new, messages, strict=True)}
        self._link_parents(new, {**known, **created})
        self._bring_changes(new, created)
        self.ledger.note(TABLE, "mail.message", created)
        self.report.count("message", CREATED, len(created))
        return {tickets[row["res_id"]] for row in new}

    def _get_values(self, row, ticket, files) -> dict:
        body, unknown = rewrite_files(row["body"], files)
        if unknown:
            self.report.note(
                *("message", row["id"], row["subject"] or "", "to do"),
                f"Shows {len(unknown)} files that are none of ticket #{ticket.ticket_ref}'s.",
            )
        subtype = subtype_of(
            self._subtype_xmlids.get(row["subtype_id"]),
            internal=row["subtype_id"] in self._internal,
            is_internal=bool(row["is_internal"]),
            message_type=row["message_type"],
        )
        kind = message_type_of(row["message_type"])
        if subtype is None and kind in ("email", "comment"):
            subtype = "mail.mt_note"  # a message without subtype is shown to nobody outside
        return {
            "model": MODEL,
            "res_id": ticket.id,
            "subject": row["subject"] or False,
            "body": body,
            "date": row["date"] or row["create_date"],
            "message_type": kind,
            "subtype_id": subtype and self.env["ir.model.data"]._xmlid_to_res_id(subtype),
            "is_internal": bool(row["is_internal"]),
            "author_id": self.people.contacts.get(row["author_id"]) or False,
            "email_from": row["email_from"] or False,
            # By it later answers find the thread.
            "message_id": row["message_id"] or False,
            "reply_to": False,
            "incoming_email_to": row["incoming_email_to"] or False,
            "incoming_email_cc": row["incoming_email_cc"] or False,
            "attachment_ids": [Command.link(files[id_]) for id_ in row["files"] if id_ in files],
        }

    def _link_parents(self, rows, ids) -> None:
        links = [(ids[row["id"]], ids[row["parent_id"]]) for row in rows if row["parent_id"] in ids]
        if not links:
            return
        self.env["mail.message"].flush_model()
        execute_values(
            self.env.cr._obj,
            "UPDATE mail_message m SET parent_id = v.parent FROM (VALUES %s) AS v (id, parent)"
            " WHERE m.id = v.id",
            links,
        )
        self.env["mail.message"].invalidate_model(["parent_id", "child_ids"])

    def _bring_changes(self, rows, ids) -> None:
        """Create the values that were tracked, so that the chatter shows what was changed."""
        model_fields = self.env["ir.model.fields"]
        vals_list, moments = [], []
        for row in rows:
            for change in row["changes"]:
                name = self._fields[change["field_id"]]
                vals = {
                    column: change[column]
                    for column in _TRACKED_COLUMNS
                    if column.startswith(("old_", "new_")) and change[column] is not None
                }
                vals.update(
                    field_id=model_fields._get(MODEL, name).id,
                    mail_message_id=ids[row["id"]],
                )
                if change["old_value_integer"] or change["new_value_integer"]:
                    for side in ("old_value_integer", "new_value_integer"):
                        vals[side] = self._translate(name, change[side])
                vals_list.append(vals)
                moments.append(change["create_date"] or row["date"])
        if not vals_list:
            return
        values = self.env["mail.tracking.value"].create(vals_list)
        values.flush_recordset()
        # How long a ticket was in each stage is told from these dates.
        execute_values(
            self.env.cr._obj,
            "UPDATE mail_tracking_value t SET create_date = v.moment"
            " FROM (VALUES %s) AS v (id, moment) WHERE t.id = v.id",
            list(zip(values.ids, moments, strict=True)),
            template="(%s, %s::timestamp)",
        )
        values.invalidate_recordset(["create_date"])

    def _translate(self, name: str, id_: int | None) -> int:
        """Return the id here of what a tracked field referred to; 0 if it isn't known."""
        configuration = self.configuration
        known = {
            "stage_id": configuration.stages,
            "user_id": self.people.users,
            "partner_id": self.people.contacts,
            "ticket_type_id": configuration.categories,
            "team_id": {team: here for (team, _company), here in configuration.teams.items()},
        }
        return known.get(name, {}).get(id_, 0)

    # ------------------------------------------------------------------
    # Followers
    # ------------------------------------------------------------------

    def read_followers(self, ticket_ids) -> list[dict]:
        """Return who follows the tickets there, with the ``subtypes`` that they chose."""
        rows = self.source.rows(
            *("mail_followers", ("id", "res_id", "partner_id")),
            *("res_model = 'helpdesk.ticket' AND res_id = ANY(%s)", (list(ticket_ids),)),
        )
        subtypes = defaultdict(set)
        for link in self.source.rows(
            *("mail_followers_mail_message_subtype_rel",),
            *(("mail_followers_id", "mail_message_subtype_id"), "mail_followers_id = ANY(%s)"),
            *(([row["id"] for row in rows],), "mail_followers_id"),
        ):
            xmlid = self._subtype_xmlids.get(link["mail_message_subtype_id"])
            subtypes[link["mail_followers_id"]].add(xmlid)
        return [dict(row, subtypes=subtypes[row["id"]]) for row in rows if row["partner_id"]]

    def bring_followers(self, tickets: dict, rows) -> None:
        """Let those follow who follow there, once each: who was removed here stays removed."""
        rows = {f"{row['res_id']}/{row['partner_id']}": row for row in rows}
        for key in self.ledger.find("mail_followers", rows):
            del rows[key]
        here = [ticket.id for ticket in tickets.values()]
        # The customers follow already.
        followers = self.env["mail.followers"]
        existing = {
            (follower.res_id, follower.partner_id.id): follower.id
            for follower in followers.search([("res_model", "=", MODEL), ("res_id", "in", here)])
        }
        vals_list, new, noted = [], {}, {}
        for key, row in rows.items():
            ticket = tickets[row["res_id"]]
            partner = self.env["res.partner"].browse(
                self.people.contacts.get(row["partner_id"]) or []
            )
            if not partner.active or self.people.is_former_colleague(partner):
                continue
            if (ticket.id, partner.id) in existing:
                noted[key] = existing[ticket.id, partner.id]
                continue
            new[ticket.id, partner.id] = key
            vals_list.append(
                {
                    "res_model": MODEL,
                    "res_id": ticket.id,
                    "partner_id": partner.id,
                    "subtype_ids": self._get_subtypes(row["subtypes"]),
                }
            )
            existing[ticket.id, partner.id] = 0
        created = dict(zip(new.values(), followers.create(vals_list).ids, strict=True))
        self.ledger.note("mail_followers", "mail.followers", {**noted, **created})
        self.report.count("follower", CREATED, len(created))

    def _get_subtypes(self, xmlids) -> list:
        """Return what somebody wants to hear of; what only OCA's helpdesk tells is left out."""
        return [
            Command.link(self.env["ir.model.data"]._xmlid_to_res_id(xmlid))
            for xmlid in sorted(xmlids & {"mail.mt_comment", "mail.mt_note"})
        ]
