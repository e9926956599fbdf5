from . import helpdesk_team_timesheet
from . import helpdesk_ticket_timesheet
from . import helpdesk_ticket_timer
from . import helpdesk_ticket_timing
from . import account_analytic_line
