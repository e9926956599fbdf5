import { registry } from "@web/core/registry";

import { patient } from "./patient";

const tile = (name) => `.o_helpdesk_tile[data-name=${name}]`;
const value = (name, number) => `${tile(name)} button:first-child span:first-child:text('${number}')`;

/** The team "Dashboard Tour" has two open tickets: "Jammed" is in the pool, "Beeping" is not. */
registry.category("web_tour.tours").add("helpdesk_futural_dashboard", {
    steps: () =>
        patient([
            {
                content: "Choose the team",
                trigger: ".o_helpdesk_dashboard select[name=team]",
                run: "selectByLabel Dashboard Tour",
            },
            {
                content: "Its two tickets are counted; a shorter period",
                trigger: `.o_helpdesk_dashboard:has(${value("open", 2)}) select[name=period]`,
                run: "selectByLabel Last 4 weeks",
            },
            {
                content: "The plot has a week per label; look at its numbers",
                trigger:
                    ".o_helpdesk_chart[data-name=flow]:has(tbody tr:eq(3)):not(:has(tbody tr:eq(4))) summary",
                run: "click",
            },
            {
                content: "Both were opened this week; open them from the table",
                trigger:
                    ".o_helpdesk_chart[data-name=flow] details[open] tbody tr:last-child button:text('2')",
                run: "click",
            },
            {
                content: "The list has both; go back",
                trigger: ".o_list_view:has(.o_data_row:contains('Jammed')):has(.o_data_row:contains('Beeping'))",
            },
            {
                content: "Back to the dashboard",
                trigger: ".breadcrumb-item a:contains('Dashboard')",
                run: "click",
            },
            {
                content: "Team and period have stayed; open the pool",
                trigger: `.o_helpdesk_dashboard:has(select[name=team]:value(/^[1-9]/)):has(select[name=period]:value('4')) ${value("unassigned", 1)}`,
                run: "click",
            },
            {
                content: "It has one ticket",
                trigger:
                    ".o_list_view:has(.o_data_row:contains('Jammed')):not(:has(.o_data_row:contains('Beeping')))",
            },
        ]),
});
