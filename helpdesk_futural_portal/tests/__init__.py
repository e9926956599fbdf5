from . import (
    test_attachments,
    test_fields,
    test_list,
    test_scope,
    test_tools_list_query,
    test_visibility,
)
