"""What the tests of the metrics have in common: clocks that show a day in Helsinki."""

from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.sql_db import Cursor
from odoo.tests.test_cursor import TestCursor

from .common import MailCase

#: Eight o'clock in Helsinki, when the office opens. It works until noon, and from one to five.
MONDAY = datetime(2025, 3, 3, 6)


class MetricsCase(MailCase):
    @contextmanager
    def _at(self, days=0, hours=0):
        """Let it be so many days and hours after eight on Monday morning, for PostgreSQL too."""
        with (
            freeze_time(self._moment(days, hours)),
            patch.object(Cursor, "now", lambda _cr: datetime.now()),
            patch.object(TestCursor, "now", lambda _cr: datetime.now()),
        ):
            yield
            self.env.cr.flush()  # changes are tracked before the end of a transaction

    def _moment(self, days=0, hours=0):
        return MONDAY + timedelta(days=days, hours=hours)

    def _say(self, ticket, body="Still jammed!", **values):
        """Write as the customer, the way the portal does it."""
        return (
            ticket.with_user(self.portal)
            .sudo()
            .message_post(
                body=body, message_type="comment", subtype_xmlid="mail.mt_comment", **values
            )
        )
