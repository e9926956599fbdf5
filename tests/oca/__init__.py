"""Moving in from OCA's helpdesk, with the real OCA addons in a database of their own."""
