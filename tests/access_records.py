"""The company of the matrices of rights: one user of each kind, and teams of each kind."""

from contextlib import contextmanager
from itertools import count

from odoo import Command
from odoo.tools import SQL

from odoo.addons.helpdesk_futural_portal.tests.common import PortalCase


class MatrixCase(PortalCase):
    """Each user has the rights of their kind only; the tables' legends say who is who."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        agent = "helpdesk_futural.group_helpdesk_user"
        hours = "hr_timesheet.group_hr_timesheet_user"
        invoicing = "sales_team.group_sale_salesman,account.group_account_invoice"
        cls.agent = cls._user("ansa", agent, name="Ansa Agent")
        cls.hours_agent = cls._user("heli", f"{agent},{hours}", name="Heli Hours")
        cls.kinds = {
            "public": cls.public,
            "portal own": cls.liisa,
            "portal company": cls.pekka,
            "portal other": cls.ingrid,
            "employee": cls.employee,
            "hours only": cls._user("timo", hours, name="Timo Time"),
            "invoicing": cls._user("ines", invoicing, name="Ines Invoice"),
            "agent in": cls.agent,
            "agent hours": cls.hours_agent,
            "agent out": cls._user("oona", agent, name="Oona Out"),
            "admin": cls.admin,
            "system": cls._user("seppo", "base.group_system", name="Seppo System"),
            "abroad": cls.foreign_agent,
        }
        members = [Command.set((cls.agent | cls.hours_agent).ids)]
        cls.team.member_ids = members
        cls.private_team.member_ids = members
        cls.teams = {
            "portal": cls.team,
            "internal": cls._team(
                name="Internal", privacy_visibility="internal", member_ids=members
            ),
            "private": cls.private_team,
            "abroad": cls._team(
                name="Oslo",
                company_id=cls.other_company.id,
                resource_calendar_id=False,
                member_ids=[Command.set(cls.foreign_agent.ids)],
            ),
        }
        cls.tickets = {
            name: cls.env["helpdesk.ticket"].create(cls.ticket_values(name)) for name in cls.teams
        }

    @classmethod
    def ticket_values(cls, team, **values):
        return {
            "name": "The printer is jammed",
            "team_id": cls.teams[team].id,
            "partner_id": cls.customer.id,
            **values,
        }

    @contextmanager
    def _undone(self):
        """Undo what is done in the block."""
        savepoint = self.env.cr.savepoint()
        try:
            yield
        finally:
            savepoint.close(rollback=True)

    def _count_writes(self):
        """Return how many rows of each table this transaction has touched until now."""
        self.env.flush_all()
        return dict(
            self.env.execute_query(
                SQL(
                    "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del"
                    " FROM pg_stat_xact_user_tables WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"
                )
            )
        )


class AccessCase(MatrixCase):
    """The records that the rows of ``access_matrix.md`` name, by :meth:`get_values`."""

    _numbers = count(1)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls._user("kalle", "base.group_user", name="Kalle Colleague")
        cls.team.use_helpdesk_timesheet = True
        employees = cls.env["hr.employee"].with_company(cls.company)
        cls.employees = {
            user: employees.create({"name": user.name, "user_id": user.id}).id
            for user in (*cls.kinds.values(), cls.colleague)
            if not user.share and user.company_id == cls.company
        }
        cls.policies = {
            name: cls.env["helpdesk.sla"].create(
                {"name": "Answer", "team_id": team.id, "target": "first_response", "time": 4}
            )
            for name, team in cls.teams.items()
        }
        cls.products = {
            kind: cls.env["product.product"].create({"name": kind, "type": kind}).id
            for kind in ("service", "consu")
        }
        cls.orders = {
            record: cls.env["sale.order"].create(cls._order(record))
            for record in ("confirmed, service", "confirmed, goods", "quotation", "abroad")
        }
        cls.messages = {
            record: cls.env["mail.message"].create(cls._message(record))
            for record in ("answer", "note", "mail of an outsider", "private", "abroad")
        }

    # ------------------------------------------------------------------
    # Each model's records
    # ------------------------------------------------------------------

    def get_values(self, model, record, user):
        """Return the values of the record that a row is about; ``user`` has what is one's own."""
        getter = getattr(self, f"_get_{model.replace('.', '_')}", None)
        if getter:
            return getter(record, user)
        values = {"name": f"Anew {next(self._numbers)}"}
        if record in ("ours", "abroad"):
            values["company_id"] = self._company(record).id
        return values

    def link(self, made, record):
        """Put what values alone don't."""
        if made._name == "ir.attachment" and record in self.messages:
            self.messages[record].attachment_ids = made

    @classmethod
    def _company(cls, record):
        return cls.other_company if record == "abroad" else cls.company

    def _get_helpdesk_ticket(self, record, _user):
        team, _comma, more = record.partition(", ")
        return self.ticket_values(
            team,
            confidential=more == "confidential",
            partner_id=(self.other_customer if more == "Ingrid's" else self.customer).id,
        )

    def _get_helpdesk_team(self, record, _user):
        return {
            "name": f"Anew {next(self._numbers)}",
            "company_id": self._company(record).id,
            "privacy_visibility": {"private": "invited_internal", "abroad": "portal"}.get(
                record, record
            ),
            "member_ids": self.teams[record].member_ids.ids,
            "resource_calendar_id": False,
        }

    def _get_helpdesk_sla(self, record, _user):
        return {"name": "Anew", "team_id": self.teams[record].id, "time": 4}

    def _get_helpdesk_sla_status(self, record, _user):
        return {
            "ticket_id": self.tickets[record].id,
            "sla_id": self.policies[record].id,
            "target": "first_response",
            "start_date": "2026-01-05 08:00:00",
        }

    def _get_helpdesk_macro(self, record, _user):
        teams = self.teams[record].ids if record in self.teams else []
        return {"name": "Anew", "priority": "2", "team_ids": [Command.set(teams)]}

    def _get_helpdesk_incoming_mail(self, record, _user):
        team = self.teams[record].id if record in self.teams else False
        return {"subject": "Anew", "team_id": team}

    def _get_helpdesk_import_record(self, _record, _user):
        return {
            "source": "oca",
            "kind": "helpdesk_ticket",
            "source_key": str(next(self._numbers)),
            "res_model": "helpdesk.ticket",
            "res_id": self.tickets["portal"].id,
        }

    def _get_helpdesk_form_request(self, _record, _user):
        return {"kind": "client", "fingerprint": "0"}

    def _get_helpdesk_article(self, record, _user):
        readers = {"everybody's": "public", "customers'": "portal", "abroad": "internal"}
        return {
            "name": f"Anew {next(self._numbers)}",
            "body": "<p>Turn the wheel</p>",
            "visibility": readers.get(record, "internal"),
            "state": "draft" if record == "draft" else "published",
            "company_id": self._company(record).id,
            "team_id": self.teams[record].id if record == "private" else False,
        }

    def _article(self, record):
        return self.env["helpdesk.article"].create(self._get_helpdesk_article(record, None)).id

    def _get_helpdesk_article_vote(self, record, _user):
        return {
            "article_id": self._article(record),
            "fingerprint": f"{next(self._numbers)}",
            "helpful": True,
        }

    def _get_helpdesk_article_question(self, record, _user):
        return {
            "name": f"anew {next(self._numbers)}",
            "lang": "en_US",
            "last_date": "2026-01-05 08:00:00",
            "company_id": self._company(record).id,
        }

    def _get_helpdesk_article_text(self, _record, _user):
        return {"article_id": self._article("everybody's"), "lang": f"{next(self._numbers)}"}

    def _get_fetchmail_server(self, record, _user):
        team = self.teams[record].id if record in self.teams else False
        return {"name": "Anew", "server": "mail.pohjola.example", "helpdesk_team_id": team}

    def _get_resource_calendar_attendance(self, record, _user):
        return {
            "name": "Anew",
            "calendar_id": self._get_calendar(record).id,
            "dayofweek": "6",
            "hour_from": 9,
            "hour_to": 10,
            "day_period": "morning",
        }

    def _get_calendar(self, record):
        if record == "abroad":
            return self.other_company.resource_calendar_id
        return self.calendar

    def _get_rating_rating(self, record, _user):
        model = "helpdesk.ticket" if record in self.teams else "res.partner"
        found = self.tickets[record] if record in self.teams else self.organisation
        return {
            "res_model_id": self.env["ir.model"]._get_id(model),
            "res_id": found.id,
            "rating": 5,
            "consumed": True,
        }

    @classmethod
    def _message(cls, record):
        team = record if record in cls.teams else "portal"
        note = record in ("note", "private", "abroad")
        author = cls.liisa if record == "Liisa's comment" else cls.colleague
        return {
            "model": "helpdesk.ticket",
            "res_id": cls.tickets[team].id,
            "author_id": author.partner_id.id,
            "message_type": "comment",
            "subtype_id": cls.env.ref("mail.mt_note" if note else "mail.mt_comment").id,
            "is_internal": record != "answer" and record != "Liisa's comment",
            "body": "<p>Unplug it</p>",
        }

    def _get_mail_message(self, record, _user):
        return self._message(record)

    def _get_ir_attachment(self, record, _user):
        team = record if record in self.teams else "portal"
        return {
            "name": "Anew",
            "raw": b"jam",
            "res_model": "helpdesk.ticket",
            "res_id": self.tickets[team].id,
        }

    def _get_mail_template(self, record, user):
        model = "res.partner" if record == "of contacts" else "helpdesk.ticket"
        return {
            "name": "Anew",
            "model_id": self.env["ir.model"]._get_id(model),
            "user_id": (user if record == "one's own" else self.colleague).id,
        }

    @classmethod
    def _order(cls, record):
        return {
            "partner_id": cls.organisation.id,
            "company_id": cls._company(record).id,
            "state": "draft" if record == "quotation" else "sale",
            "order_line": [Command.create(cls._order_line(record))],
        }

    @classmethod
    def _order_line(cls, record):
        product = cls.products["consu" if record.endswith("goods") else "service"]
        return {"product_id": product, "product_uom_qty": 10, "name": "Anew"}

    def _get_sale_order(self, record, _user):
        return self._order(record)

    def _get_sale_order_line(self, record, _user):
        return {**self._order_line(record), "order_id": self.orders[record].id}

    def _get_account_analytic_line(self, record, user):
        owner = user if record == "one's own" else self.colleague
        return {
            "name": "Took the fuser apart",
            "helpdesk_ticket_id": self.tickets["portal"].id,
            "project_id": self.team.project_id.id,
            "unit_amount": 1,
            "employee_id": self.employees.get(owner, self.employees[self.colleague]),
        }

    # ------------------------------------------------------------------
    # Dialogs
    # ------------------------------------------------------------------

    def _get_helpdesk_ticket_timer(self, record, user):
        owner = user if record == "one's own" else self.colleague
        return {"user_id": owner.id, "ticket_id": self.tickets["portal"].id}

    def _tickets_of_dialog(self, _record, _user):
        return {"ticket_ids": [Command.set(self.tickets["portal"].ids)]}

    _get_helpdesk_ticket_snooze = _tickets_of_dialog
    _get_helpdesk_ticket_bulk = _tickets_of_dialog
    _get_helpdesk_ticket_reply = _tickets_of_dialog
    _get_helpdesk_ticket_merge = _tickets_of_dialog
    _get_helpdesk_hours_invoice = _tickets_of_dialog

    def _ticket_of_dialog(self, _record, _user):
        return {"ticket_id": self.tickets["portal"].id}

    _get_helpdesk_ticket_split = _ticket_of_dialog
    _get_helpdesk_ticket_create_timesheet = _ticket_of_dialog
    _get_helpdesk_ticket_timer_switch = _ticket_of_dialog

    def _get_helpdesk_stage_delete(self, _record, _user):
        return {"stage_ids": [Command.set(self.stage_done.ids)]}

    def _get_helpdesk_sla_follow(self, _record, _user):
        return {"sla_ids": [Command.set(self.policies["portal"].ids)]}


#: What is written to find out whether a user may, where it is not the name.
CHANGES = {
    "account.analytic.line": {"unit_amount": 2},
    "helpdesk.article.question": {"lang": "fi_FI"},
    "helpdesk.article.text": {"lang": "fi_FI"},
    "helpdesk.article.vote": {"helpful": False},
    "helpdesk.form.request": {"fingerprint": "1"},
    "helpdesk.import.record": {"kind": "changed"},
    "helpdesk.hours.invoice": {"date_from": "2026-01-01"},
    "helpdesk.incoming.mail": {"subject": "Changed"},
    "helpdesk.sla.follow": {"sla_ids": [Command.clear()]},
    "helpdesk.sla.status": {"hours": 8},
    "helpdesk.stage.delete": {"target_stage_id": False},
    "helpdesk.ticket.bulk": {"priority": "2"},
    "helpdesk.ticket.create.timesheet": {"description": "Changed"},
    "helpdesk.ticket.merge": {"notify_customers": True},
    "helpdesk.ticket.reply": {"body": "Changed"},
    "helpdesk.ticket.snooze": {"choice": "tomorrow"},
    "helpdesk.ticket.timer": {"seconds": 60},
    "helpdesk.ticket.timer.switch": {"description": "Changed"},
    "mail.message": {"body": "Changed"},
    "rating.rating": {"feedback": "Changed"},
    "sale.order": {"client_order_ref": "Changed"},
}
