import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { executeButtonCallback } from "@web/views/view_button/view_button_hook";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * Solve the ticket and open the next one of the list that the agent came from.
 *
 * The list is the one that was on screen when the first ticket was opened: that claiming or solving
 * takes tickets out of it doesn't matter. Tickets that were done meanwhile, sleep or are with
 * another agent are passed over; core's own "next" (Alt+N) passes over nothing.
 */
export class HelpdeskSolveNext extends Component {
    static template = "helpdesk_futural.SolveNext";
    static props = { ...standardWidgetProps };

    setup() {
        // Not useService(): on a phone the button lives in a menu, whose closing ends this component
        // while its calls still have work to do.
        const { notification, orm } = this.env.services;
        Object.assign(this, { notification, orm });
        this.ui = useService("ui");
    }

    onClick() {
        return executeButtonCallback(this.ui.activeElement, () => this.solveAndGoOn());
    }

    async solveAndGoOn() {
        const { record } = this.props;
        if (!(await record.save())) {
            return;
        }
        await this.orm.call("helpdesk.ticket", "action_solve", [[record.resId]]);
        const nextId = await this.findNext();
        if (nextId) {
            await record.model.load({ resId: nextId });
            return;
        }
        this.notification.add(_t("Solved. That was the last ticket of the list."), {
            type: "success",
        });
        if (this.env.config.breadcrumbs?.length > 1) {
            this.env.config.historyBack();
        } else {
            await record.model.load();
        }
    }

    async findNext() {
        const { resId, resIds } = this.props.record;
        const later = resIds.slice(resIds.indexOf(resId) + 1);
        const open = await this.orm.search("helpdesk.ticket", [
            ["id", "in", later],
            ["state", "in", ["new", "in_progress", "waiting"]],
            ["is_snoozed", "=", false],
            ["user_id", "in", [user.userId, false]],
        ]);
        return later.find((id) => open.includes(id));
    }
}

registry.category("view_widgets").add("helpdesk_solve_next", {
    component: HelpdeskSolveNext,
});
