from . import test_rounding
from . import test_team_timesheet
from . import test_ticket_hours
from . import test_timer
from . import test_tours
from . import test_ticket_sale
from . import test_low_balance
from . import test_invoice_hours
