import { Component, useState } from "@odoo/owl";
import { deserializeDateTime, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const SECTIONS = [
    { field: "merged_ids", title: _t("Merged Tickets") },
    { field: "follow_up_ids", title: _t("Follow-up Tickets") },
    { field: "customer_open_ticket_ids", title: _t("Other Open Tickets of This Customer") },
];
const SHOWN = {
    ticket_ref: {},
    name: {},
    stage_id: { fields: { display_name: {} } },
    user_id: { fields: { display_name: {} } },
    last_message_date: {},
    state: {},
};

/**
 * The tickets beside a ticket: what was merged into it, what it went on in, and what else its
 * customer has open.
 *
 * They are read when their page of the form is opened, which most visits never do.
 */
export class HelpdeskTicketsBeside extends Component {
    static template = "helpdesk_futural.TicketsBeside";
    static props = { ...standardWidgetProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({ sections: [] });
        useRecordObserver((record) => {
            // Observed: the form has new values when it was read again, after a merge for example.
            if (record.data) {
                this.load(record.resId);
            }
        });
    }

    async load(resId) {
        const [ticket] = resId
            ? await this.orm.webRead("helpdesk.ticket", [resId], {
                  specification: Object.fromEntries(
                      SECTIONS.map(({ field }) => [field, { fields: SHOWN, limit: 40 }])
                  ),
              })
            : [{}];
        // Another ticket may have been opened meanwhile.
        if (ticket && (this.props.record.resId || false) === resId) {
            this.state.sections = SECTIONS.map((section) => ({
                ...section,
                rows: (ticket[section.field] || []).map((row) => this.describe(row)),
            })).filter((section) => section.rows.length);
        }
    }

    describe(row) {
        return {
            ...row,
            isDone: ["solved", "closed"].includes(row.state),
            lastUpdate: row.last_message_date
                ? formatDate(deserializeDateTime(row.last_message_date))
                : "",
        };
    }

    open(ev, row) {
        if (ev.button > 1) {
            return; // the browser's own menu
        }
        this.action.doAction(
            {
                type: "ir.actions.act_window",
                res_model: "helpdesk.ticket",
                res_id: row.id,
                views: [[false, "form"]],
            },
            { newWindow: ev.ctrlKey || ev.metaKey || ev.button === 1 }
        );
    }

    openAll() {
        this.action.doActionButton({
            type: "object",
            name: "action_view_customer_tickets",
            resModel: "helpdesk.ticket",
            resId: this.props.record.resId,
        });
    }
}

registry.category("view_widgets").add("helpdesk_tickets_beside", {
    component: HelpdeskTicketsBeside,
});
