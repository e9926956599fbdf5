"""``odoo helpdesk_import_oca``: moving in from OCA's helpdesk. See ``oca_import``."""

import sys
from datetime import datetime
from pathlib import Path

from odoo import SUPERUSER_ID
from odoo.api import Environment
from odoo.cli import Command
from odoo.modules.registry import Registry
from odoo.tools import config


class HelpdeskImportOca(Command):
    """Bring the tickets of OCA's helpdesk from another database into this one"""

    name = "helpdesk_import_oca"
    description = """
        Bring teams, stages, categories, tags, tickets, messages, files, followers and customers
        of OCA's helpdesk (helpdesk_mgmt) from another database into one with Helpdesk Futural.

        The other database is only read. No mail is sent to anybody. Run it as often as you
        like: nothing comes twice, and later runs bring what is new or has changed there.
    """
    epilog = """
        The options that are not listed (database host, log level, …) are the server's.

        The command fails with 1 if a ticket could not be brought, with 2 if it could not start.
    """

    def run(self, cmdargs):
        """Parse the command line, move in, and end with an exit code."""
        parser = self.parser
        parser.add_argument("-c", "--config", help="the server's configuration file")
        parser.add_argument(
            "-d", "--database", required=True, help="the database with Helpdesk Futural"
        )
        parser.add_argument(
            "--source",
            required=True,
            help="the database with OCA's helpdesk: a name on the same server, or postgresql://…",
        )
        parser.add_argument(
            "--source-filestore",
            type=Path,
            metavar="FOLDER",
            help="its files; by default the folder of that name in this server's data folder",
        )
        parser.add_argument(
            "--source-key",
            default="",
            metavar="KEY",
            help="what to remember it by, if not by its own identity: copies get a new one",
        )
        parser.add_argument(
            "--company",
            action="append",
            default=[],
            metavar="THERE=HERE",
            help="a company that has another name here",
        )
        parser.add_argument(
            "--stage",
            action="append",
            default=[],
            metavar="NAME=MEANING",
            help="what a stage there means: new, in_progress, waiting, solved or closed",
        )
        parser.add_argument(
            "--grant-agents",
            action="store_true",
            help="give Helpdesk / User to the users here who had tickets or were members there",
        )
        parser.add_argument(
            "--report",
            type=Path,
            metavar="FILE",
            help="where to write the report as CSV; by default helpdesk_import_….csv here",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="do all of it, and take it back in the end"
        )
        options, others = parser.parse_known_args(cmdargs)
        server = ["-d", options.database, "--no-http", *others]
        if options.config:
            server += ["-c", options.config]
        config.parse_config(server, setup_logging=True)
        sys.exit(self._move_in(options))

    def _move_in(self, options) -> int:
        try:
            registry = Registry(options.database)
        except Exception as error:  # noqa: BLE001 PostgreSQL's and Odoo's own
            return self._refuse(f"The database {options.database} can't be opened: {error}")
        if "helpdesk.import.record" not in registry:
            return self._refuse(
                f"Helpdesk Futural (helpdesk_futural) is not installed in {options.database},"
                " or has to be upgraded."
            )
        # Only now: the addon's package can be imported once Odoo knows it. Odoo loads this file as
        # its own, so there is nothing that it could be relative to.
        # pylint: disable=odoo-addons-relative-import
        from odoo.addons.helpdesk_futural.models.helpdesk_stage import STAGE_STATES
        from odoo.addons.helpdesk_futural.oca_import import mover, source

        try:
            decided = mover.Options(
                dry_run=options.dry_run,
                source_key=options.source_key,
                companies=_parse_pairs(options.company),
                stage_states=_parse_pairs(options.stage, dict(STAGE_STATES)),
                grant_agents=options.grant_agents,
            )
            there = source.Source(options.source, options.source_filestore)
        except (ValueError, source.NotThere) as error:
            return self._refuse(str(error))
        if there.filestore is None:
            there.filestore = Path(config.filestore(there.database))
        _say(
            f"OCA's helpdesk {there.version} in {there.database}"
            + (f", with {', '.join(there.companions())}" if there.companions() else "")
        )
        with registry.cursor() as cr:
            env = Environment(cr, SUPERUSER_ID, {})
            try:
                report = mover.Mover(env, there, decided, _say).run()
            except source.NotThere as error:
                cr.rollback()
                return self._refuse(str(error))
            finally:
                there.close()
            if options.dry_run:
                cr.rollback()
        registry.signal_changes()
        return self._tell(report, options)

    def _tell(self, report, options) -> int:
        _say(report.text())
        now = datetime.now()
        path = options.report or Path(f"helpdesk_import_{now:%Y%m%d_%H%M%S}.csv")
        report.save(path)
        _say(f"\nThe report is in {path}.")
        if options.dry_run:
            _say("Nothing was changed: this was a dry run.")
        return 1 if report.failed else 0

    @staticmethod
    def _refuse(reason: str) -> int:
        _say(reason, sys.stderr)
        return 2


def _say(text: str, stream=None) -> None:
    """Print a line at once: this is a command, and its output what people wait for."""
    stream = stream or sys.stdout
    stream.write(f"{text}\n")
    stream.flush()


def _parse_pairs(texts, allowed=None) -> dict[str, str]:
    """Return ``{name: value}`` of ``name=value``.

    :raises ValueError: if one isn't like that, or its value isn't among those allowed
    """
    pairs = {}
    for text in texts:
        name, equals, value = text.rpartition("=")
        if not (equals and name.strip() and value.strip()):
            raise ValueError(f"“{text}” is not of the form NAME=VALUE.")
        if allowed is not None and value.strip() not in allowed:
            raise ValueError(f"“{value.strip()}” is none of {', '.join(allowed)}.")
        pairs[name.strip()] = value.strip()
    return pairs
