from odoo.tests import tagged

from .common_merge import MergeCase


@tagged("post_install", "-at_install")
class TestDuplicate(MergeCase):
    def setUp(self):
        super().setUp()
        self.first = self._settled(name="Printer jammed")
        self.again = self._settled(
            name="VS:  printer JAMMED", partner_id=self.colleague_of_customer.id
        )

    def _hint(self, ticket):
        ticket.invalidate_recordset()
        return ticket.with_user(self.aino).possible_duplicate_id.with_env(self.env)

    def test_the_same_subject_of_the_same_organisation_is_hinted_at(self):
        self.assertEqual(self._hint(self.again), self.first)
        self.assertFalse(self._hint(self.first), "the earlier one is no duplicate")

    def test_other_customers_and_other_subjects_are_not(self):
        self.assertFalse(
            self._hint(self._settled(name="Printer jammed", partner_id=self.other_customer.id))
        )
        self.assertFalse(self._hint(self._settled(name="Printer jammed again")))
        self.assertFalse(self._hint(self._settled(name="Printer jammed", partner_id=False)))

    def test_mails_without_subject_are_not_alike(self):
        self._settled(name="(No subject)")
        self.assertFalse(self._hint(self._settled(name="(No subject)")))

    def test_what_was_closed_lately_counts_and_what_is_long_over_does_not(self):
        self.first.stage_id = self.stage_closed
        self.first.date_last_stage_update = self._days_ago(days=13)
        self.assertEqual(self._hint(self.again), self.first)
        self.first.date_last_stage_update = self._days_ago(days=15)
        self.assertFalse(self._hint(self.again))

    def test_the_agent_dismisses_the_hint_for_good(self):
        self.again.with_user(self.aino).action_dismiss_duplicate()
        self.assertFalse(self._hint(self.again))

    def test_the_hint_goes_once_the_tickets_are_merged_or_related(self):
        third = self._settled(name="Printer jammed")
        self.again.related_ids = self.first
        self.assertFalse(self._hint(self.again))
        self.assertEqual(self._hint(third), self.again)
        self._merge(third, self.again, join_people=True)
        self.assertFalse(self._hint(third))

    def test_the_button_opens_the_merge_with_both_tickets(self):
        action = self.again.with_user(self.aino).action_merge_duplicate()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.aino)
            .with_context(**action["context"])
            .create({})
        )
        self.assertEqual((wizard.ticket_ids, wizard.target_id), (self.again, self.first))

    def test_tickets_that_the_agent_doesnt_see_are_not_named(self):
        self.first.team_id = self.private_team
        self.assertFalse(self._hint(self.again))

    def test_a_follow_up_is_no_duplicate_of_what_it_continues(self):
        self.again.origin_id = self.first
        self.assertFalse(self._hint(self.again))

    def test_lists_dont_ask_for_it(self):
        for view_type in ("list", "kanban"):
            view = self._as(self.aino).get_view(view_type=view_type)
            self.assertNotIn("possible_duplicate_id", view["arch"])

    def test_many_tickets_are_looked_up_in_one_query(self):
        tickets = self.first | self.again | self._settled(name="Printer jammed")
        self.env.invalidate_all()
        tickets.mapped("related_ids")
        tickets.mapped("commercial_partner_id")
        before = self.cr.sql_log_count
        tickets.mapped("possible_duplicate_id")
        self.assertLessEqual(self.cr.sql_log_count - before, 1)
