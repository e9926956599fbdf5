"""Core's reCAPTCHA on the public form, as `website` brings it along.

Google is a server on this machine: the browser is given its script, and Odoo asks it over HTTP.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from unittest.mock import patch
from urllib.parse import parse_qs

import requests

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.google_recaptcha.models import ir_http as recaptcha
from odoo.addons.helpdesk_futural_portal.controllers import public_form

from .portal_browsers import PortalBrowserCase

_SCRIPT = """
document.body.insertAdjacentHTML("beforeend", "<div class='grecaptcha-badge'></div>");
window.grecaptcha = {
    ready: (callback) => callback(),
    execute: async (key, {action}) => `${key} says ${action}`,
};
"""
_VERDICTS = {
    "a person": {"success": True, "score": 0.9, "action": "helpdesk_form"},
    "a robot": {"success": True, "score": 0.1, "action": "helpdesk_form"},
    "another page's": {"success": True, "score": 0.9, "action": "signup"},
    "": {"success": False, "error-codes": ["missing-input-response"]},
    "used twice": {"success": False, "error-codes": ["timeout-or-duplicate"]},
}
_VERDICTS["site-key says helpdesk_form"] = _VERDICTS["a person"]


class Judge(BaseHTTPRequestHandler):
    """Answers as Google does, and remembers what it was asked."""

    asked: list

    def do_POST(self):
        question = self.rfile.read(int(self.headers["Content-Length"])).decode()
        fields = {
            name: value for name, [value] in parse_qs(question, keep_blank_values=True).items()
        }
        self.asked.append(fields)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(_VERDICTS[fields.get("response", "")]).encode())

    def log_message(self, *_arguments):
        """Say nothing."""


@tagged("post_install", "-at_install")
class TestPortalRecaptcha(PortalBrowserCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.use_website_helpdesk_form = True
        cls.url = cls.team._get_form_url()
        settings = cls.env["ir.config_parameter"]
        settings.set_param("recaptcha_private_key", "secret-key")
        settings.set_param("recaptcha_public_key", "site-key")
        settings.set_param("recaptcha_min_score", "0.5")

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(public_form, "MIN_SECONDS", 0))
        Judge.asked = []
        self.judge = HTTPServer(("127.0.0.1", 0), Judge)
        thread = threading.Thread(target=self.judge.serve_forever)
        thread.start()
        self.addCleanup(self.judge.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(self.judge.shutdown)
        self.startPatcher(
            patch.object(
                recaptcha,
                "requests",
                SimpleNamespace(post=self._ask_judge, exceptions=requests.exceptions),
            )
        )

    def _ask_judge(self, url, data, **options):
        self.assertEqual(url, "https://www.recaptcha.net/recaptcha/api/siteverify")
        with requests.Session() as session:
            session.trust_env = False
            address = f"http://127.0.0.1:{self.judge.server_port}/"
            return session.post(address, data=data, **options)

    def fetch_proxy(self, url):
        if url.startswith("https://www.recaptcha.net/recaptcha/api.js?render=site-key"):
            return self.make_fetch_proxy_response(_SCRIPT)
        return super().fetch_proxy(url)

    def _send(self, **data):
        self._sign_in(None)
        page = self._page(self.url)
        data["stamp"] = page.xpath("//input[@name='stamp']/@value")[0]
        return self._post(
            self.url,
            title="No light in the lift",
            contact="Nora Nilsen",
            email="nora@solo.example",
            **data,
        )

    def _made(self):
        return self.env["helpdesk.ticket"].search([("name", "=", "No light in the lift")])

    @mute_logger("odoo.addons.google_recaptcha.models.ir_http")
    def test_who_is_taken_for_a_robot_makes_nothing_and_keeps_the_text(self):
        for token, said in (
            ("a robot", "Suspicious activity"),
            ("another page's", "Suspicious activity"),
            ("", "token is invalid"),
            ("used twice", "timed out"),
        ):
            with self.subTest(token=token):
                response = self._send(recaptcha_token_response=token)
                self.assertEqual(response.status_code, 422)
                self.assertIn(said, response.text)
                self.assertIn("No light in the lift", response.text)
        self.assertFalse(self._made())
        self.assertEqual(len(Judge.asked), 4)

    @mute_logger("odoo.addons.google_recaptcha.models.ir_http")
    def test_a_judge_who_does_not_answer_lets_nobody_in(self):
        with patch.dict(_VERDICTS, {"a person": "no verdict"}):
            response = self._send(recaptcha_token_response="a person")
        self.assertEqual(response.status_code, 422)
        self.assertIn("No light in the lift", response.text)
        self.assertFalse(self._made())

    def test_nobody_is_asked_where_it_is_not_set_up(self):
        self.env["ir.config_parameter"].set_param("recaptcha_private_key", "")
        self.assertEqual(self._send().status_code, 303)
        self.assertTrue(self._made())
        self.assertFalse(Judge.asked)

    def test_a_person_sends_the_form_and_notices_nothing(self):
        with self.browsing() as browser:
            browser.go_to(self.url)
            browser.see(".grecaptcha-badge")
            browser.see(".o_helpdesk_severity.d-none")
            for name, text in (
                ("contact", "Nora Nilsen"),
                ("email", "nora@solo.example"),
                ("title", "No light in the lift"),
            ):
                browser.write(f"[name={name}]", text)
            browser.click("button[type=submit]", "Send")
            browser.see(".lead", "Your case has the number")
        self.assertTrue(self._made())
        [question] = Judge.asked
        self.assertEqual(
            question,
            {
                "secret": "secret-key",
                "response": "site-key says helpdesk_form",
                "remoteip": "127.0.0.1",
            },
        )
