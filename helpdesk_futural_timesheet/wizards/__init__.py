from . import helpdesk_hours_invoice
from . import helpdesk_ticket_create_timesheet
from . import helpdesk_ticket_timer_switch
