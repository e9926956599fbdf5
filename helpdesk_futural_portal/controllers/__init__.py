from . import (
    articles,
    portal_list,
    portal_new,
    portal_thread,
    portal_ticket,
    portal_upload,
    public_form,
)
