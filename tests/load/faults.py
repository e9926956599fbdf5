"""What breaks while people work; each is a thread that ends with everything whole again."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.mailservers import SmtpServer

from .server import OdooServer


@dataclass
class Scene:
    """What a fault may lay hands on."""

    server: OdooServer
    smtp: SmtpServer
    #: Stops and starts PostgreSQL: lists of words, as for ``subprocess``.
    stop_postgres: list[str]
    start_postgres: list[str]
    until: float


def none(_scene: Scene) -> None:
    """Nothing breaks."""


def kill(scene: Scene) -> None:
    """Every three seconds a worker dies, whatever it is doing: a mail, a form, an invoice, a scheduled action."""
    while time.time() < scene.until:
        time.sleep(3)
        scene.server.kill_a_worker()


def postgres(scene: Scene) -> None:
    """The database is away for ten seconds, twice."""
    for _time in range(2):
        time.sleep(10)
        subprocess.run(scene.stop_postgres, check=True, capture_output=True, cwd="/")
        time.sleep(10)
        subprocess.run(scene.start_postgres, check=True, capture_output=True, cwd="/")


def disk(scene: Scene) -> None:
    """No file larger than 50 kB can be written for half a minute: attachments of that size find no place."""
    time.sleep(10)
    deadline = time.time() + 30
    while time.time() < deadline:
        scene.server.limit_files(50_000)  # again and again: workers come and go
        time.sleep(1)
    scene.server.limit_files(-1)


def smtp(scene: Scene) -> None:
    """The mail server is away for half of the time."""
    time.sleep(5)
    port = scene.smtp.port
    scene.smtp.stop()
    time.sleep(max(5, (scene.until - time.time()) / 2))
    scene.smtp.start_on(port)


FAULTS: dict[str, Callable[[Scene], None]] = {
    "none": none,
    "kill": kill,
    "postgres": postgres,
    "disk": disk,
    "smtp": smtp,
}
