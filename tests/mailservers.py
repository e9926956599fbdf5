"""Real mail servers for tests, on loopback only: SMTP (aiosmtpd), IMAP and POP3 (Dovecot).

All start on a free port and stop without leaving a process or a file behind.
"""

from __future__ import annotations

import contextlib
import grp
import imaplib
import os
import poplib
import pwd
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path

from aiosmtpd.controller import Controller

HOST = "127.0.0.1"
#: Nothing here takes longer than a second; a machine under load gets this many.
_PATIENCE = 20


def free_port() -> int:
    """Return a port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


# ----------------------------------------------------------------------------
# SMTP
# ----------------------------------------------------------------------------


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
            self, hostname=HOST, port=port, ready_timeout=_PATIENCE, enable_SMTPUTF8=True
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


# ----------------------------------------------------------------------------
# IMAP
# ----------------------------------------------------------------------------


def find_dovecot() -> str | None:
    """Return Dovecot's program, also from folders that only root's PATH has."""
    return shutil.which(
        "dovecot", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin"
    )


def _has_pop3() -> bool:
    """Tell whether Dovecot's POP3 server is there; Debian has it in a package of its own."""
    folders = ("/usr/lib/dovecot", "/usr/libexec/dovecot", "/usr/local/libexec/dovecot")
    return any(Path(folder, "pop3").exists() for folder in folders)


def require_dovecot(pop3: bool = False) -> str:
    """Return Dovecot's program; without it a test is skipped, and in CI it fails."""
    program = find_dovecot()
    if program and (not pop3 or _has_pop3()):
        return program
    kind, package = ("POP3", "dovecot-pop3d") if program else ("IMAP", "dovecot-imapd")
    text = f"There is no {kind} server on this machine: install Debian's package {package}."
    if os.environ.get("CI", "").lower() in ("1", "true", "yes"):
        raise AssertionError(text)
    raise unittest.SkipTest(text)


_COMMON_CONFIG = """
base_dir = {folder}/run
log_path = {folder}/dovecot.log
protocols = {protocols}
listen = 127.0.0.1
ssl = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
first_valid_gid = 1
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
{pop3_service}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""

_POP3_SERVICE = """
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {pop3_port}
  }}
  inet_listener pop3s {{
    port = 0
  }}
}}
"""

_CONFIG_2_3 = """
disable_plaintext_auth = no
mail_location = maildir:{folder}/Maildir
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}
}}
"""

# Dovecot 2.4 (Debian 13) renamed its settings and wants to be told which names are meant.
_CONFIG_2_4 = """
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = {folder}/Maildir
passdb static {{
  password = {password}
}}
userdb static {{
  fields {{
    uid = {user}
    gid = {group}
    home = {folder}
  }}
}}
"""


#: Runs a server as another account, and ends it when whoever started this closes the pipe or dies.
_GUARD = """
import os, subprocess, sys, threading
account, *command = sys.argv[1:]
become = {"user": account, "extra_groups": []} if os.geteuid() == 0 else {}
if become:
    import pwd
    become["group"] = pwd.getpwnam(account).pw_gid
server = subprocess.Popen(command, stdin=subprocess.DEVNULL, **become)
def end_with_starter():
    os.read(0, 1)
    server.terminate()
threading.Thread(target=end_with_starter, daemon=True).start()
sys.exit(server.wait())
"""


class ImapMailbox:
    """A mailbox on a private Dovecot with a configuration, a folder and a port of its own.

    :param pop3: let it be read over POP3 as well, on ``pop3_port``
    """

    user = "support"
    password = "mailbox-of-a-test"

    def __init__(self, pop3: bool = False):
        self.port = 0
        self.pop3_port = 0
        self._pop3 = pop3
        self._process: subprocess.Popen | None = None
        self._folder: Path | None = None

    def start(self) -> ImapMailbox:
        program = require_dovecot(self._pop3)
        # Dovecot's sockets lie in this folder: a socket's path must not exceed 107 characters.
        parent = None if len(tempfile.gettempdir()) < 60 else "/tmp"
        self._folder = Path(tempfile.mkdtemp(prefix="imap-", dir=parent))
        try:
            for attempts_left in reversed(range(3)):
                self.port = free_port()
                self.pop3_port = free_port() if self._pop3 else 0
                self._launch(program)
                try:
                    self._wait_until_ready()
                except RuntimeError:
                    # Somebody may have taken the port between finding and using it.
                    if not attempts_left:
                        raise
                    self._end_process()
                else:
                    break
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        self._end_process()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def append(self, content: bytes) -> None:
        """Put a message into the inbox, unread, as the delivery of a mail server does."""
        with self._session() as session:
            status, answer = session.append("INBOX", "", None, content)
            if status != "OK":
                raise RuntimeError(f"The mailbox refused a message: {answer}")

    def deliver(self, delivery: Delivery) -> None:
        """Store what came over SMTP: pass this to :class:`SmtpServer`."""
        self.append(delivery.as_stored())

    def count(self, criterion: str = "ALL") -> int:
        """Return how many messages meet an IMAP search criterion, such as ``UNSEEN``."""
        with self._session() as session:
            session.select("INBOX", readonly=True)
            _status, [found] = session.search(None, criterion)
            return len(found.split())

    def empty(self) -> None:
        """Remove all messages."""
        with self._session() as session:
            _status, [messages] = session.select("INBOX")
            if int(messages):
                session.store("1:*", "+FLAGS", "\\Deleted")
                session.expunge()

    @contextlib.contextmanager
    def _session(self) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4(HOST, self.port, timeout=_PATIENCE) as session:
            session.login(self.user, self.password)
            yield session

    def _launch(self, program: str) -> None:
        account = self._account()
        version = self._version(program)
        config = self._folder / "dovecot.conf"
        text = _COMMON_CONFIG + (_CONFIG_2_4 if version >= (2, 4) else _CONFIG_2_3)
        if version >= (2, 4):
            numbers = "{}.{}.{}".format(*version)
            text = (
                f"dovecot_config_version = {numbers}\ndovecot_storage_version = {numbers}\n" + text
            )
        config.write_text(
            text.format(
                folder=self._folder,
                user=account.pw_name,
                group=grp.getgrgid(account.pw_gid).gr_name,
                port=self.port,
                password=self.password,
                protocols="imap pop3" if self._pop3 else "imap",
                pop3_service=_POP3_SERVICE.format(pop3_port=self.pop3_port) if self._pop3 else "",
            )
        )
        for path in (self._folder, config):
            os.chown(path, account.pw_uid, account.pw_gid)
        with (self._folder / "stderr.log").open("wb") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _GUARD, account.pw_name, program, "-F", "-c", str(config)],
                cwd=self._folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
            )

    @staticmethod
    def _account() -> pwd.struct_passwd:
        """Return the account that runs Dovecot.

        It serves no mailbox of root's; as another account all of it runs for root the same way as
        for everybody else.
        """
        return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())

    @staticmethod
    def _version(program: str) -> tuple[int, int, int]:
        output = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=_PATIENCE, check=True
        ).stdout
        major, minor, patch = re.match(r"(\d+)\.(\d+)\.(\d+)", output).groups()
        return int(major), int(minor), int(patch)

    def _wait_until_ready(self) -> None:
        """Return when a login works, since only then all of Dovecot's processes are there."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                with self._session():
                    pass
                if self._pop3:
                    poplib.POP3(HOST, self.pop3_port, timeout=_PATIENCE).quit()
                return
            except (OSError, imaplib.IMAP4.error, poplib.error_proto) as error:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"Dovecot did not start: {self._last_words()}") from error
                time.sleep(0.05)

    def _last_words(self) -> str:
        logs = [self._folder / "stderr.log", self._folder / "dovecot.log"]
        return "\n".join(log.read_text(errors="replace")[-2000:] for log in logs if log.exists())

    def _end_process(self) -> None:
        if not self._process:
            return
        self._process.stdin.close()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(_PATIENCE)
        self._process = None


# ----------------------------------------------------------------------------
# A bad line
# ----------------------------------------------------------------------------


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
            thread.join(_PATIENCE)

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
            server = socket.create_connection((HOST, self._target), timeout=_PATIENCE)
            client.settimeout(_PATIENCE)
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
