{
    "name": "Helpdesk Futural: Customer Portal",
    "version": "19.0.1.0.0",
    "summary": "Customers follow and answer their tickets in the portal",
    "category": "Services/Helpdesk",
    "author": "Futural",
    "license": "LGPL-3",
    "depends": ["helpdesk_futural", "portal", "portal_rating"],
    "excludes": ["helpdesk", "helpdesk_mgmt"],
}
