import { registry } from "@web/core/registry";

/** At the end of the month: from the hours that wait to a draft invoice for one customer. */
registry.category("web_tour.tours").add("helpdesk_futural_timesheet_billing", {
    steps: () => [
        {
            content: "Hours wait, grouped by customer",
            trigger: ".o_group_header:contains(Laine Oy)",
        },
        {
            content: "Invoice them",
            trigger: ".o_control_panel button:contains(Invoice Hours)",
            run: "click",
        },
        {
            content: "All customers' hours are offered at first",
            trigger: ".modal [name=entry_count]:contains(4)",
        },
        {
            content: "Choose a customer",
            trigger: ".modal [name=partner_ids] input",
            run: "edit Laine Oy",
        },
        {
            trigger: ".modal .o-autocomplete--dropdown-item:contains(Laine Oy):first",
            run: "click",
        },
        {
            content: "Only theirs are left",
            trigger: ".modal [name=entry_count]:contains(3)",
        },
        {
            content: "Choose a period",
            trigger: ".modal [name=date_from] input",
            run: "edit 04/01/2026",
        },
        {
            trigger: ".modal [name=date_to] input",
            run: "edit 04/30/2026 && press Tab",
        },
        {
            content: "Only those of the period are left",
            trigger: ".modal [name=entry_count]:contains(2)",
        },
        {
            trigger: ".modal [name=hours]:contains(3:30), .modal [name=hours]:contains(03:30)",
        },
        {
            content: "Make the draft",
            trigger: ".modal button[name=action_create_invoices]",
            run: "click",
        },
        {
            content: "It is open, to be checked",
            trigger: ".o_form_view [name=invoice_line_ids] [name=quantity]:contains(3.50)",
        },
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Draft)",
        },
    ],
});

/** Prepaid hours: choose what pays, work more than was bought, and sell more. */
registry.category("web_tour.tours").add("helpdesk_futural_timesheet_prepaid", {
    steps: () => [
        {
            content: "Nothing pays for the ticket yet; choose the customer's hours",
            trigger: "[name=sale_line_id] input",
            run: "edit Prepaid",
        },
        {
            trigger: "[name=sale_line_id] .o-autocomplete--dropdown-item:contains(Prepaid):first",
            run: "click",
        },
        {
            content: "What is left shows at once",
            trigger: "[name=remaining_hours_so]:contains(10:00)",
        },
        {
            content: "Log more than that",
            trigger: "button[name=action_log_time]",
            run: "click",
        },
        {
            trigger: ".modal [name=time_spent] input",
            run: "edit 12:30",
        },
        {
            trigger: ".modal button[name=action_generate_timesheet]",
            run: "click",
        },
        {
            content: "The ticket says so",
            trigger: ".alert-danger:contains(More hours are logged):contains(-02:30)",
        },
        {
            content: "Sell more",
            trigger: ".alert-danger button[name=action_top_up]",
            run: "click",
        },
        {
            content: "A quotation for as much as was bought",
            trigger: ".o_form_view [name=order_line] [name=product_uom_qty]:contains(10.00)",
        },
        {
            trigger: ".o_statusbar_buttons button[name=action_confirm]:visible",
            run: "click",
        },
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Sales Order)",
        },
        {
            content: "Back on the ticket",
            trigger: ".o_breadcrumb .breadcrumb-item a, .o_back_button",
            run: "click",
        },
        {
            content: "It goes on with the new hours",
            trigger: "[name=remaining_hours_so]:contains(10:00)",
        },
        {
            trigger: "body:not(:has(.alert-danger:contains(More hours are logged)))",
        },
    ],
});
