"""Somebody who uses the helpdesk, in a thread of their own."""

from __future__ import annotations

import math
import random
import re
import threading
import time
import xmlrpc.client
from collections.abc import Callable

import requests

from .ledger import Ledger

TIMEOUT = 60
#: What goes wrong between a client and a server.
TROUBLE: tuple[type[Exception], ...] = (requests.RequestException, xmlrpc.client.Error, OSError)
#: In what requests says of a connection that failed, the word that tells why.
_CAUSE = re.compile(r"HTTPConnectionPool.*Caused by (\w+).*")
#: How Odoo marks what is meant for people among XML-RPC's faults.
_WARNING = 2
#: Between two attempts of what must arrive: of a mail server, or of a person who clicks again.
_AGAIN_AFTER = 1.0


class Refused(Exception):
    """The server answered, but not as it should.

    :param message: what people read
    """

    def __init__(self, what: str, message: str = ""):
        super().__init__(what)
        self.message = message


class Client(threading.Thread):
    """Somebody who does one thing after another until the time is over."""

    #: ``(name of the method, how often)``
    STEPS: tuple[tuple[str, int], ...] = ()
    database = ""

    def __init__(self, url: str, ledger: Ledger, pause: float, login: str):
        super().__init__(daemon=True)
        self.url, self.ledger, self.pause, self.login = url, ledger, pause, login
        #: When to stop: set when everybody has signed in.
        self.until = math.inf
        self.signed_in = False
        #: Whether the time was over before something happened that the client knows nothing about.
        self.went_home = False
        self.random = random.Random(self.name)
        self.http = requests.Session()
        self.http.trust_env = False

    def run(self) -> None:
        """Sign in and work; whatever goes wrong is noted, and the next thing tried."""
        names, weights = zip(*self.STEPS, strict=True)
        while time.time() < self.until:
            step = self.random.choices(names, weights)[0] if self.signed_in else "sign_in"
            started = time.perf_counter()
            try:
                getattr(self, step)()
                self.signed_in = True
            except (*TROUBLE, Refused) as error:
                self._note(step, error)
                time.sleep(0.5)
            else:
                self.ledger.took(
                    f"{type(self).__name__.lower()} {step}", time.perf_counter() - started
                )
            time.sleep(self.random.uniform(0, 2 * self.pause))
        self.went_home = True

    def sign_in(self) -> None:
        """Begin a session."""

    def rpc(self, path: str, **params) -> object:
        """Call a JSON-RPC route.

        :raises Refused: on an error in the answer
        """
        body = {"jsonrpc": "2.0", "method": "call", "id": 1, "params": params}
        response = self.http.post(f"{self.url}{path}", json=body, timeout=TIMEOUT)
        if response.status_code != 200:
            raise Refused(f"HTTP {response.status_code}")
        answer = response.json()
        if "error" in answer:
            data = answer["error"].get("data", {})
            raise Refused(data.get("name", "error"), data.get("message", ""))
        return answer["result"]

    def authenticate(self) -> int:
        """Sign in through the web client's call, with the login as password; return the user's id."""
        return self.rpc(
            "/web/session/authenticate", db=self.database, login=self.login, password=self.login
        )["uid"]

    def call(self, model: str, method: str, *args, **kwargs) -> object:
        """Call a method of a model, as the web client does."""
        return self.rpc(
            f"/web/dataset/call_kw/{model}/{method}",
            model=model,
            method=method,
            args=args,
            kwargs=kwargs,
        )

    def post(self, ticket: int, body: str, **data) -> None:
        """Write on a ticket, as the web client and the portal do."""
        self.rpc(
            "/mail/message/post",
            thread_model="helpdesk.ticket",
            thread_id=ticket,
            post_data={"body": body, "message_type": "comment", **data},
        )

    def page(self, path: str) -> str:
        """Fetch a page.

        :raises Refused: if it is none
        """
        response = self.http.get(f"{self.url}{path}", timeout=TIMEOUT)
        if response.status_code != 200 or "/web/login" in response.url:
            raise Refused(f"HTTP {response.status_code}")
        return response.text

    def insist(self, work: Callable[[], object]) -> object:
        """Do something that may be done twice without harm until the server confirms it; return what that gives."""
        while True:
            try:
                return work()
            except (*TROUBLE, Refused) as error:
                # A mail server tries for days; here until a while after the last fault.
                if time.time() > self.until + 120:
                    raise
                self._note("again", error)
                time.sleep(_AGAIN_AFTER)

    def _note(self, step: str, error: Exception) -> None:
        text = f"{type(error).__name__} {error}".split("\n")[0]
        text = _CAUSE.sub(r"\1", text)
        self.ledger.failed(f"{type(self).__name__.lower()} {step}", text)
        if isinstance(error, xmlrpc.client.Fault) and error.faultCode == _WARNING:
            self.ledger.told(error.faultString)
        elif message := getattr(error, "message", ""):
            self.ledger.told(message)
