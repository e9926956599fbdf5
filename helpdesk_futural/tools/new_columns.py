"""Columns on tables that were there before the addon, added without writing a row."""

from odoo.tools import SQL, sql


def add_columns(model, *names, value=None):
    """Add the columns of stored fields, if they are missing, with the same value in each row.

    Odoo would compute the fields for each record there is and write them all. Of what never had to
    do with a ticket the result is known, and PostgreSQL keeps it apart from the rows.

    :param model: of which ``_auto_init`` is about to run
    :param value: what existing records have; by default, nothing
    """
    for name in names:
        if sql.column_exists(model.env.cr, model._table, name):
            continue
        field = model._fields[name]
        table, column = SQL.identifier(model._table), SQL.identifier(name)
        kind = SQL(field.column_type[1])
        model.env.cr.execute(
            SQL("ALTER TABLE %s ADD COLUMN %s %s DEFAULT %s", table, column, kind, value)
        )
        model.env.cr.execute(SQL("ALTER TABLE %s ALTER COLUMN %s DROP DEFAULT", table, column))
