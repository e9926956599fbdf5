import email
import email.policy
import time
from html import unescape
from importlib import util
from pathlib import Path

from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..tools.mail_repair import repair
from .broken_mails import BROKEN, HEALTHY, HUGE, TEXT


@tagged("post_install", "-at_install")
class TestMailRepair(TransactionCase):
    """Odoo's own parser takes whatever the repair returns."""

    def parse(self, raw):
        repaired = repair(raw)
        message = email.message_from_bytes(repaired.raw, policy=email.policy.SMTP)
        with mute_logger("odoo.addons.mail.models.mail_thread", "odoo.tools.mail.html_sanitize"):
            values = self.env["mail.thread"].message_parse(message)
        for name in ("from", "to", "cc", "subject", "body", "message_id", "references"):
            value = str(values.get(name) or "")
            self.assertNotIn("\x00", value)
            value.encode()
        return values

    def test_broken_mails_keep_their_text_sender_and_subject(self):
        for name, raw in {**HEALTHY, **BROKEN}.items():
            with self.subTest(name):
                values = self.parse(raw)
                self.assertTrue(values["message_id"])
                if name in BROKEN:
                    self.assertIn(TEXT, unescape(values["body"]))
                if b"\nSubject: " in raw:
                    self.assertTrue(values["subject"])
                if "no sender at all" not in name and "sender b'\"'" not in name:
                    self.assertTrue(values["from"])

    def test_mails_made_to_keep_us_busy_do_not(self):
        for name, raw in HUGE.items():
            with self.subTest(name):
                started = time.process_time()
                values = self.parse(raw)
                self.assertLess(time.process_time() - started, 20)
                if "levels" not in name:
                    self.assertIn(TEXT, unescape(values["body"]))

    def test_files_keep_their_content_and_a_readable_name(self):
        names = {}
        for name, raw in BROKEN.items():
            if name.startswith(("file name", "a text file")):
                [file] = self.parse(raw)["attachments"]
                content = file.content if isinstance(file.content, bytes) else file.content.encode()
                self.assertIn(content, (b"%PDF", TEXT.encode("latin-1")))
                names[name] = file.fname
        self.assertEqual(names["file name in raw ISO-2022-JP"], "日本語.pdf")
        self.assertEqual(names["file name in an unknown charset"], "aä.pdf")
        self.assertEqual(names["file name in raw Latin-1"], "ä.pdf")

    def test_pythons_own_collection_of_odd_mails_is_taken(self):
        found = util.find_spec("test.test_email")
        folder = found and Path(found.origin).parent / "data"
        if not folder or not folder.is_dir():
            self.skipTest("Python came without its tests")
        for path in sorted(folder.glob("msg_*.txt")):
            with self.subTest(path.name):
                raw = path.read_bytes()
                values = self.parse(raw)
                self.assertTrue(values["message_id"])
                head = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
                for name, header in (("from", b"From: "), ("subject", b"Subject: ")):
                    if b"\n" + header in b"\n" + head:
                        self.assertTrue(values[name], name)
