"""A small believable company, shared by all tests of the addon."""

from odoo import Command
from odoo.tests import TransactionCase, new_test_user


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

    def _as(self, user):
        """Return the environment's ticket model as the user sees it."""
        return self.env["helpdesk.ticket"].with_user(user).with_company(user.company_id)
