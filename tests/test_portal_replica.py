"""The customer's pages come from a hot standby, and show at once what the customer has just written."""

import re
import uuid
from contextlib import ExitStack

import requests
from lxml import html

from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import config

from dev import demo, odoo_source, paths, replica
from dev.odoo import Instance
from dev.postgres import Server

_FOLDER = paths.WORK / "replica"
_CUSTOMER = "customer"
_ODOO_LOG = paths.LOGS / "replica-odoo.log"


class Log:
    """What a server was asked since the last look."""

    def __init__(self, path):
        self._path = path
        self._position = 0

    def take(self):
        with self._path.open(errors="replace") as lines:
            lines.seek(self._position)
            text = lines.read()
            self._position = lines.tell()
        return text


class Visit:
    """A browser's session with the server, as far as it matters here."""

    def __init__(self, url):
        self._url = url
        self._http = requests.Session()
        self._http.trust_env = False  # straight to the server, whatever proxy there is

    def get(self, path):
        answer = self._http.get(self._url + path, timeout=60)
        answer.raise_for_status()
        return html.fromstring(answer.text)

    def text(self, path):
        return " ".join(self.get(path).text_content().split())

    def post(self, path, page, **data):
        """Send a form that stands on a page, and stay where that leads."""
        data["csrf_token"] = page.xpath("//input[@name='csrf_token']/@value")[0]
        answer = self._http.post(self._url + path, data=data, timeout=60, allow_redirects=False)
        assert answer.status_code == 303, f"{path}: {answer.status_code} {answer.text[:500]}"
        return answer.headers["Location"]

    def call(self, path, **params):
        answer = self._http.post(self._url + path, json={"params": params}, timeout=60).json()
        assert "error" not in answer, answer
        return answer["result"]

    def sign_in(self, login, password):
        self.post("/web/login", self.get("/web/login"), login=login, password=password)


@tagged("post_install", "-at_install")
class TestPortalReplica(BaseCase):
    """A real standby, made with ``pg_basebackup``, and a server of its own with ``db_replica_host``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        stack = ExitStack()
        cls.addClassCleanup(stack.close)
        database = get_db_name()
        source = Server(
            config["db_host"] or "",
            str(config["db_port"] or 5432),
            config["db_user"] or "",
            config["db_password"] or "",
        )
        cls.servers = stack.enter_context(replica.replicated(source, database))
        port = demo.free_port(8400)
        instance = Instance(
            odoo_source.provide(),
            cls.servers.primary,
            _FOLDER,
            {
                "db_replica_host": cls.servers.standby.host,
                "db_replica_port": cls.servers.standby.port,
                "db_name": database,
                "http_port": str(port),
                "list_db": "False",
                "workers": "0",
                "max_cron_threads": "0",
                "smtp_server": "127.0.0.1",
                "smtp_port": "9",
                # Attachments never change in place, and no test here removes one.
                "data_dir": config["data_dir"],
            },
        )
        instance.write_config()
        process = stack.enter_context(
            demo.background(instance.command("server"), _ODOO_LOG, instance.env())
        )
        cls.url = f"http://127.0.0.1:{port}"
        demo.wait_for_http(cls.url, process, _ODOO_LOG)
        cls.asked_primary = Log(cls.servers.primary_log)
        cls.asked_standby = Log(cls.servers.standby_log)

    def setUp(self):
        super().setUp()
        self.visit = Visit(self.url)
        self.visit.sign_in(_CUSTOMER, _CUSTOMER)
        self.addCleanup(self.servers.resume)
        self.servers.catch_up()

    # ------------------------------------------------------------------
    # Which server was asked
    # ------------------------------------------------------------------

    def _forget(self):
        self.asked_primary.take()
        self.asked_standby.take()

    def assert_from_standby(self, what):
        """Check that tickets were read from the standby, and the primary heard nothing of it."""
        self.assertRegex(self.asked_standby.take(), r'FROM "helpdesk_ticket"', what)
        self.assertNotIn("helpdesk_ticket", self.asked_primary.take(), what)

    def assert_from_primary(self, what):
        self.assertRegex(self.asked_primary.take(), r'FROM "helpdesk_ticket"', what)
        self.assertNotIn("helpdesk_ticket", self.asked_standby.take(), what)

    def _open_ticket_path(self):
        """Return the address of a ticket whose status can be changed."""
        paths = self.visit.get("/my/tickets").xpath("//a/@href")
        for path in dict.fromkeys(p for p in paths if re.fullmatch(r"/my/ticket/\d+", p)):
            page = self.visit.get(path)
            if page.xpath("//select[@name='stage_id']/option[@value!='']"):
                return path
        return self.fail("no ticket of the demo customer can be changed")

    # ------------------------------------------------------------------
    # Stories
    # ------------------------------------------------------------------

    def test_pages_come_from_the_replica(self):
        ticket = self._open_ticket_path()
        for path in ("/my/tickets", "/my/tickets?search=a&groupby=status", ticket):
            self._forget()
            self.visit.get(path)
            self.assert_from_standby(path)
        self.assertNotIn("read/write cursor", _ODOO_LOG.read_text(), "no page tried to write")

    def test_a_comment_goes_to_the_primary_and_the_next_page_shows_it(self):
        ticket = self._open_ticket_path()
        others = Visit(self.url)
        others.sign_in(_CUSTOMER, _CUSTOMER)
        self.servers.catch_up()
        others.get("/my/tickets")  # what their signing in wrote has arrived
        word = f"smoke{uuid.uuid4().hex}"
        found = f"/my/tickets?search={word}"
        self.servers.pause()
        self._forget()
        self.visit.call(
            "/mail/message/post",
            thread_model="helpdesk.ticket",
            thread_id=int(ticket.rpartition("/")[2]),
            post_data={
                "body": f"There is {word}",
                "message_type": "comment",
                "subtype_xmlid": "mail.mt_comment",
            },
        )
        self.assertIn('INSERT INTO "mail_message"', self.asked_primary.take())
        self.assertNotIn("mail_message", self.asked_standby.take())

        self.assertTrue(self.visit.get(found).xpath(f"//a[@href='{ticket}']"), "they see it")
        self.assert_from_primary("the replica lags behind")
        self.visit.get(ticket)
        self.assert_from_primary("the replica lags behind on every page")
        self.assertFalse(others.get(found).xpath(f"//a[@href='{ticket}']"), "it does lag")
        self.assert_from_standby("who wrote nothing goes on reading there")

        self.servers.resume()
        self.assertTrue(self.visit.get(found).xpath(f"//a[@href='{ticket}']"))
        self.assert_from_standby("it has caught up")
        self.assertTrue(others.get(found).xpath(f"//a[@href='{ticket}']"))

    def test_a_changed_status_and_a_new_ticket_are_there_at_once(self):
        path = self._open_ticket_path()
        page = self.visit.get(path)
        [*_, choice] = page.xpath("//select[@name='stage_id']/option[@value!='']")
        self.servers.pause()
        target = self.visit.post(f"{path}/status", page, stage_id=choice.get("value"))
        self.assertIn(f"The status is now “{choice.text}”", self.visit.text(target))

        form = self.visit.get("/my/ticket/new")
        target = self.visit.post("/my/ticket/new", form, title="Made while it lags")
        self.assertIn("Made while it lags", self.visit.text(target))
        self.assertIn("Made while it lags", self.visit.text("/my/tickets"))
