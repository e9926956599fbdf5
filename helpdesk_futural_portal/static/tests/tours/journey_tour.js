import { patient } from "@helpdesk_futural/../tests/tours/patient";
import { registry } from "@web/core/registry";

/** A customer without account opens the link of a mail and confirms that it is solved. */
registry.category("web_tour.tours").add("helpdesk_journey_confirm", {
    steps: () =>
        patient([
            {
                content: "The page says how it was solved",
                trigger: ".o_helpdesk_solution:contains('Tulostimen merkistö on nyt UTF-8.')",
            },
            {
                content: "The conversation is there, with the document",
                trigger:
                    "#chatterRoot:shadow .o-mail-Message:contains('Valitse asetuksista merkistö UTF-8'):contains('ohje.txt')",
            },
            {
                content: "And how long it took",
                trigger: ".o_helpdesk_hours:contains('01:00 h')",
            },
            {
                content: "Confirm it",
                trigger: ".o_helpdesk_solution form[action$='/confirm'] button",
                run: "click",
                expectUnloadPage: true,
            },
            {
                content: "The ticket is closed",
                trigger: ".alert-success:contains('The ticket is closed')",
            },
        ]),
});

/** The same in the small support desk, see tests/test_journey_support_desk.py. */
registry.category("web_tour.tours").add("helpdesk_journey_desk_confirm", {
    steps: () =>
        patient([
            {
                content: "It says how it was solved: yes, the machine runs",
                trigger: ".o_helpdesk_solution:contains('Sulake oli palanut')",
            },
            {
                trigger: ".o_helpdesk_solution form[action$='/confirm'] button",
                run: "click",
                expectUnloadPage: true,
            },
            {
                content: "The ticket is closed",
                trigger: ".alert-success:contains('The ticket is closed')",
            },
        ]),
});
