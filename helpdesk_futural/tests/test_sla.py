"""Which policies a ticket gets, and what a policy may be."""

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common_sla import SlaCase, local


@tagged("post_install", "-at_install")
class TestSla(SlaCase):
    def setUp(self):
        super().setUp()
        self.at(3, 9)

    def _policies(self, **values):
        return self._ticket(**values).sla_ids

    def test_without_the_switch_on_the_team_nothing_is_promised(self):
        self._policy()
        self.team.use_sla = False
        self.assertFalse(self._policies())

    def test_another_teams_and_another_companys_policies_never_apply(self):
        foreign = self._team(
            name="Support",
            company_id=self.other_company.id,
            use_sla=True,
            resource_calendar_id=False,
        )
        theirs = self._policy(team_id=foreign.id)
        self._policy(team_id=self.private_team.id)
        self.assertFalse(self._policies())
        self.assertEqual(theirs.company_id, self.other_company)
        self.assertFalse(
            self.env["helpdesk.sla"].with_user(self.admin).search([("id", "=", theirs.id)])
        )

    def test_a_policy_counts_from_its_priority_upwards(self):
        policy = self._policy(priority="2")
        self.assertFalse(self._policies(priority="1"))
        self.assertEqual(self._policies(priority="2"), policy)
        self.assertEqual(self._policies(priority="3"), policy)

    def test_a_category_includes_those_inside_it(self):
        policy = self._policy(ticket_type_ids=self.category_support.ids)
        inside = self.env["helpdesk.ticket.type"].create(
            {"name": "Invoice", "parent_id": self.category_support.id}
        )
        self.assertEqual(self._policies(ticket_type_id=inside.id), policy)
        self.assertFalse(self._policies())
        inside.parent_id = False
        self.assertFalse(self._policies(ticket_type_id=inside.id))

    def test_one_of_the_tags_is_enough(self):
        gold, silver, other = self.env["helpdesk.tag"].create(
            [{"name": "gold"}, {"name": "silver"}, {"name": "other"}]
        )
        policy = self._policy(tag_ids=(gold | silver).ids)
        self.assertEqual(self._policies(tag_ids=(silver | other).ids), policy)
        self.assertFalse(self._policies(tag_ids=other.ids))

    def test_an_organisation_includes_its_people(self):
        policy = self._policy(partner_ids=self.organisation.ids)
        self.assertEqual(self._policies(partner_id=self.customer.id), policy)
        self.assertEqual(self._policies(partner_id=self.organisation.id), policy)
        self.assertFalse(self._policies(partner_id=self.other_customer.id))

    def test_a_severity_that_is_not_covered_gets_no_policy(self):
        policy = self._policy()
        critical = self.env.ref("helpdesk_futural.severity_1")
        not_covered = self.env.ref("helpdesk_futural.severity_10")
        bug = self.category_bug.id
        self.assertEqual(self._policies(ticket_type_id=bug, severity_id=critical.id), policy)
        self.assertFalse(self._policies(ticket_type_id=bug, severity_id=not_covered.id))
        self.assertEqual(
            self._policies(ticket_type_id=bug), policy, "not judged yet: better too early"
        )
        self.assertEqual(self._policies(ticket_type_id=self.category_support.id), policy)

    def test_a_severity_that_is_covered_from_now_on_counts_for_the_next_ticket(self):
        severity = self.env.ref("helpdesk_futural.severity_10").with_user(self.admin)
        policy = self._policy()
        values = {"ticket_type_id": self.category_bug.id}
        self.assertFalse(self._policies(**values, severity_id=severity.id))
        severity.in_sla = True
        self.assertEqual(self._policies(**values, severity_id=severity.id), policy)
        uncovered = severity.create({"name": "Wishes", "in_sla": False})
        self.assertFalse(self._policies(**values, severity_id=uncovered.id))

    def test_a_policy_for_severities_is_for_those_only(self):
        critical = self.env.ref("helpdesk_futural.severity_1")
        major = self.env.ref("helpdesk_futural.severity_2")
        policy = self._policy(severity_ids=critical.ids)
        bug = self.category_bug.id
        self.assertEqual(self._policies(ticket_type_id=bug, severity_id=critical.id), policy)
        self.assertFalse(self._policies(ticket_type_id=bug, severity_id=major.id))

    def test_raising_the_priority_brings_policies_whose_clocks_began_at_creation(self):
        urgent = self._policy(priority="3", time=2)
        ticket = self._ticket()
        self.at(3, 10)
        ticket.with_user(self.aino).priority = "3"
        self.assertEqual(ticket.sla_ids, urgent)
        self.assertEqual(ticket.sla_deadline, local(3, 11))
        ticket.with_user(self.aino).priority = "1"
        self.assertFalse(ticket.sla_ids)
        self.assertFalse(ticket.sla_deadline)

    def test_what_was_met_or_missed_stays_when_the_ticket_changes(self):
        met = self._policy(priority="2")
        missed = self._policy(priority="2", target="resolution", time=2)
        ticket = self._ticket(priority="2")
        self.at(3, 10)
        self._answer(ticket)
        self.at(3, 15)
        ticket.priority = "0"
        self.assertEqual(ticket.sla_ids, met | missed)
        self.assertEqual(self._status(ticket, met).status, "reached")
        self.assertEqual(self._status(ticket, missed).status, "failed")
        self.assertFalse(ticket.sla_deadline, "the lower priority promises nothing more")

    def test_moving_to_another_team_brings_its_policies_and_its_hours(self):
        self._policy()
        new_york = "America/New_York"
        other = self._team(
            name="Other", use_sla=True, resource_calendar_id=self._calendar(new_york).id
        )
        theirs = self._policy(team_id=other.id)
        ticket = self._ticket()
        ticket.team_id = other
        self.assertEqual(ticket.sla_ids, theirs)
        self.assertEqual(ticket.sla_deadline, local(3, 13, tz=new_york))

    def test_a_policy_that_comes_later_counts_pauses_of_before(self):
        ticket = self._ticket()
        self.at(3, 10)
        ticket.stage_id = self.stage_waiting
        self.at(4, 10)
        ticket.stage_id = self.stage_progress
        policy = self._policy(target="resolution", time=8)
        self.assertFalse(ticket.sla_ids, "new policies are for new tickets…")
        policy.with_user(self.admin).action_apply_to_open_tickets()
        self.assertEqual(ticket.sla_deadline, local(5, 9))
        self.assertEqual(self._status(ticket).paused_hours, 8)

    def test_running_clocks_follow_a_changed_policy_only_when_asked(self):
        policy = self._policy(time=4)
        ticket = self._ticket()
        policy.time = 6
        ticket.priority = "2"
        self.assertEqual(ticket.sla_deadline, local(3, 14))
        policy.with_user(self.admin).action_apply_to_open_tickets()
        self.assertEqual(ticket.sla_deadline, local(3, 16))

    def test_an_archived_policy_keeps_its_word_until_told_otherwise(self):
        policy = self._policy()
        ticket = self._ticket()
        policy.active = False
        ticket.priority = "2"
        self.assertEqual(ticket.sla_deadline, local(3, 14))
        self.assertFalse(self._policies())
        policy.with_user(self.admin).action_apply_to_open_tickets()
        self.assertFalse(ticket.sla_deadline)

    def test_a_policy_knows_its_tickets_before_it_is_saved(self):
        urgent, normal = self._ticket(priority="3"), self._ticket()
        sla = self.env["helpdesk.sla"].new({"team_id": self.team.id, "priority": "2"})
        found = self.env["helpdesk.ticket"].search(sla._get_matching_tickets_domain())
        self.assertIn(urgent, found)
        self.assertNotIn(normal, found)

    def test_the_preview_and_the_clocks_agree(self):
        critical = self.env.ref("helpdesk_futural.severity_1")
        for values in (
            {"priority": "2"},
            {"ticket_type_ids": self.category_support.ids},
            {"partner_ids": self.organisation.ids},
            {"severity_ids": critical.ids},
        ):
            policy = self._policy(**values)
            tickets = self.env["helpdesk.ticket"]
            for ticket_values in (
                {"priority": "3"},
                {"ticket_type_id": self.category_support.id},
                {"partner_id": self.other_customer.id},
                {"ticket_type_id": self.category_bug.id, "severity_id": critical.id},
            ):
                tickets |= self._ticket(**ticket_values)
            found = tickets.search(policy._get_matching_tickets_domain())
            with self.subTest(values=values):
                self.assertEqual(
                    found & tickets,
                    tickets.filtered(lambda t: policy in t.sla_ids),  # noqa: B023
                )

    def test_a_policy_needs_a_time_and_the_stage_that_it_promises(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self._policy(time=0)
        with self.assertRaises(ValidationError):
            self._policy(target="stage")
        foreign = self.env["helpdesk.stage"].create({"name": "Foreign"})
        with self.assertRaises(ValidationError):
            self._policy(target="stage", stage_id=foreign.id)
        with self.assertRaises(ValidationError):
            self._policy(
                target="stage",
                stage_id=self.stage_progress.id,
                exclude_stage_ids=self.stage_progress.ids,
            )

    def test_a_policy_that_measured_tickets_is_archived_not_deleted(self):
        used, unused = self._policy(), self._policy(priority="3")
        self._ticket()
        with self.assertRaises(UserError):
            used.with_user(self.admin).unlink()
        with self.assertRaises(UserError):
            used.with_user(self.admin).target = "resolution"
        unused.with_user(self.admin).unlink()
        self.assertFalse(unused.exists())

    def test_an_administrator_sets_a_policy_up_and_an_agent_cant(self):
        with Form(self.env["helpdesk.sla"].with_user(self.admin)) as form:
            form.name = "Take it up within an hour"
            form.team_id = self.team
            form.target = "stage"
            form.stage_id = self.stage_progress
            form.time = 1
        policy = form.save()
        self.assertEqual(self._policies(), policy.sudo())
        with self.assertRaises(AccessError):
            policy.with_user(self.aino).time = 100

    def test_agents_see_clocks_of_tickets_they_see_and_write_none(self):
        self._policy()
        self.private_team.use_sla = True
        self._policy(team_id=self.private_team.id)
        ours = self._ticket()
        hidden = self._ticket(team_id=self.private_team.id)
        seen = self.env["helpdesk.sla.status"].with_user(self.aino).search([])
        self.assertIn(ours.sla_status_ids, seen.sudo())
        self.assertNotIn(hidden.sla_status_ids, seen.sudo())
        with self.assertRaises(AccessError):
            ours.sla_status_ids.with_user(self.aino).status = "reached"

    def test_an_agents_and_a_mails_ticket_get_their_deadline(self):
        self._policy()
        by_agent = self._as(self.aino).create({"name": "x", "team_id": self.team.id})
        self.assertEqual(by_agent.sla_deadline, local(3, 14))
        mail = (
            "From: liisa@laine.example\nTo: tech@pohjola.example\nSubject: Printer\n"
            "Message-Id: <sla@laine.example>\n\nJammed."
        )
        self.registry_enter_test_mode()
        self.env["mail.thread"].message_process(False, mail.encode())
        ticket = self.env["helpdesk.ticket"].search([("name", "=", "Printer")])
        self.assertEqual(ticket.sla_deadline, local(3, 14))

    def test_a_copy_starts_its_own_clock(self):
        self._policy()
        ticket = self._ticket()
        self.at(4, 9)
        copy = ticket.copy()
        self.assertEqual(copy.sla_deadline, local(4, 14))
        self.assertEqual(len(copy.stage_history), 1)

    def test_tags_are_looked_at_when_they_are_added(self):
        gold = self.env["helpdesk.tag"].create({"name": "gold"})
        policy = self._policy(tag_ids=gold.ids)
        ticket = self._ticket()
        ticket.tag_ids = [Command.link(gold.id)]
        self.assertEqual(ticket.sla_ids, policy)
