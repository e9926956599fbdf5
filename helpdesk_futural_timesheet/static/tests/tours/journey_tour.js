import { claimTicket, openHelpdesk, openQueue } from "@helpdesk_futural/../tests/tours/main_job_tour";
import { patient } from "@helpdesk_futural/../tests/tours/patient";
import { registry } from "@web/core/registry";
import { inputFiles } from "@web/../tests/utils";

/**
 * From the customer's mail to the paid invoice: the parts of the agent and of who invoices. The
 * story, its texts and what is checked in between are in tests/test_journey_invoice.py at the
 * repository's top.
 */
const CUSTOMER = "Päivi Hämäläinen";
const ANSWER = "Hei Päivi! Valitse asetuksista merkistö UTF-8. Auttoiko?";

const addTour = (name, getSteps) =>
    registry.category("web_tour.tours").add(name, { steps: () => patient(getSteps()) });

const logTime = (description, time) => [
    {
        content: "Say what was done",
        trigger: ".modal [name=description] input",
        run: `edit ${description}`,
    },
    ...(time
        ? [
              {
                  content: "Say how long it took",
                  trigger: ".modal [name=time_spent] input",
                  run: `edit ${time}`,
              },
          ]
        : []),
    {
        content: "Log it",
        trigger: ".modal button[name=action_generate_timesheet]",
        run: "click",
    },
    {
        content: "The dialog is gone",
        trigger: "body:not(:has(.modal)) .o_helpdesk_ticket_form button[name=action_log_time]",
    },
];

addTour("helpdesk_journey_claim", claimTicket);

addTour("helpdesk_journey_log_hours", () => [
    {
        content: "Measure the time",
        trigger: "button[name=action_timer_start]",
        run: "click",
    },
    {
        content: "It counts",
        trigger: ".o_helpdesk_timer .o_helpdesk_timer_time:contains(/0:0[0-9]:(0[1-9]|[1-5])/)",
    },
    {
        content: "Stop it",
        trigger: "button[name=action_timer_stop]",
        run: "click",
    },
    ...logTime("Katsoin testisivun"),
    {
        content: "Some time was not measured",
        trigger: "button[name=action_log_time]",
        run: "click",
    },
    ...logTime("Kokeilin samalla tulostimella", "0:30"),
    {
        content: "Look at the hours",
        trigger: ".o_notebook a[name=timesheets]",
        run: "click",
    },
    {
        content: "The measured time is there, by the started quarter",
        trigger: "[name=timesheet_ids] .o_data_row:contains('Katsoin testisivun'):contains('0:15')",
    },
    {
        content: "The other time as well",
        trigger: "[name=timesheet_ids] .o_data_row:contains('Kokeilin samalla'):contains('0:30')",
    },
    {
        content: "The ticket says that nothing pays for it yet",
        trigger: ".alert-warning:contains('billable hours are on no confirmed sales order yet')",
    },
]);

addTour("helpdesk_journey_answer", () => [
    {
        content: "Write to the customer",
        trigger: ".o-mail-Chatter-sendMessage:enabled",
        run: "click",
    },
    {
        content: "The customer is among the recipients",
        trigger: `.o-mail-RecipientsInput .o_tag:contains('${CUSTOMER}')`,
    },
    {
        content: "Attach a document",
        trigger: ".o-mail-Composer",
        async run() {
            const guide = new File(["Asetukset, Merkistö, UTF-8"], "ohje.txt", {
                type: "text/plain",
            });
            await inputFiles(".o-mail-Composer .o_input_file", [guide]);
        },
    },
    {
        content: "It is uploaded",
        trigger:
            ".o-mail-Composer .o-mail-AttachmentContainer:not(.o-isUploading):contains(ohje.txt)",
    },
    {
        content: "Write the answer",
        trigger: ".o-mail-Composer-input",
        run: `edit ${ANSWER}`,
    },
    {
        content: "Send it, and log the time",
        trigger: ".o_helpdesk_send_and_log:enabled",
        run: "click",
    },
    {
        content: "What was written is proposed as what was done",
        trigger: `.modal [name=description] input:value('${ANSWER}')`,
    },
    ...logTime("Vastasin", "0:15"),
    {
        content: "The answer is part of the conversation",
        trigger: `.o-mail-Message-body:contains('${ANSWER}')`,
    },
    {
        content: "Its document, too",
        trigger: ".o-mail-Message .o-mail-AttachmentContainer:contains(ohje.txt)",
    },
    {
        content: "The form knows whose turn it is",
        trigger: ".o_helpdesk_ticket_form .badge:contains('Waiting for customer')",
    },
]);

addTour("helpdesk_journey_solve", () => [
    ...openQueue("menu_helpdesk_waiting_for_us", "Waiting for Us"),
    {
        content: "The customer answered; open the ticket",
        trigger: ".o_data_row:contains('Tulostin ei tulosta') .o_data_cell[name=name]",
        run: "click",
    },
    {
        content: "Their answer stands in the conversation",
        trigger: ".o-mail-Message-body .overflow-x-auto:shadow :contains('Kiitos, ääkköset')",
    },
    {
        content: "Write down how it was solved",
        trigger: ".o_notebook a[name=resolution]",
        run: "click",
    },
    {
        trigger: "[name=resolution] .odoo-editor-editable",
        run: "editor Tulostimen merkistö on nyt UTF-8.",
    },
    {
        trigger: "[name=resolution] .odoo-editor-editable:contains('on nyt UTF-8')",
    },
    {
        content: "It is solved",
        trigger: "button[name=action_solve]",
        run: "click",
    },
    {
        content: "The ticket is Done",
        trigger: ".o_statusbar_status button[aria-checked=true]:contains(Done)",
    },
    {
        content: "Its hours wait for an order and an invoice",
        trigger: ".alert-warning:contains('1:00'):contains('on no confirmed sales order yet')",
    },
]);

const openHoursNotInvoiced = () => [
    {
        content: "Unfold the menu of hours",
        trigger: "button[data-menu-xmlid='helpdesk_futural_timesheet.menu_helpdesk_billing']",
        run: "click",
    },
    {
        content: "What is not invoiced yet?",
        trigger:
            ".dropdown-item[data-menu-xmlid='helpdesk_futural_timesheet.menu_helpdesk_hours_not_invoiced']",
        run: "click",
    },
    {
        content: "The list is there",
        trigger: ".o_last_breadcrumb_item:contains('Hours Not Invoiced')",
    },
    {
        content: "The customer's hours are among them",
        trigger: `.o_group_header:contains('${CUSTOMER}'):not(.o_group_open)`,
        run: "click",
    },
];

addTour("helpdesk_journey_invoice", () => [
    ...openHelpdesk(),
    ...openHoursNotInvoiced(),
    {
        content: "No order pays for them yet: open the ticket",
        trigger: ".o_data_row:contains('Katsoin testisivun'):contains('No Order Yet') [name=date]",
        run: "click",
    },
    {
        content: "Make an order",
        trigger: ".o_helpdesk_ticket_form button[name=action_create_sale_order]",
        run: "click",
    },
    {
        content: "It is for the customer; confirm it",
        trigger: `.o_form_view:has([name=partner_id] input:value('${CUSTOMER}')) button[name=action_confirm]`,
        run: "click",
    },
    {
        content: "It is confirmed",
        trigger: ".o_statusbar_status button[data-value=sale][aria-checked=true]",
    },
    ...openHoursNotInvoiced(),
    {
        content: "They can be invoiced now",
        trigger:
            ".o_data_row:contains('Katsoin testisivun'):contains('To Invoice') .o_list_record_selector input",
        run: "click",
    },
    {
        content: "Invoice this customer's hours",
        trigger: ".o_control_panel button:contains('Invoice Hours')",
        run: "click",
    },
    {
        content: "All of this customer's, not only the ticked one, and nobody else's",
        trigger: `.modal:has([name=partner_ids] .o_tag:only-of-type:contains('${CUSTOMER}')) [name=hours]:contains('1:00')`,
    },
    {
        trigger: ".modal button[name=action_create_invoices]",
        run: "click",
    },
    {
        content: "The draft has the hours; confirm it",
        trigger: ".o_form_view:has([name=invoice_line_ids]:contains('80.00')) button[name=action_post]",
        run: "click",
    },
    {
        content: "The customer paid",
        trigger: "button[name=action_register_payment]:visible",
        run: "click",
    },
    {
        trigger: ".modal button[name=action_create_payments]:visible",
        run: "click",
    },
    {
        content: "The invoice is paid",
        trigger: "body:not(:has(.modal)) .o_form_view .ribbon:contains(/paid|in payment/i)",
    },
]);
