from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_rating import RatingCase

SCRIPTS = "helpdesk_futural/migrations/19.0.1.3.0/{}-rating.py"


@tagged("post_install", "-at_install")
class TestRating(RatingCase):
    """One vote per ticket, what follows from it, and who sees it."""

    def test_the_vote_stands_on_the_ticket_and_in_its_chatter(self):
        ticket = self._solved()
        self._vote(ticket, 5, "Quick & friendly")
        self.assertEqual((ticket.satisfaction, ticket.satisfaction_score), ("satisfied", 100))
        self.assertEqual(ticket.rating_ids.rated_partner_id, self.aino.partner_id)
        message = ticket.message_ids[0]
        self.assertEqual(message.author_id, self.customer)
        self.assertIn("Quick &amp; friendly", message.body)

    def test_a_rating_is_for_us_not_for_others_who_take_part(self):
        ticket = self._solved()
        ticket.message_subscribe(self.other_customer.ids)
        self._vote(ticket, 1, "Never again with Aino")
        message = ticket.message_ids.filtered(lambda m: "Never again" in m.body)
        self.assertTrue(message.subtype_id.internal)
        self.assertNotIn(self.other_customer, message.notified_partner_ids)
        self.assertEqual(ticket.state, "solved", "it is no answer that reopens")
        self.assertFalse(ticket.last_customer_message_date)

    def test_a_late_rating_makes_no_new_ticket(self):
        ticket = self._solved()
        ticket.stage_id = self.stage_closed
        ticket.close_date = self._days_ago(days=30)
        self._finish()
        self._vote(ticket, 3, "Took me a while")
        self.assertIn("Took me a while", ticket.message_ids[0].body)
        self.assertFalse(ticket.search([("origin_id", "=", ticket.id)]))

    def test_changing_the_vote_changes_the_same_rating_and_message(self):
        ticket = self._solved()
        self._vote(ticket, 3, "So so")
        count = len(ticket.message_ids)
        self._vote(ticket, 5, "It works after all")
        self.assertEqual(ticket.rating_ids.mapped("rating"), [5])
        self.assertEqual(ticket.satisfaction, "satisfied")
        self.assertEqual(len(ticket.message_ids), count)
        self.assertIn("after all", ticket.message_ids[0].body)

    def test_a_vote_can_be_changed_for_seven_days_after_the_first_one(self):
        ticket = self._solved()
        self._vote(ticket, 3)
        ticket.rating_date = self._days_ago(days=6, hours=23)
        self.assertTrue(ticket._may_be_rated())
        self._vote(ticket, 5)
        ticket.rating_date = self._days_ago(days=7, hours=1)
        self.assertFalse(ticket._may_be_rated(), "changing it doesn't prolong the time")

    def test_a_dissatisfied_customer_is_put_before_the_leader_once(self):
        ticket = self._solved()
        self._vote(ticket, 1, "Rude")
        alert = self._alerts(ticket)
        self.assertEqual(alert.user_id, self.lars)
        self.assertIn("Rude", alert.note)
        self._vote(ticket, 1, "Very rude")
        self.assertEqual(self._alerts(ticket), alert)
        alert.with_user(self.lars).action_feedback()
        self._vote(ticket, 1, "Extremely rude")
        self.assertFalse(self._alerts(ticket), "the leader has dealt with it already")

    def test_who_thinks_better_of_it_takes_the_alert_away(self):
        ticket = self._solved()
        self._vote(ticket, 1)
        self._vote(ticket, 5)
        self.assertFalse(self._alerts(ticket))

    def test_without_leader_the_agent_hears_of_it_without_both_the_members(self):
        self.team.leader_id = False
        ticket = self._solved()
        self._vote(ticket, 1)
        self.assertEqual(self._alerts(ticket).user_id, self.aino)
        ticket = self._solved(user_id=False)
        self._vote(ticket, 1)
        told = self.env["mail.message"].search(
            [("res_id", "=", ticket.id), ("message_type", "=", "user_notification")]
        )
        self.assertEqual(told.notified_partner_ids, (self.aino | self.lars).partner_id)

    def test_a_dissatisfied_customer_reopens_only_where_the_team_wants_it(self):
        ticket = self._solved()
        self.assertFalse(self._vote(ticket, 1))
        self.assertEqual(ticket.state, "solved")
        self.team.rating_reopen = True
        for rate, state in ((3, "solved"), (5, "solved"), (1, "in_progress")):
            ticket = self._solved()
            self.assertEqual(self._vote(ticket, rate), state == "in_progress")
            self.assertEqual(ticket.state, state)
        self.assertEqual(ticket.waiting_on, "team")
        self.assertEqual(ticket.reopen_count, 1)

    def test_what_was_closed_too_long_ago_stays_closed_but_the_leader_hears(self):
        self.team.rating_reopen = True
        ticket = self._solved()
        ticket.stage_id = self.stage_closed
        ticket.close_date = self._days_ago(days=15)
        self._finish()
        self.assertFalse(self._vote(ticket, 1))
        self.assertEqual(ticket.state, "closed")
        self.assertEqual(self._alerts(ticket).user_id, self.lars)

    # ------------------------------------------------------------------
    # Who sees and who votes
    # ------------------------------------------------------------------

    def test_ratings_are_seen_by_who_sees_the_ticket(self):
        self.private_team.use_rating = True
        ticket = self._solved()
        private = self._settled(team_id=self.private_team.id, user_id=self.emma.id)
        private.with_user(self.emma).stage_id = self.stage_done
        self._finish()
        self._vote(ticket, 5)
        self._vote(private, 1)
        ratings = (ticket | private).rating_ids
        seen = {
            user: ratings.with_user(user)._filtered_access("read")
            for user in (self.aino, self.emma, self.admin, self.employee, self.foreign_agent)
        }
        self.assertEqual(seen[self.aino], ticket.rating_ids)
        self.assertEqual(seen[self.emma], ratings)
        self.assertEqual(seen[self.admin], ratings)
        self.assertFalse(seen[self.employee])
        self.assertFalse(seen[self.foreign_agent])

    def test_nobody_of_us_votes_or_changes_a_vote(self):
        ticket = self._solved()
        self._vote(ticket, 1)
        for user in (self.aino, self.admin, self.employee):
            rating = ticket.rating_ids.with_user(user)
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    rating.write({"rating": 5})
                with self.assertRaises(AccessError):
                    rating.mapped("access_token")
                with self.assertRaises(AccessError):
                    rating.create(
                        {
                            "res_model_id": self.env["ir.model"]._get_id("helpdesk.ticket"),
                            "res_id": ticket.id,
                            "rating": 5,
                        }
                    )
        ticket.with_user(self.aino).message_post(body="We were great", rating_value=5)
        self.assertEqual(ticket.rating_ids.mapped("rating"), [1])

    def test_other_apps_ratings_stay_as_they_are(self):
        rating = self.env["rating.rating"].create(
            {
                "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                "res_id": self.customer.id,
                "rating": 3,
            }
        )
        rating.with_user(self.employee).feedback = "Edited as before"
        self.assertEqual(rating.feedback, "Edited as before")
        self.assertFalse(rating.helpdesk_ticket_id)

    def test_the_link_doesnt_stand_in_the_chatter_where_others_read_it(self):
        ticket = self._solved()
        self.assertEqual(len(self._links(self._mails(ticket))), 3)
        self.assertNotIn("/rate/", "".join(ticket.message_ids.mapped("body")))

    def test_the_former_customers_link_is_void(self):
        given, open_ = self._solved(), self._solved()
        self._vote(given, 5)
        token = given.rating_ids.access_token
        (given | open_).partner_id = self.other_customer
        self.assertNotEqual(given.rating_ids.access_token, token)
        self.assertEqual(given.satisfaction, "satisfied", "what was said stays said")
        self.assertFalse(open_.rating_ids)

    # ------------------------------------------------------------------
    # Numbers
    # ------------------------------------------------------------------

    def test_averages_leave_out_who_didnt_rate(self):
        tickets = self._solved() | self._solved() | self._solved()
        for ticket, rate in zip(tickets, (5, 1), strict=False):
            self._vote(ticket, rate)
        groups = self._as(self.aino)._read_group(
            [("id", "in", tickets.ids)], ["team_id"], ["satisfaction_score:avg"]
        )
        self.assertEqual(groups, [(self.team, 50.0)])

    def test_the_filters_find_each_ticket_once(self):
        tickets = self._solved() | self._solved() | self._solved() | self._solved()
        for ticket, rate in zip(tickets, (5, 3, 1), strict=False):
            self._vote(ticket, rate)
        found = [
            self._as(self.aino).search(
                [("id", "in", tickets.ids), ("satisfaction", "=", satisfaction)]
            )
            for satisfaction in ("satisfied", "okay", "dissatisfied", False)
        ]
        self.assertEqual(found, [*tickets])

    def test_the_team_score_is_of_the_last_thirty_days_and_only_if_shown(self):
        tickets = self._solved() | self._solved() | self._solved()
        for ticket, rate in zip(tickets, (5, 3, 1), strict=True):
            self._vote(ticket, rate)
        self.assertEqual(self.team._get_customer_score(), {})
        self.team.portal_show_rating = True
        self.assertEqual(self.team._get_customer_score(), {"percent": 33, "count": 3})
        old = tickets[2].rating_ids
        self.env.cr.execute(
            "UPDATE rating_rating SET write_date = %s WHERE id = %s",
            (self._days_ago(days=31), old.id),
        )
        self.env.invalidate_all()
        self.assertEqual(self.team._get_customer_score(), {"percent": 50, "count": 2})

    # ------------------------------------------------------------------
    # An update
    # ------------------------------------------------------------------

    def test_after_an_update_old_ratings_count_on_their_day(self):
        ticket, other = self._solved(), self._solved()
        self._vote(ticket, 3)
        day = fields.Datetime.to_datetime("2026-01-07 10:00:00")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE rating_rating SET helpdesk_ticket_id = NULL, rated_on = %(day)s,"
            " write_date = %(day)s WHERE id = %(id)s",
            {"day": day, "id": ticket.rating_ids.id},
        )
        self.env.cr.execute(
            "UPDATE helpdesk_ticket SET satisfaction = NULL, satisfaction_score = NULL,"
            " rating_date = NULL, rating_last_value = 0 WHERE id = %s",
            (ticket.id,),
        )
        self._migrate(SCRIPTS.format("pre"), "19.0.1.2.0")
        self.assertEqual((ticket.satisfaction, ticket.satisfaction_score), ("okay", 0))
        self.assertEqual((ticket.rating_date, ticket.rating_last_value), (day, 3))
        self.assertEqual(ticket.rating_ids.helpdesk_ticket_id, ticket)
        self.assertEqual(ticket.rating_ids.write_date, day)
        self.assertFalse(other.rating_date)

    def test_after_an_update_existing_teams_have_the_mails(self):
        self.team.rating_template_id = self.team.rating_reminder_template_id = False
        self._migrate(SCRIPTS.format("post"), "19.0.1.2.0")
        self.assertTrue(self.team.rating_template_id.body_html)
        self.assertTrue(self.team.rating_reminder_template_id.body_html)
