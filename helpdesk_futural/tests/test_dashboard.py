from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL

from .common_sla import SlaCase, local

#: Wednesday noon in Helsinki.
NOW = (12, 12)


@tagged("post_install", "-at_install")
class TestDashboard(SlaCase):
    """The manager's page tells the truth, to each user about the tickets that they see."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.admin | cls.aino | cls.emma).tz = "Europe/Helsinki"
        cls.team.use_rating = True
        # The tests know all tickets that there are.
        cls.env.flush_all()
        cls.env.cr.execute("UPDATE helpdesk_ticket SET active = FALSE")
        cls.env.cr.execute("DELETE FROM helpdesk_sla_status")
        cls.env.invalidate_all()

    def setUp(self):
        super().setUp()
        self.at(*NOW)

    def _data(self, user=None, weeks=4, team=None):
        self.env.flush_all()
        self.env.invalidate_all()
        dashboard = self.env["helpdesk.dashboard"].with_user(user or self.admin)
        dashboard = dashboard.with_context(tz="Europe/Helsinki", lang="en_US")
        dashboard = dashboard.with_company(self.company)
        return dashboard.with_context(allowed_company_ids=self.company.ids).get_data(
            weeks, team.id if team else False
        )

    def _old(self, ticket, created, **dates):
        """Write dates that the ORM sets by itself."""
        self.env.flush_all()
        values = {"create_date": created, **dates}
        assignments = SQL(", ").join(
            SQL("%s = %s", SQL.identifier(name), value) for name, value in values.items()
        )
        self.env.cr.execute(
            SQL("UPDATE helpdesk_ticket SET %s WHERE id IN %s", assignments, tuple(ticket.ids))
        )
        self.env.invalidate_all()
        return ticket

    def _history(self):
        """Make two months of tickets, of two teams, in all states, with promises and ratings."""
        self._policy()
        stages = [
            self.stage_new,
            self.stage_progress,
            self.stage_waiting,
            self.stage_done,
            self.stage_closed,
        ]
        for number in range(40):
            created = local(*NOW) - timedelta(days=number * 1.7, hours=number)
            team = self.private_team if number % 4 == 3 else self.team
            agent = self.emma if team == self.private_team else (self.aino, self.lars)[number % 2]
            stage = stages[number % 5]
            ticket = self._ticket(
                team_id=team.id, user_id=agent.id if number % 3 else False, stage_id=stage.id
            )
            done = created + timedelta(hours=number * 9)
            dates = {}
            if stage in self.stage_done | self.stage_closed:
                done = min(done, local(*NOW))
                dates["solved_date" if number % 2 else "close_date"] = done
                if not number % 2:
                    dates["solved_date"] = None
            if number % 2:
                dates["first_response_date"] = min(created + timedelta(hours=3), local(*NOW))
                dates["first_response_hours"] = number / 10
            if number % 3 == 0:
                kind = ("satisfied", "okay", "dissatisfied")[number % 9 // 3]
                dates.update(rating_date=dates.get("solved_date") or created, satisfaction=kind)
            self._old(ticket, created, **dates)
            for status in ticket.sla_status_ids:
                late = number % 3 == 1
                status.write(
                    {
                        "start_date": created,
                        "deadline": created + timedelta(hours=6),
                        "reached_late": late,
                        "reached_datetime": number % 4
                        and created + timedelta(hours=7 if late else 2),
                    }
                )

    def _cells(self, data):
        """Yield the name and the cell of each number and bar."""
        for tile in data["tiles"]:
            yield tile["name"], tile
            if "before" in tile:
                yield f"{tile['name']}, before", tile["before"]
        for chart in data["charts"]:
            for series in chart["series"]:
                self.assertEqual(len(series["cells"]), len(chart["labels"]))
                for label, cell in zip(chart["labels"], series["cells"], strict=True):
                    yield f"{chart['name']}: {series['name']}, {label}", cell
        for row in data["solved"]["rows"]:
            yield f"opened {row['label']}", row["total"]
            yield f"opened {row['label']}, open", row["open"]
            columns = data["solved"]["columns"]
            for column, cell in zip(columns, row["cells"], strict=True):
                yield f"opened {row['label']}, solved in {column}", cell

    def _tiles(self, data):
        return {tile["name"]: tile for tile in data["tiles"]}

    def _chart(self, data, name):
        """Return ``{series: {label: value}}``."""
        [chart] = [chart for chart in data["charts"] if chart["name"] == name]
        return {
            series["name"]: {
                label: cell["value"]
                for label, cell in zip(chart["labels"], series["cells"], strict=True)
            }
            for series in chart["series"]
        }

    # ------------------------------------------------------------------
    # Every number opens what it counts
    # ------------------------------------------------------------------

    def test_each_number_and_bar_equals_the_list_that_it_opens(self):
        self._history()
        for user, team, weeks, opened in (
            (self.admin, None, 12, 24),
            (self.admin, self.private_team, 4, 6),
            (self.aino, None, 12, 18),  # the board's matters are not hers
            (self.aino, self.private_team, 4, 18),  # not a team that she sees: all of hers
            (self.emma, self.private_team, 4, 6),
        ):
            data = self._data(user, weeks, team)
            self.assertEqual(self._tiles(data)["open"]["count"], opened)
            for name, cell in self._cells(data):
                found = self.env[cell["model"]].with_user(user).search(cell["domain"])
                self.assertEqual(cell["count"], len(found), f"{user.login}, {name}")
                self._check_value(cell, found)
            if weeks == 12:
                self._check_totals(data)

    def _check_value(self, cell, found):
        """Check an average or a percentage against the records themselves."""
        if cell.get("unit") == "hours" and found:
            hours = found.mapped("first_response_hours")
            self.assertAlmostEqual(cell["value"], sum(hours) / len(hours), 6)
        elif cell.get("unit") == "percent" and found:
            good = (
                found.filtered_domain([("satisfaction", "=", "satisfied")])
                if found._name == "helpdesk.ticket"
                else found.search([("id", "in", found.ids), ("status", "=", "reached")])
            )
            self.assertAlmostEqual(cell["value"], 100 * len(good) / len(found), 6)
        elif cell.get("unit"):
            self.assertIs(cell["value"], False, "nothing is no average")

    def _check_totals(self, data):
        """Check that the bars add up to the tiles, none of which is empty."""
        tiles = self._tiles(data)

        def add_up(name, *series):
            chart = self._chart(data, name)
            return sum(sum(chart[each].values()) for each in series or chart)

        self.assertEqual(add_up("age"), tiles["open"]["count"])
        self.assertEqual(add_up("load"), tiles["open"]["count"])
        self.assertEqual(add_up("flow", "opened"), tiles["opened"]["count"])
        self.assertEqual(add_up("flow", "done"), tiles["done"]["count"])
        self.assertEqual(add_up("sla"), tiles["sla"]["count"])
        self.assertEqual(add_up("satisfaction"), tiles["satisfaction"]["count"])
        self.assertTrue(all(tile["count"] for tile in tiles.values()), "the history has them all")

    # ------------------------------------------------------------------
    # What is open
    # ------------------------------------------------------------------

    def test_open_tickets_stand_by_their_age(self):
        now = local(*NOW)
        for hours in (1, 23, 25, 100, 1000):
            self._old(self._ticket(), now - timedelta(hours=hours))
        self._old(self._ticket(stage_id=self.stage_waiting.id), now - timedelta(hours=100))
        self._ticket(stage_id=self.stage_closed.id)
        chart = self._chart(self._data(), "age")
        self.assertEqual(list(chart["team"].values()), [2, 1, 1, 0, 1])
        self.assertEqual(list(chart["customer"].values()), [0, 0, 1, 0, 0])

    def test_who_has_most_stands_first_and_the_pool_last(self):
        self._ticket()
        for agent, count in ((self.aino, 1), (self.lars, 2)):
            for _ticket in range(count):
                self._ticket(user_id=agent.id)
        chart = self._chart(self._data(), "load")
        self.assertEqual(
            list(chart["team"].items()),
            [("Lars Hansen", 2), ("Aino Virtanen", 1), ("Unassigned", 1)],
        )

    def test_many_agents_share_the_last_bar(self):
        for agent in (self.aino, self.aino, self.lars, self.emma):
            self._ticket(user_id=agent.id)
        with patch("odoo.addons.helpdesk_futural.models.helpdesk_dashboard_now.MAX_AGENTS", 1):
            data = self._data()
        self.assertEqual(self._chart(data, "load")["team"], {"Aino Virtanen": 2, "2 others": 2})
        for name, cell in self._cells(data):
            count = self.env[cell["model"]].search_count(cell["domain"])
            self.assertEqual(cell["count"], count, name)

    def test_a_deadline_that_has_just_passed_counts_before_the_job_has_run(self):
        self._policy()
        self._ticket(user_id=self.aino.id)
        self.assertEqual(self._tiles(self._data())["sla_failed"]["count"], 0)
        self.at(13, 12)
        data = self._data()
        self.assertEqual(self._tiles(data)["sla_failed"]["count"], 1)
        self.assertEqual(self._tiles(data)["sla"]["value"], 0, "no promise was kept")
        self.assertEqual(sum(self._chart(data, "sla")["failed"].values()), 1)

    # ------------------------------------------------------------------
    # What happened
    # ------------------------------------------------------------------

    def test_what_was_closed_without_a_solution_left_in_the_week_of_its_closing(self):
        ticket = self._ticket(stage_id=self.stage_closed.id)
        self._old(ticket, datetime(2025, 2, 20), close_date=datetime(2025, 3, 4))
        solved = self._ticket(stage_id=self.stage_closed.id)
        dates = {"solved_date": datetime(2025, 2, 25), "close_date": datetime(2025, 3, 11)}
        self._old(solved, datetime(2025, 2, 20), **dates)
        chart = self._chart(self._data(), "flow")
        self.assertEqual(chart["opened"], {"Feb 16": 2, "Feb 23": 0, "Mar 2": 0, "Mar 9": 0})
        self.assertEqual(chart["done"], {"Feb 16": 0, "Feb 23": 1, "Mar 2": 1, "Mar 9": 0})

    def test_averages_weigh_tickets(self):
        for day, hours in ((11, 1), (11, 1), (11, 1), (4, 9)):
            self._old(
                self._ticket(),
                local(day),
                first_response_date=local(day, 12),
                first_response_hours=hours,
            )
        self._old(self._ticket(), local(11))
        data = self._data()
        tile = self._tiles(data)["first_response"]
        self.assertEqual((tile["value"], tile["count"]), (3, 4), "who waits still counts not as 0")
        chart = self._chart(data, "first_response")["hours"]
        self.assertEqual(chart, {"Feb 16": False, "Feb 23": False, "Mar 2": 9, "Mar 9": 1})

    def test_the_week_begins_as_in_the_language_of_the_user(self):
        self._old(self._ticket(), datetime(2025, 3, 9, 12))  # a Sunday
        english = self.env["res.lang"]._lang_get("en_US")
        for week_start, expected in (
            ("7", {"Mar 2": 0, "Mar 9": 1}),
            ("1", {"Mar 3": 1, "Mar 10": 0}),
        ):
            english.week_start = week_start
            opened = self._chart(self._data(), "flow")["opened"]
            self.assertEqual(dict(list(opened.items())[2:]), expected)

    def test_each_week_tells_what_became_of_its_tickets(self):
        week = datetime(2025, 3, 4)
        for hours in (2, 30, 24 * 6):
            ticket = self._ticket(stage_id=self.stage_done.id)
            self._old(ticket, week, solved_date=week + timedelta(hours=hours))
        self._old(self._ticket(), week)
        [row] = [row for row in self._data()["solved"]["rows"] if row["label"] == "Mar 2"]
        self.assertEqual(row["total"]["value"], 4)
        self.assertEqual([cell["value"] for cell in row["cells"]], [25, 50, 75, 75, 75])
        self.assertEqual(row["open"]["value"], 1)

    # ------------------------------------------------------------------
    # Who, and how
    # ------------------------------------------------------------------

    def test_the_dashboard_is_for_agents(self):
        for user in (self.employee, self.portal):
            with self.assertRaises(AccessError):
                self.env["helpdesk.dashboard"].with_user(user).get_data()

    def test_tickets_of_other_companies_are_not_counted(self):
        team = self._team(
            name="Fjord", company_id=self.other_company.id, resource_calendar_id=False
        )
        self._ticket(team_id=team.id)
        data = self._data()
        self.assertTrue(data["empty"])
        self.assertNotIn("Fjord", [each["name"] for each in data["teams"]])

    def test_nonsense_means_the_default(self):
        for weeks, team_id in ((0, 0), (None, "x"), ("12; drop", [1]), (10**9, -1)):
            data = self.env["helpdesk.dashboard"].with_user(self.aino).get_data(weeks, team_id)
            self.assertEqual((data["weeks"], data["team_id"]), (12, False))

    def test_the_number_of_queries_depends_on_no_number_of_tickets(self):
        def count():
            self._data()  # what is cached for the user
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._data()
            return self.cr.sql_log_count - before

        self._policy()
        self._ticket(user_id=self.aino.id)
        few = count()
        self.env["helpdesk.ticket"].create(
            [
                {
                    "name": f"No {n}",
                    "team_id": self.team.id,
                    "user_id": agent.id,
                    "stage_id": stage.id,
                }
                for n in range(10)
                for agent in (self.aino, self.lars)
                for stage in (self.stage_new, self.stage_waiting, self.stage_done)
            ]
        )
        self.assertEqual(count(), few)
        self.assertLessEqual(few, 20)
