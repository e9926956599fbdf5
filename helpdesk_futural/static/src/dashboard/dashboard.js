import { Component, onWillStart, useState } from "@odoo/owl";
import { router } from "@web/core/browser/router";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { formatCell } from "./cell";
import { DashboardChart } from "./dashboard_chart";
import { DashboardSolved } from "./dashboard_solved";

/** Views in which the records behind a number are shown; the first one opens. */
const VIEWS = {
    "helpdesk.ticket": ["list", "kanban", "form", "pivot", "graph"],
    "helpdesk.sla.status": ["list", "pivot", "graph"],
};

/**
 * The manager's page. Whatever it shows comes from `helpdesk.dashboard`: each number is a cell that
 * knows the records behind it. Team and period stay when one comes back, and in the address.
 */
export class HelpdeskDashboard extends Component {
    static template = "helpdesk_futural.Dashboard";
    static components = { DashboardChart, DashboardSolved, Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.formatCell = formatCell;
        this.display = { controlPanel: {} };
        const { helpdesk_weeks, helpdesk_team } = router.current;
        this.state = useState({
            weeks: helpdesk_weeks || 12,
            teamId: helpdesk_team || false,
            data: null,
            isLoading: false,
            hasFailed: false,
            ...this.props.state,
        });
        useSetupAction({
            getLocalState: () => ({
                weeks: this.state.weeks,
                teamId: this.state.teamId,
                data: this.state.data,
            }),
        });
        onWillStart(() => {
            // Shown at once; who comes back sees what was there, until the news arrive.
            this.load();
        });
    }

    async load() {
        this.state.isLoading = true;
        this.state.hasFailed = false;
        try {
            const data = await this.keepLast.add(
                this.orm.call("helpdesk.dashboard", "get_data", [
                    this.state.weeks,
                    this.state.teamId,
                ])
            );
            Object.assign(this.state, { data, weeks: data.weeks, teamId: data.team_id });
        } catch (error) {
            console.warn(error);
            this.state.hasFailed = true;
        }
        this.state.isLoading = false;
        this.props.updateActionState({
            helpdesk_weeks: this.state.weeks,
            helpdesk_team: this.state.teamId || undefined,
        });
    }

    /** What there is to show: not the numbers of other filters than those that were chosen last. */
    get numbers() {
        return this.state.hasFailed ? null : this.state.data;
    }

    selectPeriod(ev) {
        this.state.weeks = Number(ev.target.value);
        this.load();
    }

    selectTeam(ev) {
        this.state.teamId = Number(ev.target.value) || false;
        this.load();
    }

    /**
     * Open the records behind a number.
     *
     * @param {Object} cell
     * @param {string} name what they are
     */
    open(cell, name) {
        const views = VIEWS[cell.model].map((type) => [false, type]);
        this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: cell.model,
            domain: cell.domain,
            views,
            view_mode: views.map(([, type]) => type).join(","),
            target: "current",
            context: {},
        });
    }

    openReport(xmlId) {
        this.action.doAction(xmlId);
    }

    /** What the number was in the same time before. */
    describeBefore(tile) {
        return _t("Before: %s", formatCell(tile.before, tile.unit));
    }
}

registry.category("actions").add("helpdesk_futural.dashboard", HelpdeskDashboard);
