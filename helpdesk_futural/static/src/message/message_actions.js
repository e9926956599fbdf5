import { registerMessageAction } from "@mail/core/common/message_actions";
import { _t } from "@web/core/l10n/translation";

/** An agent makes a new ticket of one message of a ticket's conversation. */
registerMessageAction("helpdesk-split", {
    condition: ({ message, thread }) =>
        thread?.model === "helpdesk.ticket" &&
        Boolean(message.thread?.eq(thread)) &&
        ["comment", "email"].includes(message.message_type) &&
        Boolean(thread.hasWriteAccess),
    icon: "fa fa-scissors",
    name: _t("Split into New Ticket"),
    onSelected: ({ message, store, thread }) =>
        store.env.services.action.doAction({
            type: "ir.actions.act_window",
            name: _t("Split into New Ticket"),
            res_model: "helpdesk.ticket.split",
            views: [[false, "form"]],
            target: "new",
            context: {
                default_ticket_id: thread.id,
                default_message_ids: [message.id],
            },
        }),
    sequence: 80,
});
