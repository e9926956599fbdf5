"""What each kind of visitor gets of each address: ``route_matrix.md``, carried out."""

import time
import uuid
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlsplit

from odoo import Command
from odoo.http import Request, _generate_routing_rules
from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger
from odoo.tools.misc import hash_sign

from odoo.addons.helpdesk_futural_portal.controllers import public_form
from odoo.addons.helpdesk_futural_portal.tests.common_http import PortalHttpCase

from .access_records import MatrixCase
from .tables import read_rows

TABLE = Path(__file__).with_name("route_matrix.md")
#: Core notes when and from where an account is used.
BOOKKEEPING = {"res_device_log", "bus_bus"}


@tagged("post_install", "-at_install")
class TestRouteMatrix(MatrixCase, PortalHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rows = read_rows(TABLE, "route", "what", "method")
        cls.stage_progress.portal_selectable = True
        cls.team.write({"use_rating": True, "use_website_helpdesk_form": True})
        cls.tickets["confidential"] = cls.env["helpdesk.ticket"].create(
            cls.ticket_values("portal", confidential=True)
        )
        cls.tickets["participant"] = cls.env["helpdesk.ticket"].create(
            cls.ticket_values("portal", partner_id=cls.other_customer.id)
        )
        cls.tickets["participant"].message_subscribe(cls.customer.ids)
        for ticket in cls.tickets.values():
            ticket._portal_ensure_token()
            stages = ticket.team_id.stage_ids
            ticket.stage_id = stages.filtered(lambda stage: stage.state == "solved")[:1]
        cls.articles = {
            f"{name} article": cls.env["helpdesk.article"].create(
                {
                    "name": "Free a jam",
                    "body": "<p>Turn the wheel</p>",
                    "company_id": cls.company.id,
                    "visibility": visibility,
                    "state": state,
                }
            )
            for name, visibility, state in (
                ("everybody's", "public", "published"),
                ("customers'", "portal", "published"),
                ("agents'", "internal", "published"),
                ("draft", "public", "draft"),
            )
        }
        cls.public.write({"company_ids": [Command.link(cls.company.id)]})
        cls.public.company_id = cls.company
        cls.tickets["unknown"] = cls.env["helpdesk.ticket"].browse(2**31 - 1)
        cls.rating = cls.env["rating.rating"].create(
            {
                "res_model_id": cls.env["ir.model"]._get_id("helpdesk.ticket"),
                "res_id": cls.tickets["portal"].id,
                "partner_id": cls.customer.id,
                "rated_partner_id": cls.agent.partner_id.id,
            }
        )
        cls.files = {}
        for name, subtype in (("answer", "mail.mt_comment"), ("note", "mail.mt_note")):
            cls.files[name] = (
                cls.tickets["portal"]
                .with_user(cls.agent)
                .message_post(
                    body="See the file",
                    message_type="comment",
                    subtype_xmlid=subtype,
                    attachments=[("log.txt", b"jam")],
                )
                .attachment_ids.sudo()
            )
        cls.keys = {name: file.generate_access_token()[0] for name, file in cls.files.items()}
        cls.env.flush_all()

    # ------------------------------------------------------------------
    # The table is whole
    # ------------------------------------------------------------------

    def _get_our_routes(self):
        """Return the addresses that are answered by code of ours, also where core made them."""
        found = set()
        modules = self.env["ir.module.module"].search([("state", "=", "installed")])
        for url, endpoint in _generate_routing_rules(modules.mapped("name"), nodb_only=False):
            method = endpoint.func
            for cls in type(method.__self__).__mro__:
                if cls.__module__.startswith("odoo.addons.helpdesk_futural") and (
                    method.__name__ in vars(cls)
                ):
                    found.add(url)
        return found

    def test_every_route_has_its_rows(self):
        named = {}
        for row in self.rows:
            route, _what, method = row.subject
            named.setdefault(route.strip("`"), set()).add(method)
        ours = self._get_our_routes()
        self.assertEqual(ours - set(named), set(), "no row")
        for route in sorted(ours):
            self.assertLessEqual({"GET", "POST"}, named[route], route)

    def test_reading_and_refusing_are_said_to_change_nothing(self):
        for row in self.rows:
            for kind, cell in row.cells.items():
                if row.subject[2] == "GET" or not cell.startswith(("2", "3")):
                    self.assertNotIn("*", cell, f"line {row.line}, {kind}")

    # ------------------------------------------------------------------
    # Each cell
    # ------------------------------------------------------------------

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_each_kind_of_visitor_gets_what_the_table_says(self):
        self.startPatcher(patch.object(public_form, "MIN_SECONDS", 0))
        found = {row: {} for row in range(len(self.rows))}
        for kind in self.rows[0].cells:
            self._sign_in(None if kind == "public" else self.kinds[kind])
            for number, row in enumerate(self.rows):
                with self._undone():
                    before = self._count_writes()
                    told = self._request(*row.subject)
                    found[number][kind] = told + ("*" if self._get_changed(before) else "")
        for number, row in enumerate(self.rows):
            with self.subTest(row.subject):
                if found[number] != row.cells:
                    told = row.format(found[number])
                    self.fail(f"line {row.line} says otherwise; it is:\n{told}")

    @mute_logger("odoo.http")
    def test_forms_of_other_sites_are_refused(self):
        for kind in ("public", "portal own", "agent in"):
            self._sign_in(None if kind == "public" else self.kinds[kind])
            for row in self.rows:
                route, what, method = row.subject
                if (
                    method == "POST"
                    and row.cells[kind] not in ("404", "405", "login")
                    # Takes JSON, which forms of other sites can't send.
                    and not route.startswith("`/mail/message/")
                ):
                    with self.subTest(row.subject, kind=kind), self._undone():
                        before = self._count_writes()
                        self.assertEqual(self._request(route, what, method, forged=True), "400")
                        self.assertFalse(self._get_changed(before))

    def _get_changed(self, before):
        """Return the tables that were changed since the writes were counted."""
        after = self._count_writes()
        return {t for t in after if after[t] != before.get(t)} - BOOKKEEPING

    def _request(self, route, what, method, forged=False):
        """Send a request and return its status, or where it leads instead."""
        route = route.strip("`")
        url, parameters = self._get_address(route, what)
        if route.startswith("/mail/message/"):
            return self._call(url, what)
        data, files = {}, None
        if method == "POST":
            data = {**self._get_form(route), "csrf_token": Request.csrf_token(self)}
            if route == "/mail/attachment/upload":
                data |= self._get_thread(what) | {"is_pending": "true"}
                files = {"ufile": ("page.txt", b"The jammed page")}
            if forged:
                data["csrf_token"] = "0o0"
        response = self.url_open(
            url,
            method=method,
            params=parameters if method == "GET" else None,
            data={**data, **parameters} if method == "POST" else None,
            files=files,
            allow_redirects=False,
        )
        self.assertLess(response.status_code, 500, url)
        path = urlsplit(response.headers.get("Location", "")).path
        return {"/web/login": "login", "/my": "home"}.get(path, str(response.status_code))

    def _get_address(self, route, what):
        """Return the address of what the row is about, with its parameters."""
        name, _space, by_link = what.partition(" ")
        ticket = self.tickets.get(name, self.tickets["portal"])
        parameters = {"access_token": ticket.access_token} if by_link == "by link" else {}
        if what in self.articles:
            return self._get_article_address(route, self.articles[what]), {}
        values = {
            "<int:ticket_id>": ticket.id,
            "<string:slug>": self.teams[name if name in self.teams else "portal"]
            ._get_form_url()
            .rsplit("/", 1)[1],
            "<string:token>": self.rating.access_token if name != "unknown" else "0" * 32,
            "<int:rate>": 5,
            "<int:number>": 1,
            "<int:id>": self.files[name].id if name in self.files else 0,
        }
        for placeholder, value in values.items():
            route = route.replace(placeholder, str(value))
        if by_link == "by its key":
            parameters = {"access_token": self.keys[name]}
        return route, parameters

    def _get_article_address(self, route, article):
        slug = article.website_url.rsplit("/", 1)[1]
        return route.replace("<string:slug>", slug).replace("<int:article_id>", str(article.id))

    def _get_form(self, route):
        """Return what a person would fill in."""
        ask = {
            "form_token": str(uuid.uuid4()),
            "title": "No light",
            "description": "It is dark",
            "priority": "1",
        }
        forms = {
            "/my/ticket/new": ask,
            "/helpdesk/<string:slug>": {
                **ask,
                "contact": "Nora Nilsen",
                "email": "nora@solo.example",
                "stamp": hash_sign(
                    self.env(su=True),
                    public_form.SCOPE,
                    [self.team.id, int(time.time())],
                    expiration_hours=1,
                ),
            },
            "/helpdesk/articles/not-found": {"search": "Coffee machine"},
            "/helpdesk/articles/<int:article_id>/vote": {"helpful": "1"},
            "/my/ticket/<int:ticket_id>/status": {"stage_id": self.stage_progress.id},
            "/my/ticket/<int:ticket_id>/priority": {"priority": "3"},
            "/rate/<string:token>/submit_feedback": {"rate": "5", "feedback": "Good"},
        }
        return forms.get(route, {})

    def _get_thread(self, what):
        """Return how core's routes are told of a ticket's conversation."""
        name, _space, by_link = what.partition(" ")
        ticket = self.tickets[name]
        token = {"token": ticket.access_token} if by_link else {}
        return {"thread_model": "helpdesk.ticket", "thread_id": ticket.id, **token}

    def _call(self, url, what):
        parameters = {
            **self._get_thread(what),
            "post_data": {"body": "Still jammed", "message_type": "comment"},
        }
        try:
            self.make_jsonrpc_request(url, parameters)
        except JsonRpcException as error:
            return {"werkzeug.exceptions.NotFound": "404", "odoo.exceptions.AccessError": "403"}[
                str(error)
            ]
        return "200"
