"""The helpdesk's main job, end to end: a customer's mail, an agent's answer, and back.

Nothing between the customer and the agent is simulated, see main_job_common.py. Mail comes in
through a mailbox, or through the script that a mail server pipes it into.
"""

import sys
import tempfile
from pathlib import Path

from odoo.tests import new_test_user
from odoo.tools import mute_logger

from odoo.addons import helpdesk_futural

from .mailservers import HOST, SmtpServer, pipe_into
from .main_job_common import CUSTOMER, MailboxCase, MainJobCase

_SCRIPT = Path(helpdesk_futural.__path__[0], "static", "scripts", "helpdesk-mailgate.py")

# Odoo says that XML-RPC will go in version 20; until then nothing else takes bytes.
_XMLRPC_LOGGER = "odoo.addons.rpc.controllers.xmlrpc"


class MainJobStory(MainJobCase):
    """The whole story, whichever way mail comes in."""

    def run_main_job(self, receive):
        """Play the story from the customer's first mail until the ticket is done.

        :param receive: sends a message as the customer, and lets Odoo receive it
        """
        receive(self.write_first_mail())
        ticket = self.assert_new_ticket()
        acknowledgement = self.assert_only_mail_is_to(CUSTOMER.addr_spec)
        self.assertIn(f"[#{ticket.ticket_ref}]", acknowledgement["Subject"])

        self.start_tour("/odoo", "helpdesk_futural_claim_and_answer", login=self.agent.login)
        ticket.invalidate_recordset()
        self.assertEqual(ticket.user_id, self.agent)
        self.assertEqual(ticket.stage_id, self.env.ref("helpdesk_futural.stage_in_progress"))
        self.assertEqual(ticket.waiting_on, "customer")
        self.assertTrue(ticket.first_response_date)
        answer = self.assert_answer_reached_customer(ticket)

        receive(self.write_answer(answer, "Kiitos, ääkköset tulostuvat!"))
        self.assert_on_same_ticket(ticket)
        self.assert_only_mail_is_to(self.agent.email)

        self.start_tour("/odoo", "helpdesk_futural_set_done", login=self.agent.login)
        ticket.invalidate_recordset()
        self.assertEqual(ticket.stage_id, self.env.ref("helpdesk_futural.stage_done"))
        self.assertEqual(ticket.state, "solved")
        self.assertTrue(ticket.solved_date)
        self.assertFalse(ticket.close_date)


class TestMainJobThroughMailbox(MailboxCase, MainJobStory):
    """Mail waits in an IMAP mailbox until Odoo's scheduled action fetches it."""

    def test_mail_in_mailbox_becomes_ticket_is_answered_and_done(self):
        self.run_main_job(self.receive)
        self.assertEqual(self.mailbox.count(), 2)
        self.assertEqual(self.mailbox.count("UNSEEN"), 0)


class TestMainJobThroughGateway(MainJobStory):
    """The mail server pipes each mail into our script, which calls Odoo's XML-RPC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        gateway = new_test_user(
            cls.env,
            "mail-gateway",
            # Core writes on aliases as the user that the script signs in as.
            groups="base.group_system",
            name="Mail Gateway",
            email="gateway@yritys.example",
            password="gateway-password",
        )
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        password_file = Path(folder, "password")
        password_file.write_text("gateway-password\n")
        cls.mx = SmtpServer(
            deliver=pipe_into(
                [
                    sys.executable,
                    str(_SCRIPT),
                    f"--url=http://{HOST}:{cls.http_port()}",
                    f"--database={cls.env.cr.dbname}",
                    f"--userid={gateway.id}",
                    f"--password-file={password_file}",
                ]
            )
        ).start()
        cls.addClassCleanup(cls.mx.stop)

    def test_mail_through_gateway_becomes_ticket_is_answered_and_done(self):
        self.run_main_job(self.receive)

    def receive(self, message):
        self.env.flush_all()
        # The script is a process of its own and knows nothing of the cookie by which a test's
        # requests are told from others': let all requests in while it runs.
        with self.allow_requests(all_requests=True), mute_logger(_XMLRPC_LOGGER):
            self.send_as_customer(message, self.mx)
        self.env.invalidate_all()
