"""A mailbox that is read over IMAP or POP3."""

from __future__ import annotations

import contextlib
import grp
import imaplib
import os
import poplib
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from collections.abc import Iterator
from pathlib import Path

from .ports import HOST, PATIENCE, free_port
from .smtp import Delivery


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
        with imaplib.IMAP4(HOST, self.port, timeout=PATIENCE) as session:
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
            [program, "--version"], capture_output=True, text=True, timeout=PATIENCE, check=True
        ).stdout
        major, minor, patch = re.match(r"(\d+)\.(\d+)\.(\d+)", output).groups()
        return int(major), int(minor), int(patch)

    def _wait_until_ready(self) -> None:
        """Return when a login works, since only then all of Dovecot's processes are there."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with self._session():
                    pass
                if self._pop3:
                    poplib.POP3(HOST, self.pop3_port, timeout=PATIENCE).quit()
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
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(PATIENCE)
        self._process = None
