from odoo.exceptions import AccessError
from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from .common_http import PortalHttpCase


@tagged("post_install", "-at_install")
class TestTicketComments(PortalHttpCase):
    """Comments in the portal, through core's own route."""

    def setUp(self):
        super().setUp()
        self.ticket = self._ticket(stage_id=self.stage_waiting.id)
        self.token = self.ticket._portal_ensure_token()

    def _comment(self, body="Still jammed", ticket=None, post_data=None, **parameters):
        answer = self.make_jsonrpc_request(
            "/mail/message/post",
            {
                "thread_model": "helpdesk.ticket",
                "thread_id": (ticket or self.ticket).id,
                "post_data": {
                    "body": body,
                    "message_type": "comment",
                    "subtype_xmlid": "mail.mt_comment",
                    **(post_data or {}),
                },
                **parameters,
            },
        )
        return self.env["mail.message"].browse(answer["message_id"])

    def test_a_comment_moves_the_ticket_as_a_mail_would(self):
        self._sign_in(self.liisa)
        message = self._comment()
        self.assertEqual(message.author_id, self.customer)
        self.assertEqual(self.ticket.stage_id, self.team.customer_reply_stage_id)
        self.assertEqual(self.ticket.waiting_on, "team")
        self.assertEqual(self.ticket.last_message_preview, "Still jammed")

    def test_by_link_the_comment_is_the_customers(self):
        self._sign_in(None)
        self.assertEqual(self._comment(token=self.token).author_id, self.customer)
        signed = self._comment(
            token=self.token, pid=self.customer.id, hash=self.ticket._sign_token(self.customer.id)
        )
        self.assertEqual(signed.author_id, self.customer)

    def test_a_colleague_who_comments_hears_of_the_answer(self):
        self._sign_in(self.pekka)
        self._comment("I am on it, too")
        self.assertIn(self.pekka.partner_id, self.ticket.message_partner_ids)
        answer = self._answer(self.ticket)
        self.assertIn(self.pekka.partner_id, answer.notified_partner_ids)

    def test_whatever_is_sent_a_customers_comment_is_public_and_theirs(self):
        self._sign_in(self.liisa)
        message = self._comment(
            post_data={
                "subtype_xmlid": "mail.mt_note",
                "message_type": "auto_comment",
                "author_id": self.aino.partner_id.id,
                "partner_ids": self.ingrid.partner_id.ids,
                "email_from": "boss@pohjola.example",
                "is_internal": True,
            }
        )
        self.assertEqual(message.subtype_id, self.env.ref("mail.mt_comment"))
        self.assertEqual(message.message_type, "comment")
        self.assertEqual(message.author_id, self.customer)
        self.assertFalse(message.is_internal)
        self.assertNotIn(self.ingrid.partner_id, message.notified_partner_ids)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_by_rpc_customers_neither_write_nor_change_messages(self):
        self._sign_in(self.liisa)
        own = self._comment()
        answer = self._answer(self.ticket)
        self.assertIn(self.customer, answer.notified_partner_ids)
        messages = self.env["mail.message"].with_user(self.liisa)
        for attempt in (
            lambda: answer.with_user(self.liisa).write({"body": "We owe you money"}),
            lambda: answer.with_user(self.liisa).write({"is_internal": True}),
            lambda: answer.with_user(self.liisa).unlink(),
            lambda: own.with_user(self.liisa).write({"body": "I never said that"}),
            lambda: messages.create(
                {"model": "helpdesk.ticket", "res_id": self.ticket.id, "body": "x"}
            ),
        ):
            with self.assertRaises(AccessError):
                attempt()
        self.assertIn("Unplug it", answer.body)

    def test_a_customer_corrects_their_own_comment_on_the_page(self):
        self._sign_in(self.liisa)
        own = self._comment("Jamed")
        self.make_jsonrpc_request(
            "/mail/message/update_content",
            {"message_id": own.id, "update_data": {"body": "Jammed", "attachment_ids": []}},
        )
        self.assertIn("Jammed", own.body)

    def test_a_late_comment_goes_on_in_a_new_ticket(self):
        self.team.reopen_days = 0
        self.ticket.stage_id = self.stage_closed
        self._sign_in(self.liisa)
        message = self._comment("Jammed again")
        self.assertNotEqual(message.res_id, self.ticket.id)
        follow_up = self.env["helpdesk.ticket"].browse(message.res_id)
        self.assertEqual(follow_up.origin_id, self.ticket)
        self.assertEqual(self._seen_by(self.liisa, follow_up), follow_up)

    @mute_logger("odoo.http")
    def test_who_may_not_see_the_ticket_may_not_write_on_it(self):
        count = len(self.ticket.message_ids)
        other = self._ticket(partner_id=self.other_customer.id)
        foreign = other._portal_ensure_token()
        tokenless = self._ticket(partner_id=self.other_customer.id)
        for user in (None, self.ingrid, self.employee):
            self._sign_in(user)
            for parameters in (
                {},
                {"token": ""},
                {"token": "x"},
                {"token": "é"},
                {"token": foreign},
                {"token": 1},
                {"token": [self.token]},
                {"hash": "x", "pid": self.customer.id},
                {"hash": "é", "pid": "x"},
                {"hash": other._sign_token(self.customer.id), "pid": self.customer.id},
            ):
                with self.subTest(user=user and user.name, parameters=parameters):
                    with self.assertRaises(JsonRpcException) as caught:
                        self._comment(**parameters)
                    self.assertIn(caught.exception.code, (404, 403))
        self._sign_in(None)
        with self.assertRaises(JsonRpcException):
            self._comment(ticket=tokenless, token="False")
        self.assertEqual(len(self.ticket.message_ids), count)

    @mute_logger("odoo.http")
    def test_a_link_is_void_after_the_customer_changed(self):
        hash_ = self.ticket._sign_token(self.customer.id)
        self.ticket.partner_id = self.other_customer
        self._sign_in(None)
        for parameters in ({"token": self.token}, {"hash": hash_, "pid": self.customer.id}):
            with self.assertRaises(JsonRpcException):
                self._comment(**parameters)

    def test_the_conversation_is_read_without_notes_latest_first(self):
        first, second = self._answer(self.ticket), self._answer(self.ticket)
        self._note(self.ticket)
        for user, parameters in ((self.liisa, {}), (None, {"token": self.token})):
            self._sign_in(user)
            found = self.make_jsonrpc_request(
                "/mail/chatter_fetch",
                {
                    "thread_model": "helpdesk.ticket",
                    "thread_id": self.ticket.id,
                    "fetch_params": {"limit": 10},
                    **parameters,
                },
            )
            self.assertEqual(found["messages"], [second.id, first.id])
            self.assertNotIn("aino@", str(found))
            self.assertNotIn("Not for the customer", str(found))

    def test_what_core_tells_of_a_thread_holds_no_addresses(self):
        self.ticket.message_subscribe(self.other_customer.ids)
        self.ticket.email_cc = "secret@pohjola.example"
        self._sign_in(self.liisa)
        for path, parameters in (
            (
                "/mail/data",
                {
                    "fetch_params": [
                        [
                            "mail.thread",
                            {
                                "thread_model": "helpdesk.ticket",
                                "thread_id": self.ticket.id,
                                "request_list": [
                                    "activities",
                                    "attachments",
                                    "followers",
                                    "suggestedRecipients",
                                    "scheduledMessages",
                                    "contact_fields",
                                ],
                            },
                        ]
                    ]
                },
            ),
            (
                "/mail/thread/recipients",
                {"thread_model": "helpdesk.ticket", "thread_id": self.ticket.id},
            ),
            (
                "/portal/chatter_init",
                {"thread_model": "helpdesk.ticket", "thread_id": self.ticket.id},
            ),
        ):
            with self.subTest(path=path), mute_logger("odoo.http"):
                try:
                    told = str(self.make_jsonrpc_request(path, parameters))
                except JsonRpcException as error:
                    told = str(error)
                for address in ("ingrid@", "aino@", "secret@"):
                    self.assertNotIn(address, told)
