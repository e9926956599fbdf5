"""Programs that use the helpdesk from outside, by each of Odoo's protocols."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from xmlrpc.client import Fault

from odoo import fields
from odoo.tests.common import get_db_name

#: The kind of refusal that most tests wait for.
ACCESS_ERROR = "AccessError"


class Refused(Exception):
    """The server refused a call; ``kind`` is the name of its exception."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind


class Client:
    """A program that signs in with a user's API key."""

    def __init__(self, case, user) -> None:
        self.case, self.uid = case, user.id
        # sudo: the test hands out the key that the user would make in their preferences
        keys = case.env["res.users.apikeys"].with_user(user).sudo()
        until = fields.Datetime.now() + timedelta(days=1)
        self.key = keys._generate("rpc", "Test", until)

    def call(self, model: str, method: str, ids: Sequence[int] | None = None, /, **arguments):
        """Call a method by name, as documented in design.md.

        :raises Refused: if the server refuses
        """
        raise NotImplementedError

    def create(self, model: str, values: dict) -> int:
        """Create one record and return its id."""
        raise NotImplementedError


class _ExecuteClient(Client):
    """What the two older protocols have in common: positional ``execute_kw``."""

    def call(self, model, method, ids=None, /, **arguments):
        return self._execute(model, method, [] if ids is None else [list(ids)], arguments)

    def create(self, model, values):
        return self._execute(model, "create", [values], {})

    def _execute(self, model, method, positional, named):
        raise NotImplementedError


class XmlRpcClient(_ExecuteClient):
    def _execute(self, model, method, positional, named):
        try:
            return self.case.xmlrpc_object.execute_kw(
                get_db_name(), self.uid, self.key, model, method, positional, named
            )
        except Fault as fault:
            # The protocol has numbers: 4 is a refusal by rights.
            kind = ACCESS_ERROR if fault.faultCode == 4 else "Error"
            raise Refused(kind, fault.faultString) from fault


class JsonRpcClient(_ExecuteClient):
    def _execute(self, model, method, positional, named):
        parameters = [get_db_name(), self.uid, self.key, model, method, positional, named]
        answer = self.case.url_open(
            "/jsonrpc",
            json={
                "jsonrpc": "2.0",
                "method": "call",
                "params": {"service": "object", "method": "execute_kw", "args": parameters},
            },
        ).json()
        if "error" in answer:
            error = answer["error"]["data"]
            raise Refused(error["name"].rpartition(".")[2], error["message"])
        return answer["result"]


class Json2Client(Client):
    def call(self, model, method, ids=None, /, **arguments):
        if ids is not None:
            arguments["ids"] = list(ids)
        answer = self.case.url_open(
            f"/json/2/{model}/{method}",
            json=arguments,
            headers={"Authorization": f"bearer {self.key}"},
            method="POST",
        )
        if answer.status_code != 200:
            error = answer.json()
            raise Refused(error["name"].rpartition(".")[2], error["message"])
        return answer.json()

    def create(self, model, values):
        [record_id] = self.call(model, "create", vals_list=[values])
        return record_id


PROTOCOLS = (XmlRpcClient, JsonRpcClient, Json2Client)
