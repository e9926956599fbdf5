from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MailCase
from .common_lifecycle import LifecycleCase


@tagged("post_install", "-at_install")
class TestUnread(LifecycleCase):
    def _unread(self, **values):
        ticket = self._settled(channel="email", **values)
        self.assertTrue(ticket.unread)
        return ticket

    def _read(self, ticket, user):
        result = ticket.with_user(user).action_mark_read()
        self._finish()
        return result

    def test_what_comes_from_outside_is_unread_and_what_an_agent_writes_down_isnt(self):
        for channel, unread in (
            ("email", True),
            ("form", True),
            ("portal", True),
            ("api", True),
            ("phone", False),
            ("manual", False),
        ):
            with self.subTest(channel=channel):
                self.assertEqual(self._settled(channel=channel).unread, unread)

    def test_the_customers_message_makes_it_unread_and_nothing_else_does(self):
        ticket = self._settled(user_id=self.aino.id)
        self._answer(ticket, subtype="mail.mt_note")
        self.assertFalse(ticket.unread)
        self._say(ticket)
        self.assertTrue(ticket.unread)

    def test_its_agent_reads_it_and_nobody_else(self):
        ticket = self._unread(user_id=self.aino.id)
        for user in (self.lars, self.admin, self.emma):
            with self.subTest(user=user.name):
                self.assertFalse(self._read(ticket, user))
                self.assertTrue(ticket.unread)
        self.assertTrue(self._read(ticket, self.aino))
        self.assertFalse(ticket.unread)

    def test_in_the_pool_any_member_or_the_leader_reads_it(self):
        self.team.leader_id = self.emma
        for user, reads in ((self.aino, True), (self.emma, True), (self.admin, False)):
            ticket = self._unread()
            with self.subTest(user=user.name):
                self._read(ticket, user)
                self.assertEqual(ticket.unread, not reads)

    def test_reading_leaves_no_trace_but_the_mark(self):
        ticket = self._unread(user_id=self.aino.id)
        self.env.cr.execute("UPDATE helpdesk_ticket SET write_date = '2026-01-01'")
        ticket.invalidate_recordset()
        before = (ticket.write_date, ticket.write_uid, ticket.message_ids)
        self._read(ticket, self.aino)
        self.assertEqual((ticket.write_date, ticket.write_uid, ticket.message_ids), before)
        self.assertFalse(ticket.unread)

    def test_opening_what_is_read_already_costs_no_update(self):
        ticket = self._settled(user_id=self.aino.id).with_user(self.aino)
        ticket.action_mark_read()
        self.env.invalidate_all()
        self.cr.execute("SELECT xmin::text FROM helpdesk_ticket WHERE id = %s", [ticket.id])
        before = self.cr.fetchone()
        self.assertFalse(ticket.action_mark_read())
        self.cr.execute("SELECT xmin::text FROM helpdesk_ticket WHERE id = %s", [ticket.id])
        self.assertEqual(self.cr.fetchone(), before)

    def test_an_agent_puts_it_back_among_the_unread(self):
        ticket = self._settled(user_id=self.aino.id)
        ticket.with_user(self.aino).action_mark_unread()
        self.assertTrue(ticket.unread)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_only_who_sees_a_ticket_can_mark_it(self):
        ticket = self._unread(team_id=self.private_team.id).with_user(self.aino)
        for attempt in (ticket.action_mark_read, ticket.action_mark_unread):
            with self.assertRaises(AccessError):
                attempt()

    def test_answering_and_solving_are_reading(self):
        answered, solved = self._unread(user_id=self.aino.id), self._unread()
        self._answer(answered)
        solved.with_user(self.aino).action_solve()
        self.assertEqual((answered | solved).mapped("unread"), [False, False])

    def test_claiming_from_the_list_is_not_reading(self):
        ticket = self._unread()
        ticket.with_user(self.aino).action_claim()
        self.assertTrue(ticket.unread)

    def test_marking_many_costs_what_one_costs(self):
        def mark(count):
            tickets = self.env["helpdesk.ticket"].create(
                [{"name": "x", "team_id": self.team.id, "channel": "email"}] * count
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            tickets.with_user(self.aino).action_mark_read()
            return self.cr.sql_log_count - before

        mark(1)
        self.assertLessEqual(mark(40), mark(2))


@tagged("post_install", "-at_install")
class TestUnreadMail(MailCase):
    def test_a_ticket_that_came_by_mail_is_unread_until_its_answered_and_the_reply_is_unread_too(
        self,
    ):
        ticket = self._receive().ticket_id
        self.assertTrue(ticket.unread)
        answer = self._answer(ticket)
        self.assertFalse(ticket.unread)
        self._receive(body="Still jammed!", in_reply_to=answer.message_id)
        self.assertTrue(ticket.unread)
