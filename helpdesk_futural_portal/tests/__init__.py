from . import (
    test_attachments,
    test_fields,
    test_scope,
    test_visibility,
)
