from . import helpdesk_stage_delete
from . import helpdesk_ticket_snooze
from . import helpdesk_ticket_bulk
from . import helpdesk_ticket_reply
from . import helpdesk_ticket_merge
from . import helpdesk_ticket_split
from . import mail_compose_message
from . import helpdesk_sla_follow
