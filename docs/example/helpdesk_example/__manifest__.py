{
    "name": "Helpdesk Example: Serial Numbers",
    "version": "19.0.1.0.0",
    "summary": "Tickets know which device they are about",
    "category": "Services/Helpdesk",
    "author": "Futural",
    "license": "LGPL-3",
    "depends": ["helpdesk_futural_portal"],
    "data": [
        "views/helpdesk_ticket_views.xml",
        "views/portal_templates.xml",
    ],
}
