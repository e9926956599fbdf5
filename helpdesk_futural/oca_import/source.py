"""The other database, read only: nothing in it ever changes."""

from collections import defaultdict
from pathlib import Path

import psycopg2
import psycopg2.extras
from psycopg2 import sql

from odoo.sql_db import connection_info_for

from .mapping import text_of

TICKETS = "helpdesk.ticket"


class NotThere(Exception):
    """The other database can't be read, or has no OCA helpdesk; the text is for people."""


class Source:
    """What the other database holds, as it was when the connection was opened.

    :param str database: its name on the same server, or a ``postgresql://`` URI
    :param filestore: the folder of its files
    :raises NotThere: if there is no such database or no OCA helpdesk in it
    """

    def __init__(self, database: str, filestore: Path | None = None) -> None:
        name, info = connection_info_for(database)
        try:
            self._connection = psycopg2.connect(
                **info, cursor_factory=psycopg2.extras.RealDictCursor
            )
        except psycopg2.OperationalError as error:
            raise NotThere(f"The database {name} can't be opened: {error}".strip()) from error
        # One snapshot for the whole run, and no way to write.
        self._connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        self.database = self._connection.info.dbname
        self.filestore = filestore
        self._columns = defaultdict(set)
        for row in self.query(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = current_schema"
        ):
            self._columns[row["table_name"]].add(row["column_name"])
        if not self.has("ir_module_module"):
            raise NotThere(f"{self.database} is no database of Odoo.")
        if not self.version:
            raise NotThere(
                f"OCA's helpdesk (helpdesk_mgmt) is not installed in {self.database}."
                " Name a copy of the database from before it was uninstalled."
            )

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    def query(self, statement, parameters=()) -> list[dict]:
        """Return the rows of a statement."""
        with self._connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall()

    def has(self, table: str, column: str | None = None) -> bool:
        """Tell whether there is such a table, or column."""
        return table in self._columns and (column is None or column in self._columns[table])

    def columns(self, table: str) -> set[str]:
        """Return the names of a table's columns; none if there is no such table."""
        return self._columns.get(table, set())

    def rows(self, table: str, columns, where: str = "TRUE", parameters=(), order="id"):
        """Return rows with all of the columns; one that isn't there is None in each.

        Other versions and companions of OCA's helpdesk have more columns, or fewer.
        """
        if not self.has(table):
            return []
        known = [name for name in dict.fromkeys(columns) if self.has(table, name)]
        statement = sql.SQL("SELECT {} FROM {} WHERE {} ORDER BY {}").format(
            sql.SQL(", ").join(map(sql.Identifier, known)),
            sql.Identifier(table),
            sql.SQL(where),
            sql.SQL(order),
        )
        blank = dict.fromkeys(columns)
        return [{**blank, **row} for row in self.query(statement, parameters)]

    def read_ids(self, table: str, columns, ids) -> list[dict]:
        """Return the rows with these ids."""
        ids = list(ids)
        return self.rows(table, columns, "id = ANY(%s)", (ids,)) if ids else []

    def pairs(self, table: str, one: str, other: str) -> list[tuple[int, int]]:
        """Return the rows of a relation."""
        return [(row[one], row[other]) for row in self.rows(table, (one, other), order=one)]

    # ------------------------------------------------------------------
    # What it is
    # ------------------------------------------------------------------

    @property
    def version(self) -> str | None:
        """The version of OCA's helpdesk; None where it is not installed."""
        rows = self.query(
            "SELECT latest_version FROM ir_module_module"
            " WHERE name = 'helpdesk_mgmt' AND state IN ('installed', 'to upgrade')"
        )
        return rows[0]["latest_version"] if rows and self.has("helpdesk_ticket_team") else None

    @property
    def key(self) -> str:
        """What tells this database from others, also after it was renamed or restored."""
        rows = self.query("SELECT value FROM ir_config_parameter WHERE key = 'database.uuid'")
        return rows[0]["value"] if rows else self.database

    def companions(self) -> list[str]:
        """Return the other installed modules that are about OCA's helpdesk."""
        rows = self.query(
            "SELECT name FROM ir_module_module WHERE name LIKE 'helpdesk%%'"
            " AND name != 'helpdesk_mgmt' AND state IN ('installed', 'to upgrade') ORDER BY 1"
        )
        return [row["name"] for row in rows]

    def xmlids(self, model: str, ids=None) -> dict[int, str]:
        """Return ``{id: "module.name"}`` of records of a model, the oldest name of each."""
        rows = self.query(
            "SELECT module, name, res_id FROM ir_model_data WHERE model = %s"
            " AND (%s OR res_id = ANY(%s)) ORDER BY id DESC",
            (model, ids is None, list(ids or ())),
        )
        return {row["res_id"]: f"{row['module']}.{row['name']}" for row in rows}

    def names(self, table: str) -> dict[int, str]:
        """Return ``{id: name}`` of a table, in English."""
        return {row["id"]: text_of(row["name"]) for row in self.rows(table, ("id", "name"))}

    def count(self, table: str, where: str = "TRUE", parameters=()) -> int:
        """Return how many rows there are; 0 where there is no such table."""
        if not self.has(table):
            return 0
        statement = sql.SQL("SELECT count(*) AS n FROM {} WHERE {}").format(
            sql.Identifier(table), sql.SQL(where)
        )
        return self.query(statement, parameters)[0]["n"]

    def content(self, attachment: dict) -> bytes | None:
        """Return what is in a file; None if it is missing."""
        if attachment["db_datas"] is not None:
            return bytes(attachment["db_datas"])
        name = attachment["store_fname"]
        if not name:
            return b""
        if not self.filestore:
            return None
        path = (self.filestore / name).resolve()
        if not path.is_relative_to(self.filestore.resolve()) or not path.is_file():
            return None
        return path.read_bytes()
