"""Agents, customers and a mail gateway, each in a thread of its own."""

from __future__ import annotations

import random
import re
import threading
import time
import xmlrpc.client
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

import requests

from .ledger import Ledger

_TIMEOUT = 60
_CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_FORM_TOKEN = re.compile(r'name="form_token"[^>]*value="([^"]+)"')
_PAGE_TOKEN = re.compile(r"csrf_token: \"([^\"]+)\"")
#: Between two attempts of what must arrive: of a mail server, or of a person who clicks again.
_AGAIN_AFTER = 1.0


class Refused(Exception):
    """The server answered, but not as it should."""


class Client(threading.Thread):
    """Somebody who does one thing after another until the time is over."""

    #: ``(name of the method, how often)``
    STEPS: tuple[tuple[str, int], ...] = ()

    def __init__(self, url: str, ledger: Ledger, until: float, pause: float):
        super().__init__(daemon=True)
        self.url, self.ledger, self.until, self.pause = url, ledger, until, pause
        self.random = random.Random(self.name)
        self.http = requests.Session()
        self.http.trust_env = False

    def run(self) -> None:
        """Sign in and work; whatever goes wrong is noted, and the next thing tried."""
        names, weights = zip(*self.STEPS, strict=True)
        signed_in = False
        while time.time() < self.until:
            step = self.random.choices(names, weights)[0] if signed_in else "sign_in"
            started = time.perf_counter()
            try:
                getattr(self, step)()
                signed_in = True
            except (requests.RequestException, xmlrpc.client.Error, OSError, Refused) as error:
                self.ledger.failed(step, f"{type(error).__name__} {error}".split("\n")[0])
                time.sleep(0.5)
            else:
                self.ledger.took(
                    f"{type(self).__name__.lower()} {step}", time.perf_counter() - started
                )
            time.sleep(self.random.uniform(0, 2 * self.pause))

    def sign_in(self) -> None:
        """Begin a session."""

    def rpc(self, path: str, **params) -> object:
        """Call a JSON-RPC route.

        :raises Refused: on an error in the answer
        """
        body = {"jsonrpc": "2.0", "method": "call", "id": 1, "params": params}
        response = self.http.post(f"{self.url}{path}", json=body, timeout=_TIMEOUT)
        if response.status_code != 200:
            raise Refused(f"HTTP {response.status_code}")
        answer = response.json()
        if "error" in answer:
            raise Refused(answer["error"].get("data", {}).get("name", "error"))
        return answer["result"]

    def page(self, path: str) -> str:
        """Fetch a page.

        :raises Refused: if it is none
        """
        response = self.http.get(f"{self.url}{path}", timeout=_TIMEOUT)
        if response.status_code != 200 or "/web/login" in response.url:
            raise Refused(f"HTTP {response.status_code}")
        return response.text

    def insist(self, work) -> None:
        """Do something that may be done twice without harm until the server confirms it."""
        while True:
            try:
                return work()
            except (requests.RequestException, xmlrpc.client.Error, OSError, Refused) as error:
                # A gateway tries for days; here until a while after the last fault.
                if time.time() > self.until + 120:
                    raise
                self.ledger.failed("again", f"{type(error).__name__} {error}".split("\n")[0])
                time.sleep(_AGAIN_AFTER)


class Agent(Client):
    """Works through the web client's calls."""

    STEPS = (
        ("board", 3),
        ("rows", 2),
        ("open_ticket", 4),
        ("answer", 3),
        ("note", 1),
        ("move", 2),
        ("create", 1),
    )

    def __init__(self, *args, login: str):
        super().__init__(*args)
        self.login = login
        self.uid = 0
        self.tickets: list[int] = []

    def sign_in(self) -> None:
        """Sign in and see what there is to do."""
        password = self.login
        result = self.rpc(
            "/web/session/authenticate", db=self.database, login=self.login, password=password
        )
        self.uid = result["uid"]
        self.rows()

    database = ""

    def call(self, method: str, *args, **kwargs) -> object:
        """Call a method of tickets."""
        return self.rpc(
            f"/web/dataset/call_kw/helpdesk.ticket/{method}",
            model="helpdesk.ticket",
            method=method,
            args=args,
            kwargs=kwargs,
        )

    def board(self) -> None:
        """Look at the board."""
        self.call(
            "web_read_group",
            [["stage_id.fold", "=", False]],
            groupby=["stage_id"],
            aggregates=[],
            auto_unfold=True,
            unfold_read_specification={"name": {}, "ticket_ref": {}, "unread": {}},
            unfold_read_default_limit=20,
        )

    def rows(self) -> None:
        """Look at the list of own tickets."""
        result = self.call(
            "web_search_read",
            [["stage_id.fold", "=", False], ["user_id", "in", [self.uid, False]]],
            specification={"name": {}, "ticket_ref": {}, "last_message_preview": {}},
            limit=80,
        )
        self.tickets = [record["id"] for record in result["records"]]

    def open_ticket(self) -> None:
        """Open a ticket with its conversation."""
        if ticket := self._any():
            self.call("web_read", [ticket], specification={"name": {}, "description": {}})
            self.rpc(
                "/mail/thread/messages",
                thread_model="helpdesk.ticket",
                thread_id=ticket,
                fetch_params={"limit": 30},
            )

    def answer(self) -> None:
        """Answer a customer."""
        self._post("mail.mt_comment")

    def note(self) -> None:
        """Write an internal note."""
        self._post("mail.mt_note")

    def _post(self, subtype: str) -> None:
        if ticket := self._any():
            token = self.ledger.expect("message")
            self.rpc(
                "/mail/message/post",
                thread_model="helpdesk.ticket",
                thread_id=ticket,
                post_data={
                    "body": f"We looked into it. {token}",
                    "message_type": "comment",
                    "subtype_xmlid": subtype,
                },
            )
            self.ledger.confirm(token)

    def move(self) -> None:
        """Claim a ticket, or solve it."""
        if ticket := self._any():
            method = self.random.choice(("action_claim", "action_solve"))
            try:
                self.call(method, [ticket])
            except Refused as refusal:
                # Somebody else has it, or it is solved: that is an answer.
                if "UserError" not in str(refusal):
                    raise

    def create(self) -> None:
        """Make a ticket for somebody who called."""
        token = self.ledger.expect("ticket")
        self.call(
            "web_save",
            [],
            {"name": f"Call about the printer {token}", "channel": "phone"},
            specification={"ticket_ref": {}},
        )
        self.ledger.confirm(token)

    def _any(self) -> int | None:
        return self.random.choice(self.tickets) if self.tickets else None


class Customer(Client):
    """Uses the portal."""

    STEPS = (("list", 4), ("read", 4), ("comment", 2), ("ask", 1))

    def __init__(self, *args, login: str):
        super().__init__(*args)
        self.login = login
        self.tickets: list[int] = []

    def sign_in(self) -> None:
        """Sign in by the form."""
        page = self.http.get(f"{self.url}/web/login", timeout=_TIMEOUT).text
        found = _CSRF.search(page)
        if not found:
            raise Refused("no form to sign in")
        self.http.post(
            f"{self.url}/web/login",
            data={"csrf_token": found[1], "login": self.login, "password": self.login},
            timeout=_TIMEOUT,
        )
        self.list()

    def list(self) -> None:
        """Look at the list of tickets."""
        text = self.page("/my/tickets")
        self.tickets = sorted({int(number) for number in re.findall(r"/my/ticket/(\d+)", text)})

    def read(self) -> None:
        """Read a ticket's page."""
        if self.tickets:
            self.page(f"/my/ticket/{self.random.choice(self.tickets)}")

    def comment(self) -> None:
        """Write something on a ticket, and see it on the page right after."""
        if not self.tickets:
            return
        ticket = self.random.choice(self.tickets)
        token = self.ledger.expect("message")
        self.rpc(
            "/mail/message/post",
            thread_model="helpdesk.ticket",
            thread_id=ticket,
            post_data={
                "body": f"It still does not work. {token}",
                "message_type": "comment",
                "subtype_xmlid": "mail.mt_comment",
            },
        )
        self.ledger.confirm(token)
        conversation = self.rpc(
            "/mail/chatter_fetch",
            thread_model="helpdesk.ticket",
            thread_id=ticket,
            fetch_params={"limit": 30},
        )
        if token not in str(conversation):
            raise Refused("the comment is not on the page")

    def ask(self) -> None:
        """Fill in the form for a new ticket; click again until there is an answer."""
        page = self.page("/my/ticket/new")
        token = self.ledger.expect("ticket")
        form = {
            "csrf_token": _CSRF.search(page)[1],
            "form_token": _FORM_TOKEN.search(page)[1],
            "title": f"The scanner is slow {token}",
            "description": "Since this morning.",
            "priority": "1",
        }
        files = {"attachments": ("log.txt", b"line\n" * self.random.choice((10, 40_000)))}

        def send() -> None:
            response = self.http.post(
                f"{self.url}/my/ticket/new", data=form, files=files, timeout=_TIMEOUT
            )
            if response.status_code != 200 or "/my/ticket/new" in response.url:
                raise Refused(f"HTTP {response.status_code} {response.url}")

        self.insist(send)
        self.ledger.confirm(token)


class Gateway(Client):
    """Hands mails over as a mail server's script does, and tries again until they are taken."""

    STEPS = (("new_mail", 2), ("reply", 2))

    def __init__(self, *args, address: str, login: str):
        super().__init__(*args)
        self.address, self.login = address, login
        self.threads: list[str] = []

    database = ""

    def new_mail(self) -> None:
        """Deliver a customer's new mail."""
        title, text = self.ledger.expect("ticket"), self.ledger.expect("message")
        message = self._write(f"Question {title}", text)
        self._deliver(message)
        self.ledger.confirm(title, text)
        self.threads.append(message["Message-ID"])

    def reply(self) -> None:
        """Deliver another mail of the same thread."""
        if self.threads:
            text = self.ledger.expect("message")
            message = self._write("Re: Question", text)
            message["In-Reply-To"] = message["References"] = self.random.choice(self.threads)
            self._deliver(message)
            self.ledger.confirm(text)

    def _write(self, subject: str, token: str) -> EmailMessage:
        message = EmailMessage()
        message["From"] = f"Kaisa <kaisa{self.random.randrange(30)}@kunta.example>"
        message["To"] = self.address
        message["Subject"] = subject
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain="kunta.example")
        message.set_content(f"The network is down. {token}\n")
        if self.random.random() < 0.3:
            data = self.random.randbytes(200_000)
            message.add_attachment(data, "image", "png", filename="picture.png")
        return message

    def _deliver(self, message: EmailMessage) -> None:
        raw = xmlrpc.client.Binary(message.as_bytes())

        def deliver() -> None:
            with xmlrpc.client.ServerProxy(
                f"{self.url}/xmlrpc/2/object", allow_none=True
            ) as server:
                server.execute_kw(
                    self.database, 2, self.login, "mail.thread", "message_process", [False, raw]
                )

        self.insist(deliver)
