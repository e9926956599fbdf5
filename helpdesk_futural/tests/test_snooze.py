from datetime import datetime

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ..models import helpdesk_ticket_snooze
from ..tools.snooze import get_snooze_end
from .common_lifecycle import LifecycleCase

NOW = "2026-03-10 08:00:00"  # Tuesday, ten o'clock in Helsinki
UNTIL = datetime(2026, 3, 12, 7)
LATER = "2026-03-12 07:00:30"


class TestQuickChoices(BaseCase):
    def test_choices_are_nine_oclock_where_the_agent_is(self):
        tuesday = datetime(2026, 3, 10, 8)
        for tz, hour in (("Europe/Helsinki", 7), ("Europe/Oslo", 8), ("America/New_York", 13)):
            with self.subTest(tz=tz):
                self.assertEqual(
                    get_snooze_end("tomorrow", tuesday, tz), datetime(2026, 3, 11, hour)
                )
        self.assertEqual(get_snooze_end("later", tuesday, "UTC"), datetime(2026, 3, 10, 11))

    def test_tomorrow_is_the_agents_tomorrow_not_utcs(self):
        late = datetime(2026, 3, 10, 23, 30)  # half past one on Wednesday in Helsinki
        self.assertEqual(
            get_snooze_end("tomorrow", late, "Europe/Helsinki"), datetime(2026, 3, 12, 7)
        )

    def test_next_week_is_its_monday_also_when_the_clocks_change_before(self):
        for day in range(23, 30):  # Monday to Sunday; clocks change in the night to Sunday
            with self.subTest(day=day):
                self.assertEqual(
                    get_snooze_end("next_week", datetime(2026, 3, day, 8), "Europe/Helsinki"),
                    datetime(2026, 3, 30, 6),
                )


@tagged("post_install", "-at_install")
class TestSnooze(LifecycleCase):
    def setUp(self):
        super().setUp()
        self.commits = self._record_commits()

    def _snoozed(self, **values):
        ticket = self._settled(**{"user_id": self.aino.id, **values})
        ticket.with_user(self.aino).action_snooze(UNTIL)
        self._finish()
        return ticket

    def _wake(self, moment=LATER):
        with freeze_time(moment):
            self.env["helpdesk.ticket"]._cron_wake_snoozed()
            self._finish()

    @freeze_time(NOW)
    def test_a_ticket_is_put_aside_until_a_time_in_the_future(self):
        ticket = self._settled().with_user(self.aino)
        self.assertIs(ticket.action_snooze("2026-03-12 07:00:00"), True)
        self.assertEqual((ticket.snooze_until, ticket.is_snoozed), (UNTIL, True))
        self._finish()
        # sudo: the web client gets the history as text
        history = ticket.sudo().message_ids[0].tracking_value_ids.field_id
        self.assertEqual(history.mapped("name"), ["snooze_until"])

    @freeze_time(NOW)
    def test_what_is_no_time_in_the_future_is_refused(self):
        ticket = self._settled().with_user(self.aino)
        for until in (NOW, "2026-03-09 08:00:00", False, "", "next week"):
            with self.subTest(until=until), self.assertRaisesRegex(UserError, "in the future"):
                ticket.action_snooze(until)
        self.assertFalse(ticket.snooze_until)

    @freeze_time(NOW)
    def test_what_is_done_cant_be_put_aside(self):
        for stage in (self.stage_done, self.stage_closed):
            ticket = self._settled(stage_id=stage.id).with_user(self.aino)
            with self.assertRaisesRegex(UserError, ticket.ticket_ref):
                ticket.action_snooze(UNTIL)

    @freeze_time(NOW)
    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_only_who_sees_a_ticket_can_snooze_it(self):
        ticket = self._settled(team_id=self.private_team.id).with_user(self.aino)
        for attempt in (lambda: ticket.action_snooze(UNTIL), ticket.action_unsnooze):
            with self.assertRaises(AccessError):
                attempt()

    @freeze_time(NOW)
    def test_the_agent_is_reminded_once_when_the_time_has_come(self):
        ticket = self._snoozed()
        self._wake("2026-03-12 06:59:00")
        self.assertFalse(ticket.activity_ids)
        self._wake()
        self._wake()
        self.assertEqual((ticket.snooze_until, ticket.unread), (False, True))
        self.assertEqual(ticket.activity_ids.mapped("summary"), ["Snoozed until now"])
        self.assertEqual(ticket.activity_ids.user_id, self.aino)

    @freeze_time(NOW)
    def test_the_teams_members_are_told_of_a_ticket_without_agent(self):
        ticket = self._snoozed(user_id=False)
        self._wake()
        told = self.env["mail.message"].search(
            [("res_id", "=", ticket.id), ("message_type", "=", "user_notification")]
        )
        self.assertEqual(told.notified_partner_ids, (self.aino | self.lars).partner_id)
        self.assertFalse(ticket.activity_ids)

    @freeze_time(NOW)
    def test_the_scheduled_action_is_there_at_that_moment(self):
        self._snoozed()
        cron = self.env.ref("helpdesk_futural.ir_cron_wake_snoozed")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertIn(UNTIL, triggers.mapped("call_at"))

    @freeze_time(NOW)
    def test_many_are_woken_in_batches(self):
        tickets = self.env["helpdesk.ticket"].create(
            [{"name": "x", "team_id": self.team.id, "user_id": self.aino.id}] * 5
        )
        tickets.action_snooze(UNTIL)
        self.patch(helpdesk_ticket_snooze, "BATCH", 2)
        self._wake()
        self.assertFalse(any(tickets.mapped("snooze_until")))
        self.assertEqual([done for done, _left in self.commits], [0, 2, 2, 1])
        self.assertEqual(self.commits[-1][1], 0)

    def test_a_ticket_is_back_in_the_queues_even_if_the_scheduled_action_fails(self):
        with freeze_time(NOW):
            ticket = self._snoozed()
        with freeze_time(LATER):
            self.assertFalse(ticket.is_snoozed)
            awake = self._as(self.aino).search([("is_snoozed", "=", False)])
            self.assertIn(ticket, awake)

    @freeze_time(NOW)
    def test_the_customers_message_ends_the_snooze(self):
        ticket = self._snoozed()
        self._say(ticket)
        self.assertEqual((ticket.snooze_until, ticket.unread), (False, True))
        self._wake()
        self.assertFalse(ticket.activity_ids, "nobody is reminded of what is back already")

    @freeze_time(NOW)
    def test_the_agents_message_leaves_the_snooze(self):
        ticket = self._snoozed()
        self._answer(ticket)
        self._answer(ticket, subtype="mail.mt_note")
        self.assertEqual(ticket.snooze_until, UNTIL)

    @freeze_time(NOW)
    def test_solving_ends_the_snooze(self):
        ticket = self._snoozed()
        ticket.with_user(self.aino).action_solve()
        self.assertFalse(ticket.snooze_until)

    @freeze_time(NOW)
    def test_an_agent_wakes_a_ticket_by_hand_without_noise(self):
        ticket = self._snoozed()
        ticket.with_user(self.aino).action_unsnooze()
        self.assertEqual((ticket.snooze_until, ticket.unread), (False, False))
        self.assertFalse(ticket.activity_ids)

    @freeze_time(NOW)
    def test_a_copy_is_not_snoozed(self):
        self.assertFalse(self._snoozed().copy().snooze_until)

    def test_a_snoozed_ticket_is_not_closed_automatically(self):
        self.team.write(
            {
                "auto_close_ticket": True,
                "auto_close_day": 2,
                "from_stage_ids": [Command.set(self.stage_waiting.ids)],
                "to_stage_id": self.stage_closed.id,
            }
        )
        with freeze_time("2026-03-02 08:00:00"):
            ticket = self._settled(user_id=self.aino.id)
            ticket.stage_id = self.stage_waiting
            ticket.action_snooze(UNTIL)
            self._finish()
        with freeze_time(NOW):
            self.env["helpdesk.ticket"]._cron_auto_close()
        self.assertEqual(ticket.stage_id, self.stage_waiting)
        self.assertFalse(ticket.reminder_date, "nor announced to be")

    @freeze_time(NOW)
    def test_the_dialog_offers_times_where_the_agent_is(self):
        self.aino.tz = "Europe/Helsinki"
        tickets = self._settled() | self._settled()
        action = tickets.with_user(self.aino).action_open_snooze()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.aino)
            .with_context(**action["context"])
            .create({})
        )
        self.assertEqual(wizard.ticket_ids, tickets)
        wizard.choice = "next_week"
        self.assertEqual(wizard.until, datetime(2026, 3, 16, 7))
        labels = dict(wizard._fields["choice"]._description_selection(wizard.env))
        self.assertIn("Wed, Mar 11 9:00\u202fAM", labels["tomorrow"])
        wizard.write({"choice": "custom", "until": UNTIL})
        wizard.action_snooze()
        self.assertEqual(tickets.mapped("snooze_until"), [UNTIL, UNTIL])
