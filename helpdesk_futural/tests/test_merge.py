from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_merge import MergeCase


@tagged("post_install", "-at_install")
class TestMerge(MergeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.survivor = cls.env["helpdesk.ticket"].create(
            {"name": "Printer jammed", "team_id": cls.team.id, "partner_id": cls.customer.id}
        )
        cls.double = cls.env["helpdesk.ticket"].create(
            {
                "name": "Printer again",
                "team_id": cls.team.id,
                "partner_id": cls.customer.id,
                "description": "<p>It smells of smoke.</p>",
            }
        )

    # What moves ---------------------------------------------------------

    def test_what_was_said_stands_on_the_survivor_with_its_files(self):
        file = self._file(self.double)
        loose = self._file(self.double, "loose.txt")
        said = self._say(self.double, "Smoke comes out")
        said.attachment_ids = file
        note = self._answer(self.double, "He sounds worried", "mail.mt_note")
        self._merge(self.double, self.survivor)
        self.assertEqual((said | note).mapped("res_id"), [self.survivor.id] * 2)
        self.assertEqual((file | loose).mapped("res_id"), [self.survivor.id] * 2)
        self.assertTrue(note.subtype_id.internal, "a note stays a note")
        self.assertIn("Smoke comes out", self._bodies(self.survivor, public=True))

    def test_the_log_of_the_merged_ticket_stays_with_it(self):
        self._finish()
        self.double.with_user(self.aino).action_claim()
        self._finish()
        self._merge(self.double, self.survivor)
        tracked = self.double.message_ids.tracking_value_ids.mapped("new_value_char")
        self.assertIn("Working", tracked)

    def test_a_description_that_nobody_sent_is_kept_as_a_note_for_agents(self):
        self._merge(self.double, self.survivor)
        self.assertIn("It smells of smoke", self._bodies(self.survivor))
        self.assertNotIn("It smells of smoke", self._bodies(self.survivor, public=True))

    def test_followers_tags_cc_and_activities_move(self):
        tags = self.env["helpdesk.tag"].create([{"name": "Fire"}, {"name": "Smoke"}])
        self.survivor.tag_ids = tags[0]
        self.double.write({"tag_ids": [Command.set(tags.ids)], "email_cc": "nils@ny.example"})
        self.survivor.email_cc = "ella@ny.example"
        self.double.message_subscribe((self.lars.partner_id | self.other_customer).ids)
        activity = self.double.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.lars.id
        )
        self._merge(self.double, self.survivor)
        self.assertEqual(self.survivor.tag_ids, tags)
        self.assertLessEqual(
            self.lars.partner_id | self.other_customer | self.customer,
            self.survivor.message_partner_ids,
        )
        self.assertEqual(activity.res_id, self.survivor.id)
        for address in ("nils@ny.example", "ella@ny.example"):
            self.assertIn(address, self.survivor.email_cc)

    def test_both_directions_can_be_traced(self):
        self._merge(self.double, self.survivor)
        self.assertEqual(self.double.merged_into_id, self.survivor)
        self.assertEqual(self.survivor.merged_ids, self.double)
        self.assertIn(self.survivor.ticket_ref, self._bodies(self.double))
        self.assertIn(self.double.ticket_ref, self._bodies(self.survivor))

    def test_an_answer_that_an_agent_has_scheduled_is_sent_from_the_survivor(self):
        scheduled = self.env["mail.scheduled.message"].create(
            {
                "model": "helpdesk.ticket",
                "res_id": self.double.id,
                "author_id": self.aino.partner_id.id,
                "body": "Good morning",
                "scheduled_date": "2040-01-01 08:00:00",
            }
        )
        self._merge(self.double, self.survivor)
        self.assertEqual(scheduled.res_id, self.survivor.id)

    # Where it stands ----------------------------------------------------

    def test_the_merged_ticket_closes_and_the_customer_hears_nothing(self):
        self._merge(self.double, self.survivor)
        self.assertEqual(self.double.stage_id, self.stage_closed)
        self.assertFalse(self._mails(self.double | self.survivor))

    def test_the_customer_is_told_once_where_it_goes_on_if_the_agent_wants_it(self):
        self._merge(self.double, self.survivor, notify_customers=True)
        mail = self._mails(self.double | self.survivor)
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.recipient_ids, self.customer)
        self.assertIn(self.survivor.ticket_ref, mail.body_html)
        self.assertNotIn(self.survivor.name, mail.body_html)

    def test_a_cancelled_ticket_stays_cancelled(self):
        cancelled = self.env["helpdesk.stage"].create({"name": "Cancelled", "state": "closed"})
        self.team.stage_ids |= cancelled
        self.double.stage_id = cancelled
        self._merge(self.double, self.survivor)
        self.assertEqual(self.double.stage_id, cancelled)

    def test_an_open_question_merged_into_a_solved_ticket_is_not_buried(self):
        self.survivor.stage_id = self.stage_done
        self._finish()
        before = self._mails(self.survivor)
        self._say(self.double, "And now?")
        self._merge(self.double, self.survivor)
        self.assertEqual(self.survivor.state, "in_progress")
        self.assertEqual(self.survivor.waiting_on, "team")
        self.assertTrue(self.survivor.oldest_unanswered_customer_message_date)
        self.assertEqual(self._mails(self.survivor), before, "the customer knows nothing of it")

    def test_the_list_shows_the_latest_words_of_both(self):
        self._say(self.survivor, "First")
        said = self._say(self.double, "Second, later")
        said.date = self._days_ago(minutes=-5)
        self.double.write({"last_message_date": said.date, "last_customer_message_date": said.date})
        self._merge(self.double, self.survivor)
        self.assertEqual(self.survivor.last_message_preview, "Second, later")
        self.assertEqual(self.survivor.last_customer_message_date, said.date)

    def test_the_first_response_of_either_counts(self):
        self.survivor.first_response_date = self._days_ago(hours=-5)
        self.double.first_response_date = self._days_ago(hours=-2)
        early = self.double.first_response_date
        self._merge(self.double, self.survivor)
        self.assertEqual(self.survivor.first_response_date, early)

    def test_an_answer_given_before_the_survivor_came_is_no_response_to_it(self):
        self.double.first_response_date = self._days_ago(days=3)
        self._merge(self.double, self.survivor)
        self.assertFalse(self.survivor.first_response_date)

    def test_a_survivor_without_customer_takes_the_merged_tickets(self):
        nobody = self._settled(partner_id=False)
        self._merge(self.double, nobody, join_people=True)
        self.assertEqual(nobody.partner_id, self.customer)

    # Merged stays merged ------------------------------------------------

    def test_nobody_reopens_a_merged_ticket_without_reading_where_it_went(self):
        self._merge(self.double, self.survivor)
        merged = self.double.with_user(self.aino)
        for attempt in (
            lambda: merged.write({"stage_id": self.stage_progress.id}),
            lambda: merged.write({"team_id": self.private_team.id}),
            lambda: merged.action_customer_reopen(),
            lambda: merged.message_post(
                body="x", message_type="comment", subtype_xmlid="mail.mt_comment"
            ),
        ):
            with self.assertRaisesRegex(UserError, self.survivor.ticket_ref):
                attempt()

    def test_chains_end_at_the_last_survivor(self):
        last = self._settled(name="Last")
        self._merge(self.double, self.survivor)
        self._merge(self.survivor, last)
        self.assertEqual((self.double | self.survivor).merged_into_id, last)
        late = self._settled(name="Late")
        self._merge(late, self.double)
        self.assertEqual(late.merged_into_id, last, "merging into a merged one goes on with it")

    def test_merging_a_merged_ticket_takes_its_survivor_along(self):
        last = self._settled(name="Last")
        self._merge(self.double, self.survivor)
        self._merge(self.double, last)
        self.assertEqual((self.double | self.survivor).merged_into_id, last)

    def test_merging_back_is_refused(self):
        self._merge(self.double, self.survivor)
        with self.assertRaisesRegex(UserError, "one ticket already"):
            self._merge(self.survivor, self.double)
        with self.assertRaisesRegex(UserError, "one ticket already"):
            self._merge(self.survivor, self.survivor)

    def test_a_survivor_cant_be_deleted_without_the_merged_ones(self):
        self._merge(self.double, self.survivor)
        with self.assertRaisesRegex(UserError, self.double.ticket_ref):
            self.survivor.with_user(self.admin).unlink()
        (self.survivor | self.double).with_user(self.admin).unlink()
        self.assertFalse((self.survivor | self.double).exists())

    def test_a_copy_is_not_merged(self):
        self._merge(self.double, self.survivor)
        self.assertFalse(self.double.copy().merged_into_id)

    # Who may ------------------------------------------------------------

    def test_companies_are_never_mixed(self):
        team = self._team(
            name="Fjord", company_id=self.other_company.id, resource_calendar_id=False
        )
        foreign = self._settled(team_id=team.id)
        self.admin.company_ids |= self.other_company
        wizard = self._wizard(self.double, self.survivor, self.admin)
        wizard = wizard.with_context(allowed_company_ids=(self.company | self.other_company).ids)
        wizard.target_id = foreign
        with self.assertRaisesRegex(UserError, "different companies"):
            wizard.write({"confirm_organisations": True})
            wizard.action_merge()

    def test_different_customers_need_an_administrators_word(self):
        other = self._settled(partner_id=self.other_customer.id)
        with self.assertRaisesRegex(UserError, "administrator"):
            self._merge(other, self.survivor, confirm_organisations=True)
        with self.assertRaisesRegex(UserError, "different customers"):
            self._merge(other, self.survivor, self.admin)
        self._merge(other, self.survivor, self.admin, confirm_organisations=True)
        self.assertEqual(other.merged_into_id, self.survivor)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_an_agent_who_doesnt_see_one_of_the_tickets_merges_none(self):
        hidden = self._settled(team_id=self.private_team.id)
        for tickets, target in ((hidden | self.double, self.survivor), (self.double, hidden)):
            with self.assertRaises(AccessError):
                self._merge(tickets, target)
        self.assertFalse((hidden | self.double).merged_into_id)

    # The wizard's proposals ---------------------------------------------

    def test_the_oldest_open_ticket_of_the_selection_is_proposed(self):
        self.survivor.stage_id = self.stage_closed
        third = self._settled(name="Third")
        wizard = (
            self.env["helpdesk.ticket.merge"]
            .with_user(self.aino)
            .with_context(
                active_model="helpdesk.ticket",
                active_ids=(third | self.survivor | self.double).ids,
            )
            .create({})
        )
        self.assertEqual(wizard.target_id, self.double)
        wizard.action_merge()
        self.assertEqual((third | self.survivor).merged_into_id, self.double)
        self.assertFalse(self.double.merged_into_id)

    def test_from_one_ticket_the_customers_oldest_open_one_is_proposed(self):
        self._settled(partner_id=self.colleague_of_customer.id, name="A colleague's")
        wizards = self.env["helpdesk.ticket.merge"].with_user(self.aino)
        wizard = wizards.with_context(
            active_model="helpdesk.ticket", active_id=self.double.id, active_ids=self.double.ids
        ).create({})
        self.assertEqual(wizard.target_id, self.survivor)

    # Speed --------------------------------------------------------------

    def test_merging_many_costs_no_query_per_message_or_follower(self):
        def prepare(count):
            tickets = self.env["helpdesk.ticket"].create(
                [
                    {"name": f"No {i}", "team_id": self.team.id, "partner_id": self.customer.id}
                    for i in range(count)
                ]
            )
            self.env["mail.message"].create(
                [
                    {
                        "model": "helpdesk.ticket",
                        "res_id": ticket.id,
                        "message_type": "comment",
                        "subtype_id": self.env.ref("mail.mt_comment").id,
                        "author_id": self.customer.id,
                        "body": "x",
                    }
                    for ticket in tickets
                    for _i in range(3)
                ]
            )
            wizard = self._wizard(tickets, self.survivor)
            self._finish()
            return wizard

        def count(wizard):
            before = self.cr.sql_log_count
            wizard.action_merge()
            self._finish()
            return self.cr.sql_log_count - before

        count(prepare(1))
        few, many = count(prepare(2)), count(prepare(20))
        self.assertLessEqual(many - few, 18 * 3, "core logs the change of stage one by one")
        self.assertLessEqual(many, 100)
