"""An SMTP server that keeps what it receives."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path

from aiosmtpd.controller import Controller

from .ports import HOST, PATIENCE, free_port


@dataclass(frozen=True)
class Delivery:
    """One message as it came over SMTP: the envelope, and the content byte for byte."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """The parsed content, with decoded headers."""
        return message_from_bytes(self.content, policy=policy.default)

    def as_stored(self) -> bytes:
        """Return the message with the headers that a mail server adds on final delivery."""
        trace = [
            f"Return-Path: <{self.sender}>",
            *(f"Delivered-To: {recipient}" for recipient in self.recipients),
            f"Received: from localhost by mx.example with ESMTP; {formatdate()}",
        ]
        return "\r\n".join(trace).encode() + b"\r\n" + self.content


class SmtpServer:
    """An SMTP server that keeps what it receives, and may hand it on as a mail server would.

    :param deliver: called with each :class:`Delivery` before the sender is told that the message
        is accepted; what it raises refuses the message (451), and is kept in ``errors``
    """

    def __init__(self, deliver: Callable[[Delivery], None] | None = None):
        self.port = 0
        self.errors: list[Exception] = []
        #: What every message is answered with; ``None`` breaks the connection off.
        self.refusal: str | None = ""
        self._deliver = deliver
        self._received: list[Delivery] = []
        self._lock = threading.Lock()
        self._controller: Controller | None = None

    def start(self) -> SmtpServer:
        # Port 0 would do for the server, but aiosmtpd connects to the port it was given to see
        # whether it is up; between finding a port and using it somebody else may take it.
        for attempts_left in reversed(range(5)):
            try:
                self.start_on(free_port())
            except OSError:
                if not attempts_left:
                    raise
            else:
                break
        return self

    def start_on(self, port: int) -> None:
        """Start on a certain port, as after an outage."""
        self.port = port
        controller = Controller(
            self, hostname=HOST, port=port, ready_timeout=PATIENCE, enable_SMTPUTF8=True
        )
        controller.start()
        self._controller = controller

    def stop(self) -> None:
        if self._controller:
            self._controller.stop()
            self._controller = None

    @property
    def received(self) -> list[Delivery]:
        """All messages so far, oldest first."""
        with self._lock:
            return list(self._received)

    def take(self) -> list[Delivery]:
        """Return the messages received since the last call."""
        with self._lock:
            taken, self._received = self._received, []
        return taken

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 (aiosmtpd's name)
        if self.refusal is None:
            server.transport.close()
            return "421 Nobody hears this"
        if self.refusal:
            return self.refusal
        delivery = Delivery(
            envelope.mail_from or "", tuple(envelope.rcpt_tos), envelope.original_content
        )
        if self._deliver:
            try:
                # In a thread: delivering talks to other servers and programs.
                await server.loop.run_in_executor(None, self._deliver, delivery)
            except Exception as error:  # noqa: BLE001 (a mail server outlives a bad delivery)
                self.errors.append(error)
                return "451 Delivery failed, try again later"
        with self._lock:
            self._received.append(delivery)
        return "250 Message accepted"


def pipe_into(command: list[str]) -> Callable[[Delivery], None]:
    """Return a delivery that starts a program for each message, as an MTA's pipe transport does."""

    def deliver(delivery: Delivery) -> None:
        done = subprocess.run(
            command, input=delivery.as_stored(), capture_output=True, timeout=60, check=False
        )
        if done.returncode:
            raise RuntimeError(
                f"{Path(command[1]).name} ended with {done.returncode}: {done.stderr.decode()}"
            )

    return deliver
