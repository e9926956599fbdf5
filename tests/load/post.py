"""Mails that arrive: handed over by a mail server, or waiting in a mailbox."""

from __future__ import annotations

import xmlrpc.client
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid

from tests.mailservers import ImapMailbox

from .client import Client


class Gateway(Client):
    """Hands mails over as a mail server's script does, and tries again until they are taken."""

    STEPS = (("new_mail", 2), ("reply", 2))

    def __init__(self, *args, address: str):
        super().__init__(*args)
        self.address = address
        self.threads: list[str] = []

    def new_mail(self) -> None:
        """Deliver a customer's new mail."""
        title, text = self.ledger.expect("ticket"), self.ledger.expect("message")
        message = self._write(f"Question {title}", text)
        self._deliver(message)
        self.ledger.confirm(title, text)
        self.threads.append(message["Message-ID"])

    def reply(self) -> None:
        """Deliver another mail of the same thread."""
        if self.threads:
            text = self.ledger.expect("message")
            message = self._write("Re: Question", text)
            message["In-Reply-To"] = message["References"] = self.random.choice(self.threads)
            self._deliver(message)
            self.ledger.confirm(text)

    def _write(self, subject: str, token: str) -> EmailMessage:
        message = EmailMessage()
        message["From"] = f"Kaisa <kaisa{self.random.randrange(30)}@kunta.example>"
        message["To"] = self.address
        message["Subject"] = subject
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain="kunta.example")
        message.set_content(f"The network is down. {token}\n")
        if self.random.random() < 0.3:
            data = self.random.randbytes(200_000)
            message.add_attachment(data, "image", "png", filename="picture.png")
        return message

    def _deliver(self, message: EmailMessage) -> None:
        raw = xmlrpc.client.Binary(message.as_bytes())

        def deliver() -> None:
            with xmlrpc.client.ServerProxy(
                f"{self.url}/xmlrpc/2/object", allow_none=True
            ) as server:
                server.execute_kw(
                    self.database, 2, self.login, "mail.thread", "message_process", [False, raw]
                )

        self.insist(deliver)


class Mailbox(Gateway):
    """Puts mails into a mailbox, where the helpdesk fetches them: it has them when they lie there."""

    def __init__(self, *args, address: str, mailbox: ImapMailbox):
        super().__init__(*args, address=address)
        self.mailbox = mailbox

    def _deliver(self, message: EmailMessage) -> None:
        self.mailbox.append(message.as_bytes(policy=SMTP))
