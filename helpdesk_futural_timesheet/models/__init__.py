from . import helpdesk_team_timesheet
from . import helpdesk_ticket_timesheet
from . import account_analytic_line
