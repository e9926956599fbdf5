"""How a developer's machine gets a running Odoo with the three addons.

``python3 -m dev <command>`` (see ``__main__``) runs before any virtual environment exists, so this package uses
nothing but the standard library. The Makefile is its front door.
"""
