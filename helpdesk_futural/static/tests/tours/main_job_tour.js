import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

/**
 * The agent's part of the helpdesk's main job. The ticket comes from tests/test_main_job.py at the
 * repository's top, by e-mail; subject and texts are agreed with that file.
 */
const TICKET = "Tulostin ei tulosta ääkkösiä";
const CUSTOMER = "Päivi Hämäläinen";
const ANSWER = "Hei Päivi! Valitse asetuksista merkistö UTF-8. Auttoiko?";

export const openHelpdesk = () => [
    stepUtils.showAppsMenuItem(),
    {
        content: "Open the Helpdesk app",
        trigger: ".o_app[data-menu-xmlid='helpdesk_futural.menu_helpdesk_root']",
        run: "click",
    },
];

export const openQueue = (queue, name) => [
    ...openHelpdesk(),
    {
        content: "Unfold the Tickets menu",
        trigger: "button[data-menu-xmlid='helpdesk_futural.menu_helpdesk_tickets']",
        run: "click",
    },
    {
        content: "Choose the queue",
        trigger: `.dropdown-item[data-menu-xmlid='helpdesk_futural.${queue}']`,
        run: "click",
    },
    {
        content: "The queue is open",
        trigger: `.o_last_breadcrumb_item:contains('${name}')`,
    },
];

export const claimTicket = () => [
    ...openQueue("menu_helpdesk_unassigned", "Unassigned"),
    {
        content: "The ticket waits in the queue; open it",
        trigger: `.o_data_row:contains('${TICKET}') .o_data_cell[name=name]`,
        run: "click",
    },
    {
        content: "The form shows what the customer wrote",
        trigger: ".o_helpdesk_ticket_form [name=description]:contains('punainen täplä')",
    },
    {
        content: "The picture in the customer's text loads",
        trigger: ".o_helpdesk_ticket_form [name=description] img",
        run: ({ anchor }) => anchor.decode(),
    },
    {
        content: "Their file hangs on their message",
        trigger: ".o-mail-Message .o-mail-AttachmentContainer:contains(testisivu.pdf)",
    },
    {
        content: "Claim the ticket",
        trigger: "button[name=action_claim]",
        run: "click",
    },
    {
        content: "It is in progress now",
        trigger: ".o_statusbar_status button[aria-checked=true]:contains('In Progress')",
    },
    {
        content: "Nobody can claim it a second time",
        trigger: ".o_form_statusbar:not(:has(button[name=action_claim]))",
    },
];

registry.category("web_tour.tours").add("helpdesk_futural_claim_and_answer", {
    steps: () => [
        ...claimTicket(),
        {
            content: "Write to the customer",
            trigger: ".o-mail-Chatter-sendMessage",
            run: "click",
        },
        {
            content: "The customer is among the recipients",
            trigger: `.o-mail-RecipientsInput .o_tag:contains('${CUSTOMER}')`,
        },
        {
            content: "Write the answer",
            trigger: ".o-mail-Composer-input",
            run: `edit ${ANSWER}`,
        },
        {
            content: "Send it",
            trigger: ".o-mail-Composer-send:enabled",
            run: "click",
        },
        {
            content: "The answer is part of the conversation",
            trigger: `.o-mail-Message-body:contains('${ANSWER}')`,
        },
        {
            content: "The composer is closed: nothing is left to send",
            trigger: ".o-mail-Chatter:not(:has(.o-mail-Composer))",
        },
    ],
});

registry.category("web_tour.tours").add("helpdesk_futural_set_done", {
    steps: () => [
        ...openQueue("menu_helpdesk_waiting_for_us", "Waiting for Us"),
        {
            content: "The customer answered, so the ticket waits for us; open it",
            trigger: `.o_data_row:contains('${TICKET}') .o_data_cell[name=name]`,
            run: "click",
        },
        {
            content: "The customer's answer stands in the conversation",
            trigger: ".o-mail-Message-body .overflow-x-auto:shadow :contains('Kiitos, ääkköset tulostuvat!')",
        },
        {
            content: "Done is folded: unfold the end of the status bar",
            isActive: [".o_statusbar_status:not(:has(button[data-value]:contains(/^Done$/)))"],
            trigger: ".o_statusbar_status button.o_first.dropdown-toggle:enabled",
            run: "click",
        },
        {
            content: "Set the ticket to Done",
            trigger: `.o_statusbar_status button[data-value]:contains(/^Done$/),
                .o-dropdown--menu .dropdown-item:contains(/^Done$/)`,
            run: "click",
        },
        {
            content: "The ticket is Done",
            trigger: ".o_statusbar_status button[aria-checked=true]:contains(Done)",
        },
        {
            content: "The server knows it: the change is in the ticket's history",
            trigger: ".o-mail-Message-tracking:contains('Done')",
        },
    ],
});
