"""Whatever comes by mail ends as something that can be found; nothing raises, nothing vanishes."""

import base64
import contextlib
import signal
import time
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CommittedMailCase
from .mail_corpus import LARGE_AND_DEEP, UNIQUE, odd_mails

_REGISTER = "odoo.addons.helpdesk_futural.models.helpdesk_incoming_mail"
#: Odoo says by a warning what it makes of a broken mail.
_TALKATIVE = ("odoo.tools.mail", "odoo.addons.mail.models.mail_thread", "odoo.sql_db", _REGISTER)
#: No single mail may hold a worker longer than this many seconds.
_LONGEST = 20
_GENERATED = 100
_OUTCOMES = {"ticket", "reply", "note", "bounce", "duplicate", "rejected"}

#: Mails that are kept for a person instead of being delivered, by name: there should be none.
_KNOWN_TO_FAIL = frozenset()


class _TookTooLongError(BaseException):
    """Not to be caught by anything that only wants to go on."""


@tagged("post_install", "-at_install")
class TestMailCorpus(CommittedMailCase):
    def setUp(self):
        super().setUp()
        self.team_id = self.create_team("apu", acknowledgement_template_id=False)
        self.counts = Counter()
        self.failed = {}

    @contextlib.contextmanager
    def alarm(self):
        """End what takes too long."""

        def ring(*_args):
            raise _TookTooLongError

        before = signal.signal(signal.SIGALRM, ring)
        signal.alarm(_LONGEST)
        try:
            yield
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, before)

    def account_for(self, name, raw, model=None):
        """Deliver a message and find out what became of it."""
        with self.transaction() as env:
            newest = env["helpdesk.incoming.mail"].search([], limit=1).id or 0
        try:
            with mute_logger(*_TALKATIVE), self.alarm():
                self.receive(raw, model)
        except _TookTooLongError:
            self.fail(f"{name}: it held its worker for more than {_LONGEST} seconds")
        except Exception as error:
            raise AssertionError(f"{name}: the gateway raised {error!r}\n{raw[:2000]!r}") from error
        with self.transaction() as env:
            row = env["helpdesk.incoming.mail"].search([("id", ">", newest)])
            self.assertEqual(len(row), 1, f"{name}: there should be one row\n{raw[:2000]!r}")
            self.assertEqual(base64.b64decode(row.raw or b""), raw, name)
            if row.state == "failed":
                self.assertTrue(row.error, name)
                self.failed[name] = row.error
                self.counts["failed"] += 1
            elif row.state == "held":
                self.counts["held"] += 1
            else:
                self.assertEqual(row.state, "processed", name)
                self.assertIn(row.outcome, _OUTCOMES, name)
                self.counts[row.outcome] += 1
                if row.outcome in ("ticket", "reply", "note"):
                    self.assertTrue(row.ticket_id, name)
                    self.assertTrue(row.ticket_id.name, name)
                    self.assertTrue(
                        row.ticket_id.message_ids.filtered(lambda m: m.message_type == "email"),
                        name,
                    )

    def assert_accounted_for(self, corpus):
        print(f"\n{corpus}: {dict(self.counts.most_common())}")
        for name, error in self.failed.items():
            print(f"  failed: {name}: {error[:200]}")
        self.assertEqual(set(self.failed) - _KNOWN_TO_FAIL, set(), self.failed)

    def test_every_message_of_python_s_own_tests_ends_somewhere(self):
        spec = find_spec("test.test_email")
        folder = Path(spec.origin).with_name("data") if spec and spec.origin else None
        files = sorted(folder.glob("msg_*.txt")) if folder else []
        if not files:
            self.skipTest("This Python came without its own tests")
        for number, file in enumerate(files):
            raw = file.read_bytes()
            self.account_for(file.name, b"Delivered-To: apu@apu.example\r\n" + raw)
            if number % 3 == 0:
                # As from a mailbox of a team, whatever addresses are in it.
                self.account_for(f"{file.name}, fetched", raw, "helpdesk.ticket")
        self.assert_accounted_for("CPython")

    def test_every_generated_message_ends_somewhere(self):
        numbers = iter(range(10 * _GENERATED))

        @settings(
            max_examples=_GENERATED,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(odd_mails())
        def deliver(raw):
            number = next(numbers)
            # Hypothesis likes to repeat itself; what came before would only be a duplicate.
            raw = b"X-Number: %d\r\n" % number + raw.replace(UNIQUE, b"mail%d" % number)
            self.account_for(f"generated {number}", raw)

        deliver()
        self.assert_accounted_for("Generated")

    def test_every_large_or_deep_message_ends_somewhere(self):
        for name, raw in LARGE_AND_DEEP.items():
            started = time.monotonic()
            self.account_for(name, raw, "helpdesk.ticket")
            print(f"  {time.monotonic() - started:5.1f} s  {name}")
        self.assert_accounted_for("Large and deep")
