import { registry } from "@web/core/registry";

/** The ticket and who wrote on it come from tests/test_tours.py. */
const message = (text) => `.o-mail-Message:has(.o-mail-Message-body:contains('${text}'))`;
const mark = (text, name) => `${message(text)} .o-helpdesk-mark[data-mark=${name}]`;

registry.category("web_tour.tours").add("helpdesk_futural_message_marks", {
    steps: () => [
        {
            content: "The customer's message says so",
            trigger: `${mark("The printer is jammed", "customer")}:contains('Customer')`,
        },
        {
            content: "It says who was in CC",
            trigger: `${message("The printer is jammed")} .o-helpdesk-recipients:contains('Pekka Laine')`,
        },
        {
            content: "The robot's message is marked",
            trigger: `${mark("I am out of office", "robot")}:contains('Automatic')`,
        },
        {
            content: "The robot is not taken for the customer",
            trigger: `${message("I am out of office")}:not(:has([data-mark=customer]))`,
        },
        {
            content: "The sender that the mail server doubts is marked, with the reason",
            trigger: `${mark("Please pay to", "warning")}[title='dmarc=fail']`,
        },
        {
            content: "The agent's own message has no mark",
            trigger: `${message("We look into it")}:not(:has(.o-helpdesk-mark))`,
        },
        {
            content: "Somebody who takes no part is marked",
            trigger: `${mark("I know more", "outsider")}:contains('Not a participant')`,
        },
        {
            content: "The ticket says so too; let them in",
            trigger: ".o_helpdesk_outsiders:contains('eve@somewhere.example') button",
            run: "click",
        },
        {
            content: "Nobody is left outside",
            trigger: ".o_form_view:not(:has(.o_helpdesk_outsiders))",
        },
    ],
});

registry.category("web_tour.tours").add("helpdesk_futural_let_in", {
    steps: () => [
        {
            content: "What they wrote is a participant's message now",
            trigger: `${mark("I know more", "customer")}:contains('Customer')`,
        },
        {
            content: "Nothing says otherwise",
            trigger: `${message("I know more")}:not(:has([data-mark=outsider]))`,
        },
    ],
});
