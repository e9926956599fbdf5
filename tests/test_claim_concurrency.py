"""Two agents reach for the same ticket."""

import threading

from odoo import Command
from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CommittedCase

_PATIENCE = 60


@tagged("post_install", "-at_install")
class TestClaimConcurrency(CommittedCase):
    def setUp(self):
        super().setUp()
        self.use_new_day()
        self.agents = {name: self.create_agent(name) for name in ("Aino Claims", "Eero Claims")}
        team_id = self.create_committed(
            "helpdesk.team",
            {
                "name": "Concurrency",
                "alias_name": False,
                "member_ids": [Command.set(list(self.agents.values()))],
            },
        )
        self.ticket_id = self.create_committed(
            "helpdesk.ticket", {"name": "The printer jams", "team_id": team_id}
        )
        self.both_looked = threading.Barrier(len(self.agents))
        self.attempts = dict.fromkeys(self.agents, 0)
        self.outcomes = {}

    def claim(self, name):
        """Click on "Claim" as one of the agents: the transaction that a button's request makes."""

        def click():
            ticket = env["helpdesk.ticket"].browse(self.ticket_id)
            self.attempts[name] += 1
            if self.attempts[name] == 1:
                self.assertFalse(ticket.user_id)
                self.both_looked.wait(_PATIENCE)
            return ticket.action_claim()

        with self.transaction(self.agents[name]) as env:
            try:
                self.outcomes[name] = retrying(click, env)
            except BaseException as error:  # noqa: BLE001 (the main thread looks at it)
                self.outcomes[name] = error
                env.cr.rollback()

    def test_of_two_agents_who_claim_at_once_one_wins_and_the_other_reads_who(self):
        threads = [threading.Thread(target=self.claim, args=(name,)) for name in self.agents]
        with mute_logger("odoo.sql_db"):  # it logs the loser's failed query as an error
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(_PATIENCE)

        winners = [name for name, outcome in self.outcomes.items() if outcome is True]
        self.assertEqual(len(winners), 1, self.outcomes)
        [winner] = winners
        [loser] = self.agents.keys() - {winner}
        self.assertIsInstance(self.outcomes[loser], UserError)
        self.assertIn(winner, str(self.outcomes[loser]))
        self.assertEqual(
            self.attempts,
            {winner: 1, loser: 2},
            "The two should compete for the row, and Odoo should try again for the loser, once",
        )
        with self.transaction() as env:
            ticket = env["helpdesk.ticket"].browse(self.ticket_id)
            self.assertEqual(ticket.user_id.id, self.agents[winner])
            self.assertEqual(ticket.stage_id, env.ref("helpdesk_futural.stage_in_progress"))
