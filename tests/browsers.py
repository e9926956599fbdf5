"""Several people at once, each in a real browser, at the server that the tests run in.

``HttpCase.start_tour`` drives one browser, inside the one transaction of its test, where nothing
is ever committed and so nothing ever goes over the bus by itself. Here every request commits, and
the browsers learn of each other as in production.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections import Counter
from unittest.mock import patch

from odoo import http
from odoo.service import security, server
from odoo.tests.common import HOST, ChromeBrowser, get_db_name

from odoo.addons.bus.websocket import CloseCode, WebsocketConnectionHandler, _kick_all

from .common import CommittedCase

#: So long may anything take that a person would see at once, on a machine that is busy.
_PATIENCE = 90
_LOOK_EVERY = 0.2


class Browser:
    """One person's Chromium. What is waited for is what they see."""

    def __init__(self, case: BrowserCase, sid: str):
        self._case = case
        self._chrome = ChromeBrowser(case)
        self._chrome.set_cookie("session_id", sid, "/", HOST)

    def go_to(self, path: str) -> None:
        """Open a page of the server."""
        port = server.server.httpd.server_port
        self._chrome.navigate_to(f"http://{HOST}:{port}{path}")

    def see(self, selector: str, text: str = "") -> None:
        """Wait until something with that text is on the page."""
        self.wait_until(f"{self._find(selector, text)} !== undefined", f"{selector}: {text!r}")

    def miss(self, selector: str, text: str = "") -> None:
        """Wait until nothing with that text is on the page (which is loaded)."""
        self.wait_until(f"{self._find(selector, text)} === undefined", f"no {selector}: {text!r}")

    def click(self, selector: str, text: str = "") -> None:
        """Click on something as soon as it is there and can be clicked on."""
        found = self._find(f"{selector}:not(:disabled)", text)
        self.wait_until(
            f"(element => element && (element.click(), true))({found})", f"click {selector}"
        )

    def write(self, selector: str, text: str) -> None:
        """Type into a field."""
        found = self._find(selector)
        self.wait_until(
            f"(element => element && (element.focus(), true))({found})", f"in {selector}"
        )
        self._chrome._websocket_request("Input.insertText", params={"text": text})

    def check(self) -> None:
        """Check that the browser's console has no errors."""
        result = self._chrome._result
        self._case.assertFalse(
            self._chrome.had_failure or result.done(), result.done() and result.exception()
        )

    def kill(self) -> None:
        """Let the browser die, as in a crash: it tells nobody."""
        self._chrome.chrome.kill()
        self._chrome.chrome.wait(_PATIENCE)
        self._chrome._receiver.join(_PATIENCE)
        # Core drops the connection when it notices; there is nothing left to say over it.
        vars(self._chrome).pop("ws", None)

    def quit(self) -> None:
        """Close the browser, and wait for its end."""
        # From here on core takes it for no error that something was still being fetched.
        self._chrome._result.cancel()
        self._chrome.stop()

    @staticmethod
    def _find(selector: str, text: str = "") -> str:
        return (
            f"[...document.querySelectorAll({json.dumps(selector)})]"
            f".find(element => element.textContent.includes({json.dumps(text)}))"
        )

    def wait_until(self, condition: str, what: str) -> None:
        """Wait until a script's value is true."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            answer = self._chrome._websocket_request(
                "Runtime.evaluate",
                params={"expression": f"Boolean({condition})"},
                timeout=_PATIENCE,
            )
            if answer["result"].get("value") is True:
                return
            if time.monotonic() > deadline:
                self._chrome.take_screenshot().result(_PATIENCE)
                self._case.fail(f"Not seen within {_PATIENCE} seconds: {what}")
            time.sleep(_LOOK_EVERY)


class BrowserCase(CommittedCase):
    """A test in which several people use the web client at the same time."""

    # What core's ChromeBrowser asks of a test.
    browser_size = "1366x768"
    touch_enabled = False
    _logger = logging.getLogger("odoo.tests.browsers")

    def setUp(self):
        super().setUp()
        # Core refuses websockets in tests, which have only one transaction. Not so this one.
        self.startPatcher(
            patch.object(WebsocketConnectionHandler, "websocket_allowed", return_value=True)
        )

    def open_browser(self, user_id: int) -> Browser:
        """Give the browser of a user who is logged in; it is closed at the end of the test."""
        session = http.root.session_store.new()
        session.update(
            http.get_default_session(),
            db=get_db_name(),
            _trace_disable=True,  # or else the browser is noted as one of the user's devices
        )
        with self.transaction() as env:
            user = env["res.users"].browse(user_id)
            if "odoobot_state" in user._fields:
                user.odoobot_state = "disabled"  # or else Odoo's robot opens a chat with them
        with self.transaction(user_id) as env:
            session.uid = user_id
            session.login = env.user.login
            session.session_token = security.compute_session_token(session, env)
            session.context = dict(env["res.users"].context_get())
        http.root.session_store.save(session)
        self.addCleanup(http.root.session_store.delete, session)
        # Before the user is removed nobody may serve them any more.
        self.addCleanup(self._wait_for_requests)
        browser = Browser(self, session.sid)
        self.addCleanup(browser.quit)
        return browser

    def _wait_for_requests(self) -> None:
        _kick_all(CloseCode.KILL_NOW)
        for thread in threading.enumerate():
            if thread.name.startswith("odoo.service.http.request."):
                thread.join(_PATIENCE)

    def _count_rows(self) -> Counter:
        counts = super()._count_rows()
        # The web client's assets are compiled for the first browser, and stay for the next one.
        del counts["ir_attachment"]
        return counts

    def fetch_proxy(self, _url: str) -> dict:
        """Answer what a browser asks of any other server."""
        return {"body": "", "responseCode": 404, "responseHeaders": []}
