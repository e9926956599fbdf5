from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PortalCase


@tagged("post_install", "-at_install")
class TestVisibility(PortalCase):
    """Who sees which tickets in the portal, decided by record rules."""

    def _sees(self, user, ticket):
        """Tell whether the user sees the ticket, by search and by opening it alike."""
        found = bool(self._seen_by(user, ticket))
        opened = self._as(user).browse(ticket.id).has_access("read")
        self.assertEqual(found, opened, "the list and the page disagree")
        return found

    def test_everybody_sees_what_their_scope_says(self):
        own = self._ticket()
        colleagues = self._ticket(partner_id=self.colleague_of_customer.id)
        organisations = self._ticket(partner_id=self.organisation.id)
        strangers = self._ticket(partner_id=self.other_customer.id)
        nobodys = self._ticket(partner_id=False)
        everything = own | colleagues | organisations | strangers | nobodys
        for user, seen in (
            (self.liisa, own),
            (self.pekka, own | colleagues | organisations),
            (self.ingrid, strangers),
            (self.aino, everything),
        ):
            with self.subTest(user=user.name):
                self.assertEqual(self._seen_by(user, everything), seen.sorted())
                for ticket in everything:
                    self.assertEqual(self._sees(user, ticket), ticket in seen)

    def test_many_are_decided_alike_by_search_and_one_by_one(self):
        mixed = self.env["helpdesk.ticket"]
        for visibility in ("portal", "internal"):
            team = self._team(name=visibility, privacy_visibility=visibility)
            for customer in (
                self.customer,
                self.colleague_of_customer,
                self.other_customer,
                self.env["res.partner"],
            ):
                for confidential in (False, True):
                    for follower in (None, self.liisa, self.pekka):
                        ticket = self._ticket(
                            team_id=team.id, partner_id=customer.id, confidential=confidential
                        )
                        ticket.message_unsubscribe(ticket.message_partner_ids.ids)
                        if follower:
                            ticket.message_subscribe(follower.partner_id.ids)
                        mixed |= ticket
        for user, seen in ((self.liisa, 12), (self.pekka, 14), (self.ingrid, 6)):
            found = self._seen_by(user, mixed)
            theirs = self._as(user).browse(mixed.ids)
            self.env.invalidate_all()
            # The user, the tickets, their teams, the user's contact, who follows.
            with self.subTest(user=user.name), self.assertQueryCount(5):
                allowed = theirs._filtered_access("read")
            with self.subTest(user=user.name):
                self.assertEqual(len(found), seen)
                self.assertEqual(set(allowed.ids), set(found.ids))
                self.assertEqual(self._as(user).search_count([("id", "in", mixed.ids)]), seen)

    def test_who_sees_a_ticket_can_be_asked_across_another_record(self):
        target = self._ticket()
        merged = self._ticket(merged_into_id=target.id)
        agents = self._as(self.aino)
        asked = [("merged_into_id.portal_visible", "=", True), ("id", "=", merged.id)]
        target.message_unsubscribe(self.aino.partner_id.ids)
        self.assertFalse(agents.search(asked))
        target.message_subscribe(self.aino.partner_id.ids)
        self.assertEqual(agents.search(asked), merged)

    def test_a_participant_sees_the_ticket_and_their_organisation_gains_nothing(self):
        ticket = self._ticket(partner_id=self.other_customer.id)
        ticket.message_subscribe(self.liisa.partner_id.ids)
        self.assertTrue(self._sees(self.liisa, ticket))
        self.assertFalse(self._sees(self.pekka, ticket))

    def test_a_confidential_ticket_is_for_its_customer_and_participants(self):
        ticket = self._ticket(confidential=True)
        self.assertTrue(self._sees(self.liisa, ticket))
        self.assertFalse(self._sees(self.pekka, ticket))
        ticket.message_subscribe(self.pekka.partner_id.ids)
        self.assertTrue(self._sees(self.pekka, ticket))

    def test_teams_that_customers_dont_see_show_them_nothing(self):
        for visibility, seen in (
            ("portal", True),
            ("internal", False),
            ("invited_internal", False),
        ):
            ticket = self._ticket()
            self.team.privacy_visibility = visibility
            with self.subTest(visibility=visibility):
                self.assertEqual(self._sees(self.liisa, ticket), seen)
                self.assertEqual(self._sees(self.pekka, ticket), seen)

    def test_a_right_that_is_taken_away_ends_at_once(self):
        ticket = self._ticket()
        self.assertTrue(self._sees(self.pekka, ticket))
        self.pekka.partner_id.helpdesk_portal_scope = "own"
        self.assertFalse(self._sees(self.pekka, ticket))
        self.pekka.partner_id.helpdesk_portal_scope = "company"
        self.assertTrue(self._sees(self.pekka, ticket))
        self.pekka.partner_id.parent_id = False
        self.assertFalse(self._sees(self.pekka, ticket), "left the organisation")

        ticket.message_subscribe(self.ingrid.partner_id.ids)
        self.assertTrue(self._sees(self.ingrid, ticket))
        ticket.message_unsubscribe(self.ingrid.partner_id.ids)
        self.assertFalse(self._sees(self.ingrid, ticket))

    def test_the_former_customer_loses_the_ticket(self):
        ticket = self._ticket()
        token = ticket._portal_ensure_token()
        ticket.partner_id = self.other_customer
        self.assertFalse(self._sees(self.liisa, ticket))
        self.assertFalse(self._sees(self.pekka, ticket))
        self.assertTrue(self._sees(self.ingrid, ticket))
        self.assertTrue(ticket.access_token)
        self.assertNotEqual(ticket.access_token, token)

    def test_another_companys_tickets_stay_there(self):
        team = self._team(name="Oslo", company_id=self.other_company.id, resource_calendar_id=False)
        ticket = self._ticket(team_id=team.id)
        self.assertFalse(self._sees(self.liisa, ticket))

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_customers_change_nothing_by_themselves(self):
        ticket = self._ticket()
        for user in (self.liisa, self.pekka, self.ingrid, self.public):
            theirs = self._as(user).browse(ticket.id)
            for operation, attempt in {
                "create": lambda t=theirs: t.create({"name": "x", "team_id": self.team.id}),
                "write": lambda t=theirs: t.write({"name": "x"}),
                "delete": lambda t=theirs: t.unlink(),
                "copy": lambda t=theirs: t.copy(),
                "claim": lambda t=theirs: t.action_claim(),
                "escalate": lambda t=theirs: t.action_escalate(),
                "solve": lambda t=theirs: t.action_solve(),
                "confirm": lambda t=theirs: t.action_customer_confirm(),
                "reopen": lambda t=theirs: t.action_customer_reopen(),
                "post": lambda t=theirs: t.message_post(
                    body="x", author_id=self.aino.partner_id.id
                ),
                "notify": lambda t=theirs: t.message_notify(body="x", partner_ids=[1]),
                "let in": lambda t=theirs: t.message_subscribe(self.ingrid.partner_id.ids),
                "link": lambda t=theirs: t.get_portal_url(),
            }.items():
                with (
                    self.subTest(user=user.name, operation=operation),
                    self.assertRaises(AccessError),
                ):
                    attempt()
        self.assertEqual(ticket.name, "The printer is jammed")

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_visitors_without_account_or_link_see_nothing(self):
        self._ticket()
        with self.assertRaises(AccessError):
            self._as(self.public).search([])

    def test_what_surrounds_tickets_is_closed_to_customers(self):
        for model in ("team", "stage", "ticket.type", "severity", "tag", "incoming.mail"):
            for user in (self.liisa, self.public):
                for operation in ("read", "write", "create", "unlink"):
                    with self.subTest(model=model, operation=operation, user=user.name):
                        allowed = self.env[f"helpdesk.{model}"].with_user(user)
                        self.assertFalse(allowed.has_access(operation))

    @mute_logger("odoo.sql_db", "odoo.addons.base.models.ir_rule", "odoo.models")
    def test_no_public_method_of_ours_lets_a_customer_change_a_ticket(self):
        ticket = self._ticket(user_id=self.aino.id, stage_id=self.stage_done.id)
        theirs = self._as(self.liisa).browse(ticket.id)
        names = {
            name
            for cls in type(ticket).__mro__
            if cls.__module__.startswith("odoo.addons.helpdesk_futural")
            for name, member in vars(cls).items()
            if callable(member) and not name.startswith("_")
        }
        self.assertIn("action_claim", names)
        before = self._row(ticket)
        for name in sorted(names):
            for arguments in ((), (1,), ({"name": "x"},), ([1],), ("2030-01-01 00:00:00",)):
                with self.subTest(method=name, arguments=arguments):
                    try:
                        with self.env.cr.savepoint():
                            getattr(theirs, name)(*arguments)
                    except Exception as error:  # noqa: BLE001 - whatever they answer
                        self.assertTrue(str(error) or type(error))
                    self.assertEqual(self._row(ticket), before)

    def _row(self, ticket):
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT to_jsonb(t), (SELECT array_agg(id) FROM mail_message WHERE res_id = t.id"
            " AND model = 'helpdesk.ticket'), (SELECT array_agg(partner_id) FROM mail_followers"
            " WHERE res_id = t.id AND res_model = 'helpdesk.ticket')"
            " FROM helpdesk_ticket t WHERE id = %s",
            [ticket.id],
        )
        return self.env.cr.fetchall()
