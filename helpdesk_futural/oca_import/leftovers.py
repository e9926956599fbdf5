"""What has no counterpart here, found by looking at the other database rather than at a list."""

from psycopg2 import sql

#: What is brought, or is about nothing but OCA's own screens.
_COLUMNS = {
    "helpdesk_ticket": {
        *("id", "number", "name", "description", "active", "team_id", "company_id", "stage_id"),
        *("user_id", "partner_id", "partner_name", "partner_email", "priority", "category_id"),
        *("channel_id", "color", "kanban_state", "email_cc", "properties", "create_date"),
        *("write_date", "assigned_date", "closed_date", "last_stage_update", "duplicate_id"),
        *("create_uid", "write_uid", "commercial_partner_id", "unattended", "sequence"),
        *("access_token", "positive_rate_percentage", "rating_status", "rating_last_value"),
        *("message_bounce",),
    },
    "helpdesk_ticket_team": {
        *("id", "name", "sequence", "active", "company_id", "user_id", "alias_id", "color"),
        *("ticket_properties", "create_uid", "write_uid", "create_date", "write_date"),
        *("parent_path",),
    },
    "helpdesk_ticket_stage": {
        *("id", "name", "sequence", "active", "unattended", "closed", "fold", "company_id"),
        *("close_from_portal", "create_uid", "write_uid", "create_date", "write_date"),
    },
    "helpdesk_ticket_category": {
        *("id", "name", "sequence", "active", "parent_id", "parent_path", "show_in_portal"),
        *("create_uid", "write_uid", "create_date", "write_date"),
    },
    "helpdesk_ticket_tag": {
        *("id", "name", "sequence", "color"),
        *("create_uid", "write_uid", "create_date", "write_date"),
    },
}
#: Tables that are brought, or that hold nothing of lasting interest.
_TABLES = {
    *_COLUMNS,
    "helpdesk_ticket_helpdesk_ticket_tag_rel",
    "helpdesk_ticket_helpdesk_ticket_team_rel",
    "helpdesk_ticket_stage_helpdesk_ticket_team_rel",
    "helpdesk_ticket_team_res_users_rel",
    "helpdesk_ticket_channel",
}
_ADVICE = {
    ("helpdesk_ticket_stage", "mail_template_id"): "Choose a template on the stage here.",
    ("helpdesk_ticket_stage", "description"): "Write it on the stage here, as plain text.",
    ("helpdesk_ticket_team", "parent_id"): "Teams have no teams above them; see Escalation Team.",
    ("helpdesk_ticket_team", "show_in_portal"): "See the team's visibility and web form.",
    ("helpdesk_ticket_team", "use_sla"): "Set up SLA policies on the team.",
    ("helpdesk_ticket_team", "resource_calendar_id"): "Choose the team's working hours.",
    ("helpdesk_ticket_category", "company_id"): "Categories are shared by all companies.",
    ("helpdesk_ticket_tag", "company_id"): "Tags are shared by all companies.",
    ("helpdesk_ticket_tag", "active"): "Tags can't be archived: they came all the same.",
    ("helpdesk_ticket_category_helpdesk_ticket_team_rel", ""): (
        "Every category is for every team here; a category may have one team of its own."
    ),
    ("helpdesk_sla", ""): "Set up SLA policies here; they count from then on.",
    ("helpdesk_ticket_sla", ""): "What was promised there is history.",
}
#: Of a column of yes and no, what is worth a line; of any other, everything that is filled in.
_WORTH = {
    ("helpdesk_ticket_tag", "active"): "active IS FALSE",
    ("helpdesk_ticket_team", "show_in_portal"): "show_in_portal IS FALSE",
}


def collect(source, report) -> None:
    """Add to the report what the other database holds that wasn't brought."""
    for table, known in _COLUMNS.items():
        for column in sorted(source.columns(table) - known):
            report.left(
                f"{table}.{column}",
                _count_filled(source, table, column),
                _ADVICE.get((table, column), "There is no such field here."),
            )
    related = {table for table, _one, _other in find_relations(source, "helpdesk_ticket")}
    skipped = _TABLES | related | _find_transient(source)
    for table, columns in sorted(_find_referring(source).items()):
        if table in skipped:
            continue
        if table.startswith("helpdesk"):
            advice = _ADVICE.get((table, ""), "There is no such table here.")
            report.left(table, source.count(table), advice)
            continue
        for column in columns:
            number = _count_filled(source, table, column)
            report.left(f"{table}.{column}", number, "There is no such field here.")
    for table, what, advice in (
        ("rating_rating", "ratings of tickets", "Satisfaction is counted from now on."),
        ("mail_activity", "activities on tickets", "Plan them here again."),
    ):
        model = "res_model = 'helpdesk.ticket'"
        extra = " AND consumed" if table == "rating_rating" else ""
        report.left(what, source.count(table, model + extra), advice)
    notices = source.count(
        "mail_message", "model = 'helpdesk.ticket' AND message_type = 'user_notification'"
    )
    report.left("notifications to single users", notices, "Only the people concerned saw them.")


def find_relations(source, table: str) -> list[tuple[str, str, str]]:
    """Return ``[(relation, column, other column)]`` between records of a table and one another."""
    found: dict[str, list[str]] = {}
    for row in _find_foreign_keys(source, [table]):
        found.setdefault(row["table"], []).append(row["column"])
    return [
        (relation, *sorted(columns))
        for relation, columns in found.items()
        if len(columns) == 2 and source.columns(relation) == set(columns)
    ]


def _find_referring(source) -> dict[str, list[str]]:
    """Return ``{table: columns}`` of all that refer to OCA's helpdesk, also of other apps."""
    found: dict[str, list[str]] = {}
    for row in _find_foreign_keys(source, list(_COLUMNS)):
        found.setdefault(row["table"], []).append(row["column"])
    return found


def _find_transient(source) -> set[str]:
    rows = source.query("SELECT model FROM ir_model WHERE transient")
    return {row["model"].replace(".", "_") for row in rows}


def _find_foreign_keys(source, tables: list[str]) -> list[dict]:
    return source.query(
        'SELECT c.relname AS "table", a.attname AS "column" FROM pg_constraint k'
        " JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]"
        " WHERE k.contype = 'f' AND t.relname = ANY(%s) AND c.relkind = 'r'"
        " AND c.relnamespace = current_schema::regnamespace ORDER BY 1, 2",
        (tables,),
    )


def _count_filled(source, table: str, column: str) -> int:
    if where := _WORTH.get((table, column)):
        return source.count(table, where)
    name = sql.Identifier(column)
    statement = sql.SQL(
        "SELECT count(*) AS n FROM {table} WHERE {column} IS NOT NULL"
        " AND {column}::text NOT IN ('', 'f', 'false', '0', '{{}}', '[]')"
    ).format(table=sql.Identifier(table), column=name)
    return source.query(statement)[0]["n"]
