from . import portal_list, portal_thread, portal_ticket
