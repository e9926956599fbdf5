from . import helpdesk_stage_delete
