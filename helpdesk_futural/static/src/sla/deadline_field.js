import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { describeDeadline, formatHours, formatMoment } from "./sla_text";

/**
 * A deadline as the time that is left; the date and the working hours are in the tooltip.
 */
export class HelpdeskDeadline extends Component {
    static template = "helpdesk_futural.Deadline";
    static props = { ...standardFieldProps, badge: { type: Boolean, optional: true } };

    get deadline() {
        return this.props.record.data[this.props.name];
    }

    get look() {
        return describeDeadline(this.deadline, this.props.record.data.sla_due_soon);
    }

    get tooltip() {
        const hours = this.props.record.data.sla_deadline_hours;
        const date = formatMoment(this.deadline);
        if (hours === undefined) {
            return date;
        }
        return hours < 0
            ? _t("%(date)s, %(hours)s of working time ago", { date, hours: formatHours(hours) })
            : _t("%(date)s, in %(hours)s of working time", { date, hours: formatHours(hours) });
    }
}

registry.category("fields").add("helpdesk_deadline", {
    component: HelpdeskDeadline,
    displayName: _t("SLA Deadline"),
    supportedTypes: ["datetime"],
    fieldDependencies: [
        { name: "sla_due_soon", type: "boolean" },
        { name: "sla_deadline_hours", type: "float" },
    ],
    extractProps: ({ options }) => ({ badge: Boolean(options.badge) }),
});
