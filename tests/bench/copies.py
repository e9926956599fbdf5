"""Copies of originals' rows, made by PostgreSQL: see load.py."""

from odoo.tools import SQL

#: Every so many rounds of copies, the open ones are copied, too.
_OPEN_EVERY = 5
_PORTAL_TICKETS = 1_000
WORDS = [
    "printer",
    "invoice",
    "login",
    "network",
    "delivery",
    "licence",
    "backup",
    "screen",
    "battery",
    "contract",
]
#: A word of one ticket in 500.
RARE = "zeppelin"


class Copies:
    """Some rounds of copies of all originals of a model, with what belongs to them."""

    def __init__(self, cr, model, first, last, stride, start, end, open_ids):
        self.cr = cr
        self.model = model
        self.table = model.replace(".", "_")
        self.first, self.last, self.stride = first, last, stride
        self.start, self.end = start, end
        self.open_ids = tuple(open_ids)

    def make(self):
        """Insert the rows; every copied row keeps its distance from its original's id."""
        new_id = SQL("p.id + c * %s", self.stride)
        overrides = {
            "id": new_id,
            "name": self._name(new_id),
            "access_token": SQL("NULL"),
            "partner_id": SQL("contact.partner_id"),
            "commercial_partner_id": SQL("contact.commercial_id"),
        }
        if self.model == "helpdesk.ticket":
            overrides["ticket_ref"] = SQL(
                "to_char(DATE '2015-01-01' + (%s) / 900, 'YYMMDD') || (100 + (%s) %% 900)",
                new_id,
                new_id,
            )
        elif self.model == "helpdesk.bench.thread":
            overrides["number"] = SQL("(1000000 + %s)::varchar", new_id)
        # Every ticket of the portal's organisation is among the first ten thousand.
        contacts = SQL(
            "JOIN bench_contact contact ON contact.rank ="
            " 1 + (p.id::bigint + c * 7919) %% (SELECT count(*) FROM bench_contact)"
        )
        self._copy(
            self.table, SQL("p.id BETWEEN %s AND %s", self.first, self.last), overrides, contacts
        )
        self._give_to_the_portal()
        self._copy_children()

    def _name(self, new_id):
        words = SQL("(ARRAY[%s])", SQL(", ").join(SQL("%s", word) for word in WORDS))
        return SQL(
            "%s[1 + (%s) %% %s] || ' number ' || (%s)"
            " || CASE WHEN (%s) %% 500 = 0 THEN %s ELSE '' END",
            words,
            new_id,
            len(WORDS),
            new_id,
            new_id,
            f" {RARE}",
        )

    def _give_to_the_portal(self):
        """Let the first thousand closed and open copies belong to the portal users' organisation."""
        self.cr.execute(
            SQL(
                "UPDATE %s t SET partner_id = portal.id%s FROM res_partner portal"
                " WHERE portal.name = 'Portal company' AND t.id BETWEEN %s AND %s"
                " AND (SELECT count(*) FROM %s mine WHERE mine.partner_id = portal.id) < %s",
                SQL.identifier(self.table),
                SQL()
                if self.model == "project.task"
                else SQL(", commercial_partner_id = portal.commercial_partner_id"),
                self.first + self.start * self.stride,
                self.first + self.start * self.stride + 2 * _PORTAL_TICKETS,
                SQL.identifier(self.table),
                _PORTAL_TICKETS,
            )
        )

    def _copy_children(self):
        of_model = SQL(
            "p.%s = %s AND p.res_id BETWEEN %s AND %s",
            SQL.identifier("model"),
            self.model,
            self.first,
            self.last,
        )
        self._copy_child(
            "mail_message",
            of_model,
            {"message_id": SQL("'<' || p.id || '.' || c || '@bench.example>'")},
        )
        followers = SQL(
            "p.res_model = %s AND p.res_id BETWEEN %s AND %s", self.model, self.first, self.last
        )
        # Each copy's own customer follows it, not that of the original.
        customer = SQL(
            "COALESCE((SELECT copy.partner_id FROM %(table)s copy, %(table)s original"
            " WHERE copy.id = p.res_id + c * %(stride)s AND original.id = p.res_id"
            " AND original.partner_id = p.partner_id), p.partner_id)",
            table=SQL.identifier(self.table),
            stride=self.stride,
        )
        self._copy_child("mail_followers", followers, {"partner_id": customer})
        link = {
            "helpdesk.ticket": ("helpdesk_sla_status", "ticket_id"),
        }.get(self.model)
        if link:
            self._copy_child(
                link[0],
                SQL("p.%s BETWEEN %s AND %s", SQL.identifier(link[1]), self.first, self.last),
                {},
                link[1],
            )
        for table, column in {
            "helpdesk.ticket": [("helpdesk_tag_helpdesk_ticket_rel", "helpdesk_ticket_id")],
            "helpdesk.bench.thread": [
                ("helpdesk_bench_thread_helpdesk_tag_rel", "helpdesk_bench_thread_id")
            ],
            "project.task": [("project_task_user_rel", "task_id")],
        }[self.model]:
            self._copy_child(
                table,
                SQL("p.%s BETWEEN %s AND %s", SQL.identifier(column), self.first, self.last),
                {},
                column,
                has_id=table == "project_task_user_rel",
            )

    def _copy_child(self, table, where, overrides, link="res_id", has_id=True):
        parent = SQL("p.%s + c * %s", SQL.identifier(link), self.stride)
        overrides = {link: parent, **overrides}
        if has_id:
            overrides["id"] = SQL("nextval(pg_get_serial_sequence(%s, 'id'))", table)
            self.cr.execute(SQL("SELECT pg_get_serial_sequence(%s, 'id')", table))
            if not self.cr.fetchone()[0]:
                overrides["id"] = SQL("nextval(%s)", f"{table}_id_seq")
        self._copy(table, where, overrides, SQL(), original=SQL.identifier("p", link))

    def _copy(self, table, where, overrides, join, original=None):
        original = original or SQL.identifier("p", "id")
        self.cr.execute(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = current_schema AND table_name = %s AND is_generated = 'NEVER'",
            [table],
        )
        columns = dict(self.cr.fetchall())
        is_open = SQL("%s IN %s", original, self.open_ids)
        # Closed ones are spread over three years, open ones over two days.
        shift = SQL(
            "(CASE WHEN %s THEN (c %% 48) ELSE (c * 37) %% 26000 END) * INTERVAL '1 hour'", is_open
        )
        values = []
        for column, kind in columns.items():
            if column in overrides:
                values.append(overrides[column])
            elif column == "stage_history":
                values.append(_shifted_history(shift))
            elif kind == "timestamp without time zone":
                values.append(SQL("p.%s - %s", SQL.identifier(column), shift))
            else:
                values.append(SQL.identifier("p", column))
        self.cr.execute(
            SQL(
                "INSERT INTO %s (%s) SELECT %s FROM %s p CROSS JOIN generate_series(%s, %s) c %s"
                " WHERE %s AND (NOT %s OR c %% %s = 0)",
                SQL.identifier(table),
                SQL(", ").join(map(SQL.identifier, columns)),
                SQL(", ").join(values),
                SQL.identifier(table),
                self.start,
                self.end,
                join,
                where,
                is_open,
                _OPEN_EVERY,
            )
        )
        if "id" in overrides:
            self.cr.execute(
                SQL(
                    "SELECT setval(%s, (SELECT max(id) FROM %s))",
                    f"{table}_id_seq",
                    SQL.identifier(table),
                )
            )


def _shifted_history(shift):
    """Return the stays in stages, each as much earlier as the rest of the copy."""
    return SQL(
        "(SELECT jsonb_agg(jsonb_set(visit, '{2}', to_jsonb("
        "to_char((visit->>2)::timestamp - %s, 'YYYY-MM-DD HH24:MI:SS'))) ORDER BY rank)"
        " FROM jsonb_array_elements(p.stage_history) WITH ORDINALITY AS visits(visit, rank))",
        shift,
    )
