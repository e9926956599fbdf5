from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from odoo import Command
from odoo.tests import tagged

from ..tools.working_time import hours_between
from .common import HelpdeskCase


def local(*when, tz="Europe/Helsinki"):
    return datetime(*when, tzinfo=ZoneInfo(tz))


@tagged("post_install", "-at_install")
class TestTeamWorkingTime(HelpdeskCase):
    """The company's calendar is Odoo's usual one: 8 to 12 and 13 to 17 from Monday to Friday."""

    def _hours(self, start, stop, team=None):
        team = team or self.team
        return hours_between(team._get_work_intervals(start, stop)[team], start, stop)

    def _holiday(self, day, calendar=None, company=None, **values):
        leaves = self.env["resource.calendar.leaves"].with_company(company or self.company)
        holiday = leaves.create(
            {
                "name": "Independence Day",
                "calendar_id": calendar.id if calendar else False,
                "date_from": local(*day).astimezone(UTC).replace(tzinfo=None),
                "date_to": local(*day, 23, 59, 59).astimezone(UTC).replace(tzinfo=None),
                **values,
            }
        )
        holiday.flush_recordset()  # core sets the company then, to the one at hand
        return holiday

    def test_a_week_has_its_working_hours_in_the_time_zone_of_the_calendar(self):
        work = self.team._get_work_intervals(local(2025, 3, 3), local(2025, 3, 4))[self.team]
        self.assertEqual(
            work,
            [
                (local(2025, 3, 3, 8), local(2025, 3, 3, 12)),
                (local(2025, 3, 3, 13), local(2025, 3, 3, 17)),
            ],
        )
        self.assertEqual(self._hours(local(2025, 3, 3), local(2025, 3, 10)), 40)

    def test_office_hours_stay_office_hours_when_the_clock_is_changed(self):
        for day in ((2025, 3, 31), (2025, 10, 27)):
            with self.subTest(day=day):
                work = self.team._get_work_intervals(local(*day), local(*day, 23))[self.team]
                self.assertEqual(work[0][0], local(*day, 8))
                self.assertEqual(work[-1][1], local(*day, 17))

    def test_work_over_new_year_is_one_piece(self):
        self.calendar.attendance_ids.unlink()
        start, stop = local(2025, 12, 30), local(2026, 1, 3)
        work = self.team._get_work_intervals(start, stop)[self.team]
        self.assertEqual(work, [(start, stop)])

    def test_a_public_holiday_is_no_work_as_soon_as_it_is_known(self):
        week = local(2025, 12, 1), local(2025, 12, 8)
        self.assertEqual(self._hours(*week), 40)
        holiday = self._holiday((2025, 12, 4), self.calendar)
        self.assertEqual(self._hours(*week), 32)
        holiday.date_to = local(2025, 12, 5, 23).astimezone(UTC).replace(tzinfo=None)
        self.assertEqual(self._hours(*week), 24)
        holiday.unlink()
        self.assertEqual(self._hours(*week), 40)

    def test_a_holiday_of_the_whole_company_counts_and_another_companys_doesnt(self):
        week = local(2025, 12, 1), local(2025, 12, 8)
        self._holiday((2025, 12, 4), company=self.other_company)
        self.assertEqual(self._hours(*week), 40)
        self._holiday((2025, 12, 5))
        self.assertEqual(self._hours(*week), 32)

    def test_a_colleagues_vacation_is_nobodys_holiday(self):
        resource = self.env["resource.resource"].create(
            {"name": "Aino", "calendar_id": self.calendar.id, "company_id": self.company.id}
        )
        self._holiday((2025, 12, 4), self.calendar, resource_id=resource.id)
        self.assertEqual(self._hours(local(2025, 12, 1), local(2025, 12, 8)), 40)

    def test_new_hours_and_a_new_time_zone_hold_at_once(self):
        monday = local(2025, 3, 3), local(2025, 3, 4)
        self.assertEqual(self._hours(*monday), 8)
        self.calendar.attendance_ids.filtered(
            lambda a: a.dayofweek == "0" and a.hour_from < 12
        ).unlink()
        self.assertEqual(self._hours(*monday), 4)
        self.calendar.attendance_ids = [
            Command.create({"name": "Night", "dayofweek": "0", "hour_from": 20, "hour_to": 22})
        ]
        self.assertEqual(self._hours(*monday), 6)
        self.calendar.tz = "America/New_York"
        work = self.team._get_work_intervals(*monday)[self.team]
        self.assertEqual(work[0][0], local(2025, 3, 3, 13, tz="America/New_York"))

    def test_without_own_hours_the_companys_count(self):
        team = self._team(name="No Hours", resource_calendar_id=False)
        self.company.resource_calendar_id = self.calendar
        self.assertEqual(self._hours(local(2025, 3, 3), local(2025, 3, 10), team), 40)

    def test_where_nothing_says_when_every_hour_counts(self):
        monday = local(2025, 3, 3), local(2025, 3, 4)
        empty = self.env["resource.calendar"].create(
            {"name": "Empty", "company_id": self.company.id, "attendance_ids": [Command.clear()]}
        )
        empty.attendance_ids.unlink()
        flexible = self.env["resource.calendar"].create(
            {"name": "Flexible", "company_id": self.company.id, "flexible_hours": True}
        )
        self.company.resource_calendar_id = False
        for name, calendar in (("none", None), ("empty", empty), ("flexible", flexible)):
            with self.subTest(calendar=name):
                team = self._team(name=name, resource_calendar_id=calendar and calendar.id)
                self.assertEqual(self._hours(*monday, team), 24)

    def test_around_the_clock_is_without_the_holidays(self):
        self.calendar.attendance_ids.unlink()
        self._holiday((2025, 12, 4), self.calendar)
        self.assertEqual(round(self._hours(local(2025, 12, 4), local(2025, 12, 6))), 24)

    def test_many_teams_of_one_calendar_cost_what_one_costs(self):
        teams = self.team | self.private_team
        start, stop = local(2025, 3, 3), local(2025, 6, 3)
        teams._get_work_intervals(start, stop)
        with self.assertQueryCount(0):
            found = teams._get_work_intervals(start, stop)
        self.assertEqual(found[self.team], found[self.private_team])

    def test_an_agent_of_the_team_may_ask(self):
        team = self.team.with_user(self.aino)
        work = team._get_work_intervals(local(2025, 3, 3), local(2025, 3, 10))[team]
        self.assertEqual(hours_between(work, local(2025, 3, 3), local(2025, 3, 10)), 40)
