"""The server of the demo, as far as the pictures need it."""

from __future__ import annotations

import base64
import json
import urllib.request

from dev.console import Failure

_MAILS = (
    """From: Elsa Salmi <elsa.salmi@example.com>
To: support@futural.example
Subject: The scale shows no price
Message-ID: <scale@example.com>

Hello, since this morning our scale shows 0.00 for everything. Elsa
""",
    """From: Backup <backup@monitoring.example.net>
To: support@futural.example
Subject: Nightly backup failed
Message-ID: <backup@monitoring.example.net>
Auto-Submitted: auto-generated

The nightly backup of server 3 has failed.
""",
)


class DemoServer:
    """The demo database, as far as the pictures need to know it."""

    def __init__(self, url: str, database: str) -> None:
        self.url = url
        self.database = database
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self.sessions = {login: self._sign_in(login) for login in ("admin", "agent", "customer")}
        self.sessions[""] = ""

    def _post(self, path: str, params: dict, session: str = "") -> tuple[object, str]:
        request = urllib.request.Request(
            self.url + path,
            data=json.dumps({"jsonrpc": "2.0", "params": params}).encode(),
            headers={"Content-Type": "application/json", "Cookie": f"session_id={session}"},
        )
        with self._opener.open(request, timeout=120) as answer:
            body = json.load(answer)
            cookie = answer.headers.get("Set-Cookie") or ""
        if "error" in body:
            raise Failure(f"{path}: {body['error']['data']['message']}")
        return body.get("result"), cookie

    def _sign_in(self, login: str) -> str:
        params = {"db": self.database, "login": login, "password": login}
        _user, cookie = self._post("/web/session/authenticate", params)
        return cookie.split("session_id=")[1].split(";")[0]

    def call(self, model: str, method: str, *args: object, **kwargs: object) -> object:
        """Call a method as the administrator."""
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        path = f"/web/dataset/call_kw/{model}/{method}"
        return self._post(path, params, self.sessions["admin"])[0]

    def prepare(self) -> dict[str, object]:
        """Let some mail come in; return what the paths' braces stand for."""
        if not self.call("helpdesk.incoming.mail", "search_count", []):
            for mail in _MAILS:
                self.call("mail.thread", "message_process", False, mail)
        values: dict[str, object] = {
            f"{row['module']}.{row['name']}": row["res_id"]
            for row in self.call(
                "ir.model.data",
                "search_read",
                [("module", "=like", "helpdesk_futural%")],
                ["module", "name", "res_id"],
            )
        }
        [team] = self.call(
            "helpdesk.team",
            "read",
            [values["helpdesk_futural.team_default"]],
            ["website_form_url"],
        )
        values["form"] = team["website_form_url"].rsplit("/", 1)[1]
        [rated] = self.call(
            "rating.rating",
            "search_read",
            [("res_model", "=", "helpdesk.ticket")],
            ["access_token"],
            order="id desc",
            limit=1,
        )
        values["rating"] = rated["access_token"]
        values["digest"] = self._publish_digest(values["helpdesk_futural.digest_digest_weekly"])
        return values

    def _publish_digest(self, digest: object) -> int:
        """Let the digest be sent; return the number of a file that shows it as a mail program does."""
        self.call("digest.digest", "action_send_manual", [digest])
        [mail] = self.call(
            "mail.mail", "search_read", [], ["subject", "body_html"], order="id desc", limit=1
        )
        page = f"<title>{mail['subject']}</title>{mail['body_html']}"
        values = {
            "name": "digest.html",
            "mimetype": "text/html",
            "datas": base64.b64encode(page.encode()).decode(),
        }
        [file] = self.call("ir.attachment", "create", [values])
        return file
