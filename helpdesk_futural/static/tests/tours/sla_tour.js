import { registry } from "@web/core/registry";

const row = (name) => `.o_helpdesk_sla_preview .o_data_row:contains('${name}')`;

registry.category("web_tour.tours").add("helpdesk_futural_sla_policy", {
    steps: () => [
        {
            content: "The team's policies",
            trigger: ".oe_stat_button[name=action_view_slas]",
            run: "click",
        },
        {
            content: "A new one",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "It shows both open tickets before it is saved",
            trigger: `.o_form_view:has(${row("Jammed")}):has(${row("Beeping")}) .o_field_widget[name=name] input`,
            run: "edit Solve soon",
        },
        {
            content: "For urgent tickets only",
            trigger: ".o_field_widget[name=priority] input",
            run: "click",
        },
        {
            content: "Urgent",
            trigger: ".o_select_menu_item:contains('Urgent')",
            run: "click",
        },
        {
            content: "One ticket is left, and the sentence says so",
            trigger: `.o_form_view:has(${row("Jammed")}):not(:has(${row("Beeping")})) .o_field_widget[name=summary]:contains('priority at least Urgent')`,
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "The open ticket follows",
            trigger: ".modal button[name=action_follow]:contains('1')",
            run: "click",
        },
        {
            content: "It has a clock now; promise something else",
            trigger:
                ".o_web_client:not(:has(.modal)) .o_form_view:has(.oe_stat_button[name=action_view_statuses]) .o_field_widget[name=time] input",
            run: "edit 2:00 && press Tab",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "This time it doesn't follow",
            trigger: ".modal button:contains('Only New Tickets')",
            run: "click",
        },
        {
            content: "Done",
            trigger: ".o_web_client:not(:has(.modal)) .o_form_saved",
        },
    ],
});

registry.category("web_tour.tours").add("helpdesk_futural_sla_badge", {
    steps: () => [
        {
            content: "The badge says in words what the clock does, and when",
            trigger: ".o_helpdesk_sla_badge[data-state=running]:contains('Due'):contains(':15')",
            run: "click",
        },
        {
            content: "The clock is explained; close it",
            trigger:
                ".o_helpdesk_sla_popover:contains('Resolution within 8 h'):contains('Started') .btn-close",
            run: "click",
        },
        {
            content: "Ask the customer back",
            trigger:
                ".o_web_client:not(:has(.o_helpdesk_sla_popover)) .o_statusbar_status button:contains('Asked Back')",
            run: "click",
        },
        {
            content: "The badge shows it at once",
            trigger: ".o_helpdesk_sla_badge[data-state=paused]:contains('Paused')",
            run: "click",
        },
        {
            content: "And why",
            trigger: ".o_helpdesk_sla_popover:contains('Paused by the stage “Asked Back”')",
        },
    ],
});
