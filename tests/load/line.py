"""A bad line to a mailbox."""

from __future__ import annotations

import contextlib
import random
import re
import socket

from tests.mailservers import CutLine

_MESSAGE_BEGINS = re.compile(rb"BODY\[\] \{(\d+)\}\r\n")


class FlakyLine(CutLine):
    """A connection to an IMAP server that drops in the middle of a message, more often than not.

    How much of the message comes through is left to chance: from nothing to all of it, but not the server's word
    that this was all.

    :param port: the server's
    """

    def __init__(self, port: int):
        super().__init__(port, b"")
        #: How many of a hundred messages break off.
        self.percent = 0
        self._random = random.Random(7)

    def _pass_on(self, source: socket.socket, target: socket.socket, words: bytes) -> None:
        seen = b""
        with contextlib.suppress(OSError):
            while data := source.recv(4096):
                target.sendall(data)
                seen = (seen + data)[-8192:]
                if begun := _MESSAGE_BEGINS.search(seen):
                    size, seen = int(begun[1]), seen[begun.end() :]
                    if self._random.randrange(100) < self.percent:
                        self._pass_part(source, target, self._random.randrange(size) - len(seen))
                        self.dropped += 1
                        break
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    @staticmethod
    def _pass_part(source: socket.socket, target: socket.socket, size: int) -> None:
        while size > 0 and (data := source.recv(min(4096, size))):
            target.sendall(data)
            size -= len(data)
