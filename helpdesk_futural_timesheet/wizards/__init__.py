from . import account_move_reversal
from . import helpdesk_hours_invoice
from . import helpdesk_ticket_create_timesheet
from . import helpdesk_ticket_timer_switch
