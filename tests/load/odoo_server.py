"""Odoo's command line as a file: started as a module, its prefork server can't start the process for websockets."""

import os
from pathlib import Path

from tests.load.watch import CLOCK, NOTES, Clock, note_requests

if __name__ == "__main__":
    if path := os.environ.get(CLOCK):
        Clock(Path(path)).rule()

    from odoo.cli.command import main
    from odoo.service import server

    if folder := os.environ.get(NOTES):
        # Odoo finds its addons only when the server has read its options.
        load = server.load_server_wide_modules

        def load_and_note():
            load()
            note_requests(Path(folder))

        server.load_server_wide_modules = load_and_note
    main()
