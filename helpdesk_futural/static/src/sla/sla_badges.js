import { Component, onWillUnmount, useExternalListener, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { usePopover } from "@web/core/popover/popover_hook";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { describeBadge, describeStep, formatHours, formatMoment } from "./sla_text";

/** Working hours go by while the ticket is open, and the customer may write. */
const REFRESH = 60_000;

/** What happened to a clock, step by step. */
export class HelpdeskSlaExplanation extends Component {
    static template = "helpdesk_futural.SlaExplanation";
    static props = { badge: Object, look: Object, steps: Array, close: Function };

    get promise() {
        const { badge } = this.props;
        const hours = formatHours(badge.hours);
        return badge.stage
            ? _t("%(target)s: “%(stage)s” within %(hours)s of working time", {
                  target: badge.target,
                  stage: badge.stage,
                  hours,
              })
            : _t("%(target)s within %(hours)s of working time", { target: badge.target, hours });
    }

    get steps() {
        return this.props.steps.map((step) => ({
            ...describeStep(step, this.props.badge),
            moment: formatMoment(step.datetime),
        }));
    }

    get earlier() {
        const { met, missed } = this.props.badge.earlier;
        return met || missed
            ? _t("Before on this ticket: met %(met)s times, missed %(missed)s times.", { met, missed })
            : "";
    }

    get isRunning() {
        return !this.props.badge.reached && !this.props.badge.ended;
    }
}

/**
 * One badge for each policy of the ticket. A click explains its clock.
 */
export class HelpdeskSlaBadges extends Component {
    static template = "helpdesk_futural.SlaBadges";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ badges: [], openId: false, now: luxon.DateTime.now() });
        this.popover = usePopover(HelpdeskSlaExplanation, {
            onClose: () => {
                this.state.openId = false;
            },
            popoverClass: "o_helpdesk_sla_popover",
            position: "bottom-start",
            setActiveElement: true,
        });
        useRecordObserver((record) => {
            this.state.badges = record.data[this.props.name] || [];
            this.state.now = luxon.DateTime.now();
        });
        const timer = setInterval(() => this.refresh(), REFRESH);
        onWillUnmount(() => clearInterval(timer));
        useExternalListener(document, "visibilitychange", () => this.refresh());
    }

    get badges() {
        return this.state.badges.map((badge) => {
            const look = describeBadge(badge, this.state.now);
            return {
                ...badge,
                look,
                label: `${badge.policy}: ${look.word}, ${look.detail}`,
            };
        });
    }

    async refresh() {
        const { resId } = this.props.record;
        const isRunning = this.state.badges.some((badge) => !badge.reached && !badge.ended);
        if (!resId || !isRunning || document.visibilityState !== "visible") {
            return;
        }
        const [values] = await this.orm.silent.read("helpdesk.ticket", [resId], [this.props.name]);
        // Another ticket may have been opened meanwhile.
        if (values && this.props.record.resId === resId) {
            this.state.badges = values[this.props.name] || [];
            this.state.now = luxon.DateTime.now();
        }
    }

    async onClick(ev, badge) {
        const target = ev.currentTarget;
        if (this.state.openId === badge.id) {
            this.popover.close();
            return;
        }
        const steps = await this.orm.call("helpdesk.sla.status", "get_explanation", [[badge.id]]);
        this.popover.open(target, { badge, look: badge.look, steps: steps[badge.id] || [] });
        this.state.openId = badge.id;
    }
}

registry.category("fields").add("helpdesk_sla_badges", {
    component: HelpdeskSlaBadges,
    displayName: _t("SLA Badges"),
    supportedTypes: ["json"],
    isEmpty: (record, name) => !record.data[name]?.length,
});
