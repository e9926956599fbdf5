"""Pure logic of the helpdesk, free of the ORM so that it can be read and tested alone."""
