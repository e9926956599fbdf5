{
    "name": "Helpdesk Futural: Timesheets and Billing",
    "version": "19.0.1.0.0",
    "summary": "Hours on tickets, billed prepaid or afterwards",
    "category": "Services/Helpdesk",
    "author": "Futural",
    "license": "LGPL-3",
    "depends": ["helpdesk_futural", "sale_timesheet"],
    "data": [
        "security/ir.model.access.csv",
        "security/helpdesk_timesheet_rules.xml",
        "data/product_data.xml",
        "wizards/helpdesk_ticket_create_timesheet_views.xml",
        "wizards/helpdesk_ticket_timer_switch_views.xml",
        "views/helpdesk_team_timesheet_views.xml",
        "views/helpdesk_ticket_timesheet_views.xml",
        "views/helpdesk_ticket_timing_views.xml",
        "views/account_analytic_line_views.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "helpdesk_futural_timesheet/static/src/**/*",
        ],
        "web.assets_tests": [
            "helpdesk_futural_timesheet/static/tests/tours/**/*",
        ],
    },
    "excludes": ["helpdesk", "helpdesk_mgmt"],
}
