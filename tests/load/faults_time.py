"""Clocks that jump, and scheduled actions that stand still."""

from __future__ import annotations

import time
from collections import Counter

from .fault import Fault
from .scene import CRONS, Scene


class Clock(Fault):
    """The server's clock jumps: an hour ahead, back, an hour behind, and right again."""

    with_clock = True

    def __init__(self) -> None:
        self.done: list[tuple[str, int]] = []

    def strike(self, scene: Scene) -> None:
        """Work a while by each time."""
        pause = scene.left() / 5
        for name, offset in (
            ("right", 0),
            ("an hour ahead", 3600),
            ("right again", 0),
            ("an hour behind", -3600),
            ("right in the end", 0),
        ):
            scene.server.clock.offset = offset
            before = scene.ledger.confirmed()
            scene.wake(*CRONS)
            scene.sleep(pause)
            self.done.append((name, scene.ledger.confirmed() - before))
        scene.server.clock.offset = 0

    def evidence(self) -> list[str]:
        """Return how much was done by each time."""
        return [f"the clock was {name}: {done} things confirmed" for name, done in self.done]

    def misses(self) -> list[str]:
        """Return by which time nobody could work."""
        return [f"nobody could work while it was {name}" for name, done in self.done if not done]


class Cron(Fault):
    """Scheduled actions are off for a week while people work and mail arrives, and then on again."""

    with_clock = True
    _WEEK, _HOUR = 7 * 86400, 3600
    #: What still waits for a scheduled action, by what it is; the moment is the server's.
    _LEFT = {
        "missed deadlines that nobody was told of": "SELECT count(*) FROM helpdesk_sla_status status"
        " JOIN helpdesk_ticket ticket ON ticket.id = status.ticket_id AND ticket.active"
        " WHERE reached_datetime IS NULL AND ended_datetime IS NULL AND missed_notice_date IS NULL"
        " AND deadline < %(now)s",
        "tickets still asleep": "SELECT count(*) FROM helpdesk_ticket WHERE snooze_until <= %(now)s",
        "mails still waiting": "SELECT count(*) FROM mail_mail WHERE state IN ('outgoing', 'exception')",
    }
    _ACTIVITIES = (
        "SELECT count(*) FROM (SELECT 1 FROM mail_activity WHERE res_model = 'helpdesk.ticket' AND active"
        " GROUP BY res_id, user_id, activity_type_id, summary HAVING count(*) > 1) twice"
    )

    def __init__(self) -> None:
        self.before: dict[str, int] = {}
        self.sent = 0

    def strike(self, scene: Scene) -> None:
        """Let there be something due next week, and switch all scheduled actions off."""
        teams = scene.call("helpdesk.team", "search", [("name", "=like", "Bench %")])
        closing = {
            "auto_close_ticket": True,
            "auto_close_day": 3,
            "use_rating": True,
            "rating_reminder_days": 2,
        }
        scene.call("helpdesk.team", "write", teams, closing)
        tickets = scene.call(
            "helpdesk.ticket", "search", [("state", "in", ("new", "in_progress"))], 0, 20
        )
        tomorrow = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() + 86400))
        scene.call("helpdesk.ticket", "action_snooze", tickets, tomorrow)
        self.jobs = scene.query("UPDATE ir_cron SET active = false WHERE active RETURNING id")
        scene.sleep(scene.left())

    def follow_up(self, scene: Scene) -> list[str]:
        """A week later they are switched on, and run as often as in three hours."""
        scene.server.clock.offset = self._WEEK
        self.before = self._count_left(scene)
        sent = len(scene.smtp.received)
        scene.query(
            "UPDATE ir_cron SET active = true WHERE id IN %s", tuple(row[0] for row in self.jobs)
        )
        for _hour in range(3):
            scene.run(*CRONS)
            scene.server.clock.offset += self._HOUR
        mails = scene.smtp.received[sent:]
        self.sent = len(mails)
        texts = Counter(
            (to, mail.message["Subject"], mail.message.get_body(("plain", "html")).get_content())
            for mail in mails
            for to in mail.recipients
        )
        [[activities]] = scene.query(self._ACTIVITIES)
        return [
            *(
                f"{to} got {times} times: {subject}"
                for (to, subject, _), times in texts.items()
                if times > 1
            ),
            *(f"{count} {what}" for what, count in self._count_left(scene).items() if count),
            *([f"{activities} activities are there twice"] if activities else []),
        ]

    def _count_left(self, scene: Scene) -> dict[str, int]:
        now = time.strftime(
            "%Y-%m-%d %H:%M:%S", time.gmtime(time.time() + scene.server.clock.offset)
        )
        with scene.cursor() as cursor:
            counts = {}
            for what, query in self._LEFT.items():
                cursor.execute(query, {"now": now})
                [counts[what]] = cursor.fetchone()
        return counts

    def evidence(self) -> list[str]:
        """Return what had come together, and what it made."""
        left = ", ".join(f"{count} {what}" for what, count in self.before.items())
        return [f"after a week: {left}", f"{self.sent} mails left when it caught up"]

    def misses(self) -> list[str]:
        """Return what there was none of."""
        return [f"there were no {what}" for what, count in self.before.items() if not count]
