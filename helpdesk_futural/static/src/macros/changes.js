import { markup } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { escape } from "@web/core/utils/strings";

/**
 * Say what was done to tickets, with a button that takes it back.
 *
 * The client action "helpdesk_ticket_changes" of models/helpdesk_ticket_undo.py. As the last step
 * of a wizard it also closes the wizard.
 */
export function reportChanges(env, { params }) {
    const { action, notification, orm } = env.services;
    const buttons = [];
    let close = () => {};
    if (params.changes.length) {
        buttons.push({
            name: _t("Undo"),
            primary: true,
            onClick: async () => {
                close();
                const count = await orm.call("helpdesk.ticket", "action_undo_changes", [
                    params.changes,
                ]);
                notification.add(
                    count
                        ? _t("Taken back. What was sent stays sent.")
                        : _t("Nothing to take back: it was changed again since."),
                    { type: count ? "info" : "warning" }
                );
                await action.doAction("soft_reload");
            },
        });
    }
    close = notification.add(markup(params.lines.map(escape).join("<br/>")), {
        title: params.title,
        type: "success",
        buttons,
        // Long enough to read it and find Undo.
        autocloseDelay: 10000,
    });
    return { type: "ir.actions.act_window_close" };
}

registry.category("actions").add("helpdesk_ticket_changes", reportChanges);
