from lxml import etree

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestTeam(HelpdeskCase):
    def test_a_new_team_is_ready_to_work(self):
        team = self.env["helpdesk.team"].with_user(self.admin).create({"name": "Returns & Repairs"})
        self.assertEqual(team.company_id, self.company)
        self.assertEqual(
            set(team.stage_ids.mapped("state")),
            {"new", "in_progress", "waiting", "solved", "closed"},
        )
        self.assertEqual(team.alias_email, "returns-repairs@pohjola.example")
        self.assertEqual(team.alias_id.alias_model_id.model, "helpdesk.ticket")
        self.assertEqual(team.member_ids, self.admin)

    def test_an_address_in_use_is_not_proposed_again(self):
        team = self.env["helpdesk.team"].with_user(self.admin).create({"name": "Tech"})
        self.assertFalse(team.alias_name)

    def test_switching_mail_off_frees_the_address(self):
        self.team.with_user(self.admin).use_alias = False
        self.assertFalse(self.team.alias_email)

    def test_a_team_with_tickets_is_protected(self):
        ticket = self._ticket()
        with self.assertRaisesRegex(ValidationError, "open tickets"):
            self.team.with_user(self.admin).action_archive()
        ticket.stage_id = self.stage_closed
        self.team.with_user(self.admin).action_archive()
        with self.assertRaisesRegex(UserError, "can't be deleted"):
            self.team.with_user(self.admin).unlink()

    def test_a_team_doesnt_change_company_under_its_tickets(self):
        self._ticket()
        with self.assertRaisesRegex(ValidationError, "for the other company"):
            self.team.write(
                {
                    "company_id": self.other_company.id,
                    "resource_calendar_id": False,
                    "leader_id": False,
                }
            )

    def test_an_empty_team_is_deleted_with_its_address(self):
        team = self._team(name="Trial", alias_name="trial")
        alias = team.alias_id
        team.with_user(self.admin).unlink()
        self.assertFalse(alias.exists())

    def test_a_copied_team_gets_its_own_address(self):
        copy = self.team.with_user(self.admin).copy()
        self.assertEqual(copy.name, "Technical (copy)")
        self.assertFalse(copy.alias_name)
        self.assertEqual(copy.stage_ids, self.team.stage_ids)

    # Dashboard -----------------------------------------------------------------

    def test_every_number_on_the_card_is_the_count_of_the_list_it_opens(self):
        self._ticket(priority="3")
        self._ticket(user_id=self.aino.id, stage_id=self.stage_waiting.id)
        self._ticket(user_id=self.lars.id, priority="3")
        self._ticket(stage_id=self.stage_done.id, priority="3")
        self._ticket(active=False)
        team = self.team.with_user(self.aino)
        numbers = {
            "open_ticket_count": (3, {"open"}),
            "unassigned_ticket_count": (1, {"unassigned", "open"}),
            "waiting_for_us_count": (2, {"waiting_for_us"}),
            "urgent_ticket_count": (2, {"urgent", "open"}),
            "my_open_ticket_count": (1, {"my_tickets", "open"}),
        }
        filters = self._filters(self.env.ref("helpdesk_futural.helpdesk_ticket_view_search"))
        for field, (expected, queue) in numbers.items():
            with self.subTest(number=field):
                self.assertEqual(team[field], expected)
                action = team.with_context(
                    **{f"search_default_{name}": 1 for name in queue}
                ).action_view_tickets()
                applied = {
                    key.removeprefix("search_default_")
                    for key in action["context"]
                    if key.startswith("search_default_")
                }
                self.assertEqual(applied, queue | {"team_id"})
                domain = [("team_id", "=", self.team.id)]
                for name in queue:
                    domain += filters[name]
                self.assertEqual(self._as(self.aino).search_count(domain), expected)

    def _filters(self, view):
        """Return ``{name: domain}`` of the filters that the search view offers."""
        return {
            node.get("name"): safe_eval(node.get("domain"), {"uid": self.aino.id})
            for node in etree.fromstring(view.arch).iter("filter")
            if node.get("name") in {"open", "unassigned", "waiting_for_us", "urgent", "my_tickets"}
        }

    # Who sees a private team ------------------------------------------------------

    def test_a_private_teams_tickets_are_its_members_own(self):
        ticket = self._ticket(team_id=self.private_team.id)
        for user, sees in ((self.emma, True), (self.aino, False), (self.admin, True)):
            with self.subTest(user=user.login):
                self.assertEqual(bool(self._as(user).search_count([("id", "=", ticket.id)])), sees)

    def test_who_leaves_a_private_team_stops_seeing_its_tickets_at_once(self):
        ticket = self._ticket(team_id=self.private_team.id, user_id=self.emma.id)
        self.private_team.message_subscribe(self.emma.partner_id.ids)
        mine = self._as(self.emma)
        self.assertEqual(mine.search_count([("id", "=", ticket.id)]), 1)
        self.private_team.with_user(self.admin).member_ids = [Command.unlink(self.emma.id)]
        self.assertEqual(mine.search_count([("id", "=", ticket.id)]), 0)
        self.private_team.with_user(self.admin).member_ids = [Command.link(self.emma.id)]
        self.assertEqual(mine.search_count([("id", "=", ticket.id)]), 1)

    def test_an_invited_user_sees_a_private_teams_tickets(self):
        ticket = self._ticket(team_id=self.private_team.id)
        self.private_team.message_subscribe(self.lars.partner_id.ids)
        self.assertEqual(self._as(self.lars).search_count([("id", "=", ticket.id)]), 1)
        self.private_team.message_unsubscribe(self.lars.partner_id.ids)
        self.assertEqual(self._as(self.lars).search_count([("id", "=", ticket.id)]), 0)
