"""A small believable company, shared by all tests of the addon."""

import contextlib
import errno
from email.message import EmailMessage
from itertools import count
from types import SimpleNamespace
from unittest.mock import patch

from odoo import Command
from odoo.tests import TransactionCase, new_test_user
from odoo.tools import mute_logger
from odoo.tools.misc import file_path


@contextlib.contextmanager
def full_disk():
    """Let files find no room in the file store: half of each is written, as on a disk that is full then."""

    @contextlib.contextmanager
    def open_half(path, mode):
        def write(content):
            file.write(content[: len(content) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")

        with open(path, mode) as file:
            yield SimpleNamespace(write=write)

    name = "odoo.addons.helpdesk_futural.models.ir_attachment.open"
    with patch(name, open_half, create=True):
        yield


class HelpdeskCase(TransactionCase):
    """Two companies, two teams with three agents, customers of two organisations, a stranger."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context={
                **cls.env.context,
                "mail_create_nolog": False,
                "mail_notify_force_send": False,
                "no_reset_password": True,
            }
        )
        cls.company = cls.env["res.company"].create({"name": "Pohjola Oy"})
        cls.other_company = cls.env["res.company"].create({"name": "Fjord AS"})
        cls.alias_domain = cls.env["mail.alias.domain"].create({"name": "pohjola.example"})
        cls.company.alias_domain_id = cls.alias_domain
        cls.env.user.company_ids |= cls.company | cls.other_company

        cls.aino = cls._user("aino", "helpdesk_futural.group_helpdesk_user", name="Aino Virtanen")
        cls.lars = cls._user("lars", "helpdesk_futural.group_helpdesk_user", name="Lars Hansen")
        cls.emma = cls._user("emma", "helpdesk_futural.group_helpdesk_user", name="Emma Clarke")
        cls.admin = cls._user("boss", "helpdesk_futural.group_helpdesk_manager", name="Maija Boss")
        cls.employee = cls._user("colleague", "base.group_user", name="Olli Colleague")
        cls.portal = cls._user("portal", "base.group_portal", name="Liisa Laine")
        cls.foreign_agent = cls._user(
            "kari",
            "helpdesk_futural.group_helpdesk_user",
            name="Kari Berg",
            company_id=cls.other_company.id,
            company_ids=[Command.set(cls.other_company.ids)],
        )

        stages = cls.env["helpdesk.stage"]
        cls.stage_new = stages.create({"name": "New", "state": "new", "sequence": 1})
        cls.stage_progress = stages.create(
            {"name": "Working", "state": "in_progress", "sequence": 2}
        )
        cls.stage_waiting = stages.create({"name": "Waiting", "state": "waiting", "sequence": 3})
        cls.stage_done = stages.create({"name": "Done", "state": "solved", "sequence": 4})
        cls.stage_closed = stages.create({"name": "Closed", "state": "closed", "sequence": 5})
        cls.stages = (
            cls.stage_new
            | cls.stage_progress
            | cls.stage_waiting
            | cls.stage_done
            | cls.stage_closed
        )
        cls.calendar = cls.env["resource.calendar"].create(
            {"name": "Helsinki office", "tz": "Europe/Helsinki", "company_id": cls.company.id}
        )
        cls.team = cls._team(
            name="Technical",
            alias_name="tech",
            member_ids=[Command.set((cls.aino | cls.lars).ids)],
            leader_id=cls.lars.id,
        )
        cls.private_team = cls._team(
            name="Board Matters",
            privacy_visibility="invited_internal",
            member_ids=[Command.set(cls.emma.ids)],
        )

        partners = cls.env["res.partner"]
        cls.organisation = partners.create({"name": "Laine Oy", "is_company": True})
        cls.customer = cls.portal.partner_id
        cls.customer.write({"parent_id": cls.organisation.id, "email": "liisa@laine.example"})
        cls.colleague_of_customer = partners.create(
            {
                "name": "Pekka Laine",
                "parent_id": cls.organisation.id,
                "email": "pekka@laine.example",
            }
        )
        cls.other_customer = partners.create(
            {"name": "Ingrid Dahl", "email": "ingrid@dahl.example", "phone": "+47 22 33 44 55"}
        )
        cls.category_bug = cls.env.ref("helpdesk_futural.ticket_type_bug")
        cls.category_support = cls.env.ref("helpdesk_futural.ticket_type_support")

    @classmethod
    def _user(cls, login, groups, **values):
        values.setdefault("company_id", cls.company.id)
        values.setdefault("company_ids", [Command.set([values["company_id"]])])
        values.setdefault("email", f"{login}@pohjola.example")
        return new_test_user(cls.env, login=f"helpdesk_{login}", groups=groups, **values)

    @classmethod
    def _team(cls, **values):
        values = {
            "company_id": cls.company.id,
            "resource_calendar_id": cls.calendar.id,
            "stage_ids": [Command.set(cls.stages.ids)],
            "member_ids": [],
            **values,
        }
        return cls.env["helpdesk.team"].with_company(values["company_id"]).create(values)

    def _ticket(self, **values):
        values = {
            "name": "The printer is jammed",
            "team_id": self.team.id,
            "partner_id": self.customer.id,
            **values,
        }
        return self.env["helpdesk.ticket"].create(values)

    def _migrate(self, script, version):
        """Run a migration script of an addon, as an update from the version does."""
        path = file_path(script)
        names = {}
        with open(path) as source:
            exec(compile(source.read(), path, "exec"), names)  # noqa: S102
        self.env.flush_all()
        names["migrate"](self.env.cr, version)
        self.env.invalidate_all()

    def _record_commits(self):
        """Let scheduled actions flush where they commit a batch, since a test is one transaction.

        :return: the list of ``(processed, remaining)`` that grows with each commit
        """
        commits = []

        def commit_progress(cron, processed=0, *, remaining=None, deactivate=False):
            cron.env.cr.flush()
            commits.append((processed, remaining))
            return float("inf")

        self.patch(type(self.env["ir.cron"]), "_commit_progress", commit_progress)
        return commits

    def _as(self, user):
        """Return the environment's ticket model as the user sees it."""
        return self.env["helpdesk.ticket"].with_user(user).with_company(user.company_id)


class MailCase(HelpdeskCase):
    """Sends real RFC 5322 messages through ``message_process``, as the gateway does."""

    _numbers = count(1)

    def setUp(self):
        super().setUp()
        # The register works in transactions of its own; here they are savepoints of the test's.
        self.registry_enter_test_mode()

    def _mail(self, subject="Printer", body="It is jammed.", **headers):
        """Return a message; keyword ``in_reply_to`` becomes the header ``In-Reply-To``."""
        message = EmailMessage()
        headers = {
            "from": "Liisa Laine <liisa@laine.example>",
            "to": "tech@pohjola.example",
            "message_id": f"<mail{next(self._numbers)}@laine.example>",
            **headers,
        }
        message["Subject"] = subject
        for name, value in headers.items():
            if value is not None:
                message[name.replace("_", "-")] = value
        message.set_content(body)
        return message

    def _receive(self, message=None, model=None, **values):
        """Deliver a message and return its row in the register."""
        raw = (
            message if isinstance(message, bytes) else (message or self._mail(**values)).as_bytes()
        )
        known = self.env["helpdesk.incoming.mail"].search([])
        with mute_logger("odoo.addons.helpdesk_futural.models.helpdesk_incoming_mail"):
            self.env["mail.thread"].message_process(model, raw)
        return self.env["helpdesk.incoming.mail"].search([]) - known

    def _run_cron(self):
        """Let the scheduled action run in a transaction of its own."""
        self.env.flush_all()
        with self.registry.cursor() as cr:
            self.env(cr=cr)["helpdesk.incoming.mail"]._cron_process()
        self.env.invalidate_all()

    def _answer(self, ticket, body="Unplug it, please.", subtype="mail.mt_comment"):
        """Let the agent write on the ticket, and return the message."""
        return ticket.with_user(self.aino).message_post(
            body=body, message_type="comment", subtype_xmlid=subtype
        )
