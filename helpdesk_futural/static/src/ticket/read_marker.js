import { Component, useEffect } from "@odoo/owl";

import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** What each open form has shown last. The model lasts as long as the form, a reload replaces the rest. */
const shown = new WeakMap();

/**
 * Tells the server that the ticket on the screen is being read; who counts as its reader the
 * server decides, and whoever doesn't sees the mark. Once per opening, and anew when the customer
 * wrote or the agent changed: whoever marks an open ticket as unread keeps the mark.
 */
export class HelpdeskReadMarker extends Component {
    static template = "helpdesk_futural.ReadMarker";
    static props = standardWidgetProps;

    setup() {
        this.orm = useService("orm");
        useEffect(
            (ticketId, ...state) => {
                const { record } = this.props;
                const { model, data } = record;
                const signature = JSON.stringify([ticketId, ...state]);
                if (shown.get(model) === signature) {
                    return;
                }
                shown.set(model, signature);
                if (ticketId && data.unread) {
                    this.orm.silent
                        .call("helpdesk.ticket", "action_mark_read", [[ticketId]])
                        // As a value from the server, so that nothing is there to be saved.
                        .then((read) => read && record._applyValues({ unread: false }));
                }
            },
            () => {
                const { resId, data } = this.props.record;
                return [resId, data.user_id?.id, data.last_customer_message_date?.ts];
            }
        );
    }
}

registry.category("view_widgets").add("helpdesk_read_marker", {
    component: HelpdeskReadMarker,
    fieldDependencies: [
        { name: "unread", type: "boolean" },
        { name: "last_customer_message_date", type: "datetime" },
    ],
});
