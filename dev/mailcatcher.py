"""A mail server for the demo that keeps every mail and delivers none: ``python -m dev.mailcatcher PORT FOLDER``.

It runs in the virtual environment (aiosmtpd), beside Odoo. Each mail becomes one file, named after when it came.
"""

from __future__ import annotations

import datetime
import itertools
import signal
import sys
from pathlib import Path

_number = itertools.count(1)


class Keeper:
    """Write each message as it was sent; the envelope goes on top, as mail servers record it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802  aiosmtpd's name
        """Keep one message (aiosmtpd calls this)."""
        now = datetime.datetime.now()
        name = f"{now:%Y%m%d-%H%M%S}-{next(_number):04d}.eml"
        recipients = ", ".join(envelope.rcpt_tos)
        top = f"Return-Path: <{envelope.mail_from or ''}>\r\nX-Envelope-To: {recipients}\r\n"
        part = self.folder / f".{name}.part"
        part.write_bytes(top.encode() + envelope.original_content)
        part.rename(self.folder / name)
        return "250 Kept"


def main() -> None:
    """Serve until told to stop."""
    from aiosmtpd.controller import Controller

    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    controller = Controller(
        Keeper(folder), hostname="127.0.0.1", port=port, data_size_limit=64 * 2**20
    )
    controller.start()
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    controller.stop()


if __name__ == "__main__":
    main()
