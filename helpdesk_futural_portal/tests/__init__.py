from . import (
    test_attachments,
    test_fields,
    test_list,
    test_scope,
    test_ticket_actions,
    test_ticket_comments,
    test_ticket_page,
    test_tools_list_query,
    test_visibility,
)
