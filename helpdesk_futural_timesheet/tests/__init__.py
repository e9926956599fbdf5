from . import test_rounding
from . import test_team_timesheet
from . import test_ticket_hours
