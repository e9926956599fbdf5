"""What is measured: the same things done to tickets, to bare conversations and to core's tasks."""

import itertools
import time
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from odoo import SUPERUSER_ID, api
from odoo.fields import Domain

from .client import WebClient
from .copies import RARE

TICKET, BARE, TASK = "helpdesk.ticket", "helpdesk.bench.thread", "project.task"
_CLOSED_AT_ONCE = 500
#: Enough that their median says something where two models differ by a few milliseconds.
_SCREEN_TIMES = 25
_ADDRESSES = {TICKET: "bench0@apu.example", BARE: "bare@apu.example", TASK: "tasks@apu.example"}


class Operations:
    """All operations on one database, as functions without parameters."""

    def __init__(self, registry):
        self.registry = registry
        self.agent = WebClient(registry, "agent0")
        self.manager = WebClient(registry, "agent1")
        self.customer = WebClient(registry, "portal.company@portti.example")
        self._numbers = itertools.count(time.time_ns())
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            # Looked up once: only what is done is counted.
            self._agent_id = env["res.users"].search([("login", "=", "agent0")]).id
            self._other = env["res.users"].search([("login", "=", "agent2")]).id
            self._team = env["helpdesk.team"].search([("name", "=", "Bench 0")]).id
            self._project = env["project.project"].search([("name", "=", "Bench")]).id
            # Open tasks stand in "Doing"; this is the next.
            self._task_stage = (
                env["project.task.type"].search([("name", "=", "Waiting")], limit=1).id
            )
            self._stages = {stage.state: stage.id for stage in env["helpdesk.stage"].search([])}
            self._person = self._some_customer(cr)
            stages = env["helpdesk.stage"].search([("fold", "=", False)])
            self._open_stages = stages.ids
            self._ids = {model: self._some_ids(env, model) for model in (TICKET, BARE, TASK)}

    def _some_customer(self, cr):
        """Return the name of somebody whom nobody is called alike."""
        cr.execute(
            "SELECT name FROM res_partner JOIN bench_contact ON partner_id = res_partner.id"
            " WHERE rank = 100"
        )
        return cr.fetchone()[0]

    def _some_ids(self, env, model):
        """Return one record of the portal's organisation, and 500 that nobody works on yet."""
        portal = env["res.partner"].search([("name", "=", "Portal company")])
        records = env[model]
        if model == TASK:
            domain = Domain("stage_id.fold", "=", False) & Domain(
                "stage_id", "!=", self._task_stage
            )
        else:
            domain = Domain("stage_id", "=", self._stages["new"])
        mine = records.search([("partner_id", "=", portal.id)], limit=1)
        return mine.id, records.search(domain, limit=_CLOSED_AT_ONCE).ids

    def all(self):
        """Yield ``(name, model, times, work)``."""
        yield from self._screens()
        yield from self._customers()
        yield from self._changes()
        yield from self._mails()
        yield from self._jobs()

    # ------------------------------------------------------------------
    # What agents and managers wait for
    # ------------------------------------------------------------------

    def _screens(self):
        filters = {  # of what is open, as their screens have them
            TICKET: [("state", "in", ["new", "in_progress", "waiting"])],
            BARE: [("stage_id", "in", self._open_stages)],
            TASK: [("state", "not in", ["1_done", "1_canceled"]), ("project_id", "!=", False)],
        }
        for model, is_open in filters.items():
            group_by = "state" if model == TASK else "stage_id"
            ticket_id = self._ids[model][0]
            yield (
                "kanban, 20 cards a column",
                model,
                _SCREEN_TIMES,
                lambda m=model, d=is_open, g=group_by: self.agent.kanban(m, d, g) and None,
            )
            yield (
                "list of 80",
                model,
                _SCREEN_TIMES,
                lambda m=model, d=is_open: self.agent.list(m, d) and None,
            )
            yield (
                "list of 80, all",
                model,
                _SCREEN_TIMES,
                lambda m=model: self.agent.list(m, []) and None,
            )
            yield "form", model, _SCREEN_TIMES, lambda m=model, i=ticket_id: self.agent.form(m, i)
            yield (
                "search by word",
                model,
                _SCREEN_TIMES,
                lambda m=model: self.agent.list(m, [("name", "ilike", RARE)]) and None,
            )
            yield (
                "search by customer",
                model,
                _SCREEN_TIMES,
                lambda m=model: (
                    self.agent.list(m, [("partner_id", "ilike", self._person)]) and None
                ),
            )
        yield "search by number", TICKET, _SCREEN_TIMES, lambda: self._search_number()
        yield (
            "search by number",
            BARE,
            _SCREEN_TIMES,
            lambda: self.agent.list(BARE, [("number", "=", "1000500")]) and None,
        )
        yield (
            "dashboard of teams",
            TICKET,
            _SCREEN_TIMES,
            lambda: (
                self.agent.kanban("helpdesk.team", [], "company_id")
                and self.agent.list("helpdesk.team", [])
                and None
            ),
        )

        yield (
            "dashboard of reporting",
            TICKET,
            _SCREEN_TIMES,
            lambda: self.manager.call("helpdesk.dashboard", "get_data", weeks=12) and None,
        )

    def _search_number(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            number = env[TICKET].browse(self._ids[TICKET][0]).ticket_ref
        return self.agent.call(TICKET, "name_search", f"#{number}", limit=8) and None

    # ------------------------------------------------------------------
    # What customers wait for
    # ------------------------------------------------------------------

    def _customers(self):
        pages = {
            TICKET: ("/my/tickets", "/my/ticket/%d"),
            BARE: ("/bench/threads", "/bench/thread/%d"),
        }
        for model, (listing, page) in pages.items():
            record_id = self._ids[model][0]
            yield (
                "portal list",
                model,
                _SCREEN_TIMES,
                lambda path=listing: self.customer.get(path) and None,
            )
            yield (
                "portal page",
                model,
                _SCREEN_TIMES,
                lambda m=model, path=page % record_id, i=record_id: self.customer.portal_page(
                    path, m, i
                ),
            )

    # ------------------------------------------------------------------
    # What changes something, rolled back
    # ------------------------------------------------------------------

    def _changes(self):
        for model in (TICKET, BARE, TASK):
            yield "create one", model, 9, lambda m=model: self._create(m, 1)
            yield "create 1,000", model, 1, lambda m=model: self._create(m, 1_000)
            yield "stage of one", model, 9, lambda m=model: self._move(m, 1)
            yield "stage of 500", model, 1, lambda m=model: self._move(m, _CLOSED_AT_ONCE)
            yield "assign one", model, 9, lambda m=model: self._assign(m, 1)
            yield "assign 500", model, 1, lambda m=model: self._assign(m, _CLOSED_AT_ONCE)
        yield "close 500 with their mails", TICKET, 1, lambda: self._close(_CLOSED_AT_ONCE)

    def _as_agent(self, work):
        """Do something in a transaction of its own, as far as a commit would, and take it back."""
        with self.registry.cursor() as cr:
            records = work(api.Environment(cr, self._agent_id, {}))
            cr.flush()
            cr.rollback()
        return len(records)

    def _create(self, model, count):
        def work(env):
            values = {"name": "The printer is jammed", "description": "It does not print."}
            if model == TICKET:
                values["team_id"] = self._team
            elif model == TASK:
                values["project_id"] = self._project
            return env[model].create([dict(values) for _ in range(count)])

        return self._as_agent(work)

    def _move(self, model, count):
        def work(env):
            records = env[model].browse(self._ids[model][1][:count])
            stage = self._task_stage if model == TASK else self._stages["in_progress"]
            records.write({"stage_id": stage})
            return records

        return self._as_agent(work)

    def _assign(self, model, count):
        def work(env):
            records = env[model].browse(self._ids[model][1][:count])
            user = self._other
            records.write({"user_ids": [(6, 0, [user])]} if model == TASK else {"user_id": user})
            return records

        return self._as_agent(work)

    def _close(self, count):
        def work(env):
            tickets = env[TICKET].browse(self._ids[TICKET][1][:count])
            # The stage whose mail tells the customers that it is over.
            tickets.write({"stage_id": self._stages["solved"]})
            return tickets

        return self._as_agent(work)

    # ------------------------------------------------------------------
    # Mail
    # ------------------------------------------------------------------

    def _mails(self):
        for model in (TICKET, BARE, TASK):
            yield "new mail", model, 15, lambda m=model: self._receive(self._mail(m)[0])
            raw, message_id = self._mail(model)
            self._receive(raw)
            yield (
                "reply",
                model,
                15,
                lambda m=model, to=message_id: self._receive(self._mail(m, to)[0]),
            )

    def _mail(self, model, answers=None):
        message = EmailMessage()
        message["From"] = '"Portal company" <portal.company@portti.example>'
        message["To"] = _ADDRESSES[model]
        message["Subject"] = f"The printer is jammed {next(self._numbers)}"
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain="portti.example")
        if answers:
            message["In-Reply-To"] = message["References"] = answers
        message.set_content("The printer is jammed.\n" * 20)
        return message.as_bytes(), message["Message-ID"]

    def _receive(self, raw):
        with self.registry.cursor() as cr:
            api.Environment(cr, SUPERUSER_ID, {})["mail.thread"].message_process(None, raw)

    # ------------------------------------------------------------------
    # Jobs
    # ------------------------------------------------------------------

    def _jobs(self):
        yield "SLA job", TICKET, 3, lambda: self._job(TICKET, "_cron_sla")
        yield "automatic closing", TICKET, 3, lambda: self._job(TICKET, "_cron_auto_close")
        yield "waking the snoozed", TICKET, 3, lambda: self._job(TICKET, "_cron_wake_snoozed")
        yield "numbers of the digest", TICKET, 3, self._digest

    def _job(self, model, method):
        with self.registry.cursor() as cr:
            getattr(api.Environment(cr, SUPERUSER_ID, {})[model], method)()

    def _digest(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            user = env["res.users"].search([("login", "=", "agent1")])
            digest = env.ref("helpdesk_futural.digest_digest_weekly")
            digest._compute_kpis(user.company_id, user)
