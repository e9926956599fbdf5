"""Odoo's command line as a file: started as a module, its prefork server can't start the process for websockets."""

from odoo.cli.command import main

if __name__ == "__main__":
    main()
