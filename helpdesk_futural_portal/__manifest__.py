{
    "name": "Helpdesk Futural: Customer Portal",
    "version": "19.0.1.1.0",
    "summary": "Customers follow and answer their tickets in the portal",
    "category": "Services/Helpdesk",
    "author": "Futural",
    "license": "LGPL-3",
    "depends": ["helpdesk_futural", "portal", "portal_rating"],
    "excludes": ["helpdesk", "helpdesk_mgmt"],
    "data": [
        "security/ir.model.access.csv",
        "security/helpdesk_portal_rules.xml",
        "wizards/portal_wizard_views.xml",
        "views/res_partner_views.xml",
        "views/helpdesk_team_views.xml",
        "views/helpdesk_ticket_views.xml",
        "views/portal_layout_templates.xml",
        "views/portal_home_templates.xml",
        "views/portal_list_templates.xml",
        "views/portal_ticket_templates.xml",
        "views/request_form_templates.xml",
        "views/public_form_templates.xml",
    ],
    "demo": [
        "demo/helpdesk_portal_demo.xml",
    ],
    "assets": {
        "web.assets_frontend": [
            "helpdesk_futural_portal/static/src/**/*",
            ("remove", "helpdesk_futural_portal/static/src/chatter/**/*"),
        ],
        "portal.assets_chatter": [
            "helpdesk_futural_portal/static/src/chatter/*.xml",
        ],
        "portal.assets_chatter_style": [
            "helpdesk_futural_portal/static/src/chatter/*.scss",
        ],
        "web.assets_tests": [
            "helpdesk_futural_portal/static/tests/tours/**/*",
        ],
    },
}
