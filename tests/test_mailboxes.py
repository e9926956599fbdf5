"""Mail that waits in real mailboxes, over IMAP and over POP3: none of it may be lost."""

import base64
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CommittedMailCase
from .mailservers import HOST, CutLine, ImapMailbox

_REGISTER = "odoo.addons.helpdesk_futural.models.helpdesk_incoming_mail"
_FETCH = "odoo.addons.mail.models.fetchmail"
_NAMES = ("first", "second", "third", "fourth", "fifth")


class MailboxCase(CommittedMailCase):
    """One mailbox of a team, with Odoo's fetching switched on."""

    protocol = ""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if cls.protocol:
            cls.mailbox = ImapMailbox(pop3=cls.protocol == "pop").start()
            cls.addClassCleanup(cls.mailbox.stop)

    def setUp(self):
        super().setUp()
        self.mailbox.empty()
        self.port = self.mailbox.pop3_port or self.mailbox.port
        self.team_id = self.create_team("posti", acknowledgement_template_id=False)
        self.server_id = self.create_committed(
            "fetchmail.server",
            {
                "name": "Post",
                "server_type": self.protocol,
                "server": HOST,
                "port": self.port,
                "user": self.mailbox.user,
                "password": self.mailbox.password,
                "helpdesk_team_id": self.team_id,
            },
        )
        # The tickets and the register's rows name them, and go before them.
        self.addCleanup(
            self.unlink_committed, "helpdesk.incoming.mail", [("mailbox_id", "=", self.server_id)]
        )
        self.addCleanup(self.unlink_committed, "helpdesk.ticket", [("team_id", "=", self.team_id)])
        with self.transaction() as env:
            env["fetchmail.server"].browse(self.server_id).button_confirm_login()
            self.register = type(env["helpdesk.incoming.mail"])

    def fill_mailbox(self, broken="", **headers):
        """Put five mails into the mailbox and return them as they were sent.

        They are to an address that is no alias: the mailbox tells whose they are.
        """
        mails = []
        for name in _NAMES:
            message = self.write_mail(
                f"{name} <{name}@asiakas.example>",
                "posti@muualla.example",
                f"The {name}",
                **headers,
            )
            if name == broken:
                message.replace_header("Subject", f"The {name}, broken")
            raw = message.as_bytes().replace(b"\n", b"\r\n")
            mails.append(raw)
            self.mailbox.append(raw)
        return mails

    def fetch(self, port=None):
        """Fetch as the scheduled action does; return what went wrong with the mailbox, if anything."""
        with self.transaction() as env:
            server = env["fetchmail.server"].browse(self.server_id)
            server.port = port or self.port
            env.cr.commit()
            return server._fetch_mail()

    def rows(self, env):
        return env["helpdesk.incoming.mail"].search(
            [("mailbox_id", "=", self.server_id)], order="id"
        )

    def assert_tickets(self, names):
        """Check that the team has exactly these mails' tickets, each with one mail."""
        with self.transaction() as env:
            tickets = env["helpdesk.ticket"].search([("team_id", "=", self.team_id)], order="id")
            self.assertEqual(
                sorted(t.partner_id.name for t in tickets), sorted(names), tickets.mapped("name")
            )
            for ticket in tickets:
                mails = ticket.message_ids.filtered(lambda m: m.message_type == "email")
                self.assertEqual(len(mails), 1)

    def as_received(self, raw):
        """Return the message as core's fetcher hands it on."""
        return raw

    def assert_nothing_waits(self):
        raise NotImplementedError

    # ------------------------------------------------------------------
    # What must hold for either protocol
    # ------------------------------------------------------------------

    def check_broken_mail(self):
        mails = self.fill_mailbox(broken="third")
        deliver = self.register._deliver

        def stumble(row, raw=None):
            if "broken" in row.subject:
                raise ZeroDivisionError("the mail has no parts to divide by")
            return deliver(row, raw)

        with patch.object(self.register, "_deliver", stumble), mute_logger(_REGISTER):
            self.assertIsNone(self.fetch())
        self.assert_nothing_waits()
        self.assert_tickets(["first", "second", "fourth", "fifth"])
        with self.transaction() as env:
            rows = self.rows(env)
            self.assertEqual(
                rows.mapped("state"),
                ["processed", "processed", "failed", "processed", "processed"],
            )
            kept = rows[2]
            self.assertEqual(kept.subject, "The third, broken")
            self.assertIn("no parts to divide by", kept.error)
            self.assertEqual(base64.b64decode(kept.raw), self.as_received(mails[2]))
            kept_id = kept.id

        # The cause is gone.
        with self.transaction() as env:
            env["helpdesk.incoming.mail"].browse(kept_id).action_process()
        self.assert_tickets(_NAMES)
        with self.transaction() as env:
            kept = env["helpdesk.incoming.mail"].browse(kept_id)
            self.assertEqual((kept.state, kept.outcome, kept.attempts), ("processed", "ticket", 2))
            self.assertEqual(kept.ticket_id.team_id.id, self.team_id)
            self.assertEqual(kept.ticket_id.name, "The third, broken")
            self.assertFalse(kept.error)
        self.assertIsNone(self.fetch())
        self.assert_tickets(_NAMES)

    def check_malformed_mail(self):
        """Four good mails, and in the middle one in which hardly anything is as it should be."""
        malformed = (
            b"From: third <third@asiakas.example>\r\n"
            b"To: =?x-unknown?B?cG9zdGk=?= <posti@muualla.example>, undisclosed:;\r\n"
            b"Subject: =?iso-2022-jp?B?GyRCJSglaSE8?= =?utf-8?Q?\xff\xfe?= \x80\x81\r\n"
            b"Date: Thu, 99 Foo 20026 99:99:99 +9999\r\n"
            b"Message-ID: <<>@@>\r\n"
            b"References: >>><<< (((\r\n"
            b"Content-Type: multipart/mixed; boundary=\r\n"
            b' ; charset="\r\n'
            b"no colon in this line\r\n"
            b"\r\n"
            b"--\r\nContent-Type: wrong/type/here; name*0*=x-unknown'%%%\r\n"
            b"Content-Transfer-Encoding: base64\r\n\r\n%%%\x80\x81%%%\r\n"
        )
        self.fill_mailbox()
        self.mailbox.append(malformed)
        with mute_logger(_REGISTER):
            self.assertIsNone(self.fetch())
        self.assert_nothing_waits()
        with self.transaction() as env:
            rows = self.rows(env)
            self.assertEqual(len(rows), 6)
            self.assertEqual(rows[:5].mapped("state"), ["processed"] * 5)
            last = rows[5]
            self.assertIn(last.state, ("processed", "held", "failed"))
            self.assertEqual(base64.b64decode(last.raw), self.as_received(malformed))
            if last.state == "processed":
                self.assertEqual(last.ticket_id.team_id.id, self.team_id)
            else:
                self.assertTrue(last.error)

    def check_cut_connection(self, mails_have_ids):
        """The line drops in the middle of the third mail, and is there again at the next fetch."""
        self.fill_mailbox(**({} if mails_have_ids else {"message_id": None}))
        line = CutLine(self.port, b"Subject: The third").start()
        self.addCleanup(line.stop)
        with mute_logger(_FETCH):
            error = self.fetch(line.port)
        self.assertTrue(error, "The connection should have dropped")
        self.assertEqual(line.dropped, 1)
        self.assert_tickets(["first", "second"])
        with self.transaction() as env:
            server = env["fetchmail.server"].browse(self.server_id)
            self.assertTrue(server.error_date)

        self.assertIsNone(self.fetch())
        self.assert_tickets(_NAMES)
        self.assert_nothing_waits()
        with self.transaction() as env:
            self.assertEqual(set(self.rows(env).mapped("state")), {"processed"})
            server = env["fetchmail.server"].browse(self.server_id)
            self.assertFalse(server.error_date)
            self.assertGreater(server.date, fields.Datetime.now().replace(year=2000))


@tagged("post_install", "-at_install")
class TestImapMailbox(MailboxCase):
    protocol = "imap"

    def assert_nothing_waits(self):
        self.assertEqual(self.mailbox.count("UNSEEN"), 0)
        self.assertEqual(self.mailbox.count("DELETED"), 0, "Core leaves read mail in the mailbox")

    def test_four_of_five_mails_become_tickets_and_the_broken_one_is_kept(self):
        self.check_broken_mail()

    def test_a_malformed_mail_keeps_the_others_from_nothing(self):
        self.check_malformed_mail()

    def test_a_connection_that_drops_loses_no_mail_and_doubles_none(self):
        self.check_cut_connection(mails_have_ids=True)

    def test_a_connection_that_drops_doubles_no_mail_without_message_id(self):
        self.check_cut_connection(mails_have_ids=False)


@tagged("post_install", "-at_install")
class TestPopMailbox(MailboxCase):
    protocol = "pop"

    def as_received(self, raw):
        # Python's POP3 client gives lines, and core puts them together.
        return b"\n".join(raw.splitlines())

    def assert_nothing_waits(self):
        self.assertEqual(self.mailbox.count(), 0, "What was fetched should be deleted")

    def test_four_of_five_mails_become_tickets_and_the_broken_one_is_kept(self):
        self.check_broken_mail()

    def test_a_malformed_mail_keeps_the_others_from_nothing(self):
        self.check_malformed_mail()

    def test_a_connection_that_drops_loses_no_mail_and_doubles_none(self):
        self.check_cut_connection(mails_have_ids=True)

    def test_a_connection_that_drops_doubles_no_mail_without_message_id(self):
        self.check_cut_connection(mails_have_ids=False)

    def test_a_line_without_end_keeps_no_other_mail_waiting(self):
        """Python's client refuses lines past 64 KiB: such a mail must not block the mailbox."""
        self.fill_mailbox()
        self.mailbox.append(
            b"From: long <long@asiakas.example>\r\nTo: posti@muualla.example\r\n"
            b"Subject: One line\r\n\r\n" + b"x" * 200_000 + b"\r\n"
        )
        last = self.write_mail("last <last@asiakas.example>", "posti@muualla.example", "The last")
        self.mailbox.append(last.as_bytes().replace(b"\n", b"\r\n"))
        with mute_logger(_FETCH):
            self.fetch()
            self.fetch()
        with self.transaction() as env:
            self.assertIn("The last", self.rows(env).mapped("subject"))
