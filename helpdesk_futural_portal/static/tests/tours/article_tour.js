import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("helpdesk_article_customer_tour", {
    url: "/my/ticket/new",
    steps: () => [
        {
            content: "Type what it is about",
            trigger: ".o_helpdesk_request_form [name=title]",
            run: "edit Our printer is jammed",
        },
        {
            content: "An article is suggested, and would open in a new tab",
            trigger: ".o_helpdesk_suggestions a[target=_blank]:contains(Free a jammed printer)",
            run({ anchor }) {
                // A tour follows one tab only.
                anchor.target = "_self";
                anchor.click();
            },
            expectUnloadPage: true,
        },
        {
            content: "The article opens",
            trigger: ".o_helpdesk_article_body:contains(Turn the green wheel)",
        },
        {
            content: "It helped",
            trigger: ".o_helpdesk_vote button[value='1']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_helpdesk_vote [role=status]:contains(Thank you)",
        },
        {
            content: "Something else is searched for",
            trigger: ".breadcrumb a[href='/helpdesk/articles']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_helpdesk_article_search [name=search]",
            run: "edit Coffee machine",
        },
        {
            trigger: ".o_helpdesk_article_search button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_helpdesk_found:contains(No article found)",
        },
        {
            content: "Ask people then; what was typed before is still there",
            trigger: ".o_helpdesk_still_help a",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_helpdesk_request_form [name=title]:value(Coffee machine)",
        },
    ],
});

registry.category("web_tour.tours").add("helpdesk_article_agent_tour", {
    steps: () => [
        {
            content: "Look for an article that fits the ticket",
            trigger: ".o_helpdesk_articles_button",
            run: "click",
        },
        {
            content: "One is suggested by the ticket's title",
            trigger: ".modal .o_helpdesk_article_choice:contains(Free a jammed printer)",
        },
        {
            trigger: ".modal #helpdesk_articles_search",
            run: "edit discount",
        },
        {
            content: "The customer can't open what is for agents",
            trigger:
                ".modal .o_helpdesk_article_choice:only-child:contains(Customers can't open this article)",
        },
        {
            trigger: ".modal #helpdesk_articles_search",
            run: "edit green wheel jam",
        },
        {
            trigger:
                ".modal .o_helpdesk_article_choice:only-child:contains(Free a jammed printer) .o_insert_link",
            run: "click",
        },
        {
            content: "The composer opens with the link",
            trigger: ".o_mail_composer_form_view .note-editable a:contains(Free a jammed printer), .o_mail_composer_form_view .odoo-editor-editable a:contains(Free a jammed printer)",
        },
        {
            trigger: ".o_mail_send",
            run: "click",
        },
        {
            trigger: ".o-mail-Message a:contains(Free a jammed printer)",
        },
    ],
});
