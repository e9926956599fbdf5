from datetime import UTC, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from odoo.tests import BaseCase, tagged

from ..tools.dates import DateFormat


@tagged("post_install", "-at_install")
class TestDates(BaseCase):
    english = SimpleNamespace(code="en_US", date_format="%m/%d/%Y", time_format="%I:%M:%S %p")
    finnish = SimpleNamespace(code="fi_FI", date_format="%-d.%-m.%Y", time_format="%H.%M.%S")
    german = SimpleNamespace(code="de_DE", date_format="%d. %B %Y", time_format="%H:%M:%S")

    def test_a_moment_is_on_the_readers_day(self):
        late = datetime(2026, 12, 31, 22, 30, 59)
        helsinki = DateFormat(self.finnish, ZoneInfo("Europe/Helsinki"))
        self.assertEqual(helsinki.day(late), "1.1.2027")
        self.assertEqual(DateFormat(self.finnish, UTC).day(late), "31.12.2026")
        self.assertEqual(helsinki.day(datetime(2026, 12, 31, 21, 59)), "31.12.2026")
        self.assertEqual(helsinki.day(late), "1.1.2027", "the same as before")

    def test_seconds_are_left_out_of_the_time(self):
        moment = datetime(2026, 7, 4, 13, 5, 9)
        new_york = DateFormat(self.english, ZoneInfo("America/New_York"))
        self.assertEqual(new_york.minute(moment), "07/04/2026 09:05 AM")
        self.assertEqual(DateFormat(self.german, UTC).minute(moment), "04. Juli 2026 13:05")

    def test_no_moment_is_no_text(self):
        dates = DateFormat(self.english, UTC)
        for nothing in (False, None):
            self.assertEqual((dates.day(nothing), dates.minute(nothing)), ("", ""))
