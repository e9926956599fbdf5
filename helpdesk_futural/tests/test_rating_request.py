from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from .common_rating import RatingCase


@tagged("post_install", "-at_install")
class TestRatingRequest(RatingCase):
    """Who is asked, when, and by which mail."""

    def _cron(self):
        commits = self._record_commits()
        self.env["helpdesk.ticket"]._cron_rating()
        self._finish()
        return commits

    def test_the_question_is_part_of_the_mail_that_says_solved(self):
        ticket = self._solved()
        mail = self._mails(ticket)
        self.assertEqual(len(mail), 1)
        self.assertIn("Solved:", mail.subject)
        links = self._links(mail)
        token = ticket.rating_ids.access_token
        self.assertEqual([link.rsplit("/", 2)[1:] for link in links], [[token, n] for n in "531"])

    def test_a_team_that_doesnt_use_ratings_asks_nobody(self):
        self.team.use_rating = False
        ticket = self._solved()
        self.assertFalse(self._links(self._mails(ticket)))
        self.assertFalse(ticket.rating_ids)

    def test_who_is_asked_on_closing_isnt_asked_before(self):
        self.team.rating_request = "closed"
        ticket = self._solved()
        self.assertFalse(self._links(self._mails(ticket)))
        ticket.with_user(self.aino).stage_id = self.stage_closed
        mail = self._mails(ticket)[-1]
        self.assertIn("Closed:", mail.subject)
        self.assertEqual(len(self._links(mail)), 3)

    def test_who_was_asked_when_solved_isnt_asked_again_when_closed(self):
        ticket = self._solved()
        ticket.with_user(self.aino).stage_id = self.stage_closed
        self.assertFalse(self._links(self._mails(ticket)[-1]))

    def test_a_stage_without_mail_asks_by_a_mail_of_its_own(self):
        self.stage_done.template_id = False
        ticket = self._solved()
        mail = self._mails(ticket)
        self.assertEqual(len(mail), 1)
        self.assertIn("How did we do?", mail.subject)
        self.assertEqual(len(self._links(mail)), 3)

    def test_who_confirms_is_asked_by_a_mail_of_its_own(self):
        self.team.rating_request = "closed"
        ticket = self._solved()
        ticket.with_user(self.aino).action_customer_confirm()
        mails = self._mails(ticket)
        self.assertEqual(len(mails), 2)
        self.assertIn("How did we do?", mails[-1].subject)

    def test_cancelled_merged_and_unsolved_tickets_are_not_asked_about(self):
        self.team.rating_request = "closed"
        cancelled = self._settled()
        cancelled.with_user(self.aino).stage_id = self.stage_closed
        self.assertFalse(self._links(self._mails(cancelled)))
        for request in ("solved", "closed"):
            self.team.rating_request = request
            merged, target = self._settled(stage_id=self.stage_progress.id), self._settled()
            self.env["helpdesk.ticket.merge"].create(
                {"ticket_ids": merged.ids, "target_id": target.id}
            ).action_merge()
            self._finish()
            self.assertTrue(merged.merged_into_id)
            self.assertFalse((merged | target).rating_ids)

    def test_a_team_without_solved_stage_asks_when_it_closes_but_not_when_it_cancels(self):
        cancelled = self.stage_closed.copy({"name": "Cancelled", "sequence": 9})
        self.team.stage_ids = [Command.unlink(self.stage_done.id), Command.link(cancelled.id)]
        closed, gone = self._settled(), self._settled()
        closed.with_user(self.aino).stage_id = self.stage_closed
        gone.with_user(self.aino).stage_id = cancelled
        self._finish()
        self.assertEqual((len(closed.rating_ids), len(gone.rating_ids)), (1, 0))

    def test_after_a_reopening_the_customer_is_asked_again_by_the_same_link(self):
        with freeze_time("2026-03-02 09:00:00"):
            ticket = self._solved()
        first = self._links(self._mails(ticket))
        with freeze_time("2026-03-02 12:00:00"):
            ticket.with_user(self.aino).stage_id = self.stage_progress
            ticket.user_id = self.lars
            self._finish()
        with freeze_time("2026-03-03 12:00:00"):
            ticket.with_user(self.lars).stage_id = self.stage_done
            self._finish()
        self.assertEqual(self._links(self._mails(ticket)[-1]), first)
        self.assertEqual(ticket.rating_ids.rated_partner_id, self.lars.partner_id)

    def test_who_has_rated_isnt_asked_again(self):
        with freeze_time("2026-03-02 09:00:00"):
            ticket = self._solved()
            self._vote(ticket, 1)
            ticket.with_user(self.aino).stage_id = self.stage_progress
            self._finish()
        with freeze_time("2026-03-03 12:00:00"):
            ticket.with_user(self.aino).stage_id = self.stage_done
            self.assertFalse(self._links(self._mails(ticket)[-1]))

    def test_the_question_comes_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("fi_FI")
        block = self.env.ref("helpdesk_futural.rating_word")
        block.update_field_translations("arch_db", {"fi_FI": {"Satisfied": "Tyytyväinen"}})
        self.customer.lang = "fi_FI"
        finnish, english = self._solved(), self._solved(partner_id=self.other_customer.id)
        self.assertIn("Tyytyväinen", self._mails(finnish).body_html)
        self.assertIn("Satisfied", self._mails(english).body_html)

    # ------------------------------------------------------------------
    # After an answer
    # ------------------------------------------------------------------

    def test_after_an_answer_that_solves_the_question_comes_an_hour_later(self):
        template = self.env["mail.template"].create(
            {
                "name": "Solved so",
                "model_id": self.env["ir.model"]._get_id("helpdesk.ticket"),
                "body_html": "<p>Turn it off and on.</p>",
            }
        )
        macro = self.env["helpdesk.macro"].create(
            {"name": "Off and on", "template_id": template.id, "stage_id": self.stage_done.id}
        )
        with freeze_time("2026-03-02 09:00:00"):
            ticket = self._settled(user_id=self.aino.id)
            ticket.with_user(self.aino).action_apply_macro(macro.id)
            self.assertEqual(ticket.state, "solved")
            self.assertFalse(self._mails(ticket), "the answer is enough for now")
            self._cron()
            self.assertFalse(self._mails(ticket))
        with freeze_time("2026-03-02 10:01:00"):
            self._cron()
            self.assertEqual(len(self._links(self._mails(ticket))), 3)
            self._cron()
            self.assertEqual(len(self._mails(ticket)), 1)

    def test_who_answers_within_the_hour_isnt_asked(self):
        with freeze_time("2026-03-02 09:00:00"):
            ticket = self._settled(user_id=self.aino.id)
            ticket.with_user(self.aino)._skip_stage_mails(answered=True)
            ticket.with_user(self.aino).stage_id = self.stage_done
            self._finish()
            self._say(ticket)
            self._finish()
        with freeze_time("2026-03-02 10:01:00"):
            self._cron()
            self.assertFalse(self._links(self._mails(ticket)))

    def test_a_silent_update_asks_nobody_later_either(self):
        with freeze_time("2026-03-02 09:00:00"):
            ticket = self._settled(user_id=self.aino.id)
            ticket.with_user(self.aino)._skip_stage_mails()
            ticket.with_user(self.aino).stage_id = self.stage_done
            self._finish()
        with freeze_time("2026-03-02 12:00:00"):
            self._cron()
            self.assertFalse(self._mails(ticket))

    # ------------------------------------------------------------------
    # The reminder
    # ------------------------------------------------------------------

    def test_the_customer_is_reminded_once_after_working_days(self):
        with freeze_time("2026-03-05 09:00:00"):  # a Thursday
            ticket = self._solved()
        with freeze_time("2026-03-09 09:00:00"):
            self._cron()
            self.assertEqual(len(self._mails(ticket)), 1, "the weekend doesn't count")
        with freeze_time("2026-03-11 09:00:00"):
            self._cron()
            asked, reminder = self._mails(ticket)
            self.assertEqual(self._links(reminder), self._links(asked))
            self._cron()
        with freeze_time("2026-03-18 09:00:00"):
            self._cron()
            self.assertEqual(len(self._mails(ticket)), 2)

    def test_nobody_is_reminded_who_rated_went_on_or_was_merged(self):
        with freeze_time("2026-03-05 09:00:00"):
            rated, reopened, merged = self._solved(), self._solved(), self._solved()
            self._vote(rated, 3)
            reopened.with_user(self.aino).stage_id = self.stage_progress
            self.env["helpdesk.ticket.merge"].create(
                {"ticket_ids": merged.ids, "target_id": rated.id}
            ).action_merge()
            self._finish()
        with freeze_time("2026-03-12 09:00:00"):
            before = self._mails(rated | reopened | merged)
            self._cron()
            self.assertEqual(self._mails(rated | reopened | merged), before)

    def test_switching_reminders_on_reminds_nobody_of_old_tickets(self):
        self.team.rating_reminder_days = 0
        with freeze_time("2026-01-05 09:00:00"):
            ticket = self._solved()
        with freeze_time("2026-03-12 09:00:00"):
            self._cron()
            self.team.rating_reminder_days = 3
            self._cron()
            self.assertEqual(len(self._mails(ticket)), 1)

    def test_reminders_are_committed_in_batches(self):
        with freeze_time("2026-03-05 09:00:00"):
            tickets = self.env["helpdesk.ticket"].create(
                [
                    {"name": f"No {i}", "team_id": self.team.id, "partner_id": self.customer.id}
                    for i in range(101)
                ]
            )
            self._finish()
            tickets.stage_id = self.stage_done
            self._finish()
        with freeze_time("2026-03-11 09:00:00"):
            mine = [(0, 101), (100, 1), (1, 0)]
            self.assertEqual(self._cron()[-3:], mine)
            self.assertEqual(len(self._mails(tickets)), 202)

    # ------------------------------------------------------------------
    # Speed
    # ------------------------------------------------------------------

    def test_asking_many_is_cheap(self):
        tickets = self.env["helpdesk.ticket"].create(
            [
                {"name": f"No {i}", "team_id": self.team.id, "partner_id": self.customer.id}
                for i in range(50)
            ]
        )
        self._finish()
        before = self.env.cr.sql_log_count
        tickets.with_user(self.aino).stage_id = self.stage_done
        self.env.cr.flush()
        per_ticket = (self.env.cr.sql_log_count - before) / len(tickets)
        self.assertEqual(len(self._links(self._mails(tickets))), 150)
        self.assertLessEqual(per_ticket, 4.5)
