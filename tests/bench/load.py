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

#: Tickets made one by one, of which every copy is made: most are closed, as in a desk of some years.
_PROTOTYPES = {"new": 2, "in_progress": 2, "waiting": 2, "solved": 2, "closed": 42}
#: Every so many rounds of copies, the open ones are copied, too.
_OPEN_EVERY = 5
_AGENTS = 20
_TEAMS = 5
_PORTAL_TICKETS = 1_000
_BATCH = 10_000

MODELS = ("helpdesk.ticket", "helpdesk.bench.thread", "project.task")
WORDS = [
    "printer",
    "invoice",
    "login",
    "network",
    "delivery",
    "licence",
    "backup",
    "screen",
    "battery",
    "contract",
]
#: A word of one ticket in 500.
RARE = "zeppelin"


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
                        "tag_ids": [(6, 0, common["tags"])],
                    }
                )
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


class Copies:
    """Some rounds of copies of all originals of a model, with what belongs to them."""

    def __init__(self, cr, model, first, last, stride, start, end, open_ids):
        self.cr = cr
        self.model = model
        self.table = model.replace(".", "_")
        self.first, self.last, self.stride = first, last, stride
        self.start, self.end = start, end
        self.open_ids = tuple(open_ids)

    def make(self):
        """Insert the rows; every copied row keeps its distance from its original's id."""
        new_id = SQL("p.id + c * %s", self.stride)
        overrides = {
            "id": new_id,
            "name": self._name(new_id),
            "access_token": SQL("NULL"),
            "partner_id": SQL("contact.partner_id"),
            "commercial_partner_id": SQL("contact.commercial_id"),
        }
        if self.model == "helpdesk.ticket":
            overrides["ticket_ref"] = SQL(
                "to_char(DATE '2015-01-01' + (%s) / 900, 'YYMMDD') || (100 + (%s) %% 900)",
                new_id,
                new_id,
            )
        elif self.model == "helpdesk.bench.thread":
            overrides["number"] = SQL("(1000000 + %s)::varchar", new_id)
        # Every ticket of the portal's organisation is among the first ten thousand.
        contacts = SQL(
            "JOIN bench_contact contact ON contact.rank ="
            " 1 + (p.id::bigint + c * 7919) %% (SELECT count(*) FROM bench_contact)"
        )
        self._copy(
            self.table, SQL("p.id BETWEEN %s AND %s", self.first, self.last), overrides, contacts
        )
        self._give_to_the_portal()
        self._copy_children()

    def _name(self, new_id):
        words = SQL("(ARRAY[%s])", SQL(", ").join(SQL("%s", word) for word in WORDS))
        return SQL(
            "%s[1 + (%s) %% %s] || ' number ' || (%s)"
            " || CASE WHEN (%s) %% 500 = 0 THEN %s ELSE '' END",
            words,
            new_id,
            len(WORDS),
            new_id,
            new_id,
            f" {RARE}",
        )

    def _give_to_the_portal(self):
        """Let the first thousand closed and open copies belong to the portal users' organisation."""
        self.cr.execute(
            SQL(
                "UPDATE %s t SET partner_id = portal.id%s FROM res_partner portal"
                " WHERE portal.name = 'Portal company' AND t.id BETWEEN %s AND %s"
                " AND (SELECT count(*) FROM %s mine WHERE mine.partner_id = portal.id) < %s",
                SQL.identifier(self.table),
                SQL()
                if self.model == "project.task"
                else SQL(", commercial_partner_id = portal.commercial_partner_id"),
                self.first + self.start * self.stride,
                self.first + self.start * self.stride + 2 * _PORTAL_TICKETS,
                SQL.identifier(self.table),
                _PORTAL_TICKETS,
            )
        )

    def _copy_children(self):
        of_model = SQL(
            "p.%s = %s AND p.res_id BETWEEN %s AND %s",
            SQL.identifier("model"),
            self.model,
            self.first,
            self.last,
        )
        self._copy_child(
            "mail_message",
            of_model,
            {"message_id": SQL("'<' || p.id || '.' || c || '@bench.example>'")},
        )
        followers = SQL(
            "p.res_model = %s AND p.res_id BETWEEN %s AND %s", self.model, self.first, self.last
        )
        # Each copy's own customer follows it, not that of the original.
        customer = SQL(
            "COALESCE((SELECT copy.partner_id FROM %(table)s copy, %(table)s original"
            " WHERE copy.id = p.res_id + c * %(stride)s AND original.id = p.res_id"
            " AND original.partner_id = p.partner_id), p.partner_id)",
            table=SQL.identifier(self.table),
            stride=self.stride,
        )
        self._copy_child("mail_followers", followers, {"partner_id": customer})
        link = {
            "helpdesk.ticket": ("helpdesk_sla_status", "ticket_id"),
        }.get(self.model)
        if link:
            self._copy_child(
                link[0],
                SQL("p.%s BETWEEN %s AND %s", SQL.identifier(link[1]), self.first, self.last),
                {},
                link[1],
            )
        for table, column in {
            "helpdesk.ticket": [("helpdesk_tag_helpdesk_ticket_rel", "helpdesk_ticket_id")],
            "helpdesk.bench.thread": [
                ("helpdesk_bench_thread_helpdesk_tag_rel", "helpdesk_bench_thread_id")
            ],
            "project.task": [("project_task_user_rel", "task_id")],
        }[self.model]:
            self._copy_child(
                table,
                SQL("p.%s BETWEEN %s AND %s", SQL.identifier(column), self.first, self.last),
                {},
                column,
                has_id=table == "project_task_user_rel",
            )

    def _copy_child(self, table, where, overrides, link="res_id", has_id=True):
        parent = SQL("p.%s + c * %s", SQL.identifier(link), self.stride)
        overrides = {link: parent, **overrides}
        if has_id:
            overrides["id"] = SQL("nextval(pg_get_serial_sequence(%s, 'id'))", table)
            self.cr.execute(SQL("SELECT pg_get_serial_sequence(%s, 'id')", table))
            if not self.cr.fetchone()[0]:
                overrides["id"] = SQL("nextval(%s)", f"{table}_id_seq")
        self._copy(table, where, overrides, SQL(), original=SQL.identifier("p", link))

    def _copy(self, table, where, overrides, join, original=None):
        original = original or SQL.identifier("p", "id")
        self.cr.execute(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = current_schema AND table_name = %s AND is_generated = 'NEVER'",
            [table],
        )
        columns = dict(self.cr.fetchall())
        is_open = SQL("%s IN %s", original, self.open_ids)
        # Closed ones are spread over three years, open ones over two days.
        shift = SQL(
            "(CASE WHEN %s THEN (c %% 48) ELSE (c * 37) %% 26000 END) * INTERVAL '1 hour'", is_open
        )
        values = []
        for column, kind in columns.items():
            if column in overrides:
                values.append(overrides[column])
            elif kind == "timestamp without time zone":
                values.append(SQL("p.%s - %s", SQL.identifier(column), shift))
            else:
                values.append(SQL.identifier("p", column))
        self.cr.execute(
            SQL(
                "INSERT INTO %s (%s) SELECT %s FROM %s p CROSS JOIN generate_series(%s, %s) c %s"
                " WHERE %s AND (NOT %s OR c %% %s = 0)",
                SQL.identifier(table),
                SQL(", ").join(map(SQL.identifier, columns)),
                SQL(", ").join(values),
                SQL.identifier(table),
                self.start,
                self.end,
                join,
                where,
                is_open,
                _OPEN_EVERY,
            )
        )
        if "id" in overrides:
            self.cr.execute(
                SQL(
                    "SELECT setval(%s, (SELECT max(id) FROM %s))",
                    f"{table}_id_seq",
                    SQL.identifier(table),
                )
            )
