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

/** The people of an organisation, see tests/test_journeys_portal.py. */
const TICKET = "Tulostin ei tulosta ääkkösiä";

registry.category("web_tour.tours").add("helpdesk_journey_basic_user", {
    steps: () =>
        patient([
            {
                content: "The new ticket is at the top of the list",
                trigger: ".o_helpdesk_new_ticket",
                run: "click",
                expectUnloadPage: true,
            },
            {
                trigger: ".o_helpdesk_request_form [name=title]",
                run: `edit ${TICKET}`,
            },
            {
                trigger: ".o_helpdesk_request_form [name=description]",
                run: "edit Ä ei tulostu, katso kuvaa",
            },
            {
                trigger: ".o_helpdesk_request_form [name=category]",
                run: "selectByLabel Bug",
            },
            {
                content: "How bad is asked for bugs",
                trigger: ".o_helpdesk_severity:not(.d-none) .form-check:first-of-type input",
                run: "click",
            },
            {
                content: "How urgent it is for them",
                trigger: ".o_helpdesk_request_form [name=priority]",
                run: "selectByLabel High",
            },
            {
                content: "A screenshot",
                trigger: ".o_helpdesk_request_form [name=attachments]",
                run({ anchor }) {
                    const transfer = new DataTransfer();
                    transfer.items.add(new File(["ä"], "näyttö.txt", { type: "text/plain" }));
                    anchor.files = transfer.files;
                    anchor.dispatchEvent(new Event("change", { bubbles: true }));
                },
            },
            {
                trigger: ".o_helpdesk_request_form button[type=submit]",
                run: "click",
                expectUnloadPage: true,
            },
            {
                content: "The number is told",
                trigger: ".alert-success:contains(Your ticket has the number)",
            },
            {
                content: "The file is part of the conversation",
                trigger: "#chatterRoot:shadow .o-mail-Message:contains('katso kuvaa'):contains('näyttö.txt')",
            },
        ]),
});

registry.category("web_tour.tours").add("helpdesk_journey_main_user", {
    steps: () =>
        patient([
            {
                content: "It isn't theirs, though they see it",
                trigger: `.o_helpdesk_tickets:contains('${TICKET}')`,
            },
            {
                trigger: "#helpdesk_mine",
                run: "click",
                expectUnloadPage: true,
            },
            {
                content: "Nothing is",
                trigger: "body:not(:has(.o_helpdesk_tickets)):contains('No ticket matches')",
            },
            {
                content: "The organisation's again",
                trigger: "a:contains('Show All Tickets')",
                run: "click",
                expectUnloadPage: true,
            },
            {
                trigger: `.o_helpdesk_tickets a:contains('${TICKET}')`,
                run: "click",
                expectUnloadPage: true,
            },
            {
                content: "What came by mail last stands first",
                trigger:
                    "#chatterRoot:shadow .o-mail-Message:first .o-mail-Message-body .overflow-x-auto:shadow :contains('Ei auttanut')",
            },
            {
                content: "The agent's file can be had",
                trigger: "#chatterRoot:shadow .o-mail-Message:contains('Kokeile'):contains('ohje.txt')",
            },
            {
                content: "Hand it back, with a word",
                trigger: ".o_helpdesk_status select[name=stage_id]",
                run: "selectByLabel Tuella",
            },
            {
                trigger: ".o_helpdesk_status [name=comment]",
                run: "edit Otan tämän hoitooni",
            },
            {
                trigger: ".o_helpdesk_status button[type=submit]",
                run: "click",
                expectUnloadPage: true,
            },
            {
                content: "It stands there, and the word is the newest",
                trigger: ".alert-success:contains('Tuella')",
            },
            {
                trigger: "#chatterRoot:shadow .o-mail-Message:first:contains('Otan tämän hoitooni')",
            },
        ]),
});
