from . import (
    helpdesk_form_request,
    helpdesk_stage,
    helpdesk_team,
    helpdesk_ticket_customer_action,
    helpdesk_ticket_fields,
    helpdesk_ticket_page,
    helpdesk_ticket_request,
    helpdesk_ticket_visibility,
    ir_attachment,
    ir_http,
    mail_message,
    res_partner,
)
