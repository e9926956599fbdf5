"""What breaks on the server: its processes, its database, its disk."""

from __future__ import annotations

import subprocess
import time

from .fault import Fault
from .scene import SEND, Scene

#: Of the message about a full disk; see helpdesk_futural/models/ir_attachment.py.
_NO_ROOM = "its disk may be full"


class Kill(Fault):
    """A worker dies, again and again, in the midst of a mail, a form, an invoice or a scheduled action."""

    may_send_twice = True
    #: What the processes say that they do, and about how long that takes, in seconds.
    _AIMS = {
        "a mail": ("POST /xmlrpc/2/object", 1.0),
        "a form": ("POST /my/ticket/new", 0.6),
        "an invoice": ("action_create_invoices", 0.8),
        "a scheduled action": ("JOB ", 0.2),
    }
    _PATIENCE = 5

    def __init__(self) -> None:
        self.killed = dict.fromkeys(self._AIMS, 0)
        self.left = self.again = 0

    def strike(self, scene: Scene) -> None:
        """Wait for what was hit least, and kill who does it; then let all come back."""
        while scene.left():
            for name in sorted(self._AIMS, key=self.killed.get):
                if self._hit(scene, name):
                    self.killed[name] += 1
                    scene.sleep(1)
                    break

    def _hit(self, scene: Scene, name: str) -> bool:
        if name == "a scheduled action":
            scene.wake(SEND)
        patience = time.monotonic() + min(self._PATIENCE, scene.left())
        while time.monotonic() < patience:
            if scene.server.kill_while(*self._AIMS[name]):
                return True
            time.sleep(0.002)
        return False

    def follow_up(self, scene: Scene) -> list[str]:
        """Look at what they left, before anything takes it up again."""
        [[self.left]] = scene.query(
            "SELECT count(*) FROM helpdesk_incoming_mail WHERE state = 'processing'"
        )
        [[self.again]] = scene.query(
            "SELECT count(*) FROM helpdesk_incoming_mail WHERE outcome = 'duplicate'"
        )
        return []

    def evidence(self) -> list[str]:
        """Return what they died of, and what they left."""
        return [
            *(
                f"{killed} workers killed in the midst of {name}"
                for name, killed in self.killed.items()
            ),
            f"{self.left} mails were registered and not processed; {self.again} came again and were recognised",
        ]

    def misses(self) -> list[str]:
        """Return what nobody died of."""
        return [f"no worker was killed with {name}" for name in self._AIMS if not self.killed[name]]


class Postgres(Fault):
    """The database is away for ten seconds, twice: stopped, and crashed."""

    may_send_twice = True
    _AWAY = 10

    def __init__(self) -> None:
        self.failed: list[int] = []
        self.starts = 0

    def strike(self, scene: Scene) -> None:
        """Stop, start, crash, start."""
        for how in ("stop", "crash"):
            scene.sleep(10)
            before = scene.ledger.errors.total()
            self._do(scene, how)
            time.sleep(self._AWAY)
            self._do(scene, "start")
            scene.sleep(5)
            self.failed.append(scene.ledger.errors.total() - before)
        self.starts = scene.server.starts

    @staticmethod
    def _do(scene: Scene, what: str) -> None:
        subprocess.run(scene.postgres[what], check=True, capture_output=True, cwd="/")

    def evidence(self) -> list[str]:
        """Return how many people noticed."""
        stopped, crashed = self.failed
        return [
            f"{stopped} requests failed while it was stopped, {crashed} while it had crashed",
            f"Odoo's main process was started {self.starts} times",
        ]

    def misses(self) -> list[str]:
        """Return whether nobody noticed."""
        return [] if all(self.failed) else ["nobody noticed that the database was away"]


class Disk(Fault):
    """Files beyond 50 kB find no place for half of the time; smaller ones do."""

    def __init__(self) -> None:
        self.refused: dict[str, int] = {}
        self.told = 0

    def strike(self, scene: Scene) -> None:
        """Limit the size of files, again and again, since workers come and go."""
        scene.sleep(5)
        end = time.time() + scene.left() / 2
        while time.time() < end:
            scene.server.limit_files(50_000)
            time.sleep(0.5)
        scene.server.limit_files(-1)
        for what, who in (
            ("forms", "customer"),
            ("files of agents", "agent"),
            ("mails", "gateway"),
        ):
            self.refused[what] = sum(
                times
                for error, times in scene.ledger.errors.items()
                if error.startswith(f"{who} again")
            )
        self.told = sum(times for text, times in scene.ledger.messages.items() if _NO_ROOM in text)

    def evidence(self) -> list[str]:
        """Return what was refused, and how many were told why."""
        refused = ", ".join(f"{times} {what}" for what, times in self.refused.items())
        return [f"refused: {refused}; {self.told} of them read that the disk may be full"]

    def misses(self) -> list[str]:
        """Return what was not refused, or refused without a word."""
        untold = sum(self.refused.values()) - self.told
        return [
            *(f"no {what} were refused" for what, times in self.refused.items() if not times),
            *([f"{untold} refusals did not say why"] if untold else []),
        ]
