import { Interaction } from "@web/public/interaction";
import { registry } from "@web/core/registry";

/** Closes the list's filters on Escape and on a click elsewhere; without it they stay usable. */
export class TicketFilters extends Interaction {
    static selector = ".o_helpdesk_filters";
    dynamicContent = {
        _document: {
            "t-on-click": this.onClickAnywhere,
        },
        _root: {
            "t-on-keydown": this.onKeydown,
        },
        "select[name=groupby], input[name=mine]": {
            "t-on-change": () => this.el.requestSubmit(),
        },
    };

    onClickAnywhere(ev) {
        for (const filter of this.el.querySelectorAll("details[open]")) {
            if (!filter.contains(ev.target)) {
                filter.open = false;
            }
        }
    }

    onKeydown(ev) {
        const filter = ev.key === "Escape" && ev.target.closest("details[open]");
        if (filter) {
            filter.open = false;
            filter.querySelector("summary").focus();
        }
    }
}

registry
    .category("public.interactions")
    .add("helpdesk_futural_portal.ticket_filters", TicketFilters);
