from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_http import PortalHttpCase


@tagged("post_install", "-at_install")
class TestTicketActions(PortalHttpCase):
    """What customers do on a ticket's page, and what they can't."""

    def setUp(self):
        super().setUp()
        self.stage_progress.portal_selectable = True
        self.stage_progress.customer_label = "Waiting for the support team"
        self.ticket = self._ticket(stage_id=self.stage_waiting.id)
        self.token = self.ticket._portal_ensure_token()
        self.url = f"/my/ticket/{self.ticket.id}"

    def _messages(self):
        self.ticket.invalidate_recordset()
        return self.ticket.message_ids.filtered(lambda m: m.message_type == "comment")

    # ------------------------------------------------------------------
    # Allowed
    # ------------------------------------------------------------------

    def test_the_customer_changes_the_status_with_a_comment(self):
        self._sign_in(self.liisa)
        response = self._post(
            f"{self.url}/status", stage_id=self.stage_progress.id, comment="Here <b>is</b> it"
        )
        self.assertEqual(response.status_code, 303)
        self.assertEqual(self.ticket.stage_id, self.stage_progress)
        message = self._messages()
        self.assertEqual(message.author_id, self.customer)
        self.assertIn("&lt;b&gt;", message.body)
        self.assertEqual(self.ticket.waiting_on, "team")
        self.assertEqual(self.ticket.last_author_id, self.customer)

    def test_a_colleague_with_the_scope_acts_for_the_organisation(self):
        self._sign_in(self.pekka)
        self._post(f"{self.url}/status", stage_id=self.stage_progress.id)
        self.assertEqual(self.ticket.stage_id, self.stage_progress)

    def test_by_the_link_of_a_mail_the_customer_answers_without_account(self):
        self._sign_in(None)
        response = self._post(
            f"{self.url}/status",
            stage_id=self.stage_progress.id,
            comment="By link",
            access_token=self.token,
        )
        self.assertIn(f"access_token={self.token}", response.headers["Location"])
        self.assertEqual(self.ticket.stage_id, self.stage_progress)
        self.assertEqual(self._messages().author_id, self.customer)

    def test_the_customer_confirms_the_solution_and_clicks_twice(self):
        self.ticket.stage_id = self.stage_done
        for user, parameters in ((self.liisa, {}), (None, {"access_token": self.token})):
            self._sign_in(user)
            self.ticket.stage_id = self.stage_done
            for _click in range(2):
                response = self._post(f"{self.url}/confirm", **parameters)
                self.assertEqual(response.status_code, 303)
            self.assertEqual(self.ticket.state, "closed")
            self.assertTrue(self.ticket.closed_by_partner)
        log = "".join(self.ticket.message_ids.mapped("body"))
        self.assertIn("confirmed by Liisa Laine", log)
        self.assertNotIn("Public", log)

    def test_the_customer_reopens_with_a_reason(self):
        self.ticket.stage_id = self.stage_done
        self._sign_in(self.liisa)
        self._post(f"{self.url}/reopen", comment="Jammed again")
        self.assertEqual(self.ticket.stage_id, self.team.customer_reply_stage_id)
        self.assertIn("Jammed again", self._messages().body)

    def test_the_customer_says_how_urgent_it_is(self):
        self._sign_in(self.liisa)
        self._post(f"{self.url}/priority", priority="3")
        self.assertEqual(self.ticket.priority, "3")

    def test_a_team_may_let_customers_close_their_tickets(self):
        self.assertNotIn(self.stage_closed, self.ticket._get_customer_choices())
        self.team.allow_portal_ticket_closing = True
        self._sign_in(self.liisa)
        self._post(f"{self.url}/status", stage_id=self.stage_closed.id)
        self.assertEqual(self.ticket.state, "closed")
        self.assertTrue(self.ticket.closed_by_partner)

    def test_a_participant_stops_taking_part(self):
        self.ticket.message_subscribe(self.ingrid.partner_id.ids)
        self._sign_in(self.ingrid)
        self._post(f"{self.url}/leave")
        self.assertNotIn(self.ingrid.partner_id, self.ticket.message_partner_ids)

    def test_stages_that_read_alike_are_offered_once(self):
        self.stage_new.write(
            {"portal_selectable": True, "customer_label": "Waiting for the support team"}
        )
        labels = [s._get_customer_label() for s in self.ticket._get_customer_choices()]
        self.assertEqual(labels, ["Waiting for the support team"])

    # ------------------------------------------------------------------
    # Refused
    # ------------------------------------------------------------------

    def _assert_refused(self, path, codes=(403, 404), **data):
        self.env.cr.flush()
        before = self.ticket.read(["stage_id", "priority", "message_ids", "message_partner_ids"])
        response = self._post(f"{self.url}/{path}", **data)
        self.env.cr.flush()
        self.ticket.invalidate_recordset()
        self.assertIn(response.status_code, codes)
        self.assertEqual(
            self.ticket.read(["stage_id", "priority", "message_ids", "message_partner_ids"]), before
        )

    @mute_logger("odoo.http")
    def test_only_stages_that_customers_may_choose_whatever_is_sent(self):
        self._sign_in(self.liisa)
        foreign = self.env["helpdesk.stage"].create(
            {"name": "Elsewhere", "portal_selectable": True, "team_ids": self.private_team.ids}
        )
        for stage in (
            "",
            "0",
            "-1",
            "x",
            "1e3",
            "9" * 30,
            self.stage_closed.id,
            foreign.id,
            self.stage_waiting.id,
        ):
            with self.subTest(stage=stage):
                self._assert_refused("status", stage_id=stage, comment="with a comment")

    @mute_logger("odoo.http")
    def test_strangers_wrong_links_and_participants_change_nothing(self):
        self.ticket.stage_id = self.stage_done
        participant = self.ingrid
        actions = {
            "status": {"stage_id": self.stage_progress.id},
            "confirm": {},
            "reopen": {},
            "priority": {"priority": "3"},
        }
        other = self._ticket(partner_id=self.other_customer.id)
        tokens = ("", "x", "é", other._portal_ensure_token())
        for user in (None, participant, self.employee, self.aino):
            self._sign_in(user)
            for path, data in actions.items():
                for token in tokens:
                    with self.subTest(user=user and user.name, path=path, token=token[:5]):
                        self._assert_refused(path, access_token=token, **data)
        self.ticket.message_subscribe(participant.partner_id.ids)
        self._sign_in(participant)
        for path, data in actions.items():
            with self.subTest("participant", path=path):
                self._assert_refused(path, codes=(403,), **data)

    @mute_logger("odoo.http")
    def test_what_the_ticket_is_not_ready_for_is_refused(self):
        self._sign_in(self.liisa)
        self._assert_refused("confirm", codes=(403,))
        for wrong in ("", "4", "x", "-1"):
            self._assert_refused("priority", codes=(403,), priority=wrong)
        self._assert_refused("leave", codes=(403,))
        self.ticket.stage_id = self.stage_closed
        self.ticket.close_date = fields.Datetime.now() - timedelta(days=400)
        self._assert_refused("reopen", codes=(403,))
        self._assert_refused("status", codes=(403,), stage_id=self.stage_progress.id)
        self._assert_refused("priority", codes=(403,), priority="3")

    @mute_logger("odoo.http")
    def test_forged_and_plain_requests_change_nothing(self):
        self.ticket.stage_id = self.stage_done
        self._sign_in(self.liisa)
        for path in ("status", "confirm", "reopen", "priority", "leave"):
            with self.subTest(path=path):
                self._assert_refused(
                    path,
                    codes=(400,),
                    csrf_token="forged",
                    priority="3",
                    stage_id=self.stage_progress.id,
                )
                response = self._get(f"{self.url}/{path}", allow_redirects=False)
                self.assertIn(response.status_code, (404, 405))
        self.assertEqual(self.ticket.stage_id, self.stage_done)

    @mute_logger("odoo.http")
    def test_nothing_else_can_be_written_along(self):
        self._sign_in(self.liisa)
        self._post(
            f"{self.url}/status",
            stage_id=self.stage_progress.id,
            user_id=self.emma.id,
            partner_id=self.other_customer.id,
            team_id=self.private_team.id,
            name="Mine now",
        )
        self.assertEqual(self.ticket.partner_id, self.customer)
        self.assertEqual(self.ticket.team_id, self.team)
        self.assertFalse(self.ticket.user_id)
        self.assertEqual(self.ticket.name, "The printer is jammed")

    def test_the_way_back_never_leads_elsewhere(self):
        self._sign_in(self.liisa)
        for name in ("redirect", "next", "return_url", "notice"):
            response = self._post(
                f"{self.url}/status", stage_id=self.stage_progress.id, **{name: "//evil.example"}
            )
            self.assertNotIn("evil", response.headers.get("Location", ""))
            self.ticket.stage_id = self.stage_waiting
