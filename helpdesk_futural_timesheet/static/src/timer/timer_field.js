import { Component, onWillUnmount, onWillUpdateProps, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { formatSeconds } from "./format_seconds";

/**
 * Shows a running or paused timer. The server says how much was measured when the record was
 * loaded; from there on it counts by itself, with a clock that doesn't depend on the time of day.
 */
export class HelpdeskTimerField extends Component {
    static template = "helpdesk_futural_timesheet.TimerField";
    static props = { ...standardFieldProps };

    setup() {
        this.state = useState({ seconds: 0 });
        this.synchronise(this.props);
        onWillUpdateProps((props) => this.synchronise(props));
        const interval = setInterval(() => this.count(), 1000);
        onWillUnmount(() => clearInterval(interval));
    }

    get isRunning() {
        return this.props.record.data.timer_state === "running";
    }

    get formatted() {
        return formatSeconds(this.state.seconds);
    }

    get title() {
        return this.isRunning ? _t("Your timer is running") : _t("Your timer is paused");
    }

    synchronise({ name, record }) {
        const { [name]: measured, timer_state: state } = record.data;
        const known = `${record.resId} ${state} ${measured}`;
        if (known === this.known) {
            return; // rendered again, but not loaded again
        }
        this.known = known;
        this.measured = measured;
        this.since = performance.now();
        this.state.seconds = measured;
    }

    count() {
        if (this.isRunning) {
            this.state.seconds = this.measured + (performance.now() - this.since) / 1000;
        }
    }
}

registry.category("fields").add("helpdesk_timer", {
    component: HelpdeskTimerField,
    supportedTypes: ["integer"],
    fieldDependencies: [{ name: "timer_state", type: "selection" }],
});
