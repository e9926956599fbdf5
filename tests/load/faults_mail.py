"""What breaks on the way of mails."""

from __future__ import annotations

import time

from .fault import Fault
from .scene import FETCH, Scene


class Smtp(Fault):
    """The mail server is away for an hour: gone, then "not now", then breaking off. An hour is an eighth of the run."""

    def __init__(self) -> None:
        self.waiting: list[int] = []
        self.shown = self.left_after = 0

    def strike(self, scene: Scene) -> None:
        """Let the hour pass in six steps of ten minutes, and then three more hours."""
        scene.sleep(5)
        pause = max(3, scene.left() / 12)
        port = scene.smtp.port
        scene.smtp.stop()
        for step in range(6):
            if step == 2:
                scene.smtp.refusal = "451 Not now, try again later"
                scene.smtp.start_on(port)
            elif step == 4:
                scene.smtp.refusal = None  # it hangs up
            time.sleep(pause)
            self.waiting.append(scene.count_mails_waiting())
            scene.pass_time(10)
        [[self.shown]] = scene.query(
            "SELECT count(*) FROM mail_notification note JOIN mail_message message"
            " ON message.id = note.mail_message_id"
            " WHERE note.notification_status = 'exception' AND message.model = 'helpdesk.ticket'"
        )
        scene.smtp.refusal = ""
        before = len(scene.smtp.received)
        for _hour in range(3):
            scene.pass_time(60)
            time.sleep(pause)
        self.left_after = len(scene.smtp.received) - before

    def follow_up(self, scene: Scene) -> list[str]:
        """Nobody reads that it failed, since what they wrote is saved: they would write it again."""
        return [
            f"{times} times somebody read an error although their message was there: {error}"
            for error, times in scene.ledger.errors.items()
            if "smtplib" in error
        ]

    def evidence(self) -> list[str]:
        """Return how many waited."""
        return [
            f"mails waiting after 10, 20, … 60 minutes: {', '.join(map(str, self.waiting))}",
            f"{self.shown} notices show on their tickets that they have not left",
            f"{self.left_after} left by themselves within three hours afterwards",
        ]

    def misses(self) -> list[str]:
        """Return whether nothing waited."""
        return [] if self.waiting[-1] and self.shown else ["no mail waited"]


class Imap(Fault):
    """The line to the mailbox drops in the middle of a message, two times of three."""

    with_mailbox = True

    def __init__(self) -> None:
        self.dropped = self.fetched = 0

    def strike(self, scene: Scene) -> None:
        """Fetch every second or so, all the time."""
        scene.line.percent = 66
        while scene.left():
            scene.wake(FETCH)
            scene.sleep(1)
        self.dropped = scene.line.dropped
        scene.line.percent = 0
        [[self.fetched]] = scene.query(
            "SELECT count(*) FROM helpdesk_incoming_mail WHERE mailbox_id IS NOT NULL"
        )

    def evidence(self) -> list[str]:
        """Return how often it dropped."""
        return [
            f"the line dropped {self.dropped} times in the middle of a message; {self.fetched} came through meanwhile"
        ]

    def misses(self) -> list[str]:
        """Return whether nothing dropped."""
        return (
            [] if self.dropped and self.fetched else ["no message broke off, or none came through"]
        )
