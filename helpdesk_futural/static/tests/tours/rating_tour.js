import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("helpdesk_futural_rating", {
    steps: () => [
        {
            content: "The face clicked in the mail is chosen",
            trigger: ".o_helpdesk_rating_form:has(input[value='3']:checked) label[for=helpdesk_rate_3]",
        },
        {
            content: "Say something",
            trigger: "#helpdesk_feedback",
            run: "edit It works now.",
        },
        {
            content: "Send",
            trigger: ".o_helpdesk_rating_form button[type=submit]:contains('Send My Rating')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It has arrived: think better of it",
            trigger: ".o_helpdesk_rating_page:has(.o_helpdesk_rating_thanks):has(.o_helpdesk_rating_given:contains('Okay')) label[for=helpdesk_rate_5]",
            run: "click",
        },
        {
            content: "Add a word",
            trigger: ".o_helpdesk_rating_form:has(input[value='5']:checked) #helpdesk_feedback",
            run: "edit It works now. Thank you!",
        },
        {
            content: "Send it again",
            trigger: ".o_helpdesk_rating_form button[type=submit]:contains('Change My Rating')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The new one stands",
            trigger: ".o_helpdesk_rating_given:contains('Satisfied')",
        },
    ],
});
