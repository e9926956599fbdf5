import { registry } from "@web/core/registry";

/** The tickets come from tests/test_merge_tours.py. */
const row = (name) => `.o_data_row:contains('${name}')`;
const message = (text) => `.o-mail-Message:has(.o-mail-Message-body:contains('${text}'))`;

registry.category("web_tour.tours").add("helpdesk_futural_merge_from_list", {
    steps: () => [
        {
            content: "Select the one",
            trigger: `${row("Tour: the lamp is dark")} .o_list_record_selector input`,
            run: "click",
        },
        {
            content: "Select the other",
            trigger: `${row("Tour: no light")} .o_list_record_selector input`,
            run: "click",
        },
        {
            content: "Two are selected: open the menu",
            trigger: ".o_control_panel:has(.o_selection_box:contains('2')) .o_cp_action_menus button:contains('Actions')",
            run: "click",
        },
        {
            content: "Merge them",
            trigger: ".o-dropdown--menu .dropdown-item:contains(/^Merge$/)",
            run: "click",
        },
        {
            content: "The older one is proposed",
            trigger: ".o_helpdesk_ticket_merge [name=target_id] input:value('the lamp is dark')",
        },
        {
            content: "Merge",
            trigger: ".modal-footer button[name=action_merge]",
            run: "click",
        },
        {
            content: "The survivor's form is open and says what came",
            trigger: `${message("Merged into this ticket")}:contains('Tour: no light')`,
        },
    ],
});

registry.category("web_tour.tours").add("helpdesk_futural_merge_duplicate", {
    steps: () => [
        {
            content: "The form says that the customer has asked this before: merge",
            trigger: ".o_helpdesk_duplicate:contains('Tour: the bell is mute') button[name=action_merge_duplicate]",
            run: "click",
        },
        {
            content: "The earlier ticket is chosen",
            trigger: ".o_helpdesk_ticket_merge [name=target_id] input:value('the bell is mute')",
        },
        {
            content: "Merge",
            trigger: ".modal-footer button[name=action_merge]",
            run: "click",
        },
        {
            content: "See what belongs to the survivor",
            trigger: ".o_form_view:has(.o-mail-Message-body:contains('Merged into this ticket')) .nav-link[name=related]",
            run: "click",
        },
        {
            content: "Open the merged ticket",
            trigger: ".o_helpdesk_tickets_beside[data-name=merged_ids] button:contains('RE: Tour: the bell')",
            run: "click",
        },
        {
            content: "It says where it goes on",
            trigger: ".o_helpdesk_merged:contains('Tour: the bell is mute')",
        },
    ],
});

registry.category("web_tour.tours").add("helpdesk_futural_split_message", {
    steps: () => [
        {
            content: "Open the menu of the message that is about something else",
            trigger: message("Also, the invoice is wrong"),
            run: `hover && click ${message("Also, the invoice is wrong")} [title='Expand']`,
        },
        {
            content: "Split it",
            trigger: ".o-mail-Message-moreMenu [name=helpdesk-split]:contains('Split into New Ticket')",
            run: "click",
        },
        {
            content: "The message is chosen",
            trigger: ".o_helpdesk_ticket_split .o_data_row:contains('Also, the invoice is wrong')",
        },
        {
            content: "Give the new ticket a subject",
            trigger: ".o_helpdesk_ticket_split [name=name] input",
            run: "edit Tour: wrong invoice",
        },
        {
            content: "Split",
            trigger: ".modal-footer button[name=action_split]",
            run: "click",
        },
        {
            content: "The new ticket is open and says where it came from",
            trigger: message("Split from"),
        },
        {
            content: "It has the message",
            trigger: message("Also, the invoice is wrong"),
        },
    ],
});
