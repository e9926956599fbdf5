"""Agents and customers."""

from __future__ import annotations

import html
import re

from .client import TIMEOUT, Client, Refused

_TICKET = "helpdesk.ticket"
_CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_FORM_TOKEN = re.compile(r'name="form_token"[^>]*value="([^"]+)"')
_PAGE_TOKEN = re.compile(r"csrf_token: \"([^\"]+)\"")
#: What a form says beside a field.
_SAID = re.compile(r'class="invalid-feedback d-block"[^>]*>([^<]+)<')


def _find(pattern: re.Pattern[str], page: str) -> str:
    if not (found := pattern.search(page)):
        raise Refused(f"a page without {pattern.pattern[:20]}")  # such as that there is no database
    return found[1]


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
        ("attach", 1),
    )

    def __init__(self, *args):
        super().__init__(*args)
        self.uid = 0
        self.page_token = ""
        self.tickets: list[int] = []

    def sign_in(self) -> None:
        """Sign in and see what there is to do."""
        self.uid = self.authenticate()
        self.page_token = _find(_PAGE_TOKEN, self.page("/odoo"))
        self.rows()

    def board(self) -> None:
        """Look at the board."""
        self.call(
            _TICKET,
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
            _TICKET,
            "web_search_read",
            [["stage_id.fold", "=", False], ["user_id", "in", [self.uid, False]]],
            specification={"name": {}, "ticket_ref": {}, "last_message_preview": {}},
            limit=80,
        )
        self.tickets = [record["id"] for record in result["records"]]

    def open_ticket(self) -> None:
        """Open a ticket with its conversation."""
        if ticket := self._any():
            self.call(_TICKET, "web_read", [ticket], specification={"name": {}, "description": {}})
            self.rpc(
                "/mail/thread/messages",
                thread_model=_TICKET,
                thread_id=ticket,
                fetch_params={"limit": 30},
            )

    def answer(self) -> None:
        """Answer a customer."""
        self._post("mail.mt_comment")

    def note(self) -> None:
        """Write an internal note."""
        self._post("mail.mt_note")

    def attach(self) -> None:
        """Write an internal note with a file; choose it again until it is there."""
        if not (ticket := self._any()):
            return
        token = self.ledger.expect("file")
        content = self.random.randbytes(self.random.choice((1000, 150_000)))

        def upload() -> None:
            response = self.http.post(
                f"{self.url}/mail/attachment/upload",
                data={
                    "csrf_token": self.page_token,
                    "thread_id": ticket,
                    "thread_model": _TICKET,
                    "is_pending": "true",
                },
                files={"ufile": (f"{token}.bin", content)},
                timeout=TIMEOUT,
            )
            if response.status_code != 200:
                raise Refused(f"HTTP {response.status_code}")
            if message := response.json().get("error"):
                raise Refused("upload refused", message)
            files.append(response.json()["data"]["attachment_id"])

        files: list[int] = []
        self.insist(upload)
        self._post("mail.mt_note", ticket, attachment_ids=files)
        self.ledger.confirm(token)

    def _post(self, subtype: str, ticket: int | None = None, **data) -> None:
        if ticket := ticket or self._any():
            token = self.ledger.expect("message")
            self.post(ticket, f"We looked into it. {token}", subtype_xmlid=subtype, **data)
            self.ledger.confirm(token)

    def move(self) -> None:
        """Claim a ticket, or solve it."""
        if ticket := self._any():
            method = self.random.choice(("action_claim", "action_solve"))
            try:
                self.call(_TICKET, method, [ticket])
            except Refused as refusal:
                # Somebody else has it, or it is solved: that is an answer.
                if "UserError" not in str(refusal):
                    raise

    def create(self) -> None:
        """Make a ticket for somebody who called."""
        token = self.ledger.expect("ticket")
        self.call(
            _TICKET,
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

    STEPS = (("list", 4), ("read", 4), ("comment", 2), ("ask", 2))

    def __init__(self, *args):
        super().__init__(*args)
        self.tickets: list[int] = []

    def sign_in(self) -> None:
        """Sign in by the form."""
        page = self.http.get(f"{self.url}/web/login", timeout=TIMEOUT).text
        data = {"csrf_token": _find(_CSRF, page), "login": self.login, "password": self.login}
        self.http.post(f"{self.url}/web/login", data=data, timeout=TIMEOUT)
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
        self.post(ticket, f"It still does not work. {token}", subtype_xmlid="mail.mt_comment")
        self.ledger.confirm(token)
        conversation = self.rpc(
            "/mail/chatter_fetch",
            thread_model=_TICKET,
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
            "csrf_token": _find(_CSRF, page),
            "form_token": _find(_FORM_TOKEN, page),
            "title": f"The scanner is slow {token}",
            "description": "Since this morning.",
            "priority": "1",
        }
        # Sometimes everybody sends the same file.
        content = self.random.choice((b"line\n" * 40_000, self.random.randbytes(150_000), b"short"))
        files = {"attachments": ("log.txt", content)}

        def send() -> None:
            response = self.http.post(
                f"{self.url}/my/ticket/new", data=form, files=files, timeout=TIMEOUT
            )
            if response.status_code == 422:
                raise Refused("HTTP 422", html.unescape(" ".join(_SAID.findall(response.text))))
            if response.status_code != 200 or "/my/ticket/new" in response.url:
                raise Refused(f"HTTP {response.status_code} {response.url}")

        self.insist(send)
        self.ledger.confirm(token)
