import { Component, useState } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** More than these are looked up by typing. */
const SHOWN = 10;

/**
 * The macros that fit the ticket's team: a menu, or a searchable list where there is no room.
 */
export class HelpdeskMacros extends Component {
    static template = "helpdesk_futural.Macros";
    static components = { Dropdown, DropdownItem };
    static props = { ...standardWidgetProps };

    setup() {
        // Not useService(): on a phone the button lives in a menu, whose closing ends this component
        // while its calls still have work to do.
        const { action, command, orm } = this.env.services;
        Object.assign(this, { action, command, orm });
        this.ui = useService("ui");
        this.state = useState({ macros: [], loaded: false });
    }

    get shownMacros() {
        return this.state.macros.slice(0, SHOWN);
    }

    get hasMore() {
        return this.state.macros.length > SHOWN;
    }

    async load() {
        // The team decides which macros there are, so it has to be saved.
        await this.props.record.save();
        this.state.macros = await this.orm.call("helpdesk.ticket", "get_macros", [
            [this.props.record.resId],
        ]);
        this.state.loaded = true;
    }

    async search() {
        await this.load();
        this.command.openPalette({
            configByNamespace: {
                default: {
                    emptyMessage: _t("No macro found"),
                    placeholder: _t("Search a macro…"),
                },
            },
            providers: [
                {
                    provide: () =>
                        this.state.macros.map((macro) => ({
                            name: macro.description
                                ? `${macro.name} – ${macro.description}`
                                : macro.name,
                            action: () => this.apply(macro),
                        })),
                },
            ],
        });
    }

    async apply(macro) {
        const { record } = this.props;
        if (!(await record.save())) {
            return;
        }
        const action = await this.orm.call("helpdesk.ticket", "action_apply_macro", [
            [record.resId],
            macro.id,
        ]);
        // Either what changed is said, or the composer opens and says so when it is sent.
        await this.action.doAction(action, { onClose: () => record.model.load() });
    }
}

registry.category("view_widgets").add("helpdesk_macros", {
    component: HelpdeskMacros,
});
