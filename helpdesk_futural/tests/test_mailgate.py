import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from xmlrpc.server import SimpleXMLRPCRequestHandler, SimpleXMLRPCServer

from odoo.tests import BaseCase

SCRIPT = Path(__file__).parents[1] / "static/scripts/helpdesk-mailgate.py"
DELIVERED, NO_SUCH_ADDRESS, NOT_NOW = 0, 67, 75
#: No UTF-8: an old mail program writes so.
MAIL = "Subject: Tulostin\n\nHyvää päivää".encode("latin-1")


class _Handler(SimpleXMLRPCRequestHandler):
    rpc_paths = ("/xmlrpc/2/object",)


class TestMailgate(BaseCase):
    """What a mail server is told, whatever Odoo says to the mail that it pipes into the script."""

    def setUp(self):
        super().setUp()
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.password_file = Path(folder, "password")
        self.password_file.write_text("secret\n")
        self.calls = []
        self.refusal = ""
        self.odoo = SimpleXMLRPCServer(("127.0.0.1", 0), _Handler, logRequests=False)
        self.odoo.register_function(self._answer, "execute_kw")
        thread = threading.Thread(target=self.odoo.serve_forever, args=(0.05,))
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.odoo.server_close)
        self.addCleanup(self.odoo.shutdown)

    def _answer(self, *arguments):
        self.calls.append(arguments)
        if self.refusal:
            raise ValueError(self.refusal)
        return 1

    def _deliver(self, *arguments):
        port = self.odoo.server_address[1]
        wanted = [f"--url=http://127.0.0.1:{port}", "--database=company", "--userid=2"]
        done = subprocess.run(
            [sys.executable, SCRIPT, *wanted, f"--password-file={self.password_file}", *arguments],
            input=MAIL,
            capture_output=True,
            timeout=60,
            check=False,
        )
        self.assertNotIn(b"secret", done.stdout + done.stderr)
        return done.returncode

    def test_a_mail_comes_byte_by_byte(self):
        self.assertEqual(self._deliver(), DELIVERED)
        [(*arguments, (model, mail))] = self.calls
        self.assertEqual(arguments, ["company", 2, "secret", "mail.thread", "message_process"])
        self.assertIs(model, False)
        self.assertEqual(mail.data, MAIL)

    def test_only_a_wrong_address_sends_a_mail_back(self):
        self.refusal = "No possible route found for incoming message"
        self.assertEqual(self._deliver(), NO_SUCH_ADDRESS)
        for self.refusal in (
            "Access Denied",
            "secret is wrong",
            'database "company" does not exist',
        ):
            self.assertEqual(self._deliver(), NOT_NOW, self.refusal)
        self.assertEqual(self._deliver("--url=http://127.0.0.1:9"), NOT_NOW, "Odoo is down")
        self.assertEqual(self._deliver("--password-file=/nowhere"), NOT_NOW)
        self.assertEqual(self._deliver("--unknown"), NOT_NOW, "a mistake in the configuration")
