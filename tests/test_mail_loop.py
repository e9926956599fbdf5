"""Machines that answer each other: helpdesks with acknowledgements, and vacation scripts.

Every mail goes over SMTP to a server from which it is handed to whoever it is for, as on the way
between two organisations.
"""

import contextlib
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, make_msgid
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.sql_db import close_db, db_connect
from odoo.tests import tagged
from odoo.tools import SQL, config

from .common import CommittedMailCase
from .mailservers import HOST, SmtpServer

#: Mails travel that often before a loop is called endless.
_ROUNDS = 30
#: What tells one machine from another (RFC 3834 and its relatives), and threads from each other.
_MARKS = (
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "Precedence",
    "In-Reply-To",
    "References",
    "X-Odoo-Objects",
)


class LoopCase(CommittedMailCase):
    """A helpdesk with an address and a post that carries its mails."""

    def setUp(self):
        super().setUp()
        self.outbox = SmtpServer().start()
        self.addCleanup(self.outbox.stop)
        self.team_id = self.create_team("apu")
        self.address = f"apu@{self.domain}"
        with self.transaction() as env:
            self.assertTrue(env["helpdesk.team"].browse(self.team_id).acknowledgement_template_id)
            others = env["ir.mail_server"].search([])
            waiting = env["mail.mail"].search([("state", "=", "outgoing")])
            others.active = False
            waiting.state = "exception"  # what waits already is none of this test's
        self.addCleanup(self._bring_back, others.ids, waiting.ids)
        self.create_committed("ir.mail_server", self.mail_server_values())
        self.let_send(self.registry)

    def let_send(self, registry):
        """Core sends nothing while a test runs; let it."""
        self.startPatcher(
            patch.object(registry["ir.mail_server"], "_disable_send", lambda *_args: False)
        )

    def mail_server_values(self):
        return {
            "name": "Outgoing",
            "smtp_host": HOST,
            "smtp_port": self.outbox.port,
            "smtp_encryption": "none",
            "smtp_authentication": "login",
            # Core would put another sender into what this server isn't said to be for.
            "from_filter": f"{self.domain},toinen.example",
        }

    def _bring_back(self, mail_server_ids, mail_ids):
        with self.transaction() as env:
            env["ir.mail_server"].browse(mail_server_ids).active = True
            env["mail.mail"].browse(mail_ids).state = "outgoing"

    def send_queue(self, registry=None):
        """Let the mail queue of a helpdesk run, as its scheduled action does."""
        with (registry or self.registry).cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["mail.mail"].process_email_queue()

    def carry(self, deliver, senders=(None,)):
        """Carry mails until no more come; return them all.

        :param deliver: gets the address and each message for it; may return an answer
        :param senders: registries of the helpdesks whose queues run
        """
        carried = []
        for _round in range(_ROUNDS):
            for registry in senders:
                self.send_queue(registry)
            under_way = self.outbox.take()
            if not under_way:
                return carried
            for delivery in under_way:
                carried.append(delivery)
                for recipient in delivery.recipients:
                    deliver(recipient, delivery)
        self.fail(
            "The mails don't come to an end:\n"
            + "\n".join(f"{d.sender} → {d.recipients}: {d.message['Subject']}" for d in carried)
        )

    def senders_of(self, carried):
        """Return how many of the mails came from each address."""
        counts = {}
        for delivery in carried:
            [(_name, address)] = getaddresses([str(delivery.message["From"])])
            counts[address] = counts.get(address, 0) + 1
        return counts

    def assert_all_accounted_for(self, env):
        rows = env["helpdesk.incoming.mail"].search([("state", "!=", "processed")])
        self.assertEqual(rows.mapped("error"), [])


@tagged("post_install", "-at_install")
class TestVacationLoop(LoopCase):
    """An autoresponder outside that has never heard of RFC 3834: it answers whatever comes."""

    def answer(self, recipient, delivery, threaded=False):
        """Answer as a script of three lines does: nothing says that it is one."""
        received = delivery.message
        message = EmailMessage()
        message["From"] = f"Matti <{recipient}>"
        message["To"] = received["Reply-To"] or received["From"]
        message["Subject"] = f"Re: {received['Subject']}" if threaded else "I am on vacation"
        message["Message-ID"] = make_msgid(domain="loma.example")
        message.set_content("I am back in August.")
        self.receive(message)

    def start(self, **how):
        self.receive(
            self.write_mail("Matti <matti@loma.example>", self.address, "Where is my parcel?")
        )
        return self.carry(lambda *args: self.answer(*args, **how))

    def test_after_five_acknowledgements_an_hour_there_is_silence(self):
        carried = self.start()
        self.assertEqual(self.senders_of(carried), {self.address: 5})
        with self.transaction() as env:
            # Matti may have something else to say: none of his mails is thrown away.
            tickets = env["helpdesk.ticket"].search([("team_id", "=", self.team_id)])
            self.assertEqual(len(tickets), 6)
            self.assertEqual(len(tickets.filtered("acknowledgement_date")), 5)
            self.assert_all_accounted_for(env)

    def test_answers_that_quote_the_case_number_end_after_one_acknowledgement(self):
        carried = self.start(threaded=True)
        self.assertEqual(self.senders_of(carried), {self.address: 1})
        with self.transaction() as env:
            ticket = env["helpdesk.ticket"].search([("team_id", "=", self.team_id)])
            self.assertEqual(len(ticket), 1)
            mails = ticket.message_ids.filtered(lambda m: m.message_type == "email")
            self.assertEqual(len(mails), 2)
            self.assert_all_accounted_for(env)


@tagged("post_install", "-at_install")
class TestTwoTeamsLoop(LoopCase):
    """Two teams of one helpdesk that write to each other's address."""

    def setUp(self):
        super().setUp()
        self.other_id = self.create_team("varasto")
        self.other_address = f"varasto@{self.domain}"

    def deliver(self, _recipient, delivery):
        self.receive(delivery.as_stored())

    def test_mail_in_the_name_of_another_team_starts_no_exchange(self):
        for sender, recipient in (
            (self.other_address, self.address),
            (self.address, self.other_address),
        ):
            self.receive(self.write_mail(f"Team <{sender}>", recipient, "Can you help us?"))
        carried = self.carry(self.deliver)
        for count in self.senders_of(carried).values():
            self.assertLessEqual(count, 2)
        with self.transaction() as env:
            tickets = env["helpdesk.ticket"].search(
                [("team_id", "in", (self.team_id, self.other_id))]
            )
            self.assertEqual(set(tickets.team_id.ids), {self.team_id, self.other_id})
            self.assertEqual(len(tickets), 2)
            self.assert_all_accounted_for(env)


@tagged("post_install", "-at_install")
class TestTwoHelpdesksLoop(LoopCase):
    """Two helpdesks of different organisations, each with a database of its own."""

    other_domain = "toinen.example"

    def setUp(self):
        super().setUp()
        self.other = self.copy_helpdesk()
        self.let_send(self.other)
        self.other_address = f"help@{self.other_domain}"
        with self.other.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            # Nothing of the first helpdesk's addresses is in the second one.
            env["mail.alias.domain"].browse(self.domain_id).name = self.other_domain
            team = env["helpdesk.team"].browse(self.team_id)
            team.write({"name": "Help", "alias_name": "help"})
            self.assertEqual(team.alias_email, self.other_address)
            self.assertTrue(team.acknowledgement_template_id)

    def copy_helpdesk(self):
        """Return the registry of a copy of the database, which goes at the end of the test."""
        name, copy = self.registry.db_name, f"{self.registry.db_name}-loop"
        self._forget_database(copy)
        close_db(name)  # PostgreSQL copies no database that somebody is connected to
        self._in_postgres(
            SQL("CREATE DATABASE %s TEMPLATE %s", SQL.identifier(copy), SQL.identifier(name))
        )
        self.addCleanup(self._forget_database, copy)
        with patch.dict(config.options, test_enable=False):  # or else loading it would test it
            return Registry(copy)

    def _forget_database(self, name):
        Registry.delete(name)
        close_db(name)
        self._in_postgres(SQL("DROP DATABASE IF EXISTS %s", SQL.identifier(name)))

    @staticmethod
    def _in_postgres(query):
        with contextlib.closing(db_connect("postgres").cursor()) as cr:
            cr._cnx.autocommit = True
            cr.execute(query)

    def deliver(self, recipient, delivery, strip=False):
        """Give a mail to the helpdesk that it is for.

        :param strip: a gateway on the way takes away what marks the mail as automatic
        """
        raw = delivery.as_stored()
        if strip:
            message = message_from_bytes(raw, policy=policy.SMTP)
            for name in _MARKS:
                del message[name]
            del message["Return-Path"]
            raw = message.as_bytes()
        self.assertIn(recipient, (self.address, self.other_address))
        if recipient == self.address:
            self.receive(raw)
        else:
            self.receive_elsewhere(raw)

    def receive_elsewhere(self, raw):
        with self.other.cursor() as cr:
            api.Environment(cr, SUPERUSER_ID, {})["mail.thread"].message_process(None, raw)

    def play(self, **how):
        """Let the first helpdesk get a mail that came from the other one's address."""
        self.receive(
            self.write_mail(f"Help <{self.other_address}>", self.address, "Where is our order?")
        )
        return self.carry(
            lambda *args: self.deliver(*args, **how), senders=(self.registry, self.other)
        )

    def assert_nothing_dropped(self):
        for registry in (self.registry, self.other):
            with registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                self.assert_all_accounted_for(env)

    def test_two_helpdesks_that_acknowledge_each_other_stop_after_two_mails_each(self):
        carried = self.play()
        counts = self.senders_of(carried)
        self.assertIn(self.address, counts, "There should be something to stop")
        for sender, count in counts.items():
            self.assertLessEqual(count, 2, sender)
        self.assert_nothing_dropped()

    def test_a_person_s_answer_to_another_helpdesk_starts_no_exchange(self):
        """An agent writes to an address behind which there is a helpdesk, as to any customer."""
        with self.transaction() as env:
            ticket = env["helpdesk.ticket"].create(
                {
                    "name": "Our order",
                    "team_id": self.team_id,
                    "partner_email": self.other_address,
                    "partner_name": "Help",
                    "partner_id": env["res.partner"]
                    .create({"name": "Help", "email": self.other_address})
                    .id,
                }
            )
            ticket.message_post(
                body="Where is our order?",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                partner_ids=ticket.partner_id.ids,
            )
        carried = self.carry(self.deliver, senders=(self.registry, self.other))
        counts = self.senders_of(carried)
        self.assertEqual(set(counts), {self.address, self.other_address})
        for sender, count in counts.items():
            self.assertLessEqual(count, 2, sender)
        with self.transaction() as env:
            # The other one's acknowledgement is on the ticket, as a note.
            tickets = env["helpdesk.ticket"].search([("team_id", "=", self.team_id)])
            self.assertEqual(len(tickets), 1)
            robots = tickets.message_ids.filtered(lambda m: m.helpdesk_sender == "robot")
            self.assertEqual(len(robots), 1)
            self.assertTrue(robots.is_internal)
        self.assert_nothing_dropped()

    def test_they_stop_even_if_a_gateway_takes_away_all_that_marks_their_mails(self):
        carried = self.play(strip=True)
        counts = self.senders_of(carried)
        self.assertIn(self.other_address, counts)
        for sender, count in counts.items():
            self.assertLessEqual(count, 5, sender)
        self.assert_nothing_dropped()
