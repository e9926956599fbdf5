import { registry } from "@web/core/registry";

const row = (name) => `.o_data_row:contains('${name}')`;

/** The ticket "Jammed" is the agent's and unread; "Beeping" is a colleague's and unread too. */
registry.category("web_tour.tours").add("helpdesk_futural_read", {
    steps: () => [
        {
            content: "Both are unread: bold in the list",
            trigger: `.o_data_row.fw-bold:contains('Jammed')`,
        },
        {
            content: "Look into the colleague's",
            trigger: `.o_data_row.fw-bold:contains('Beeping') .o_data_cell[name=name]`,
            run: "click",
        },
        {
            content: "It is open, and still unread",
            trigger: ".o_helpdesk_ticket_form:has(.o_helpdesk_unread) textarea:value('Beeping')",
        },
        {
            content: "Back to the queue",
            trigger: ".breadcrumb-item a:contains('Unread')",
            run: "click",
        },
        {
            content: "It stays unread for the colleague; open the own one",
            trigger: `.o_list_view:has(${row("Beeping")}) ${row("Jammed")} .o_data_cell[name=name]`,
            run: "click",
        },
        {
            content: "It is open, and nothing needs to be saved",
            trigger:
                ".o_form_view:not(:has(.o_helpdesk_unread)):not(:has(.o_form_button_save:visible)) textarea:value('Jammed')",
        },
        {
            content: "Back to the queue",
            trigger: ".breadcrumb-item a:contains('Unread')",
            run: "click",
        },
        {
            content: "It has been read",
            trigger: `.o_list_view:has(${row("Beeping")}):not(:has(${row("Jammed")}))`,
        },
    ],
});

registry.category("web_tour.tours").add("helpdesk_futural_keep_unread", {
    steps: () => [
        {
            content: "Unfold the actions of the open ticket",
            trigger: ".o_cp_action_menus .dropdown-toggle",
            run: "click",
        },
        {
            content: "Mark it as unread",
            trigger: ".o-dropdown--menu .o-dropdown-item:contains('Mark as Unread')",
            run: "click",
        },
        {
            content: "The form says so; snooze it",
            trigger: ".o_helpdesk_ticket_form:has(.o_helpdesk_unread) button[name=action_open_snooze]",
            run: "click",
        },
        {
            content: "Until tomorrow",
            trigger: ".modal .o_field_radio label:contains('Tomorrow morning')",
            run: "click",
        },
        {
            content: "The dialog's button",
            trigger: ".modal button[name=action_snooze]",
            run: "click",
        },
        {
            content: "The form says until when",
            trigger: ".o_helpdesk_ticket_form .o_helpdesk_snoozed:contains('Snoozed until')",
        },
        {
            content: "Take it back",
            trigger: "button[name=action_unsnooze]",
            run: "click",
        },
        {
            content: "It can be snoozed again, and is unread all the while",
            trigger: ".o_helpdesk_ticket_form:has(.o_helpdesk_unread) button[name=action_open_snooze]",
        },
    ],
});
