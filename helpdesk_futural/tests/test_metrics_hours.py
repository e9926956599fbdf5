from datetime import datetime

from odoo import Command
from odoo.tests import tagged

from .common_metrics import MONDAY, MetricsCase


@tagged("post_install", "-at_install")
class TestMetricsHours(MetricsCase):
    """How long things took, in the working hours of a team in Helsinki: eight hours a day."""

    # Answers ------------------------------------------------------------

    def test_nights_and_weekends_dont_count_as_waiting_for_an_answer(self):
        with self._at(days=4, hours=8):  # Friday at four
            ticket = self._receive().ticket_id
        with self._at(days=7, hours=2):  # Monday at ten
            self._answer(ticket)
        self.assertEqual(ticket.first_response_hours, 3)
        self.assertEqual((ticket.total_response_hours, ticket.avg_response_hours), (3, 3))
        self.assertEqual(ticket.answered_customer_message_count, 1)

    def test_a_public_holiday_doesnt_count_either(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Independence Day",
                "calendar_id": self.calendar.id,
                "company_id": self.company.id,
                "date_from": datetime(2025, 3, 3, 22),  # Tuesday, where the team is
                "date_to": datetime(2025, 3, 4, 22),
            }
        )
        with self._at(hours=8):
            ticket = self._receive().ticket_id
        with self._at(days=2, hours=1):
            self._answer(ticket)
        self.assertEqual(ticket.first_response_hours, 2)

    def test_an_answer_in_the_night_took_no_time_which_is_not_nothing(self):
        with self._at(hours=12):
            ticket = self._receive().ticket_id
        self.assertIs(ticket.first_response_hours, False)
        with self._at(hours=13):
            self._answer(ticket)
        self.assertEqual((ticket.first_response_hours, ticket.avg_response_hours), (0, 0))
        self.assertIsNot(ticket.avg_response_hours, False)
        self.assertIsNot(ticket.first_response_hours, False)
        self.assertIs(ticket.read(["close_hours"])[0]["close_hours"], False)

    def test_messages_in_a_row_are_answered_together_since_the_first(self):
        with self._at():
            ticket = self._receive().ticket_id
        with self._at(hours=1):
            self._say(ticket, "Hello?")
        with self._at(hours=2):
            self._answer(ticket)
            self._answer(ticket, "And switch it off first.")
        with self._at(hours=3):
            self._say(ticket)
        with self._at(hours=4):
            self._answer(ticket)
        self.assertEqual(ticket.answered_customer_message_count, 2)
        self.assertEqual((ticket.total_response_hours, ticket.avg_response_hours), (3, 1.5))
        self.assertEqual(ticket.touch_count, 3)

    def test_the_first_response_to_a_call_counts_from_the_call(self):
        with self._at():
            ticket = self._ticket(channel="phone")
        with self._at(hours=2):
            self._answer(ticket)
        self.assertEqual(ticket.first_response_hours, 2)
        self.assertIs(ticket.total_response_hours, False, "no message was answered")

    def test_notes_are_neither_touches_nor_answers(self):
        ticket = self._receive().ticket_id
        self._answer(ticket, subtype="mail.mt_note")
        self.assertFalse(ticket.touch_count)
        self.assertIs(ticket.first_response_hours, False)

    def test_what_nobody_answered_before_the_solution_is_no_answered_message(self):
        with self._at():
            ticket = self._ticket()
            self._say(ticket, "Thanks, it works.")
        with self._at(hours=1):
            ticket.stage_id = self.stage_done
        with self._at(days=3):
            self._say(ticket)
        with self._at(days=3, hours=1):
            self._answer(ticket)
        self.assertEqual(
            (ticket.answered_customer_message_count, ticket.avg_response_hours), (1, 1)
        )

    # Assignment, resolution, closing ------------------------------------

    def test_assignment_counts_to_the_first_agent(self):
        with self._at():
            ticket = self._ticket()
        with self._at(hours=2):
            ticket.with_user(self.aino).action_claim()
        with self._at(hours=6):
            ticket.user_id = self.lars
        self.assertEqual(ticket.assign_hours, 2)

    def test_giving_a_ticket_back_to_the_pool_starts_anew(self):
        with self._at():
            ticket = self._ticket(user_id=self.aino.id)
        self.assertEqual(ticket.assign_hours, 0)
        with self._at(hours=1):
            ticket.user_id = False
        self.assertIs(ticket.assign_hours, False)
        with self._at(hours=4):
            ticket.user_id = self.lars
        self.assertEqual(ticket.assign_hours, 4)

    def test_reopening_clears_what_was_reached_and_is_counted(self):
        with self._at():
            ticket = self._ticket()
        with self._at(hours=2):
            ticket.stage_id = self.stage_done
        with self._at(hours=3):
            ticket.stage_id = self.stage_closed
        self.assertEqual((ticket.solve_hours, ticket.close_hours), (2, 3))
        with self._at(days=1):
            self._say(ticket)
        self.assertEqual((ticket.solve_hours, ticket.close_hours), (False, False))
        self.assertEqual(ticket.reopen_count, 1)
        with self._at(days=1, hours=1):
            ticket.stage_id = self.stage_closed
            ticket.stage_id = self.stage_done
        self.assertEqual(ticket.reopen_count, 1, "closed to solved is no reopening")
        self.assertEqual((ticket.solve_hours, ticket.close_hours), (9, False))

    def test_many_reopened_at_once_each_keep_their_count(self):
        tickets = self._ticket() | self._ticket()
        for once_or_twice in (tickets[0], tickets):
            once_or_twice.stage_id = self.stage_closed
            once_or_twice.stage_id = self.stage_progress
        self.assertEqual(tickets.mapped("reopen_count"), [2, 1])

    def test_hours_are_those_of_the_team_when_it_happened(self):
        night = self.env["resource.calendar"].create(
            {
                "name": "Night shift",
                "tz": "Europe/Helsinki",
                "company_id": self.company.id,
                "attendance_ids": [
                    Command.clear(),
                    Command.create(
                        {"name": "Night", "dayofweek": "0", "hour_from": 17, "hour_to": 24}
                    ),
                ],
            }
        )
        nightly = self._team(name="Nightly", resource_calendar_id=night.id)
        with self._at():
            ticket = self._ticket()
        with self._at(hours=2):
            ticket.user_id = self.aino
        with self._at(hours=3):
            ticket.write({"team_id": nightly.id, "user_id": False})
        with self._at(hours=4):
            ticket.user_id = self.lars
        self.assertEqual(ticket.assign_hours, 0, "the night shift has not begun")
        with self._at(hours=11):
            ticket.stage_id = self.stage_done
        self.assertEqual((ticket.assign_hours, ticket.solve_hours), (0, 2))

    def test_open_hours_are_elapsed_hours_and_can_be_searched(self):
        with self._at():
            ticket, solved = self._ticket(), self._ticket()
        with self._at(days=1):
            solved.stage_id = self.stage_done
        with self._at(days=2):
            self.assertEqual((ticket.open_hours, solved.open_hours), (48, 24))
            mine = [("id", "in", (ticket | solved).ids)]
            for domain, found in (
                ([("open_hours", ">", 24)], ticket),
                ([("open_hours", ">=", 24)], ticket | solved),
                ([("open_hours", "<", 30)], solved),
            ):
                self.assertEqual(ticket.search(mine + domain), found, domain)

    # Waiting ------------------------------------------------------------

    def test_waiting_time_is_counted_for_whoever_is_waited_for(self):
        with self._at():
            ticket = self._receive().ticket_id
        self.assertEqual((ticket.waiting_clock, ticket.waiting_since), ("team", MONDAY))
        self.assertIs(ticket.waiting_team_hours, False)
        with self._at(hours=2):
            self._answer(ticket)
        self.assertEqual((ticket.waiting_team_hours, ticket.waiting_customer_hours), (2, 0))
        with self._at(days=1):
            self._say(ticket)
        self.assertEqual((ticket.waiting_team_hours, ticket.waiting_customer_hours), (2, 6))
        with self._at(days=1, hours=1):
            ticket.stage_id = self.stage_waiting
        with self._at(days=1, hours=3):
            ticket.stage_id = self.stage_done
        self.assertEqual((ticket.waiting_team_hours, ticket.waiting_customer_hours), (3, 8))
        self.assertEqual((ticket.waiting_clock, ticket.waiting_since), (False, False))
        self.assertEqual(
            ticket.solve_hours, ticket.waiting_team_hours + ticket.waiting_customer_hours
        )

    def test_a_solved_ticket_waits_for_nobody_until_it_is_reopened(self):
        with self._at():
            ticket = self._ticket()
        with self._at(hours=1):
            ticket.stage_id = self.stage_done
        with self._at(days=1):
            self._say(ticket)
        with self._at(days=1, hours=2):
            ticket.stage_id = self.stage_closed
        self.assertEqual((ticket.waiting_team_hours, ticket.waiting_customer_hours), (3, 0))

    # Imports, copies, reports -------------------------------------------

    def test_an_import_with_its_own_dates_gets_its_hours(self):
        fields = ["name", "team_id/.id", "user_id/.id", "stage_id/.id"]
        dates = ["assign_date", "first_response_date", "solved_date", "close_date"]
        row = ["Old one", self.team.id, self.aino.id, self.stage_closed.id]
        with self._at():
            result = self._as(self.admin).load(
                fields + dates,
                [
                    [*map(str, row), *[f"2025-03-0{day} 07:00:00" for day in (3, 3, 4, 4)]],
                    [*map(str, row), *["2024-03-04 07:00:00"] * 4],
                ],
            )
            self.assertFalse(result["messages"])
        new, old = self.env["helpdesk.ticket"].browse(result["ids"])
        self.assertEqual((new.assign_hours, new.first_response_hours), (1, 1))
        self.assertEqual((new.solve_hours, new.close_hours), (9, 9))
        names = ["assign_hours", "first_response_hours", "solve_hours", "close_hours"]
        self.assertEqual(
            [old[name] for name in names], [False] * 4, "nobody knows how long it took"
        )

    def test_an_import_may_bring_its_own_hours(self):
        ticket = self._ticket(close_date="2024-03-04 07:00:00", close_hours=7.5)
        self.assertEqual(ticket.close_hours, 7.5)

    def test_a_copy_starts_from_nothing(self):
        with self._at():
            ticket = self._receive().ticket_id
        with self._at(hours=1):
            self._answer(ticket)
            ticket.stage_id = self.stage_closed
        with self._at(hours=2):
            ticket.stage_id = self.stage_progress
        copy = ticket.copy()
        for name in (
            "first_response_hours",
            "total_response_hours",
            "avg_response_hours",
            "answered_customer_message_count",
            "waiting_team_hours",
            "waiting_customer_hours",
            "reopen_count",
            "touch_count",
        ):
            self.assertIsNot(ticket[name], False, name)
            self.assertFalse(copy[name], name)

    def test_averages_leave_out_what_has_not_happened(self):
        with self._at():
            tickets = self._ticket() | self._ticket() | self._ticket()
        with self._at(hours=2):
            self._answer(tickets[0])
            tickets[0].stage_id = self.stage_done
        with self._at(hours=4):
            self._answer(tickets[1])
        self.env.flush_all()
        [group] = self._as(self.aino).formatted_read_group(
            [("id", "in", tickets.ids)],
            ["team_id"],
            [
                "__count",
                "first_response_hours:avg",
                "solve_hours:avg",
                "close_hours:avg",
                "touch_count:avg",
            ],
        )
        self.assertEqual(group["__count"], 3)
        self.assertEqual(group["first_response_hours:avg"], 3)
        self.assertEqual(group["solve_hours:avg"], 2)
        self.assertFalse(group["close_hours:avg"])
        self.assertAlmostEqual(group["touch_count:avg"], 2 / 3)

    def test_tickets_are_found_by_whether_it_has_happened(self):
        with self._at():
            answered, waiting = self._ticket(), self._ticket()
            self._answer(answered)
        mine = [("id", "in", (answered | waiting).ids)]
        for domain, found in (
            ([("first_response_hours", "=", False)], waiting),
            ([("first_response_hours", "!=", False)], answered),
            ([("first_response_hours", "<=", 1)], answered),
            ([("first_response_hours", "=", 0)], answered),
        ):
            with self.subTest(domain=domain):
                self.assertEqual(waiting.search(mine + domain), found)
                self.assertEqual((answered | waiting).filtered_domain(domain), found)

    def test_an_export_leaves_empty_what_has_not_happened(self):
        with self._at(hours=2):
            ticket = self._ticket(user_id=self.aino.id)
        self.assertEqual(ticket.export_data(["assign_hours", "close_hours"])["datas"], [[0.0, ""]])

    def test_a_customers_view_of_the_time_zone_changes_nothing(self):
        with self._at(hours=8):
            ticket = self._ticket()
        with self._at(hours=10):
            ticket.with_user(self.aino).with_context(tz="Pacific/Auckland").action_claim()
        self.assertEqual(ticket.assign_hours, 1)
