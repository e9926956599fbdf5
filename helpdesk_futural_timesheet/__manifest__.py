{
    "name": "Helpdesk Futural: Timesheets and Billing",
    "version": "19.0.1.0.0",
    "summary": "Hours on tickets, billed prepaid or afterwards",
    "category": "Services/Helpdesk",
    "author": "Futural",
    "license": "LGPL-3",
    "depends": ["helpdesk_futural", "sale_timesheet"],
    "excludes": ["helpdesk", "helpdesk_mgmt"],
}
