"""A bad line."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable

from .ports import HOST, PATIENCE


class CutLine:
    """A connection to a mail server that drops when the server's answers contain something.

    Everything up to and with the words that cut it goes through to the client, and nothing after
    them: as when a cable is pulled out in the middle of a message.

    :param words: once the server has said this, all is quiet
    """

    def __init__(self, port: int, words: bytes):
        self.port = 0
        self.dropped = 0
        self._target = port
        self._words = words
        self._listener: socket.socket | None = None
        self._threads: list[threading.Thread] = []

    def start(self) -> CutLine:
        self._listener = socket.create_server((HOST, 0))
        self.port = self._listener.getsockname()[1]
        self._run(self._accept)
        return self

    def stop(self) -> None:
        # A thread that waits in accept() isn't woken up by close().
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(PATIENCE)

    def _run(self, target: Callable[..., None], *args) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection((HOST, self._target), timeout=PATIENCE)
            client.settimeout(PATIENCE)
            self._run(self._pass_on, client, server, b"")
            self._run(self._pass_on, server, client, self._words)

    def _pass_on(self, source: socket.socket, target: socket.socket, words: bytes) -> None:
        said = b""
        with contextlib.suppress(OSError):
            while data := source.recv(4096):
                said = (said + data)[-4096 - len(words) :]
                if words and words in said:
                    end = len(data) - (len(said) - said.index(words) - len(words))
                    target.sendall(data[: max(end, 0)])
                    self.dropped += 1
                    break
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
