import { registry } from "@web/core/registry";
import { openHelpdesk, openQueue } from "./main_job_tour";
import { patient } from "./patient";

/**
 * The small support desk. Story, people and texts are in tests/test_journey_support_desk.py at the
 * repository's top, and so is what is checked in between.
 */
const TICKET = "Hitsauskone ei käynnisty";
const CUSTOMER = "Kalle Kävijä";

const addTour = (name, getSteps) =>
    registry.category("web_tour.tours").add(name, { steps: () => patient(getSteps()) });

const openConfiguration = (menu, name) => [
    {
        content: "Unfold the Configuration menu",
        trigger: "button[data-menu-xmlid='helpdesk_futural.menu_helpdesk_config']",
        run: "click",
    },
    {
        content: `Choose ${name}`,
        trigger: `.dropdown-item[data-menu-xmlid='helpdesk_futural.${menu}']`,
        run: "click",
    },
    {
        content: `${name} are open`,
        trigger: `.o_last_breadcrumb_item:contains('${name}')`,
    },
];

const choose = (field, text) => [
    {
        content: `Look for ${text}`,
        trigger: `[name=${field}] input`,
        run: `edit ${text}`,
    },
    {
        content: `Choose ${text}`,
        trigger: `.o-autocomplete--dropdown-item:not(.o_m2o_dropdown_option):contains('${text}')`,
        run: "click",
    },
];

const type = (field, text) => [
    {
        content: `Write into ${field}`,
        trigger: `[name=${field}] .odoo-editor-editable`,
        run: `editor ${text}`,
    },
    {
        content: "It stands there",
        trigger: `[name=${field}] .odoo-editor-editable:contains('${text}')`,
    },
];

const save = () => [
    {
        content: "Save",
        trigger: ".o_form_button_save:visible",
        run: "click",
    },
    {
        content: "It is saved",
        trigger: ".o_form_saved",
    },
];

addTour("helpdesk_journey_desk_take", () => [
    ...openQueue("menu_helpdesk_all", "All Tickets"),
    {
        content: "Write down who called and what about",
        trigger: ".o_list_button_add",
        run: "click",
    },
    {
        content: "A ticket needs a title",
        trigger: ".o_form_button_save",
        run: "click",
    },
    {
        content: "That is said, and nothing is saved",
        trigger: ".o_helpdesk_ticket_form .o_field_invalid[name=name]",
    },
    {
        trigger: "[name=name] textarea",
        run: `edit ${TICKET}`,
    },
    ...choose("ticket_type_id", "Support"),
    {
        content: "It interrupts their work",
        trigger: "[name=priority] .o_priority_star[aria-label='High']",
        run: "click",
    },
    ...type("description", "Kytke virta, paina vihreää nappia: mitään ei tapahdu."),
    {
        content: "It isn't a ticket before all of it is there",
        trigger: ".o_action:has(.o_form_dirty):not(:has(.o_helpdesk_ticket_form [name=ticket_ref]))",
    },
    ...save(),
    {
        content: "The case number is there at once",
        trigger: ".o_helpdesk_ticket_form [name=ticket_ref]:contains(/^\\d{9}$/)",
    },
    {
        content: "It waits for somebody who takes it",
        trigger: ".o_statusbar_status button[aria-checked=true]:contains(/^Open/)",
    },
    {
        content: "Take it",
        trigger: "button[name=action_claim]",
        run: "click",
    },
    {
        content: "Work has started",
        trigger: ".o_statusbar_status button[aria-checked=true]:contains('In Progress')",
    },
    {
        content: "The caller's name turned up: link them now",
        trigger: ".o_form_statusbar:not(:has(button[name=action_claim]))",
    },
    ...choose("partner_id", CUSTOMER),
    {
        content: "Their address is known",
        trigger: "[name=partner_email] input:value('kalle@asiakas.example')",
    },
    {
        content: "A colleague knows such machines: hand over",
        trigger: "[name=user_id] input",
        run: "click",
    },
    ...choose("user_id", "Eero Korhonen"),
    ...save(),
    {
        content: "See who has what",
        trigger: "button[data-menu-xmlid='helpdesk_futural.menu_helpdesk_tickets']",
        run: "click",
    },
    {
        trigger: ".dropdown-item[data-menu-xmlid='helpdesk_futural.menu_helpdesk_all']",
        run: "click",
    },
    {
        content: "The colleague has it",
        trigger: `.o_data_row:contains('${TICKET}'):has([name=user_id] [title='Eero Korhonen'], [name=user_id]:contains('Eero Korhonen'))`,
    },
]);

addTour("helpdesk_journey_desk_set_up", () => [
    ...openHelpdesk(),
    ...openConfiguration("menu_helpdesk_types", "Categories"),
    {
        content: "Another kind of tickets",
        trigger: ".o_list_button_add",
        run: "click",
    },
    {
        trigger: ".o_form_view [name=name] input",
        run: "edit Laitekorjaus",
    },
    ...choose("specialist_ids", "Eero Korhonen"),
    {
        content: "What such tickets should tell",
        trigger: ".o_form_view .o_notebook a[name=description_template]",
        run: "click",
    },
    ...type("description_template", "Sarjanumero:"),
    ...save(),
    ...openConfiguration("menu_helpdesk_teams", "Teams"),
    {
        trigger: ".o_data_row [name=name]:contains('Service Desk')",
        run: "click",
    },
    {
        content: "Who gets new tickets?",
        trigger: ".o_form_view [name=auto_assignment] input",
        run: "click",
    },
    {
        content: "Whoever has the fewest",
        trigger: ".o_form_view [name=assign_method] input[data-value=balanced]",
        run: "click",
    },
    ...save(),
]);

addTour("helpdesk_journey_desk_solve", () => [
    ...openQueue("menu_helpdesk_my", "My Tickets"),
    {
        content: "The ticket that was handed over",
        trigger: `.o_kanban_record:contains('${TICKET}')`,
        run: "click",
    },
    {
        content: "Write down how it was solved",
        trigger: ".o_notebook a[name=resolution]",
        run: "click",
    },
    ...type("resolution", "Sulake oli palanut; vaihdoin sen. Tarkistakaa kaapeli."),
    {
        content: "It is solved",
        trigger: "button[name=action_solve]",
        run: "click",
    },
    {
        content: "It waits for the customer's confirmation",
        trigger: ".o_statusbar_status button[aria-checked=true]:contains('Completed')",
    },
]);

const searchTickets = () => [
    {
        content: "Among the tickets' numbers and titles",
        trigger: ".o_searchview_autocomplete .o-dropdown-item:contains('Search Ticket for')",
        run: "click",
    },
];

addTour("helpdesk_journey_desk_find", () => [
    ...openQueue("menu_helpdesk_all", "All Tickets"),
    {
        content: "Closed tickets are found as well: take the filter away",
        trigger: ".o_searchview_facet .o_facet_remove",
        run: "click",
    },
    {
        content: "Look for words of the title",
        trigger: ".o_searchview_input",
        run: "edit hitsauskone",
    },
    ...searchTickets(),
    {
        content: "There it is, closed; now by its number, as customers quote it",
        trigger: `.o_action:has(.o_facet_value:contains(hitsauskone)) .o_data_row:contains('${TICKET}'):contains('Closed') [name=ticket_ref]`,
        async run({ anchor, click, edit }) {
            const number = anchor.textContent.trim();
            await click(".o_searchview_facet .o_facet_remove");
            await edit(`#${number}`, ".o_searchview_input");
        },
    },
    ...searchTickets(),
    {
        content: "It is the only one",
        trigger: `.o_action:has(.o_facet_value:contains('#')) .o_data_row:only-of-type:contains('${TICKET}') .o_data_cell[name=name]`,
        run: "click",
    },
    {
        content: "Go to the customer",
        trigger: ".o_helpdesk_ticket_form [name=partner_id] .o_external_button:not(:visible)",
        run: "click",
    },
    {
        content: "Their card has their tickets",
        trigger: `.o_last_breadcrumb_item:contains('${CUSTOMER}')`,
    },
    {
        trigger: ".o_notebook a[name=tickets]",
        run: "click",
    },
    {
        content: "What they asked before, and what became of it",
        trigger: `[name=organisation_ticket_ids] .o_data_row:contains('${TICKET}'):contains('Eero'):contains('Closed')`,
    },
]);
