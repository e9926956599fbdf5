"""Companies, users and contacts: found here, or created."""

import psycopg2

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Datetime
from odoo.tools.mail import email_normalize

from .mapping import name_key, text_of
from .report import CREATED, FAILED, FOUND

_CONTACT = (
    *("id", "name", "email", "email_normalized", "phone", "mobile", "is_company", "parent_id"),
    *("street", "street2", "zip", "city", "country_id", "state_id", "lang", "vat", "website"),
    *("function", "comment", "ref", "type", "active", "tz", "company_id", "create_date"),
    *("company_name",),
)
_COPIED = (
    *("phone", "street", "street2", "zip", "city", "vat", "website", "function", "comment"),
    *("ref", "tz", "company_name"),
)
_SHIPPED_CONTACTS = ("base.partner_root", "base.public_partner")


def _same_moment(record, row) -> bool:
    """Tell whether both are one record: a copy of a database keeps ids and moments of creation."""
    return bool(row["create_date"]) and record.create_date == row["create_date"]


class People:
    """Who is who.

    A record of which one database is a copy of the other is the same in both. Else companies are
    matched by name, users by login, contacts by their normalised address.

    :param env: of the superuser
    :param source: the other database
    :param ledger: what was brought already
    :param report: what becomes of everybody
    :param options: ``companies`` ``{name there: name here}``, ``grant_agents``
    """

    def __init__(self, env, source, ledger, report, options) -> None:
        self.env = env
        self.source = source
        self.ledger = ledger
        self.report = report
        self.options = options
        self.companies: dict[int, int] = {}
        self.users: dict[int, int] = {}
        self.contacts: dict[int, int] = {}
        #: The contacts here of internal users there: what they said is an agent's word, though
        #: Odoo no longer counts somebody whose user is archived as a colleague.
        self.colleagues: frozenset[int] = frozenset()
        self._agents_group = env.ref("helpdesk_futural.group_helpdesk_user")
        self._users_there: dict[int, dict] = {}
        self._languages = set(dict(env["res.lang"].get_installed()))

    # ------------------------------------------------------------------
    # Companies
    # ------------------------------------------------------------------

    def match_companies(self) -> None:
        """Find the companies; none is ever created, since books and rights hang on them."""
        here = self.env["res.company"].search([])
        by_name = {name_key(company.name): company for company in here}
        rows = self.source.rows("res_company", ("id", "name", "create_date"))
        for row in rows:
            wanted = self.options.companies.get(row["name"], row["name"])
            same = here.filtered(lambda c, row=row: c.id == row["id"] and _same_moment(c, row))
            found = (
                by_name.get(name_key(wanted))
                if row["name"] in self.options.companies
                else same or by_name.get(name_key(wanted))
            )
            if not found and len(rows) == len(here) == 1 and not self.options.companies:
                found = here
            if found:
                self.companies[row["id"]] = found.id
                self.report.count("company", FOUND)
            else:
                self.report.count("company", FAILED)
                self.report.note(
                    *("company", row["id"], row["name"], FAILED),
                    f'No company of that name here: name one with --company "{row["name"]}=…".'
                    " Its tickets were not brought.",
                )

    # ------------------------------------------------------------------
    # Users
    # ------------------------------------------------------------------

    def match_users(self) -> None:
        """Find the users by login.

        Internal users who are not here come as archived users: without them what they said would
        read as a customer's words, and closed tickets would lose their agents.
        """
        rows = self.source.rows(
            "res_users",
            ("id", "login", "active", "share", "partner_id", "company_id", "create_date"),
        )
        self._users_there = {row["id"]: row for row in rows}
        everybody = self.env["res.users"].with_context(active_test=False).search([])
        by_login = {user.login.casefold(): user for user in everybody}
        by_id = {user.id: user for user in everybody}
        shipped = self.source.xmlids("res.users")
        needed = self._find_concerned()
        for row in rows:
            found = by_login.get((row["login"] or "").casefold())
            same = by_id.get(row["id"])
            if same and _same_moment(same, row):
                found = same
            elif shipped.get(row["id"]) == "base.user_root":
                found = self.env.ref("base.user_root")
            if found:
                self.users[row["id"]] = found.id
                self.contacts[row["partner_id"]] = found.partner_id.id
                if row["id"] in needed:
                    self.report.count("user", FOUND)
                    self._check_rights(found, row)
        missing = [
            row
            for row in rows
            if row["id"] in needed and row["id"] not in self.users and not row["share"]
        ]
        self.contacts.update(self.provide_contacts([row["partner_id"] for row in missing]))
        for row in missing:
            self._create_archived(row)
        self.colleagues = frozenset(
            self.contacts[row["partner_id"]]
            for row in rows
            if not row["share"] and row["partner_id"] in self.contacts
        )

    def _find_concerned(self) -> set[int]:
        """Return the users there whom tickets, teams or messages name."""
        rows = self.source.query(
            "SELECT user_id AS id FROM helpdesk_ticket WHERE user_id IS NOT NULL UNION"
            " SELECT user_id FROM helpdesk_ticket_team WHERE user_id IS NOT NULL UNION"
            " SELECT res_users_id FROM helpdesk_ticket_team_res_users_rel UNION"
            " SELECT u.id FROM res_users u WHERE EXISTS (SELECT FROM mail_message m"
            " WHERE m.author_id = u.partner_id AND m.model = 'helpdesk.ticket')"
        )
        return {row["id"] for row in rows}

    def _check_rights(self, user, row) -> None:
        """Say who can't be given tickets here, or give them the rights if that was asked for."""
        if row["share"] or not user.active or self.can_be_agent(user):
            return
        if user == self.env.ref("base.user_root"):
            return
        if user.share:
            self.report.note(
                *("user", row["id"], row["login"], "to do"),
                "Is no internal user here, so their tickets came without an agent. Make them one"
                " with helpdesk rights, and run this again.",
            )
            return
        if self.options.grant_agents:
            user.group_ids = [Command.link(self._agents_group.id)]
            self.report.note(
                *("user", row["id"], row["login"], "changed"), "Got the rights Helpdesk / User."
            )
        else:
            self.report.note(
                *("user", row["id"], row["login"], "to do"),
                "Has no helpdesk rights here, so their tickets came without an agent. Give them"
                " the rights, or use --grant-agents, and run this again.",
            )

    def can_be_agent(self, user) -> bool:
        """Tell whether tickets can be given to a user."""
        return not user.share and user.has_group("helpdesk_futural.group_helpdesk_user")

    def _create_archived(self, row) -> None:
        companies = [self.companies[id_] for id_ in (row["company_id"],) if id_ in self.companies]
        company = companies or self.env.company.ids
        partner = self.env["res.partner"].browse(self.contacts[row["partner_id"]])
        user = (
            self.env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                {
                    "login": row["login"],
                    "partner_id": partner.id,
                    "company_id": company[0],
                    "company_ids": [Command.set(company)],
                    "group_ids": [Command.set(self._agents_group.ids)],
                }
            )
        )
        user.active = False
        self.users[row["id"]] = user.id
        self.report.count("user", CREATED)
        self.report.note(
            *("user", row["id"], row["login"], CREATED),
            "Is no user here: came archived, so that their messages and closed tickets keep their"
            " name. Open tickets of theirs are in the pool.",
        )

    # ------------------------------------------------------------------
    # Contacts
    # ------------------------------------------------------------------

    def provide_contacts(self, ids) -> dict[int, int]:
        """Return ``{contact there: contact here}``; those that are not here are created.

        :param ids: ids there; organisations that they belong to come along
        """
        missing = {id_ for id_ in ids if id_} - self.contacts.keys()
        self.contacts.update(self.ledger.ids("res_partner", missing))
        missing -= self.contacts.keys()
        rows = {}
        wanted = missing
        while wanted:
            found = self.source.read_ids("res_partner", _CONTACT, wanted)
            rows.update({row["id"]: row for row in found})
            parents = {row["parent_id"] for row in found if row["parent_id"]}
            wanted = parents - rows.keys() - self.contacts.keys()
            self.contacts.update(self.ledger.ids("res_partner", wanted))
            wanted -= self.contacts.keys()
        self._match_contacts(rows)
        for id_ in sorted(rows):
            self._provide_with_parents(rows, id_)
        return {id_: self.contacts[id_] for id_ in ids if id_ in self.contacts}

    def _provide_with_parents(self, rows: dict[int, dict], id_: int) -> None:
        """Create a contact after the organisation that it belongs to, unless both are here."""
        if id_ in self.contacts:
            return
        if rows[id_]["parent_id"] in rows:
            self._provide_with_parents(rows, rows[id_]["parent_id"])
        self.contacts[id_] = self._create_contact(rows[id_])

    def _match_contacts(self, rows: dict[int, dict]) -> None:
        contacts = self.env["res.partner"].with_context(active_test=False)
        same = {p.id: p for p in contacts.browse(rows).exists()}
        emails = {e for row in rows.values() if (e := self._email(row))}
        by_email: dict[tuple, list] = {}
        for partner in contacts.search([("email_normalized", "in", list(emails))], order="id"):
            by_email.setdefault((partner.email_normalized, partner.is_company), []).append(partner)
        shipped = self.source.xmlids("res.partner", rows)
        for id_, row in rows.items():
            found = None
            if id_ in same and _same_moment(same[id_], row):
                found = same[id_]
            elif shipped.get(id_) in _SHIPPED_CONTACTS:
                found = self.env.ref(shipped[id_])
            elif email := self._email(row):
                company = self.companies.get(row["company_id"])
                found = next(
                    (
                        partner
                        for partner in by_email.get((email, bool(row["is_company"])), ())
                        if not partner.company_id or partner.company_id.id == company
                    ),
                    None,
                )
            if found:
                self.contacts[id_] = found.id
                self.report.count("contact", FOUND)

    @staticmethod
    def _email(row) -> str | bool:
        return email_normalize(row["email"] or "")

    def _create_contact(self, row) -> int:
        if email := self._email(row):
            # Somebody with the same address may have been created a moment ago.
            twin = self.env["res.partner"].search(
                [
                    ("email_normalized", "=", email),
                    ("is_company", "=", bool(row["is_company"])),
                    ("company_id", "in", [False, self.companies.get(row["company_id"])]),
                ],
                limit=1,
            )
            if twin:
                self.report.count("contact", FOUND)
                return twin.id
        values = {name: row[name] or False for name in _COPIED}
        values.update(
            name=row["name"] or row["email"] or f"#{row['id']}",
            email=row["email"] or False,
            phone=row["phone"] or row["mobile"] or False,
            is_company=bool(row["is_company"]),
            parent_id=self.contacts.get(row["parent_id"]) or False,
            type=row["type"] or "contact",
            active=row["active"] is not False,
            lang=row["lang"] if row["lang"] in self._languages else False,
            company_id=self.companies.get(row["company_id"]) or False,
            **self._get_country(row),
        )
        partner = self._create_or_simplify(row, values)
        self.ledger.note("res_partner", "res.partner", {row["id"]: partner.id})
        self.report.count("contact", CREATED)
        return partner.id

    def _create_or_simplify(self, row, values):
        """Create a contact; with the essential only, where a rule here refuses the rest."""
        context = {"mail_create_nolog": True, "no_vat_validation": True, "tracking_disable": True}
        partners = self.env["res.partner"].with_context(**context)
        try:
            with self.env.cr.savepoint():
                return partners.create(values)
        except (ValidationError, UserError, psycopg2.Error) as error:
            kept = ("name", "email", "phone", "is_company", "parent_id", "active", "company_id")
            self.report.note(
                *("contact", row["id"], values["name"], CREATED),
                f"Came with name, address and phone only: {error}",
            )
            return partners.create({name: values[name] for name in kept})

    def _get_country(self, row) -> dict:
        if not row["country_id"]:
            return {}
        [country_there] = self.source.read_ids("res_country", ("code",), [row["country_id"]])
        country = self.env["res.country"].search([("code", "=", country_there["code"])], limit=1)
        values = {"country_id": country.id}
        if row["state_id"] and country:
            [state] = self.source.read_ids("res_country_state", ("code",), [row["state_id"]])
            values["state_id"] = (
                self.env["res.country.state"]
                .search([("country_id", "=", country.id), ("code", "=", state["code"])], limit=1)
                .id
            )
        return values

    # ------------------------------------------------------------------
    # Agents
    # ------------------------------------------------------------------

    def get_agent(self, user_id: int | None, company, *, done: bool) -> int | bool:
        """Return who a ticket is assigned to here; False leaves it in the pool.

        :param user_id: the user there
        :param company: of the ticket, here
        :param bool done: the ticket is closed, so an archived user may have it
        """
        user = self.env["res.users"].browse(self.users.get(user_id or 0))
        if not user or not (user.active or done):
            return False
        if not self.can_be_agent(user) or company not in user.company_ids:
            return False
        return user.id

    def is_former_colleague(self, partner) -> bool:
        """Tell whether a contact is that of an internal user there who is none here.

        They follow nothing here: internal notes would be mailed to them.
        """
        users = partner.user_ids.filtered(lambda user: user.active and not user.share)
        return not users and partner.id in self.colleagues

    def get_team_members(self, user_ids) -> list[int]:
        """Return the users here who can be members of a team."""
        users = self.env["res.users"].browse(
            self.users[id_] for id_ in user_ids if id_ in self.users
        )
        return users.filtered(lambda user: user.active and self.can_be_agent(user)).ids

    def name_of(self, user_id: int) -> str:
        """Return the login of a user there, for the report."""
        return text_of(self._users_there.get(user_id, {}).get("login")) or str(user_id)


def to_text(moment) -> str | bool:
    """Return a moment as the ORM keeps it in JSON, in whole seconds."""
    return Datetime.to_string(moment.replace(microsecond=0)) if moment else False
