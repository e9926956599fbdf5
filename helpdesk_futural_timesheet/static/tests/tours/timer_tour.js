import { registry } from "@web/core/registry";

const TIME = ".o_helpdesk_timer .o_helpdesk_timer_time";

/** An agent measures time on a ticket, logs it, and finds it on the Timesheets tab. */
registry.category("web_tour.tours").add("helpdesk_futural_timesheet_timer", {
    steps: () => [
        {
            content: "Start the timer",
            trigger: "button[name=action_timer_start]",
            run: "click",
        },
        {
            content: "It counts",
            trigger: `${TIME}:contains(/0:00:0[2-9]/)`,
        },
        {
            content: "Pause it",
            trigger: "button[name=action_timer_pause]",
            run: "click",
        },
        {
            content: "It can go on",
            trigger: "button[name=action_timer_resume]",
            run: "click",
        },
        {
            content: "It counts on from where it was",
            trigger: `.o_helpdesk_timer.text-bg-success ${TIME.split(" ")[1]}:contains(/0:00:0[3-9]|0:00:[1-5]/)`,
        },
        {
            content: "Stop it",
            trigger: "button[name=action_timer_stop]",
            run: "click",
        },
        {
            content: "Say what was done",
            trigger: ".modal [name=description] input",
            run: "edit Replaced the toner",
        },
        {
            content: "The started quarter is proposed",
            trigger: ".modal [name=time_spent] input:value(0:15)",
        },
        {
            content: "Log it",
            trigger: ".modal button[name=action_generate_timesheet]",
            run: "click",
        },
        {
            content: "No timer is left",
            trigger: "body:not(:has(.o_helpdesk_timer)) button[name=action_timer_start]",
        },
        {
            content: "Look at the hours",
            trigger: ".o_notebook a[name=timesheets]",
            run: "click",
        },
        {
            content: "The entry is there",
            trigger: "[name=timesheet_ids] .o_data_row:contains('Replaced the toner'):contains('0:15')",
        },
    ],
});
