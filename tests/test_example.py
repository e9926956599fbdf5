"""The manual's example addon installs beside ours, and its own tests pass with Odoo's runner."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from odoo.tests.common import get_db_name
from odoo.tools import config

from dev import postgres

_EXAMPLES = Path(__file__).resolve().parent.parent / "docs/example"


class TestExampleAddon(unittest.TestCase):
    def test_it_installs_and_its_tests_pass(self):
        done = subprocess.run(
            [
                sys.executable,
                *("-m", "odoo", "server", "-c", self._write_config()),
                *("-d", self._copy_database(), "-i", "helpdesk_example"),
                *("--test-tags", "/helpdesk_example", "--stop-after-init"),
                *("--http-port", "0", "--max-cron-threads", "0"),
            ],
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stderr[-4000:])
        [results] = re.findall(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests", done.stderr)
        self.assertEqual(results, ("0", "0", "4"), done.stderr[-4000:])

    def _write_config(self) -> str:
        """Return the path of this run's configuration with the examples' folder in it."""
        folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder)
        path = folder / "odoo.conf"
        path.touch(0o600)  # it may hold a password
        settings = Path(config["config"]).read_text()
        path.write_text(re.sub(r"(?m)^addons_path = .*$", rf"\g<0>,{_EXAMPLES}", settings))
        return str(path)

    def _copy_database(self) -> str:
        """Copy the database that this run's was copied from, since nobody is connected to that."""
        run = get_db_name()
        prefix, suite = run.partition("run_")[0], run.rpartition("_")[2]
        copy = f"{run}_example"
        filestore = Path(config["data_dir"], "filestore")
        with postgres.use("test") as server:
            [template] = [
                name
                for name in server.databases(f"{prefix}code_{suite}_")
                if not name.endswith("_building")
            ]
            self.addCleanup(server.drop, copy)
            self.addCleanup(shutil.rmtree, filestore / copy, ignore_errors=True)
            server.create(copy, template)
        # Attachments never change in place.
        shutil.copytree(filestore / template, filestore / copy, copy_function=os.link)
        return copy
