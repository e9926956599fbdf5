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
        "data/product_data.xml",
        "views/helpdesk_team_timesheet_views.xml",
        "views/helpdesk_ticket_timesheet_views.xml",
        "views/account_analytic_line_views.xml",
    ],
    "excludes": ["helpdesk", "helpdesk_mgmt"],
}
