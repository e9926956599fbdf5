"""What something that breaks has to tell."""

from __future__ import annotations

from .scene import Scene


class Fault:
    """Nothing breaks."""

    #: Whether the server's clock can be set, and whether mail comes by a mailbox on a flaky line.
    with_clock = with_mailbox = False
    #: The server may die after a mail left and before that is noted: it is sent again, docs/operations/mail.md.
    may_send_twice = False

    def strike(self, scene: Scene) -> None:
        """Break something, and return when it is whole again."""

    def follow_up(self, scene: Scene) -> list[str]:
        """Do what comes when everybody has gone home; return what is wrong then."""
        return []

    def evidence(self) -> list[str]:
        """Return in numbers how it hit."""
        return []

    def misses(self) -> list[str]:
        """Return what did not happen although the run is about it: then it shows nothing."""
        return []
