"""A browser's calls without a browser or a network: requests straight into Odoo's WSGI application."""

import json
from xml.etree import ElementTree

from werkzeug.test import Client

from odoo import SUPERUSER_ID, api, http
from odoo.service import security


class WebClient:
    """Somebody who is signed in."""

    def __init__(self, registry, login):
        self._client = Client(http.root)
        self.database = registry.db_name
        session = http.root.session_store.new()
        session.update(http.get_default_session(), db=self.database, _trace_disable=True)
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            user = env["res.users"].search([("login", "=", login)])
            session.uid, session.login = user.id, login
            session.session_token = security.compute_session_token(session, env(user=user))
            session.context = dict(env(user=user)["res.users"].context_get())
            self.context = dict(session.context)
        http.root.session_store.save(session)
        self._client.set_cookie("session_id", session.sid)
        self._views = {}

    def get(self, path):
        """Fetch a page; an answer other than 200 is an error."""
        response = self._client.get(path)
        assert response.status_code == 200, (path, response.status_code)
        return response.get_data(as_text=True)

    def rpc(self, path, params):
        """Call a JSON-RPC route and return its result."""
        body = {"jsonrpc": "2.0", "method": "call", "id": 1, "params": params}
        response = self._client.post(path, json=body)
        answer = json.loads(response.get_data(as_text=True))
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def call(self, model, method, *args, **kwargs):
        """Call a model's method as the web client does."""
        kwargs.setdefault("context", self.context)
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self.rpc(f"/web/dataset/call_kw/{model}/{method}", params)

    # ------------------------------------------------------------------
    # Views
    # ------------------------------------------------------------------

    def specification(self, model, kind, view=None):
        """Return what the web client reads for a view of a model."""
        key = (model, kind, view)
        if key not in self._views:
            views = self.call(model, "get_views", views=[[view, kind]], options={})
            models = views["models"]
            arch = ElementTree.fromstring(views["views"][kind]["arch"])
            self._views[key] = _specification(arch, model, models)
        return self._views[key]

    def kanban(self, model, domain, group_by="stage_id"):
        """Open a kanban view: all columns, twenty cards in each that is unfolded."""
        return self.call(
            model,
            "web_read_group",
            domain=domain,
            groupby=[group_by],
            aggregates=[],
            auto_unfold=True,
            opening_info=None,
            unfold_read_specification=self.specification(model, "kanban"),
            unfold_read_default_limit=20,
        )

    def list(self, model, domain, limit=80):
        """Open a list view."""
        return self.call(
            model,
            "web_search_read",
            domain=domain,
            specification=self.specification(model, "list"),
            offset=0,
            order="",
            limit=limit,
            count_limit=10_001,
        )

    def form(self, model, record_id):
        """Open a form with its conversation."""
        self.call(model, "web_read", [record_id], specification=self.specification(model, "form"))
        thread = {
            "thread_model": model,
            "thread_id": record_id,
            "request_list": [
                "activities",
                "attachments",
                "contact_fields",
                "followers",
                "scheduledMessages",
                "suggestedRecipients",
            ],
        }
        self.rpc("/mail/data", {"fetch_params": [["mail.thread", thread]], "context": self.context})
        self.rpc(
            "/mail/thread/messages",
            {"thread_model": model, "thread_id": record_id, "fetch_params": {"limit": 30}},
        )

    def portal_page(self, path, model, record_id):
        """Open a page with its conversation."""
        self.get(path)
        thread = {"thread_model": model, "thread_id": record_id}
        self.rpc("/portal/chatter_init", thread)
        self.rpc("/mail/chatter_fetch", {**thread, "fetch_params": {"limit": 30}})


def _specification(arch, model, models):
    fields = models[model]["fields"]
    result = {}
    for node in _fields(arch):
        name = node.get("name")
        field = fields.get(name)
        if not field:
            continue
        if field["type"] in ("many2one", "reference"):
            result[name] = {"fields": {"display_name": {}}}
        elif field["type"] in ("one2many", "many2many"):
            sub = next((child for child in node if child.tag in ("list", "kanban")), None)
            relation = field["relation"]
            if sub is not None and relation in models:
                inner = _specification(sub, relation, models)
            else:
                inner = {"display_name": {}} if "tags" in (node.get("widget") or "") else {}
            result[name] = {"fields": inner, "limit": 40}
        else:
            result[name] = {}
    return result


def _fields(arch):
    """Yield the fields of a view, but not those of the views within its fields."""
    for node in arch:
        if node.tag == "field":
            yield node
        elif isinstance(node.tag, str):
            yield from _fields(node)
