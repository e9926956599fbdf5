"""Attachments, and the pictures within texts."""

from .mapping import find_files
from .report import CREATED, FAILED, FOUND

TABLE = "ir_attachment"
_COLUMNS = (
    *("id", "name", "description", "type", "url", "mimetype", "store_fname", "db_datas"),
    *("access_token", "res_id", "res_model"),
)


class Files:
    """Brings the files of tickets.

    :param env: of the superuser
    :param source: the other database
    :param ledger: what was brought already
    :param report: what becomes of the files
    :param bool dry_run: only look whether the files are there
    """

    def __init__(self, env, source, ledger, report, *, dry_run: bool) -> None:
        self.env = env
        self.source = source
        self.ledger = ledger
        self.report = report
        self.dry_run = dry_run

    def find(self, ticket_ids, texts: dict[int, list[str]]) -> dict[int, set[int]]:
        """Return the files of each ticket there: on it, on its messages, and shown in its texts.

        :param texts: ``{ticket there: what stands on it}``
        """
        rows = self.source.query(
            "SELECT res_id AS ticket, id FROM ir_attachment WHERE res_model = 'helpdesk.ticket'"
            " AND res_id = ANY(%(ids)s) AND res_field IS NULL UNION"
            " SELECT m.res_id, r.attachment_id FROM message_attachment_rel r"
            " JOIN mail_message m ON m.id = r.message_id"
            " WHERE m.model = 'helpdesk.ticket' AND m.res_id = ANY(%(ids)s)",
            {"ids": list(ticket_ids)},
        )
        found: dict[int, set[int]] = {id_: set() for id_ in ticket_ids}
        for row in rows:
            found[row["ticket"]].add(row["id"])
        # Pictures pasted into a text may belong to nothing; those of other records stay there.
        shown = {id_: set().union(*map(find_files, texts.get(id_, ()))) for id_ in ticket_ids}
        orphans = {
            row["id"]
            for row in self.source.rows(
                TABLE,
                ("id",),
                "id = ANY(%s) AND COALESCE(res_id, 0) = 0 AND res_field IS NULL",
                (list(set().union(*shown.values())),),
            )
        }
        for id_, ids in shown.items():
            found[id_] |= ids & orphans
        return found

    def bring(self, ids) -> dict[int, int]:
        """Return ``{file there: file here}``; those that are not here are created.

        They belong to no ticket yet, see :meth:`hand_over`.
        """
        known = self.ledger.ids(TABLE, ids)
        missing = sorted(set(ids) - known.keys())
        self.report.count("attachment", FOUND, len(known))
        created = {}
        for id_ in missing:
            # One by one: each may be large.
            for row in self.source.read_ids(TABLE, _COLUMNS, [id_]):
                if attachment_id := self._create(row):
                    created[id_] = attachment_id
        self.ledger.note(TABLE, "ir.attachment", created)
        self.report.count("attachment", CREATED, len(created))
        return {**known, **created}

    def _create(self, row) -> int | None:
        values = {
            "name": row["name"] or str(row["id"]),
            "description": row["description"] or False,
            "type": row["type"] or "binary",
            "mimetype": row["mimetype"] or False,
            "access_token": row["access_token"] or False,
        }
        if values["type"] == "url":
            values["url"] = row["url"]
        else:
            content = self.source.content(row)
            if content is None:
                self.report.count("attachment", FAILED)
                self.report.note(
                    *("attachment", row["id"], values["name"], FAILED),
                    f"The file {row['store_fname']} is not in the filestore"
                    f" {self.source.filestore}: run this again once it is there.",
                )
                return None
            values["raw"] = b"" if self.dry_run else content
        return self.env["ir.attachment"].create(values).id

    def hand_over(self, ticket, ids) -> None:
        """Make the files those of the ticket."""
        files = self.env["ir.attachment"].browse(ids)
        files.filtered(lambda file: not file.res_id).write(
            {"res_model": ticket._name, "res_id": ticket.id}
        )
