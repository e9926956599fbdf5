"""The order of it all: who and what first, then the tickets in batches, then their links."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from odoo.tools import split_every

from . import leftovers
from .configuration import Configuration
from .files import Files
from .ledger import Ledger
from .messages import Messages
from .people import People
from .report import CREATED, FAILED, Report
from .source import NotThere
from .tickets import MODEL, TABLE, Refused, Tickets

_logger = logging.getLogger(__name__)

BATCH = 100
#: One at a time: two would both find that a ticket is not here yet.
_LOCK = "helpdesk_import"
#: Nobody is told, nothing is assigned, promised, logged or tracked.
QUIET = {
    "active_test": False,
    "helpdesk_no_acknowledgement": True,
    "helpdesk_no_assignment": True,
    "helpdesk_sla_later": True,
    "mail_activity_quick_update": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "no_reset_password": True,
    "tracking_disable": True,
}


@dataclass
class Options:
    """What whoever moves in decides."""

    dry_run: bool = False
    #: what to remember the other database by, if not by its own identity
    source_key: str = ""
    #: ``{company there: company here}``, by name
    companies: dict[str, str] = field(default_factory=dict)
    #: ``{stage there: what it means}``
    stage_states: dict[str, str] = field(default_factory=dict)
    #: give helpdesk rights to the users here who were agents there
    grant_agents: bool = False


class Mover:
    """Moves a helpdesk in.

    :param env: of the superuser, in a transaction of its own: it is committed batch by batch
    :param source: the other database
    :param options: see :class:`Options`
    :param say: is told of the progress
    """

    def __init__(self, env, source, options: Options, say: Callable[[str], None]) -> None:
        self.env = env(context=dict(env.context, **QUIET))
        self.source = source
        self.options = options
        self.say = say
        self.report = Report()
        self.ledger = Ledger(self.env, options.source_key or source.key)
        common = (self.env, source, self.ledger, self.report)
        self.people = People(*common, options)
        self.configuration = Configuration(*common, self.people, options)
        self.files = Files(*common, dry_run=options.dry_run)
        self.messages = Messages(*common, self.people, self.configuration)
        self.tickets = Tickets(*common, self.people, self.configuration)

    def run(self) -> Report:
        """Bring everything that is not here yet, and what changed since.

        :raises NotThere: if it would bring everything twice, or somebody else is at it
        """
        self._lock()
        self._check_not_brought_otherwise()
        self.people.match_companies()
        self.people.match_users()
        self.configuration.bring()
        self._commit()
        ids = [row["id"] for row in self.source.rows(TABLE, ("id",))]
        done = 0
        for batch in split_every(BATCH, ids, list):
            self._bring_batch(batch)
            self._commit()
            done += len(batch)
            self.say(f"{done} of {len(ids)} tickets")
        self._relate()
        leftovers.collect(self.source, self.report)
        self._commit()
        return self.report

    def _commit(self) -> None:
        self.env.flush_all()
        if not self.options.dry_run:
            # What is brought stays brought, though a later batch fails.
            self.env.cr.commit()  # pylint: disable=invalid-commit
        self.env.invalidate_all()

    # ------------------------------------------------------------------
    # Safety
    # ------------------------------------------------------------------

    def _lock(self) -> None:
        self.env.cr.execute("SELECT pg_try_advisory_lock(hashtext(%s))", (_LOCK,))
        if not self.env.cr.fetchone()[0]:
            raise NotThere("Another process is moving tickets in at this moment.")

    def _check_not_brought_otherwise(self) -> None:
        """Refuse to bring what was brought from a copy of the same database under another key."""
        if not self.ledger.is_empty():
            return
        rows = self.source.rows(TABLE, ("number", "create_date"), order="id LIMIT 100")
        moments = {(row["number"], row["create_date"]) for row in rows if row["number"]}
        numbers = [number for number, _moment in moments]
        for ticket in self.env[MODEL].search([("former_ref", "in", numbers)]):
            if (ticket.former_ref, ticket.create_date) in moments:
                record = self.env["helpdesk.import.record"].search(
                    [("kind", "=", TABLE), ("res_id", "=", ticket.id)], limit=1
                )
                raise NotThere(
                    f"{ticket.former_ref} is here already, from the source {record.source}. If"
                    f" this is another copy of the same database, say --source-key {record.source}."
                )

    # ------------------------------------------------------------------
    # Tickets
    # ------------------------------------------------------------------

    def _bring_batch(self, ids: list[int]) -> None:
        """Bring some tickets together; if that fails one by one, so that one stops no other."""
        try:
            self._bring_safely(ids)
        except Exception as error:  # noqa: BLE001 whatever is wrong with one ticket
            if len(ids) == 1:
                self._note_failure(ids[0], error)
                return
            for id_ in ids:
                self._bring_batch([id_])

    def _bring_safely(self, ids: list[int]) -> None:
        before = self.report.snapshot()
        contacts = dict(self.people.contacts)
        try:
            with self.env.cr.savepoint():
                self._bring(ids)
        except Exception:
            self.report.become(before)
            self.people.contacts = contacts
            raise

    def _note_failure(self, id_: int, error: Exception) -> None:
        if not isinstance(error, Refused):
            _logger.debug("Ticket %s", id_, exc_info=error)
        [row] = self.source.read_ids(TABLE, ("number", "name"), [id_])
        reason = " ".join(str(error).split()) or type(error).__name__
        self.report.count("ticket", FAILED)
        self.report.note("ticket", id_, f"{row['number']} {row['name']}", FAILED, reason)

    def _bring(self, ids: list[int]) -> None:
        rows = self.tickets.load(ids)
        said = self.messages.load(ids)
        followers = self.messages.read_followers(ids)
        self.people.provide_contacts(
            {row["partner_id"] for row in rows.values()}
            | {row["author_id"] for each in said.values() for row in each}
            | {row["partner_id"] for row in followers}
        )
        files_of = self.files.find(
            ids,
            {
                id_: [row["description"], *(m["body"] for m in said.get(id_, ()))]
                for id_, row in rows.items()
            },
        )
        known = self.ledger.find(TABLE, ids)
        # What was deleted here was deleted on purpose.
        there = self.env[MODEL].browse(id_ for id_, _brought in known.values()).exists()
        here = {int(key): there.browse(id_) for key, (id_, _) in known.items() if id_ in there.ids}
        gone = {int(key) for key in known} - here.keys()
        new = {id_: row for id_, row in rows.items() if id_ not in here and id_ not in gone}
        files = self.files.bring(set().union(*(files_of[id_] for id_ in (*new, *here))))
        for row in rows.values():
            row["files"] = files
        created = self.tickets.add(
            new, {id_: self.messages.get_stage_changes(said.get(id_, ())) for id_ in new}
        )
        for id_, ticket in here.items():
            self.tickets.update(rows[id_], ticket, known[str(id_)][1])
        tickets = {**here, **created}
        for id_, ticket in tickets.items():
            self.files.hand_over(ticket, [files[f] for f in files_of[id_] if f in files])
        spoken = self.messages.bring(tickets, said, files)
        self.messages.bring_followers(tickets, [f for f in followers if f["res_id"] in tickets])
        self._measure(self.env[MODEL].union(*created.values()), self.env[MODEL].union(*spoken))

    def _measure(self, created, spoken) -> None:
        """Tell anew what follows from the messages: who waits for whom, and how long it took."""
        context = {"helpdesk_colleague_ids": self.people.colleagues}
        tickets = (created | spoken).with_context(**context)
        tickets._recompute_message_metrics()
        for ticket in tickets.filtered(lambda t: t.state in ("new", "in_progress")):
            answered = ticket.last_agent_message_date
            unanswered = ticket.oldest_unanswered_customer_message_date
            ticket.waiting_on = "customer" if answered and not unanswered else "team"
        created.with_context(**context)._recompute_message_metrics(
            [
                *("reopen_count", "waiting_clock", "waiting_since"),
                *("waiting_team_hours", "waiting_customer_hours"),
            ],
            with_waiting=True,
        )
        # Something was said that nobody here has read.
        fresh = (spoken - created).filtered(lambda t: t.waiting_on == "team")
        fresh.filtered(lambda t: t.state in ("new", "in_progress", "waiting")).unread = True

    # ------------------------------------------------------------------
    # Between tickets
    # ------------------------------------------------------------------

    def _relate(self) -> None:
        """Link tickets that are duplicates of each other, or related, there."""
        pairs = {
            (row["id"], row["duplicate_id"])
            for row in self.source.rows(TABLE, ("id", "duplicate_id"))
            if row["duplicate_id"]
        }
        for table, one, other in leftovers.find_relations(self.source, TABLE):
            pairs |= set(self.source.pairs(table, one, other))
        pairs = {(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]}
        keys = {f"{one}/{other}": (one, other) for one, other in pairs}
        for key in self.ledger.find("related", keys):
            del keys[key]
        ids = self.ledger.ids(TABLE, {id_ for pair in keys.values() for id_ in pair})
        noted = {}
        for key, (one, other) in keys.items():
            tickets = self.env[MODEL].browse(ids[id_] for id_ in (one, other) if id_ in ids)
            if len(tickets.exists()) < 2 or len(tickets.company_id) > 1:
                continue
            tickets[0].related_ids |= tickets[1]
            noted[key] = tickets[0].id
        self.ledger.note("related", MODEL, noted)
        self.report.count("related", CREATED, len(noted))
