"""What breaks while people work, by name. Each ends with everything whole again, and tells how it hit."""

from __future__ import annotations

from .fault import Fault
from .faults_mail import Imap, Smtp
from .faults_server import Disk, Kill, Postgres
from .faults_time import Clock, Cron

FAULTS: dict[str, type[Fault]] = {
    "none": Fault,
    "kill": Kill,
    "postgres": Postgres,
    "disk": Disk,
    "smtp": Smtp,
    "imap": Imap,
    "clock": Clock,
    "cron": Cron,
}
