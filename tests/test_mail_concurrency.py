"""Incoming mail when a lot of it comes at the same moment."""

import base64
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from odoo.tests import tagged
from odoo.tools import config

from .common import CommittedMailCase

_PROCESSES = 8
#: Of each process, and of either kind: answers to the one ticket, and new mails.
_MAILS = 5
_CUSTOMER = "Päivi Hämäläinen <paivi@asiakas.example>"


@tagged("post_install", "-at_install")
class TestMailConcurrency(CommittedMailCase):
    def setUp(self):
        super().setUp()
        # Nothing is sent: acknowledgements have a test of their own.
        self.team_id = self.create_team("tulostimet", acknowledgement_template_id=False)
        self.address = f"tulostimet@{self.domain}"
        first = self.write_mail(_CUSTOMER, self.address)
        self.first_id = first["Message-ID"]
        self.ticket_id = self.receive(first)
        self.assertTrue(self.ticket_id)
        # The colleagues take part since they were in CC.
        self.colleagues = [f"kollega{i}@asiakas.example" for i in range(_PROCESSES)]
        with self.transaction() as env:
            ticket = env["helpdesk.ticket"].browse(self.ticket_id)
            ticket.email_cc = ", ".join(self.colleagues)

    def write_share(self, number):
        """Return the mails of one process: answers and new ones in turn.

        Some new senders write once, one writes two mails to the same process, and one writes to
        all processes at the same moment.
        """
        mails = []
        for i in range(_MAILS):
            mails.append(
                self.write_mail(
                    _CUSTOMER if i == 0 else self.colleagues[number],
                    self.address,
                    "Re: Printer",
                    in_reply_to=self.first_id,
                    references=self.first_id,
                    body=f"Answer {number}.{i}",
                )
            )
            sender = ("alone", "everywhere", "twice", "twice", "once")[i]
            if sender != "everywhere":
                sender = f"{sender}{number}"
            mails.append(
                self.write_mail(
                    f"New {sender} <{sender}@uusi.example>", self.address, f"Broken {number}.{i}"
                )
            )
        return mails

    def deliver_at_once(self, shares):
        """Deliver each list of mails in a process of its own; none of them may get an error."""
        done = subprocess.run(
            [
                sys.executable,
                str(Path(__file__).with_name("mail_worker.py")),
                f"--config={config['config']}",
                f"--database={self.registry.db_name}",
                f"--day={self.day.isoformat()}",
            ],
            input=json.dumps(
                [[base64.b64encode(m.as_bytes()).decode() for m in share] for share in shares]
            ),
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        results = json.loads(done.stdout)
        self.assertEqual([r["error"] for r in results if r["error"]], [])
        self.assertEqual([len(r["results"]) for r in results], [len(share) for share in shares])
        self.assertFalse(done.stderr.strip(), "Odoo should log no complaint about any mail")

    def test_mail_that_comes_in_eight_processes_twice_at_once_arrives_exactly_once(self):
        shares = [self.write_share(number) for number in range(_PROCESSES)]
        # Each mail comes in two processes, about when the other delivers it.
        doubled = [
            [mail for pair in zip(share, shares[number - 1], strict=True) for mail in pair]
            for number, share in enumerate(shares)
        ]
        self.deliver_at_once(doubled)

        expected = Counter(mail["Message-ID"] for share in shares for mail in share)
        answers = {mail["Message-ID"] for share in shares for mail in share if mail["In-Reply-To"]}
        with self.transaction() as env:
            rows = env["helpdesk.incoming.mail"].search([("message_id", "in", list(expected))])
            self.assertEqual(rows.filtered("error").mapped("error"), [])
            self.assertEqual(
                Counter(rows.mapped("outcome")),
                {
                    "ticket": _PROCESSES * _MAILS,
                    "reply": _PROCESSES * _MAILS,
                    "duplicate": 2 * _PROCESSES * _MAILS,
                },
            )
            self.assertEqual(set(rows.mapped("state")), {"processed"})
            self.assertEqual(set(rows.mapped("attempts")), {1})

            messages = env["mail.message"].search([("message_id", "in", list(expected))])
            self.assertEqual(Counter(messages.mapped("message_id")), expected)
            replies = messages.filtered(lambda m: m.message_id in answers)
            self.assertEqual(set(replies.mapped("res_id")), {self.ticket_id})
            self.assertEqual(len(replies), _PROCESSES * _MAILS)
            bodies = Counter(str(body).strip() for body in replies.mapped("body"))
            self.assertEqual(set(bodies.values()), {1})

            tickets = env["helpdesk.ticket"].search([("team_id", "=", self.team_id)])
            self.assertEqual(len(tickets), 1 + _PROCESSES * _MAILS)
            self.assertEqual(len(set(tickets.mapped("ticket_ref"))), len(tickets))
            self.assertEqual(
                set((messages - replies).mapped("res_id")), set(tickets.ids) - {self.ticket_id}
            )

            contacts = env["res.partner"].search([("email_normalized", "=like", "%@uusi.example")])
            addresses = Counter(contacts.mapped("email_normalized"))
            self.assertEqual(set(addresses.values()), {1}, "No contact may be there twice")
            self.assertEqual(len(addresses), 3 * _PROCESSES + 1)
            self.assertEqual(
                set(tickets.partner_id.mapped("email_normalized")),
                {*addresses, "paivi@asiakas.example"},
            )
