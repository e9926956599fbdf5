"""What the tests of service levels have in common: a team that promises, and the time of day."""

from datetime import datetime
from zoneinfo import ZoneInfo

from freezegun import freeze_time

from odoo import Command

from .common import HelpdeskCase


def local(day, hour=0, minute=0, month=3, tz="Europe/Helsinki"):
    """Return a moment of 2025, as the ORM has it; 3 March is a Monday."""
    there = datetime(2025, month, day, hour, minute, tzinfo=ZoneInfo(tz))
    return there.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)


class SlaCase(HelpdeskCase):
    """The technical team works from Monday to Friday, 8 to 12 and 13 to 17, in Helsinki."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.use_sla = True

    def at(self, *when, **where):
        """Set the clock, for the rest of the test or a ``with`` block."""
        self.env.flush_all()
        frozen = freeze_time(local(*when, **where))
        frozen.start()
        self.addCleanup(frozen.stop)

    def _policy(self, **values):
        return self.env["helpdesk.sla"].create(
            {
                "name": "Answer within 4 hours",
                "team_id": self.team.id,
                "target": "first_response",
                "time": 4,
                "promised_since": False,
                **values,
            }
        )

    def _status(self, ticket, policy=None):
        """Return the clocks of the ticket, oldest first."""
        statuses = ticket.sla_status_ids.sorted("id")
        return statuses.filtered(lambda s: s.sla_id == policy) if policy else statuses

    def _answer(self, ticket, **values):
        return ticket.with_user(self.aino).message_post(
            body="Unplug it.", message_type="comment", subtype_xmlid="mail.mt_comment", **values
        )

    def _ask(self, ticket):
        return (
            ticket.with_user(self.portal)
            .sudo()
            .message_post(
                body="Still jammed!",
                author_id=self.customer.id,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        )

    def _holiday(self, day):
        return self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": self.calendar.id,
                "date_from": local(day),
                "date_to": local(day, 23, 59),
            }
        )

    def _calendar(self, tz):
        return self.env["resource.calendar"].create(
            {
                "name": tz,
                "tz": tz,
                "company_id": self.company.id,
                "attendance_ids": [
                    Command.create({"name": day, "dayofweek": day, "hour_from": 9, "hour_to": 17})
                    for day in "01234"
                ],
            }
        )
