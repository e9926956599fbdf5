"""What somebody tries who isn't content with the pages: ids of others, stolen links, markup."""

from lxml import html

from odoo.http import Request
from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from .common_http import PortalHttpCase

ATTACK = "<script>alert('{0}')</script><img src=x onerror=alert('{0}')>"


@tagged("post_install", "-at_install")
class TestForeignIds(PortalHttpCase):
    """Ingrid knows all the numbers of a ticket of another organisation."""

    def setUp(self):
        super().setUp()
        self.ticket = self._ticket()
        self.token = self.ticket._portal_ensure_token()
        self.file = self.env["ir.attachment"].create(
            {
                "name": "plan.txt",
                "raw": b"the secret plan",
                "res_model": "helpdesk.ticket",
                "res_id": self.ticket.id,
            }
        )
        self.answer = self._answer(self.ticket, attachment_ids=self.file.ids)
        self.note = self._note(self.ticket)
        self.hers = self._ticket(partner_id=self.other_customer.id)

    def _row(self):
        """Return everything that may not change."""
        self.env.flush_all()
        self.env.invalidate_all()
        return (
            self.ticket.read(["stage_id", "priority", "partner_id", "active", "waiting_on"]),
            self.ticket.message_ids.ids,
            self.ticket.message_ids.mapped("body"),
            self.ticket.message_ids.reaction_ids.ids,
            self.ticket.message_ids.mapped("is_internal"),
            self.ticket.message_partner_ids.ids,
            self.file.exists().ids,
            self.env["ir.attachment"].search_count([("res_id", "=", self.ticket.id)]),
            self.env["res.partner"].with_context(active_test=False).search_count([]),
        )

    def _attempts(self):
        """Yield the route and its parameters: core's, which pages and conversation use."""
        thread = {"thread_model": "helpdesk.ticket", "thread_id": self.ticket.id}
        foreign = {"res_model": "helpdesk.ticket", "res_id": self.ticket.id}
        partner = self.other_customer.id
        for message in (self.answer, self.note):
            yield (
                "/mail/message/update_content",
                {"message_id": message.id, "update_data": {"body": "x", "attachment_ids": []}},
            )
            yield (
                "/mail/message/reaction",
                {"message_id": message.id, "content": "👍", "action": "add"},
            )
            yield "/mail/update_is_internal", {"message_id": message.id, "is_internal": False}
        yield "/mail/message/post", {**thread, "post_data": {"body": "x"}}
        yield "/mail/chatter_fetch", thread
        yield "/portal/chatter_init", thread
        yield "/mail/thread/messages", thread
        yield "/mail/thread/recipients", thread
        yield "/mail/thread/recipients/get_suggested_recipients", thread
        yield "/mail/partner/from_email", {**thread, "emails": ["new@solo.example"]}
        yield "/mail/thread/subscribe", {**foreign, "partner_ids": [partner]}
        yield "/mail/thread/unsubscribe", {**foreign, "partner_ids": [self.customer.id]}
        yield "/mail/attachment/delete", {"attachment_id": self.file.id}
        yield "/mail/attachment/delete", {"attachment_id": self.file.id, "access_token": self.token}
        for follower in self.ticket.message_follower_ids:
            yield "/mail/read_subscription_data", {"follower_id": follower.id}
        yield (
            "/mail/data",
            {
                "fetch_params": [
                    ["mail.thread", {**thread, "request_list": ["attachments", "followers"]}]
                ]
            },
        )

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_numbers_of_a_foreign_ticket_open_none_of_cores_routes(self):
        before = self._row()
        for user in (self.ingrid, None):
            self._sign_in(user)
            for path, parameters in self._attempts():
                with self.subTest(user=user and user.name, path=path):
                    try:
                        told = str(self.make_jsonrpc_request(path, parameters))
                    except JsonRpcException as error:
                        told = str(error)
                    for secret in ("Unplug it", "Not for the customer", "plan", "liisa@", "aino@"):
                        self.assertNotIn(secret, told)
            self.assertEqual(self._row(), before)

    @mute_logger("odoo.http")
    def test_numbers_of_a_foreign_ticket_open_none_of_our_routes(self):
        before = self._row()
        form = {"stage_id": self.stage_done.id, "priority": "3", "comment": "x"}
        for user in (self.ingrid, None):
            self._sign_in(user)
            for path in ("status", "priority", "confirm", "reopen", "leave"):
                with self.subTest(user=user and user.name, path=path):
                    response = self._post(f"/my/ticket/{self.ticket.id}/{path}", **form)
                    asked_to_sign_in = "/web/login" in response.headers.get("Location", "")
                    self.assertTrue(response.status_code == 404 or asked_to_sign_in)
            self.assertEqual(self._row(), before)

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule")
    def test_a_foreign_file_cant_be_had_by_writing_it_into_ones_own_comment(self):
        self._sign_in(self.ingrid)
        for extra in ({}, {"attachment_tokens": [self.token]}, {"attachment_tokens": ["x"]}):
            post_data = {"body": "Look", "attachment_ids": self.file.ids, **extra}
            try:
                self.make_jsonrpc_request(
                    "/mail/message/post",
                    {
                        "thread_model": "helpdesk.ticket",
                        "thread_id": self.hers.id,
                        "post_data": post_data,
                    },
                )
            except JsonRpcException as error:
                self.assertIn("UserError", str(error), "core says what is wrong")
            self.env.invalidate_all()
            self.assertNotIn(self.file, self.hers.message_ids.attachment_ids)
            self.assertEqual(self.file.res_id, self.ticket.id)
        self.assertNotIn(b"secret plan", self._get(f"/web/content/{self.file.id}").content)

    def _upload(self, ticket, name, content, **data):
        return self.url_open(
            "/mail/attachment/upload",
            data={
                "csrf_token": Request.csrf_token(self),
                "thread_id": ticket.id,
                "thread_model": "helpdesk.ticket",
                **data,
            },
            files=[("ufile", (name, content, "text/plain"))],
        )

    @mute_logger("odoo.http")
    def test_nobody_adds_a_file_to_a_foreign_ticket(self):
        before = self._row()
        for user in (self.ingrid, None):
            self._sign_in(user)
            for data in ({}, {"token": "x"}, {"is_pending": "true"}):
                self.assertIn(
                    self._upload(self.ticket, "x.txt", b"x", **data).status_code, (403, 404)
                )
                self.assertEqual(self._row(), before)
        response = self._upload(self.ticket, "x.txt", b"x", token=self.token, csrf_token="forged")
        self.assertEqual(response.status_code, 400)
        self.assertEqual(self._row(), before)

    def test_a_file_in_the_conversation_has_the_limits_of_the_form(self):
        self.env["ir.config_parameter"].set_param("helpdesk_futural_portal.max_file_megabytes", "1")
        files = self.env["ir.attachment"]
        count = files.search_count([])
        for user, way in ((self.liisa, {}), (None, {"token": self.token})):
            self._sign_in(user)
            for name, content, message in (
                ("bill.pdf.exe", b"MZ", "“bill.pdf.exe” is a kind of file"),
                ("big.log", b"x" * (1024 * 1024 + 1), "“big.log” is larger than 1 MB."),
            ):
                answer = self._upload(self.ticket, name, content, is_pending="true", **way)
                self.assertIn(message, answer.json()["error"])
            self.assertEqual(files.search_count([]), count)
        self._sign_in(self.liisa)
        number = self._upload(self.ticket, "ok.log", b"fine", is_pending="true").json()["data"]
        self.assertEqual(files.browse(number["attachment_id"]).raw, b"fine")
        self._sign_in(self.aino)
        answer = self._upload(self.ticket, "tool.exe", b"MZ")
        self.assertIn("data", answer.json(), "agents send what they want")


@tagged("post_install", "-at_install")
class TestMarkup(PortalHttpCase):
    """Whatever people write in names and texts is shown, and nothing of it runs."""

    def setUp(self):
        super().setUp()
        self.ticket = self._ticket(
            user_id=self.aino.id, ticket_type_id=self.category_bug.id, priority="3"
        )
        severity = self.env["helpdesk.severity"].search([("in_sla", "=", True)], limit=1)
        self.ticket.severity_id = severity
        self.ticket.message_subscribe(self.colleague_of_customer.ids)
        for record, names in (
            (self.ticket, ("name", "description", "resolution")),
            (self.ticket.ticket_type_id, ("name", "description_template")),
            (severity, ("name", "description")),
            (self.team, ("name", "description")),
            (self.stage_new, ("customer_label",)),
            (self.stage_done, ("name", "customer_label")),
            (self.aino, ("name",)),
            (self.customer, ("name",)),
            (self.colleague_of_customer, ("name",)),
        ):
            record.write({name: ATTACK.format(name) for name in names})
        self.stage_new.portal_selectable = True
        self.team.use_website_helpdesk_form = True
        self.ticket.stage_id = self.stage_done
        self.url = f"/my/ticket/{self.ticket.id}"

    def _assert_harmless(self, url):
        response = self._get(url)
        self.assertEqual(response.status_code, 200, url)
        page = html.fromstring(response.text)
        self.assertFalse(page.xpath("//script[starts-with(normalize-space(.), 'alert')]"), url)
        self.assertFalse(page.xpath("//img/@onerror"), url)
        return page

    def test_stored_markup_stays_text(self):
        self._sign_in(self.pekka)
        page = self._assert_harmless(self.url)
        self.assertIn("<script>alert('name')", self._text(page), "it is shown as it was typed")
        for url in (
            "/my/tickets",
            "/my/ticket/new",
            *(
                f"/my/tickets?groupby={name}"
                for name in ("status", "category", "severity", "customer")
            ),
            f"/my/tickets?status={self.stage_done.id}&category={self.category_bug.id}",
        ):
            with self.subTest(url=url):
                self._assert_harmless(url)
        self._sign_in(None)
        self._assert_harmless(self.team._get_form_url())
        self._assert_harmless(f"{self.url}?access_token={self.ticket._portal_ensure_token()}")

    def test_what_an_address_says_stays_text(self):
        attack = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E%3Cimg%20src=x%20onerror=alert(1)%3E"
        names = ("search", "search_in", "sortby", "order", "groupby", "status", "page", "mine")
        self._sign_in(self.pekka)
        for url in (
            "/my/tickets?" + "&".join(f"{name}={attack}" for name in names),
            f"/my/ticket/new?title={attack}&category={attack}&severity={attack}",
            f"{self.url}?notice={attack}&pid={attack}&hash={attack}&access_token={attack}",
            f"{self.team._get_form_url()}?title={attack}&email={attack}&contact={attack}",
        ):
            with self.subTest(url=url[:40]):
                self._assert_harmless(url)


@tagged("post_install", "-at_install")
class TestLinks(PortalHttpCase):
    @mute_logger("odoo.http")
    def test_a_guessed_link_opens_nothing_and_a_former_customers_neither(self):
        ticket = self._ticket()
        token = ticket._portal_ensure_token()
        pid = self.customer.id
        hash_ = ticket._sign_token(pid)
        self.assertGreaterEqual(len(token), 36, "too long to be tried out")
        url = f"/my/ticket/{ticket.id}"
        self._sign_in(None)
        opened = self._get(f"{url}?access_token={token}", allow_redirects=False)
        self.assertEqual(opened.status_code, 200)
        guesses = [
            "", "0", "False", "None", "null", "%00", "*", "%25", token[:-1], token.upper(),
            token + "0", f"{token}%20", token.replace("-", ""),
        ]  # fmt: skip
        ticket_id = ticket.id
        ticket.partner_id = self.other_customer
        ways = [
            *(f"access_token={guess}" for guess in guesses),
            f"access_token={token}",
            f"pid={pid}&hash={hash_}",
            f"access_token={token}&pid={pid}&hash={hash_}",
        ]
        for way in ways:
            with self.subTest(way=way):
                response = self._get(f"/my/ticket/{ticket_id}?{way}", allow_redirects=False)
                self.assertEqual(response.status_code, 303)
                self.assertIn("/web/login", response.headers["Location"])
                response = self._post(f"{url}/priority?{way}", priority="3")
                self.assertEqual(response.status_code, 404)
        self.assertNotEqual(ticket.priority, "3")

    def test_the_way_to_the_login_leads_back_to_this_server_only(self):
        self._sign_in(None)
        for number in ("1", "999999999"):
            response = self._get(
                f"/my/ticket/{number}?redirect=//evil.example&next=//evil.example",
                allow_redirects=False,
            )
            self.assertIn(f"redirect=%2Fmy%2Fticket%2F{number}", response.headers["Location"])
            self.assertNotIn("evil", response.headers["Location"])
