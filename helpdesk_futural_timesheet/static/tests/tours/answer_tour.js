import { registry } from "@web/core/registry";

/** An agent answers the customer and logs the time that it took, without leaving the answer. */
registry.category("web_tour.tours").add("helpdesk_futural_timesheet_answer", {
    steps: () => [
        {
            content: "Write to the customer",
            trigger: ".o-mail-Chatter-sendMessage:enabled",
            run: "click",
        },
        {
            content: "Write the answer",
            trigger: ".o-mail-Composer-input",
            run: "edit Try the other tray.",
        },
        {
            content: "Send it and log the time",
            trigger: ".o_helpdesk_send_and_log:enabled:contains('Send and Log Time')",
            run: "click",
        },
        {
            content: "The answer is the description",
            trigger: ".modal [name=description] input:value('Try the other tray.')",
        },
        {
            content: "Say how long it took",
            trigger: ".modal [name=time_spent] input",
            run: "edit 0:30",
        },
        {
            content: "Log it",
            trigger: ".modal button[name=action_generate_timesheet]",
            run: "click",
        },
        {
            content: "The answer is part of the conversation",
            trigger: "body:not(:has(.modal)) .o-mail-Message-body:contains('Try the other tray.')",
        },
        {
            content: "Look at the hours",
            trigger: ".o_notebook a[name=timesheets]",
            run: "click",
        },
        {
            content: "The form knows the entry",
            trigger: "[name=timesheet_ids] .o_data_row:contains('Try the other tray.'):contains('0:30')",
        },
    ],
});
