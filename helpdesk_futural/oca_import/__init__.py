"""Moving in from OCA's ``helpdesk_mgmt``: its database is read, and brought into this one.

==================  ==============================================================
source.py           the other database, read only
mapping.py          what means what; pure functions
ledger.py           what was brought already (``helpdesk.import.record``)
people.py           companies, users and contacts: found here, or created
configuration.py    teams, stages, categories, tags
tickets.py          the tickets themselves, new and changed
messages.py         what was said and noted on them, and who follows
files.py            attachments, and the pictures within texts
leftovers.py        what has no counterpart here
report.py           what became of everything
mover.py            the order of it all, in batches
==================  ==============================================================

The command is ``cli/helpdesk_import_oca.py``. Nothing here is imported by a running server.
"""
