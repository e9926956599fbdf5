"""Fill a database with many tickets: a few are made as users make them, the others are copies of their rows.

A copy keeps what its original is (stage, hours, clocks, conversation) and differs in number, customer, agent and
date. About two per cent are open. The organisation of the benchmark's portal users has about a thousand tickets,
however many there are in all: what a customer waits for must not depend on other customers.
"""

import random
import time

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import SQL

from .copies import WORDS, Copies

#: Tickets made one by one, of which every copy is made: most are closed, as in a desk of some years.
_PROTOTYPES = {"new": 2, "in_progress": 2, "waiting": 2, "solved": 2, "closed": 42}
_AGENTS = 20
_TEAMS = 5
_BATCH = 10_000

MODELS = ("helpdesk.ticket", "helpdesk.bench.thread", "project.task")


def say(text):
    print(text, flush=True)


class Loader:
    """Brings a database to a number of tickets, and as many bare conversations and tasks."""

    def __init__(self, registry):
        self.registry = registry

    @classmethod
    def load_to(cls, database, tickets):
        """Bring a database to a number of tickets from nothing."""
        loader = cls(Registry(database))
        loader.prepare()
        loader.fill(tickets)

    def prepare(self):
        """Create people, teams and the originals, once."""
        with self.registry.cursor() as cr:
            env = api.Environment(
                cr, SUPERUSER_ID, {"tracking_disable": True, "no_reset_password": True}
            )
            if env["ir.config_parameter"].get_param("helpdesk_bench.prepared"):
                return
            say("» Create people, teams and the originals")
            self._create_people(env)
            self._create_originals(env)
            env["ir.config_parameter"].set_param("helpdesk_bench.prepared", "1")

    def _create_people(self, env):
        domain = env["mail.alias.domain"].search([], limit=1) or env["mail.alias.domain"].create(
            {"name": "apu.example"}
        )
        groups = env.ref("helpdesk_futural.group_helpdesk_user") + env.ref(
            "project.group_project_user"
        )
        agents = env["res.users"].create(
            [
                {
                    "name": f"Agent {number}",
                    "login": f"agent{number}",
                    "email": f"agent{number}@apu.example",
                    "group_ids": [(4, group.id) for group in groups],
                }
                for number in range(_AGENTS)
            ]
        )
        # The first is no administrator; what managers see is measured as this one.
        agents[1].group_ids += env.ref("helpdesk_futural.group_helpdesk_manager")
        organisation = env["res.partner"].create({"name": "Portti Oy", "is_company": True})
        customers = env["res.partner"].create(
            [
                {
                    "name": f"Portal {scope}",
                    "email": f"portal.{scope}@portti.example",
                    "parent_id": organisation.id,
                    "helpdesk_portal_scope": scope,
                }
                for scope in ("own", "company")
            ]
        )
        for customer in customers:
            env["res.users"].create(
                {
                    "login": customer.email,
                    "partner_id": customer.id,
                    "group_ids": [(6, 0, env.ref("base.group_portal").ids)],
                }
            )
        teams = env["helpdesk.team"].create(
            [
                {
                    "name": f"Bench {number}",
                    "alias_name": f"bench{number}",
                    "alias_domain_id": domain.id,
                    "member_ids": [(6, 0, agents[number::_TEAMS].ids)],
                    "privacy_visibility": "portal",
                    "use_sla": True,
                    "acknowledgement_template_id": False,
                }
                for number in range(_TEAMS)
            ]
        )
        env["helpdesk.sla"].create(
            [
                {"name": f"{target} {hours} h", "team_id": team.id, "target": target, "time": hours}
                for team in teams
                for target, hours in (("first_response", 4), ("resolution", 40))
            ]
        )
        env["mail.alias"].create(
            {
                "alias_name": "bare",
                "alias_domain_id": domain.id,
                "alias_model_id": env["ir.model"]._get_id("helpdesk.bench.thread"),
                "alias_contact": "everyone",
            }
        )
        env["project.project"].create(
            {
                "name": "Bench",
                "alias_name": "tasks",
                "alias_domain_id": domain.id,
                "privacy_visibility": "portal",
                "type_ids": [
                    (0, 0, {"name": name, "fold": name == "Done"})
                    for name in ("New", "Doing", "Waiting", "Done")
                ],
            }
        )

    def _create_originals(self, env):
        generator = random.Random(19)
        teams = env["helpdesk.team"].search([("name", "=like", "Bench %")])
        customers = env["res.partner"].search([("name", "=", "Portal company")])
        categories = env["helpdesk.ticket.type"].search([])
        tags = env["helpdesk.tag"].create([{"name": f"Tag {number}"} for number in range(6)])
        project = env["project.project"].search([("name", "=", "Bench")])
        for state, count in _PROTOTYPES.items():
            for _number in range(count):
                team = generator.choice(teams)
                agent = generator.choice(team.member_ids)
                common = {
                    "user": agent,
                    "text": f"The {generator.choice(WORDS)} " + "does not work as it did. " * 8,
                    "tags": generator.sample(tags.ids, 2),
                }
                stage = env["helpdesk.stage"].search([("state", "=", state)], limit=1)
                ticket = (
                    env["helpdesk.ticket"]
                    .with_context(mail_notify_force_send=False)
                    .create(
                        {
                            "name": "original",
                            "description": common["text"],
                            "team_id": team.id,
                            "partner_id": customers.id,
                            "ticket_type_id": generator.choice(categories).id,
                            "priority": generator.choice("0112"),
                            "tag_ids": [(6, 0, common["tags"])],
                            "channel": "email",
                        }
                    )
                )
                task = env["project.task"].create(
                    {
                        "name": "original",
                        "project_id": project.id,
                        "partner_id": customers.id,
                        "description": common["text"],
                        "user_ids": [(6, 0, agent.ids)],
                        "stage_id": project.type_ids[3 if state in ("solved", "closed") else 1].id,
                    }
                )
                thread = env["helpdesk.bench.thread"].create(
                    {
                        "name": "original",
                        "partner_id": customers.id,
                        "description": common["text"],
                        "user_id": agent.id,
                        "stage_id": stage.id,
                        "priority": ticket.priority,
                        "team_id": team.id,
                        "ticket_type_id": ticket.ticket_type_id.id,
                        "deadline": ticket.sla_deadline,
                        "waiting_on": ticket.waiting_on,
                        "state": state,
                        "partner_name": customers.name,
                        "last_message_date": ticket.create_date,
                        "last_message_preview": common["text"][:100],
                        "last_author_id": customers.id,
                        "tag_ids": [(6, 0, common["tags"])],
                    }
                )
                thread.message_subscribe(customers.ids)  # as customers do their tickets
                if state != "new":
                    ticket.user_id = agent
                for record in (ticket, task, thread):
                    self._converse(record, customers, agent, common["text"])
                if state != "new":
                    ticket.stage_id = stage

    def _converse(self, record, customer, agent, text):
        for author, from_customer in ((customer, True), (agent.partner_id, False)):
            record.with_context(mail_post_autofollow=False).message_post(
                body=text,
                message_type="email" if from_customer else "comment",
                subtype_xmlid="mail.mt_comment",
                author_id=author.id,
                email_from=author.email_formatted,
            )

    # ------------------------------------------------------------------
    # Copies
    # ------------------------------------------------------------------

    def fill(self, wanted):
        """Copy until there are so many tickets, bare conversations and tasks.

        :return: how many tickets there are
        """
        started = time.monotonic()
        with self.registry.cursor() as cr:
            cr.execute("SET synchronous_commit = off")
            self._fill_contacts(cr, wanted)
            cr.commit()
            for model in MODELS:
                self._fill_model(cr, model, wanted)
            total = self._count(cr, "helpdesk.ticket")
        with self.registry.cursor() as cr:
            cr.commit()
            cr._cnx.autocommit = True
            say("  vacuum and analyse")
            cr.execute("VACUUM ANALYZE")
            cr._cnx.autocommit = False
        say(f"  {total:,} tickets after {time.monotonic() - started:.0f} s")
        return total

    def _count(self, cr, model):
        cr.execute(SQL("SELECT count(*) FROM %s", SQL.identifier(model.replace(".", "_"))))
        return cr.fetchone()[0]

    def _fill_contacts(self, cr, wanted):
        """Make one organisation with four contacts for each forty tickets."""
        cr.execute(
            "CREATE TABLE IF NOT EXISTS bench_contact ("
            " rank serial PRIMARY KEY, partner_id integer NOT NULL, commercial_id integer NOT NULL)"
        )
        cr.execute("SELECT count(*) FROM bench_contact")
        missing = max(wanted // 10, 400) - cr.fetchone()[0]
        if missing <= 0:
            return
        say(f"  {missing:,} contacts")
        cr.execute(
            """
            WITH organisation AS (
                INSERT INTO res_partner (name, complete_name, is_company, active, type, create_date,
                                         write_date, create_uid, autopost_bills, helpdesk_portal_scope)
                SELECT 'Company ' || n, 'Company ' || n, true, true, 'contact', now(), now(), 1, 'ask', 'own'
                  FROM generate_series(1, %(companies)s) n RETURNING id
            ), themselves AS (
                SELECT id FROM organisation
            ), contact AS (
                INSERT INTO res_partner (name, complete_name, email, email_normalized, parent_id,
                                         commercial_partner_id, is_company, active, type, create_date,
                                         write_date, create_uid, autopost_bills, helpdesk_portal_scope)
                SELECT 'Person ' || id || ' ' || n, 'Company, Person ' || id || ' ' || n,
                       'p' || id || n || '@c' || id || '.example', 'p' || id || n || '@c' || id || '.example',
                       id, id, false, true, 'contact', now(), now(), 1, 'ask', 'own'
                  FROM themselves, generate_series(1, 4) n RETURNING id, parent_id
            )
            INSERT INTO bench_contact (partner_id, commercial_id) SELECT id, parent_id FROM contact
            """,
            {"companies": -(-missing // 4)},
        )
        cr.execute(
            "UPDATE res_partner SET commercial_partner_id = id"
            " WHERE is_company AND commercial_partner_id IS NULL"
        )

    def _fill_model(self, cr, model, wanted):
        table = model.replace(".", "_")
        env = api.Environment(cr, SUPERUSER_ID, {})
        originals = env[model].with_context(active_test=False).search([("name", "=", "original")])
        first, last = min(originals.ids), max(originals.ids)
        open_ids = self._open_ids(env, model, originals)
        stride = last - first + 1
        while (missing := wanted - self._count(cr, model)) > 0:
            cr.execute(SQL("SELECT max(id) FROM %s", SQL.identifier(table)))
            start = (cr.fetchone()[0] - first) // stride + 1
            closed = len(originals) - len(open_ids)
            rounds = max(1, min(_BATCH, missing) // closed)
            copies = Copies(cr, model, first, last, stride, start, start + rounds - 1, open_ids)
            copies.make()
            cr.commit()
            say(f"  {model}: {self._count(cr, model):,} of {wanted:,}")

    def _open_ids(self, env, model, originals):
        if model == "project.task":
            return originals.filtered(lambda task: not task.stage_id.fold).ids
        return originals.filtered(lambda record: not record.stage_id.fold).ids
