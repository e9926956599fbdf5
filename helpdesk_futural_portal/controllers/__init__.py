from . import portal_list
