from odoo.fields import Command
from odoo.tools import SQL

#: What people make for a model, and points to it by its name: it would fail without the model.
POINTING_BY_NAME = (
    ("ir.filters", "model_id"),
    ("ir.exports", "resource"),
    ("mail.scheduled.message", "model"),
    ("mail.message.subtype", "res_model"),
)


def uninstall_hook(env):
    """Take along what Odoo would leave behind, and leave to the company what it uses by now."""
    for (sequence,) in env.execute_query(
        SQL(
            "SELECT sequencename FROM pg_sequences WHERE schemaname = current_schema"
            " AND sequencename ~ '^helpdesk_ticket_ref_[0-9]{8}$'"
        )
    ):
        env.cr.execute(SQL("DROP SEQUENCE %s", SQL.identifier(sequence)))
    # Tickets keep their stages and teams from being deleted, which Odoo tries first.
    for table, name in env.execute_query(
        SQL(
            """
            SELECT conrelid::regclass::text, conname
              FROM pg_constraint
             WHERE contype = 'f' AND confdeltype IN ('a', 'r')
               AND connamespace = current_schema::regnamespace
               AND (conrelid::regclass::text LIKE %(ours)s
                    OR confrelid::regclass::text LIKE %(ours)s)
            """,
            ours=r"helpdesk\_%",
        )
    ):
        env.cr.execute(
            SQL("ALTER TABLE %s DROP CONSTRAINT %s", SQL.identifier(table), SQL.identifier(name))
        )
    for model, field in POINTING_BY_NAME:
        records = env[model].with_context(active_test=False)
        records.search([(field, "=like", "helpdesk.%")]).unlink()
    # Without a team to fetch for, a mailbox would be emptied for nobody.
    mailboxes = env["fetchmail.server"].with_context(active_test=False)
    mailboxes.search([("helpdesk_team_id", "!=", False)]).set_draft()
    # Agents stay users, also those who were made users by that right only.
    agents = env.ref("helpdesk_futural.group_helpdesk_user").with_context(active_test=False)
    agents.all_user_ids.write({"group_ids": [Command.link(env.ref("base.group_user").id)]})
    names = env["ir.model.data"]
    # What Odoo's mixins bring to our models goes with these, but not its external ids.
    names.search(
        [
            ("module", "not like", "helpdesk_futural%"),
            ("model", "in", ("ir.model.fields", "ir.model.fields.selection", "ir.model.inherit")),
            "|",
            "|",
            ("name", "=like", "field\\_helpdesk\\_%"),
            ("name", "=like", "selection\\_\\_helpdesk\\_%"),
            ("name", "=like", "model\\_inherit\\_\\_helpdesk\\_%"),
        ]
    ).unlink()
    # The first alias domain is every company's: it stays, though the demo data brought it.
    names.search(
        [("module", "=", "helpdesk_futural"), ("model", "=", "mail.alias.domain")]
    ).unlink()
