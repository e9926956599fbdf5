"""What every test run here needs of the tools it uses."""

import contextlib

from hypothesis import settings

# The same examples every time: a test that fails by chance tells nobody what they broke.
settings.register_profile("helpdesk", derandomize=True, deadline=None)
settings.load_profile("helpdesk")


def pytest_sessionstart(session):
    """Wait a minute for Chromium, not ten seconds.

    Core skips a browser test when Chromium is slower than that, as it is on a busy machine the
    first time, and a skipped test shows nothing.
    """
    with contextlib.suppress(ImportError):  # the suite without a database has no Odoo
        from odoo.tests import common

        common.CHECK_BROWSER_ITERATIONS = 600
