{
    "name": "Helpdesk Futural",
    "version": "19.0.1.0.0",
    "summary": "Tickets from e-mail and people, worked by teams through stages",
    "category": "Services/Helpdesk",
    "author": "Futural",
    "license": "LGPL-3",
    "application": True,
    "depends": ["mail", "portal", "rating", "resource", "digest"],
    # The technical names are those of Odoo's own Helpdesk (see README), so neither may stand
    # in the same database; Odoo refuses the installation.
    "excludes": ["helpdesk", "helpdesk_mgmt"],
    "data": [
        "security/helpdesk_groups.xml",
        "security/ir.model.access.csv",
        "security/helpdesk_rules.xml",
        "data/mail_message_subtype_data.xml",
        "data/helpdesk_stage_data.xml",
        "data/helpdesk_severity_data.xml",
        "data/helpdesk_ticket_type_data.xml",
        "data/helpdesk_team_data.xml",
        "wizards/helpdesk_stage_delete_views.xml",
        "views/helpdesk_ticket_views.xml",
        "views/helpdesk_ticket_list_views.xml",
        "views/helpdesk_ticket_actions.xml",
        "views/helpdesk_team_views.xml",
        "views/helpdesk_stage_views.xml",
        "views/helpdesk_ticket_type_views.xml",
        "views/helpdesk_severity_views.xml",
        "views/helpdesk_tag_views.xml",
        "views/res_partner_views.xml",
        "views/res_config_settings_views.xml",
        "views/helpdesk_menus.xml",
    ],
    "demo": [],
    "assets": {
        "web.assets_backend": [
            "helpdesk_futural/static/src/**/*",
        ],
        "web.assets_tests": [
            "helpdesk_futural/static/tests/tours/**/*",
        ],
    },
}
