"""What happens to a ticket's clocks, told by the hours of real calendars."""

from odoo.tests import tagged

from .common_sla import SlaCase, local


@tagged("post_install", "-at_install")
class TestSlaClock(SlaCase):
    def _resolution(self, **values):
        return self._policy(name="Solve within 8 hours", target="resolution", time=8, **values)

    def test_the_deadline_of_a_friday_afternoon_is_on_monday(self):
        self._policy()
        self.at(7, 15)
        ticket = self._ticket()
        self.assertEqual(ticket.sla_deadline, local(10, 10))
        self.assertEqual(self._status(ticket).status, "ongoing")

    def test_the_deadline_jumps_over_a_public_holiday(self):
        self._policy()
        self._holiday(10)
        self.at(7, 15)
        self.assertEqual(self._ticket().sla_deadline, local(11, 10))

    def test_the_deadline_shows_the_same_clock_when_clocks_were_put_forward_or_back(self):
        self._policy()
        for day, month, due, due_month in ((28, 3, 31, 3), (24, 10, 27, 10)):
            with self.subTest(month=month):
                self.at(day, 15, month=month)
                self.assertEqual(self._ticket().sla_deadline, local(due, 10, month=due_month))

    def test_a_team_in_new_york_has_its_own_hours(self):
        new_york = "America/New_York"
        team = self._team(
            name="New York", use_sla=True, resource_calendar_id=self._calendar(new_york).id
        )
        self._policy(team_id=team.id)
        # New York changes its clocks three weeks before Helsinki.
        self.at(7, 16, tz=new_york)
        ticket = self._ticket(team_id=team.id)
        self.assertEqual(ticket.sla_deadline, local(10, 12, tz=new_york))

    def test_a_team_without_any_calendar_promises_by_the_hour(self):
        self._policy()
        self.team.resource_calendar_id = False
        self.company.resource_calendar_id = False
        self.at(8, 15)
        self.assertEqual(self._ticket().sla_deadline, local(8, 19))

    def test_an_agents_answer_meets_the_first_response_and_a_note_doesnt(self):
        self._policy()
        self.at(3, 9)
        ticket = self._ticket()
        self.at(3, 10)
        ticket.with_user(self.aino).message_post(body="Hm.", subtype_xmlid="mail.mt_note")
        self._ask(ticket)
        self.assertFalse(ticket.sla_reached)
        self.at(3, 11)
        self._answer(ticket)
        status = self._status(ticket)
        self.assertEqual((status.status, status.reached_datetime), ("reached", local(3, 11)))
        self.assertEqual(status.deadline, local(3, 14))
        self.assertTrue(ticket.sla_reached)
        self.assertFalse(ticket.sla_deadline)

    def test_an_answer_after_the_deadline_says_by_how_many_working_hours(self):
        self._policy()
        self.at(3, 9)
        ticket = self._ticket()
        self.at(4, 10)
        self._answer(ticket)
        status = self._status(ticket)
        self.assertEqual(status.status, "failed")
        self.assertEqual(status.exceeded_hours, 5)
        self.assertTrue(ticket.sla_fail and ticket.sla_reached_late)
        self.assertFalse(ticket.sla_reached)

    def test_solving_is_an_answer_and_cancelling_is_none(self):
        self._policy()
        self.at(3, 9)
        solved, cancelled = self._ticket(), self._ticket()
        self.at(3, 10)
        solved.stage_id = self.stage_done
        cancelled.stage_id = self.stage_closed
        self.assertTrue(solved.sla_reached)
        self.assertFalse(cancelled.sla_status_ids)

    def test_waiting_for_the_customer_stops_the_clock(self):
        self._resolution()
        self.at(3, 9)
        ticket = self._ticket()
        self.assertEqual(ticket.sla_deadline, local(4, 9))
        self.at(3, 14)
        ticket.stage_id = self.stage_waiting
        status = self._status(ticket)
        self.assertFalse(ticket.sla_deadline)
        self.assertEqual(status.paused_since, local(3, 14))
        self.assertEqual(status.remaining_hours, 4)
        self.at(5, 20)
        self.assertEqual(status.remaining_hours, 4, "time doesn't pass while we wait")
        ticket.stage_id = self.stage_progress
        self.assertEqual(ticket.sla_deadline, local(6, 12))
        self.assertEqual(status.paused_hours, 19)

    def test_the_customers_answer_lets_the_clock_run_on(self):
        self._resolution()
        self.at(3, 9)
        ticket = self._ticket()
        self.at(3, 14)
        ticket.stage_id = self.stage_waiting
        self.at(4, 14)
        self._ask(ticket)
        self.assertEqual(ticket.state, "in_progress")
        self.assertEqual(ticket.sla_deadline, local(5, 9))

    def test_a_stage_that_the_policy_excludes_stops_its_clock_only(self):
        workshop = self.stage_progress.copy()
        self.team.stage_ids |= workshop
        lenient = self._resolution(exclude_stage_ids=workshop.ids)
        strict = self._resolution()
        self.at(3, 9)
        ticket = self._ticket(stage_id=workshop.id)
        self.assertFalse(self._status(ticket, lenient).deadline)
        self.assertEqual(self._status(ticket, strict).deadline, local(4, 9))
        self.assertEqual(ticket.sla_deadline, local(4, 9))

    def test_a_missed_promise_stays_missed_while_waiting(self):
        self._resolution()
        self.at(3, 9)
        ticket = self._ticket()
        self.at(4, 10)
        ticket.stage_id = self.stage_waiting
        self.at(20, 10)
        ticket.stage_id = self.stage_progress
        self.assertEqual(ticket.sla_deadline, local(4, 9))
        self.assertEqual(self._status(ticket).status, "failed")
        ticket.stage_id = self.stage_done
        self.assertEqual(self._status(ticket).exceeded_hours, 1)

    def test_reopening_promises_the_resolution_anew_and_not_the_first_response(self):
        first, solve = self._policy(), self._resolution()
        self.at(3, 9)
        ticket = self._ticket()
        self.at(3, 10)
        self._answer(ticket)
        ticket.stage_id = self.stage_done
        self.assertTrue(ticket.sla_reached)
        self.at(6, 9)
        self._ask(ticket)
        self.assertEqual(len(self._status(ticket, first)), 1)
        once, again = self._status(ticket, solve)
        self.assertEqual((once.status, again.status), ("reached", "ongoing"))
        self.assertEqual((again.start_date, ticket.sla_deadline), (local(6, 9), local(7, 9)))

    def test_closing_without_a_solution_is_neither_met_nor_missed(self):
        self._resolution()
        self.at(3, 9)
        ticket = self._ticket()
        self.at(3, 12)
        ticket.stage_id = self.stage_closed
        self.assertFalse(ticket.sla_status_ids)
        self.at(4, 9)
        ticket.stage_id = self.stage_progress
        self.assertEqual(ticket.sla_deadline, local(5, 9), "a new clock after reopening")

    def test_closing_without_a_solution_doesnt_undo_what_was_missed(self):
        self._resolution()
        self.at(3, 9)
        ticket = self._ticket()
        self.at(5, 12)
        ticket.stage_id = self.stage_closed
        status = self._status(ticket)
        self.assertEqual((status.status, status.ended_datetime), ("failed", local(5, 12)))
        self.assertTrue(ticket.sla_fail)
        self.assertFalse(ticket.sla_deadline, "nothing is left to do")

    def test_in_a_team_that_knows_no_solved_stage_closing_resolves_and_cancelling_doesnt(self):
        cancelled = self.stage_closed.copy({"sequence": 9})
        stages = self.stage_new | self.stage_progress | self.stage_closed | cancelled
        team = self._team(name="Simple", use_sla=True, stage_ids=stages.ids)
        self._resolution(team_id=team.id)
        self.at(3, 9)
        done, dropped = self._ticket(team_id=team.id), self._ticket(team_id=team.id)
        self.at(3, 10)
        done.stage_id = self.stage_closed
        dropped.stage_id = cancelled
        self.assertTrue(done.sla_reached)
        self.assertFalse(dropped.sla_status_ids)

    def test_the_promised_stage_is_reached_by_it_or_a_later_one_but_not_by_closing(self):
        self._policy(target="stage", stage_id=self.stage_progress.id)
        self.at(3, 9)
        taken, waiting, closed = self._ticket(), self._ticket(), self._ticket()
        self.at(3, 10)
        taken.stage_id = self.stage_progress
        waiting.stage_id = self.stage_waiting
        closed.stage_id = self.stage_closed
        self.assertTrue(taken.sla_reached)
        self.assertTrue(waiting.sla_reached)
        self.assertFalse(closed.sla_status_ids)

    def test_each_message_is_answered_from_the_first_that_waits(self):
        self._policy(target="next_response")
        self.at(3, 8)
        ticket = self._ticket()
        self.assertFalse(ticket.sla_status_ids, "nobody asked yet")
        self.at(3, 9)
        self._ask(ticket)
        self.at(3, 11)
        self._ask(ticket)
        self.assertEqual(ticket.sla_deadline, local(3, 14), "writing again moves nothing")
        self.at(3, 12)
        self._answer(ticket)
        self.assertTrue(ticket.sla_reached)
        self.at(5, 9)
        self._ask(ticket)
        self.at(6, 9)
        self._answer(ticket)
        met, missed = self._status(ticket)
        self.assertEqual((met.status, missed.status), ("reached", "failed"))
        self.assertEqual((missed.start_date, missed.exceeded_hours), (local(5, 9), 4))

    def test_until_the_first_response_only_the_policy_for_it_counts(self):
        first = self._policy(time=8)
        following = self._policy(target="next_response", time=2)
        self.at(3, 9)
        ticket = self._ticket()
        self._ask(ticket)
        self.assertEqual(ticket.sla_status_ids.sla_id, first)
        self.at(3, 10)
        self._answer(ticket)
        self.at(4, 10)
        self._ask(ticket)
        self.assertEqual(self._status(ticket, following).deadline, local(4, 12))

    def test_solving_ends_the_wait_for_an_answer(self):
        self._policy(target="next_response")
        self.at(3, 9)
        ticket = self._ticket()
        self._ask(ticket)
        self.at(3, 10)
        ticket.stage_id = self.stage_done
        self.assertTrue(ticket.sla_reached)

    def test_each_step_of_a_clock_is_explained(self):
        self._resolution()
        self.at(3, 9)
        ticket = self._ticket()
        self.at(3, 14)
        ticket.stage_id = self.stage_waiting
        self.at(4, 9)
        ticket.stage_id = self.stage_progress
        self.at(5, 9)
        ticket.stage_id = self.stage_done
        status = self._status(ticket)
        steps = status.with_user(self.aino).get_explanation()[status.id]
        self.assertEqual(
            [(s["event"], s["datetime"], s["stage"], s["hours"]) for s in steps],
            [
                ("started", local(3, 9), "New", 0),
                ("paused", local(3, 14), "Waiting", 4),
                ("resumed", local(4, 9), "Working", 4),
                ("missed", local(4, 14), False, 4),
                ("met", local(5, 9), "Done", 4),
            ],
        )

    def test_a_ticket_that_is_years_old_has_a_deadline_at_once(self):
        self._policy(time=6000)
        self.at(3, 9)
        ticket = self._ticket()
        self.assertEqual(ticket.sla_deadline.year, 2028)

    def test_a_calendar_that_never_works_again_has_no_deadline(self):
        self._policy()
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Bankrupt",
                "calendar_id": self.calendar.id,
                "date_from": "2025-01-01 00:00:00",
                "date_to": "2060-01-01 00:00:00",
            }
        )
        self.at(3, 9)
        ticket = self._ticket()
        self.assertFalse(ticket.sla_deadline)
        self.assertEqual(self._status(ticket).status, "ongoing")

    def test_a_ticket_that_was_merged_into_another_promises_nothing_more(self):
        self._policy()
        self.at(3, 9)
        survivor, merged, late = self._ticket(), self._ticket(), self._ticket()
        late.sla_status_ids.hours = 1
        late._update_slas()
        self.at(3, 11)
        (merged | late)._merge_into(survivor)
        self.assertFalse(merged.sla_status_ids)
        self.assertEqual(late.sla_status_ids.status, "failed")
        self.assertFalse(late.sla_deadline)
        self.assertEqual(survivor.sla_deadline, local(3, 14))

    def test_a_ticket_that_was_answered_elsewhere_before_it_came_owes_no_answer(self):
        self._policy()
        self.at(3, 9)
        ticket = self._ticket(first_response_date=local(1, 9))
        self.assertFalse(ticket.sla_status_ids)
