from odoo.tests import tagged

from .common_lifecycle import LifecycleCase
from .common_sla import SlaCase, local

SCRIPT = "helpdesk_futural/migrations/19.0.1.2.0/pre-stage_history.py"


@tagged("post_install", "-at_install")
class TestStageHistory(SlaCase, LifecycleCase):
    def _entry(self, stage, *when):
        return [stage.id, stage.state, str(local(*when))]

    def test_each_stage_is_noted_with_its_time_and_meaning(self):
        self.at(3, 9)
        ticket = self._ticket()
        self.at(3, 10)
        ticket.with_user(self.aino).stage_id = self.stage_waiting
        self.at(4, 9)
        self._ask(ticket)
        self.assertEqual(
            ticket.stage_history,
            [
                self._entry(self.stage_new, 3, 9),
                self._entry(self.stage_waiting, 3, 10),
                self._entry(self.stage_progress, 4, 9),
            ],
        )

    def test_many_at_once_and_through_a_change_of_team(self):
        own = self.env["helpdesk.stage"].create({"name": "Inbox", "state": "new"})
        team = self._team(name="Own Stages", stage_ids=(own | self.stage_done).ids)
        self.at(3, 9)
        tickets = self._ticket() | self._ticket()
        self.at(3, 10)
        tickets.team_id = team
        for ticket in tickets:
            self.assertEqual(ticket.stage_history[-1], self._entry(own, 3, 10))

    def test_two_moves_in_one_second_are_one(self):
        self.at(3, 9)
        ticket = self._ticket()
        self.at(3, 10)
        ticket.stage_id = self.stage_waiting
        self.env.flush_all()
        ticket.stage_id = self.stage_done
        self.env.flush_all()
        self.assertEqual(
            [e[0] for e in ticket.stage_history], (self.stage_new | self.stage_done).ids
        )

    def test_an_import_may_bring_its_own_and_the_clock_goes_by_it(self):
        self._policy(target="resolution", time=8)
        self.at(5, 9)
        history = [self._entry(self.stage_waiting, 3, 9), self._entry(self.stage_progress, 5, 8)]
        ticket = self._ticket(stage_id=self.stage_progress.id, stage_history=history)
        self.assertEqual(ticket.stage_history, history)
        self.assertEqual(ticket.sla_deadline, local(5, 17))

    def _retell(self, ticket):
        self._finish()
        self.env.cr.execute(
            "UPDATE helpdesk_ticket SET stage_history = NULL, create_date = %s WHERE id = %s",
            [local(3, 9), ticket.id],
        )
        self._migrate(SCRIPT, "19.0.1.0.0")

    def test_an_update_tells_the_history_from_the_chatter(self):
        self.at(3, 9)
        ticket = self._ticket()
        self._finish()
        for day, stage in ((4, self.stage_waiting), (5, self.stage_progress)):
            self.at(day, 9)
            ticket.stage_id = stage
            self._finish()
        expected = [
            self._entry(self.stage_new, 3, 9),
            self._entry(self.stage_waiting, 4, 9),
            self._entry(self.stage_progress, 5, 9),
        ]
        self.assertEqual(ticket.stage_history, expected)
        self._retell(ticket)
        self.assertEqual(ticket.stage_history, expected)

    def test_an_update_without_a_word_in_the_chatter_trusts_the_dates(self):
        self.at(3, 9)
        moved = self._ticket()
        self._finish()
        self.at(4, 9)
        moved.with_context(mail_notrack=True).stage_id = self.stage_waiting
        self._retell(moved)
        self.assertEqual(
            moved.stage_history,
            [
                [self.stage_waiting.id, "new", str(local(3, 9))],
                self._entry(self.stage_waiting, 4, 9),
            ],
        )
        self.at(3, 9)
        resting = self._ticket()
        self._retell(resting)
        self.assertEqual(resting.stage_history, [self._entry(self.stage_new, 3, 9)])

    def test_an_update_sees_a_last_move_that_the_chatter_missed(self):
        self.at(3, 9)
        ticket = self._ticket()
        self._finish()
        self.at(4, 9)
        ticket.stage_id = self.stage_progress
        self._finish()
        self.at(5, 9)
        ticket.with_context(mail_notrack=True).stage_id = self.stage_waiting
        self._retell(ticket)
        self.assertEqual(
            ticket.stage_history,
            [
                self._entry(self.stage_new, 3, 9),
                self._entry(self.stage_progress, 4, 9),
                self._entry(self.stage_waiting, 5, 9),
            ],
        )
