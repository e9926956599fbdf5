"""Where the servers are, and how long they may take."""

from __future__ import annotations

import socket

HOST = "127.0.0.1"
#: Nothing here takes longer than a second; a machine under load gets this many.
PATIENCE = 20


def free_port() -> int:
    """Return a port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]
