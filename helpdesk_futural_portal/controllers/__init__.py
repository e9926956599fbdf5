from . import articles, portal_list, portal_new, portal_thread, portal_ticket, public_form
