import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("helpdesk_portal_tour", {
    url: "/my",
    steps: () => [
        {
            content: "The home page leads to the tickets",
            trigger: ".o_portal_index_card a[href='/my/tickets']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "At the top there is the way to a new ticket",
            trigger: ".o_helpdesk_new_ticket",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Severity isn't asked before it matters",
            trigger: ".o_helpdesk_request_form:has(.o_helpdesk_severity.d-none) [name=title]",
            run: "edit The forklift stands still",
        },
        {
            content: "A bug has a severity",
            trigger: ".o_helpdesk_request_form [name=category]",
            run: "selectByLabel Bug",
        },
        {
            content: "It is asked for now",
            trigger: ".o_helpdesk_severity:not(.d-none) .form-check:first-of-type input",
            run: "click",
        },
        {
            content: "Say what happened",
            trigger: ".o_helpdesk_request_form [name=description]",
            run: "edit It beeps and does not move.",
        },
        {
            content: "Send it",
            trigger: ".o_helpdesk_request_form button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The number is told",
            trigger: ".alert-success:contains(Your ticket has the number)",
        },
        {
            content: "The conversation begins with what was written",
            trigger: ".o_portal_chatter #chatterRoot:shadow .o-mail-Message:contains(It beeps)",
        },
        {
            content: "Write a comment",
            trigger: "#chatterRoot:shadow .o-mail-Composer-input",
            run: "edit It smokes, too.",
        },
        {
            trigger: "#chatterRoot:shadow .o-mail-Composer-send:enabled",
            run: "click",
        },
        {
            content: "The newest comment stands first",
            trigger:
                "#chatterRoot:shadow .o-mail-Message:first:contains(It smokes)",
        },
        {
            content: "Change the status",
            trigger: ".o_helpdesk_status select[name=stage_id]",
            run: "selectByLabel Never mind",
        },
        {
            trigger: ".o_helpdesk_status button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".alert-success:contains(Never mind)",
        },
        {
            content: "Back to the list",
            trigger: ".breadcrumb a[href='/my/tickets']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Filter by ticking",
            trigger: "#filter_priority summary",
            run: "click",
        },
        {
            trigger: "#filter_priority input[value='1']",
            run: "click",
        },
        {
            trigger: "#filter_priority button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The ticket is among them",
            trigger: ".o_helpdesk_tickets:contains(The forklift stands still)",
        },
        {
            content: "Sort by title",
            trigger: ".o_helpdesk_tickets th.o_col_title a",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "th.o_col_title[aria-sort=ascending]",
        },
    ],
});
