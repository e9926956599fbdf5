"""Real mail servers for tests, on loopback only: SMTP (aiosmtpd), IMAP and POP3 (Dovecot).

All start on a free port and stop without leaving a process or a file behind.
"""

from .cut_line import CutLine
from .imap import ImapMailbox, find_dovecot, require_dovecot
from .ports import HOST, free_port
from .smtp import Delivery, SmtpServer, pipe_into

__all__ = [
    "HOST",
    "CutLine",
    "Delivery",
    "ImapMailbox",
    "SmtpServer",
    "find_dovecot",
    "free_port",
    "pipe_into",
    "require_dovecot",
]
