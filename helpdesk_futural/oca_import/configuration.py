"""Teams, stages, categories and tags."""

from odoo import Command

from .mapping import (
    SHIPPED_STAGES,
    is_solving,
    name_key,
    plain_properties,
    stage_state,
    text_of,
    translations_of,
)
from .report import CREATED, FOUND


class Configuration:
    """What tickets refer to.

    :param env: of the superuser
    :param source: the other database
    :param ledger: what was brought already
    :param report: what becomes of everything
    :param people: who is who
    :param options: ``stage_states`` ``{name: state}``
    """

    def __init__(self, env, source, ledger, report, people, options) -> None:
        self.env = env
        self.source = source
        self.ledger = ledger
        self.report = report
        self.people = people
        self.options = options
        #: ids there to ids here; teams by ``(team, company)`` there
        self.teams: dict[tuple, int] = {}
        self.stages: dict[int, int] = {}
        self.categories: dict[int, int] = {}
        self.tags: dict[int, int] = {}
        #: stages there in which what is closed was solved
        self.solving: set[int] = set()
        self._languages = [code for code, _name in env["res.lang"].get_installed()]

    def bring(self) -> None:
        """Find or create all of them."""
        self._bring_tags()
        self._bring_categories()
        self._bring_stages()
        self._bring_teams()

    # ------------------------------------------------------------------
    # Tags and categories
    # ------------------------------------------------------------------

    def _bring_tags(self) -> None:
        rows = self.source.rows("helpdesk_ticket_tag", ("id", "name", "color"))
        here = {name_key(tag.name): tag.id for tag in self.env["helpdesk.tag"].search([])}
        self.tags = self.ledger.ids("helpdesk_ticket_tag", [row["id"] for row in rows])
        for row in rows:
            if row["id"] in self.tags or not text_of(row["name"]):
                continue
            self.tags[row["id"]] = self._provide(
                *("tag", "helpdesk_ticket_tag", "helpdesk.tag", row),
                here.get(name_key(text_of(row["name"]))),
                {"color": row["color"] or 0},
            )
            here[name_key(text_of(row["name"]))] = self.tags[row["id"]]

    def _bring_categories(self) -> None:
        table = "helpdesk_ticket_category"
        columns = ("id", "name", "parent_id", "sequence", "active", "show_in_portal")
        rows = {row["id"]: row for row in self.source.rows(table, columns)}
        categories = self.env["helpdesk.ticket.type"].search([])
        here = {(c.parent_id.id, name_key(c.name)): c.id for c in categories}
        self.categories = self.ledger.ids(table, rows)

        def provide(row):
            if row["id"] in self.categories:
                return self.categories[row["id"]]
            parent = rows.get(row["parent_id"])
            parent_id = provide(parent) if parent else False
            key = (parent_id, name_key(text_of(row["name"])))
            self.categories[row["id"]] = here[key] = self._provide(
                *("category", table, "helpdesk.ticket.type", row),
                here.get(key),
                {
                    "parent_id": parent_id,
                    "sequence": row["sequence"] or 10,
                    "active": row["active"] is not False,
                    "portal_published": row["show_in_portal"] is not False,
                },
            )
            return self.categories[row["id"]]

        for row in rows.values():
            provide(row)

    # ------------------------------------------------------------------
    # Stages
    # ------------------------------------------------------------------

    def _bring_stages(self) -> None:
        table = "helpdesk_ticket_stage"
        columns = ("id", "name", "sequence", "active", "unattended", "closed", "fold")
        columns += ("close_from_portal", "mail_template_id")
        rows = self.source.rows(table, columns)
        self.stages = self.ledger.ids(table, [row["id"] for row in rows])
        self.solving = {row["id"] for row in rows if is_solving(text_of(row["name"]))}
        shipped = self.source.xmlids("helpdesk.ticket.stage")
        in_use = self._find_open_tickets("stage_id")
        for row in rows:
            if row["id"] in self.stages:
                continue
            state = self._get_state(row)
            active = row["active"] is not False or row["id"] in in_use
            self.stages[row["id"]] = self._provide(
                *("stage", table, "helpdesk.stage", row),
                self._find_stage(row, state, shipped.get(row["id"], "")),
                {
                    "state": state,
                    "sequence": row["sequence"] or 10,
                    "fold": bool(row["fold"]) or state == "closed",
                    "active": active,
                    "team_ids": [],
                    "portal_selectable": bool(row["close_from_portal"]),
                },
            )
            if active and row["active"] is False:
                self.report.note(
                    *("stage", row["id"], text_of(row["name"]), CREATED),
                    "Is archived there, but open tickets are in it: came as an active stage.",
                )

    def _get_state(self, row) -> str:
        name = text_of(row["name"])
        return self.options.stage_states.get(name) or stage_state(
            name, closed=bool(row["closed"]), unattended=bool(row["unattended"])
        )

    def _find_stage(self, row, state: str, xmlid: str) -> int | None:
        """Return the stage here that means the same: the shipped one, or one of the same name."""
        name = text_of(row["name"])
        shipped_name, shipped = SHIPPED_STAGES.get(xmlid.partition(".")[2], ("", ""))
        if shipped_name and name_key(shipped_name) == name_key(name):
            stage = self.env.ref(f"helpdesk_futural.{shipped}", raise_if_not_found=False)
            if stage and stage.active and stage.state == state:
                return stage.id
        stages = self.env["helpdesk.stage"].search([("state", "=", state), ("active", "=", True)])
        same = stages.filtered(lambda stage: name_key(stage.name) == name_key(name))
        return same[:1].id

    # ------------------------------------------------------------------
    # Teams
    # ------------------------------------------------------------------

    def _bring_teams(self) -> None:
        """Provide a team for each team and company that occur together.

        A team there may serve all companies, and a ticket may have no team; here a ticket belongs
        to a team, and a team to one company.
        """
        table = "helpdesk_ticket_team"
        columns = ("id", "name", "sequence", "active", "company_id", "user_id", "alias_id")
        columns += ("color", "ticket_properties")
        rows = {row["id"]: row for row in self.source.rows(table, columns)}
        used = {
            (row["team_id"], row["company_id"])
            for row in self.source.query("SELECT DISTINCT team_id, company_id FROM helpdesk_ticket")
        }
        pairs = used | {
            (id_, row["company_id"])
            for id_, row in rows.items()
            if row["company_id"] or not any(team == id_ for team, _company in used)
        }
        known = self.ledger.find(table, [self._team_key(*pair) for pair in pairs])
        stages = self._get_stages(pairs)
        members: dict[int, list] = {}
        for team, user in self.source.pairs(
            *("helpdesk_ticket_team_res_users_rel", "helpdesk_ticket_team_id", "res_users_id")
        ):
            members.setdefault(team, []).append(user)
        in_use = self._find_open_tickets("team_id")
        # A team's own company first: there it keeps its name.
        own = {id_: row["company_id"] for id_, row in rows.items()}
        for team_id, company_there in sorted(
            pairs, key=lambda pair: (own.get(pair[0]) != pair[1], str(pair))
        ):
            company_id = self.people.companies.get(company_there) or (
                self.env.company.id if company_there is None else None
            )
            if not company_id:
                continue  # the report says so of the company
            key = self._team_key(team_id, company_there)
            if key in known:
                self.teams[team_id, company_there] = known[key][0]
                continue
            row = rows.get(team_id) or self._get_no_team()
            self.teams[team_id, company_there] = self._provide_team(
                *(key, row, company_id, members.get(team_id, ()), in_use),
                stages[team_id, company_there],
            )
        self._link_stages(stages)

    @staticmethod
    def _team_key(team_id, company_id) -> str:
        return f"{team_id or 'none'}/{company_id or 'any'}"

    def _get_no_team(self) -> dict:
        name = self.env._("Without Team")
        blank = dict.fromkeys(("user_id", "alias_id", "color", "ticket_properties", "sequence"))
        return {**blank, "id": None, "name": name, "active": True}

    def _provide_team(self, key, row, company_id, members, in_use, stages) -> int:
        name = text_of(row["name"])
        teams = self.env["helpdesk.team"].with_context(active_test=False)
        # Two teams of one name are two teams there, so only one that nothing was brought into.
        found = teams.search([("company_id", "=", company_id)]).filtered(
            lambda team: name_key(team.name) == name_key(name) and team.id not in self._get_taken()
        )[:1]
        active = row["active"] is not False or row["id"] in in_use
        definition, left = plain_properties(row["ticket_properties"])
        for label in left:
            self.report.left(
                f"property “{label}” of the team {name}", 1, "It links to records of other apps."
            )
        taken_names = {
            name_key(team.name) for team in teams.search([("company_id", "=", company_id)])
        }
        if not found and name_key(name) in taken_names:
            row = {**row, "name": f"{name} ({row['id']})"}
        team_id = self._provide(
            *("team", "helpdesk_ticket_team", "helpdesk.team", row),
            found.id,
            {
                "company_id": company_id,
                "active": active,
                "sequence": row["sequence"] or 10,
                "color": row["color"] or 0,
                "member_ids": [Command.set(self.people.get_team_members(members))],
                "leader_id": next(iter(self.people.get_team_members([row["user_id"]])), False),
                "ticket_properties": definition,
                **({"stage_ids": [Command.set(sorted(stages))]} if stages else {}),
                **({} if found else self._get_address(row)),
            },
            key=key,
        )
        if found and definition and not found.ticket_properties:
            found.ticket_properties = definition
        return team_id

    def _get_taken(self) -> set[int]:
        return set(self.teams.values())

    def _get_address(self, row) -> dict:
        """Return the values of a team's address; none where somebody else has it here."""
        alias = self.source.read_ids("mail_alias", ("alias_name",), filter(None, [row["alias_id"]]))
        name = alias and alias[0]["alias_name"]
        if not name:
            return {"use_alias": False, "alias_name": False}
        if self.env["mail.alias"].search_count([("alias_name", "=", name)], limit=1):
            self.report.note(
                *("team", row["id"], text_of(row["name"]), "to do"),
                f"Its address “{name}” is taken here: give the team one on its form.",
            )
            return {"use_alias": False, "alias_name": False}
        return {"use_alias": True, "alias_name": name}

    def _get_stages(self, pairs) -> dict[tuple, set[int]]:
        """Return the stages here that each team works with there, and those of its tickets."""
        links = set(
            self.source.pairs(
                *("helpdesk_ticket_stage_helpdesk_ticket_team_rel",),
                *("helpdesk_ticket_stage_id", "helpdesk_ticket_team_id"),
            )
        )
        limited = {stage for stage, _team in links}
        companies = {
            row["id"]: row["company_id"]
            for row in self.source.rows("helpdesk_ticket_stage", ("id", "company_id"))
        }
        used = {
            (row["team_id"], row["company_id"], row["stage_id"])
            for row in self.source.query(
                "SELECT DISTINCT team_id, company_id, stage_id FROM helpdesk_ticket"
            )
        }
        return {
            (team_id, company_id): {
                self.stages[stage]
                for stage, company in companies.items()
                if (team_id, company_id, stage) in used
                or (
                    (company is None or company_id in (None, company))
                    and (stage not in limited or (stage, team_id) in links)
                )
            }
            for team_id, company_id in pairs
        }

    def _link_stages(self, stages) -> None:
        """Add the stages that a team was not given when it was created."""
        for pair, team_id in self.teams.items():
            team = self.env["helpdesk.team"].browse(team_id)
            if new := stages[pair] - set(team.stage_ids.ids):
                team.stage_ids = [Command.link(id_) for id_ in sorted(new)]

    # ------------------------------------------------------------------
    # Common
    # ------------------------------------------------------------------

    def _find_open_tickets(self, column: str) -> set[int]:
        """Return the teams or stages that open tickets are in: they can't be archived."""
        return {
            row["id"]
            for row in self.source.query(
                f"SELECT DISTINCT t.{column} AS id FROM helpdesk_ticket t"  # noqa: S608 our own names
                " JOIN helpdesk_ticket_stage s ON s.id = t.stage_id"
                f" WHERE t.{column} IS NOT NULL AND s.closed IS NOT TRUE"
            )
        }

    def _provide(self, kind, table, model, row, found, values, key=None) -> int:
        """Return the record's id: of the one found, or of a new one with its translations."""
        outcome = FOUND if found else CREATED
        if not found:
            # A team's working hours are its company's.
            records = self.env[model].with_company(values.get("company_id") or self.env.company)
            record = records.create({"name": text_of(row["name"]), **values})
            for language, name in translations_of(row["name"]).items():
                if language in self._languages:
                    record.with_context(lang=language).name = name
            found = record.id
        self.ledger.note(table, model, {key or row["id"]: found})
        self.report.count(kind, outcome)
        return found
