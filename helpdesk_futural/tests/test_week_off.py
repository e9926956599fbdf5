from odoo import Command
from odoo.tests import tagged

from .common_lifecycle import LifecycleCase
from .common_rating import RatingCase
from .common_sla import SlaCase, local

_JOBS = (
    "_cron_sla",
    "_cron_auto_close",
    "_cron_wake_snoozed",
    "_cron_rating",
    "_cron_assign_pooled",
)


@tagged("post_install", "-at_install")
class TestWeekOff(SlaCase, RatingCase, LifecycleCase):
    """Scheduled actions are off from Monday to Monday. What is due then happens once, and no flood comes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.write(
            {
                "auto_close_ticket": True,
                "auto_close_day": 3,
                "from_stage_ids": [Command.set((cls.stage_waiting | cls.stage_done).ids)],
                "to_stage_id": cls.stage_closed.id,
                "rating_reminder_days": 2,
            }
        )

    def setUp(self):
        super().setUp()
        self._record_commits()
        self.at(3, 9)

    def run_jobs(self, *when):
        """Run all scheduled actions, and again, as they come every few minutes or every hour."""
        for minutes in (0, 5, 59):
            self.at(*when, minutes)
            for job in _JOBS:
                getattr(self.env["helpdesk.ticket"], job)()
                self._finish()

    def subjects(self, ticket):
        """Return the beginnings of what the customer was mailed by itself, oldest first."""
        subjects = [mail.subject.partition("] ")[2] for mail in self._mails(ticket)]
        return [subject.removesuffix(ticket.name).rstrip(": ") for subject in subjects]

    def summaries(self, ticket, user):
        return ticket.activity_ids.filtered(lambda a: a.user_id == user).mapped("summary")

    def test_a_missed_deadline_is_reported_once_and_nobody_is_warned_of_it_any_more(self):
        self._policy(warning_hours=1, escalate="notify")
        ticket = self._settled(user_id=self.aino.id)
        self.run_jobs(10, 9)
        status = self._status(ticket)
        self.assertEqual((status.status, bool(status.warned_date)), ("failed", False))
        for user in (self.aino, self.lars):
            [summary] = self.summaries(ticket, user)
            self.assertIn("missed on", summary)
        told = self.env["mail.message"].search(
            [
                ("subject", "ilike", "Deadlines missed"),
                ("partner_ids", "in", self.lars.partner_id.ids),
            ]
        )
        self.assertEqual(len(told), 1)

    def test_an_idle_ticket_is_announced_first_and_closed_a_working_day_later(self):
        ticket = self._settled(user_id=self.aino.id)
        ticket.stage_id = self.stage_waiting
        self._finish()
        self.run_jobs(10, 9)
        self.assertEqual(ticket.stage_id, self.stage_waiting)
        self.assertEqual(self.subjects(ticket), ["Do you still need help?"])
        self.run_jobs(11, 10)
        self.assertEqual(ticket.stage_id, self.stage_closed)
        self.assertEqual(self.subjects(ticket), ["Do you still need help?", "Closed"])

    def test_a_snoozed_ticket_comes_back_once(self):
        ticket = self._settled(user_id=self.aino.id)
        ticket.action_snooze(local(5, 9))
        self.run_jobs(10, 9)
        self.assertFalse(ticket.snooze_until)
        self.assertEqual(self.summaries(ticket, self.aino), ["Snoozed until now"])

    def test_who_was_asked_for_a_rating_is_reminded_once_and_not_again_next_week(self):
        ticket = self._solved()
        self.run_jobs(10, 9)
        asked = [subject for subject in self.subjects(ticket) if subject != "Solved"]
        self.assertEqual(len(asked), 2, asked)  # the rating, and that it will be closed
        self.run_jobs(11, 10)
        self.run_jobs(12, 10)
        later = [subject for subject in self.subjects(ticket) if subject != "Solved"]
        self.assertEqual(later, [*asked, "Closed"])

    def test_the_pool_is_given_out_once(self):
        self.team.write({"auto_assignment": True, "assign_method": "balanced"})
        tickets = [self._settled(user_id=False) for _number in range(3)]
        self.run_jobs(10, 9)
        agents = [ticket.user_id for ticket in tickets]
        self.assertTrue(all(agents))
        self.run_jobs(11, 9)
        self.assertEqual([ticket.user_id for ticket in tickets], agents)

    def test_the_digest_of_the_week_comes_once(self):
        digest = self.env["digest.digest"].create(
            {
                "name": "Helpdesk Weekly",
                "user_ids": [Command.set(self.admin.ids)],
                "periodicity": "weekly",
                "kpi_mail_message_total": True,
                "next_run_date": "2025-03-03",
            }
        )
        self.env["digest.digest"].search([("id", "!=", digest.id)]).state = "deactivated"
        mails = self.env["mail.mail"].search([])
        for day in (10, 10, 11):
            self.at(day, 9)
            self.env["digest.digest"]._cron_send_digest_email()
        digests = self.env["mail.mail"].search([]) - mails
        self.assertEqual(len(digests), 1, digests.mapped("subject"))
