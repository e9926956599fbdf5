import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";

/**
 * A morning's work in the queue, and one answer to many. Tickets, macro and texts are agreed with
 * tests/test_macro_tours.py.
 */
const openTicket = (name) => ({
    content: `Open the ticket “${name}”`,
    trigger: `.o_data_row:contains('${name}') .o_data_cell[name=name]`,
    run: "click",
});

const isOpen = (name) => ({
    content: `The ticket “${name}” is on screen`,
    trigger: `.o_last_breadcrumb_item:contains('${name}')`,
});

const claim = () => [
    {
        content: "Claim it with the keyboard",
        trigger: "button[name=action_claim]",
        run: "press Alt+g",
    },
    {
        content: "It is mine: it can be solved",
        trigger: ".o_form_statusbar:not(:has(button[name=action_claim])) button[name=action_solve]",
    },
];

const call = (model, method, ...args) =>
    rpc(`/web/dataset/call_kw/${model}/${method}`, { model, method, args, kwargs: {} });

registry.category("web_tour.tours").add("helpdesk_futural_morning", {
    steps: () => [
        openTicket("Morning one"),
        isOpen("Morning one"),
        ...claim(),
        {
            content: "Unfold the macros with the keyboard",
            trigger: ".o_helpdesk_macros",
            run: "press Alt+o",
        },
        {
            content: "Only those of the team are there",
            trigger: ".o_helpdesk_macros_menu:not(:contains('Not for this team'))",
        },
        {
            content: "Ask for the serial number",
            trigger: ".o_helpdesk_macros_menu .dropdown-item:contains('Ask for the serial number')",
            run: "click",
        },
        {
            content: "What happened is said",
            trigger: ".o_notification:contains('Answered Liisa Laine')",
        },
        {
            content: "The answer stands in the conversation",
            trigger: ".o-mail-Message-body:contains('Which device is it')",
        },
        {
            content: "The ticket waits for the customer",
            trigger: ".o_statusbar_status button[aria-checked=true]:contains('Waiting')",
        },
        {
            content: "The queue has lost the ticket, but its next one is still the next one",
            trigger: ".o_pager_next",
            run: "click",
        },
        isOpen("Morning two"),
        ...claim(),
        {
            content: "A colleague takes the third one in the meantime",
            trigger: "body",
            run: async () => {
                const tickets = await call("helpdesk.ticket", "search", [
                    ["name", "=", "Morning three"],
                ]);
                const [lars] = await call("res.users", "search", [["login", "=", "lars.agent"]]);
                await call("helpdesk.ticket", "write", tickets, { user_id: lars });
            },
        },
        {
            content: "Solve it and go on",
            trigger: ".o_helpdesk_solve_next",
            run: "click",
        },
        isOpen("Morning four"),
        ...claim(),
        {
            content: "This is the last one: solve it",
            trigger: ".o_helpdesk_solve_next",
            run: "click",
        },
        {
            content: "The queue is done",
            trigger: ".o_notification:contains('last ticket of the list')",
        },
        {
            content: "Back in the queue, which is empty",
            trigger: ".o_list_view:not(:has(.o_data_row:contains('Morning')))",
        },
    ],
});

registry.category("web_tour.tours").add("helpdesk_futural_macro_undo", {
    steps: () => [
        openTicket("Morning one"),
        isOpen("Morning one"),
        {
            content: "Unfold the macros",
            trigger: ".o_helpdesk_macros",
            run: "click",
        },
        {
            content: "This one lets me edit first",
            trigger: ".o_helpdesk_macros_menu .dropdown-item:contains('Say it in my words')",
            run: "click",
        },
        {
            content: "The reply is ready to be edited",
            trigger: ".modal .odoo-editor-editable:contains('Which device is it')",
        },
        {
            content: "Send it",
            trigger: ".modal .o_mail_send",
            run: "click",
        },
        {
            content: "The rest of the macro is done",
            trigger: ".o_statusbar_status button[aria-checked=true]:contains('Waiting')",
        },
        {
            content: "Take it back",
            trigger: ".o_notification button:contains('Undo')",
            run: "click",
        },
        {
            content: "The ticket is where it was",
            trigger: ".o_statusbar_status button[aria-checked=true]:contains('New')",
        },
        {
            content: "It says that what was sent stays sent",
            trigger: ".o_notification:contains('What was sent stays sent')",
        },
    ],
});

registry.category("web_tour.tours").add("helpdesk_futural_bulk_reply", {
    steps: () => [
        ...["Morning one", "Morning two"].map((name) => ({
            content: `Select “${name}”`,
            trigger: `.o_data_row:contains('${name}') .o_list_record_selector input`,
            run: "click",
        })),
        {
            content: "Reply to both",
            trigger: "button[name=action_open_bulk_reply]",
            run: "click",
        },
        {
            content: "It is said how many customers hear of it",
            trigger: ".o_helpdesk_ticket_reply [role=status]:contains('2 customers')",
        },
        {
            content: "Write the answer",
            trigger: ".o_helpdesk_ticket_reply [name=body] .odoo-editor-editable",
            run: "editor The printers work again.",
        },
        {
            content: "Send it",
            trigger: ".modal button[name=action_send]",
            run: "click",
        },
        {
            content: "What happened is said",
            trigger: ".o_notification:contains('Answers on 2 tickets go out now')",
        },
        {
            content: "The list knows it",
            trigger: ".o_data_row:contains('Morning two'):contains('The printers work again')",
        },
    ],
});
