import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

import { formatCell } from "./cell";

/** What became of the tickets of each week: which share was solved within which time. */
export class DashboardSolved extends Component {
    static template = "helpdesk_futural.DashboardSolved";
    static props = { solved: Object, onOpen: Function };

    setup() {
        this.formatCell = formatCell;
    }

    /** The more, the darker; the number stands in the cell. */
    getStyle(cell) {
        return `--o-helpdesk-share: ${Math.round((cell.value || 0) * 0.6)}%`;
    }

    open(cell, row, column) {
        const name = column
            ? _t("Opened in the week of %(week)s, solved within %(time)s", {
                  week: row.label,
                  time: column,
              })
            : _t("Opened in the week of %s", row.label);
        this.props.onOpen(cell, name);
    }
}
