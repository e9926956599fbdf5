from . import helpdesk_stage_delete
from . import helpdesk_ticket_snooze
