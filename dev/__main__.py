"""The commands behind the Makefile: ``python3 -m dev <command>``."""

from __future__ import annotations

import argparse
import os
import shutil
import sys

from . import console, odoo_source, paths, venv
from .console import Failure


def main() -> int:
    """Run one command; failures end in a message, not in a traceback."""
    parser = argparse.ArgumentParser(prog="python3 -m dev", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    commands.add_parser("demo", help="run Odoo with the addons and demo data until Ctrl-C")
    commands.add_parser("update", help="upgrade the addons in the demo database")
    commands.add_parser("shell", help="open an Odoo shell on the demo database")
    commands.add_parser("setup", help="obtain Odoo and the Python environment, nothing else")
    commands.add_parser("lint", help="check style and conventions")
    commands.add_parser("audit", help="ask for known weaknesses of the pinned packages")
    commands.add_parser("format", help="let ruff put right what it can")
    commands.add_parser("i18n", help="bring the translations up to date, and check them")
    test = commands.add_parser("test", help="run the tests")
    test.add_argument(
        "selection", nargs="*", help="a path, path::Class::test, an addon or a -k expression"
    )
    bench = commands.add_parser("bench", help="measure everything with many tickets (SIZES=…)")
    bench.add_argument("options", nargs="*", help="options of tests.bench, after --")
    load = commands.add_parser("load", help="many people and mails at once, and what breaks")
    load.add_argument("options", nargs="*", help="options of tests.load, after --")
    docs = commands.add_parser("docs", help="take the pictures of the manual anew")
    docs.add_argument("names", nargs="*", help="pictures to take; without any, all")
    commands.add_parser("clean", help="stop everything and remove the work folder")
    arguments = parser.parse_args()
    console.exit_on_signals()
    try:
        venv.check_python()
        return _run(arguments)
    except Failure as failure:
        print(f"\n✗ {failure}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr, flush=True)
        # The demo has no other end than this.
        return 0 if arguments.command == "demo" else 130


def _run(arguments: argparse.Namespace) -> int:
    # Imported here: what a command does not need cannot keep it from running.
    if arguments.command == "setup":
        odoo_source.provide()
        venv.provide()
    elif arguments.command == "lint":
        from . import lint

        return 1 if lint.run() else 0
    elif arguments.command == "audit":
        from . import audit

        return audit.run()
    elif arguments.command == "format":
        from . import lint

        return lint.fix()
    elif arguments.command == "test":
        from . import testing

        return testing.run(" ".join(arguments.selection))
    elif arguments.command == "bench":
        from . import bench

        return bench.run(arguments.options)
    elif arguments.command == "load":
        from . import bench

        return bench.load(arguments.options)
    elif arguments.command == "i18n":
        from . import translations

        return translations.run()
    elif arguments.command == "docs":
        from . import docs

        return docs.run(arguments.names)
    elif arguments.command == "clean":
        _clean()
    else:
        from . import demo

        return {"demo": demo.run, "update": demo.update, "shell": demo.shell}[arguments.command]()
    return 0


def _clean() -> None:
    from . import demo, postgres, replica, system

    if os.environ.get("PGHOST"):
        with postgres.use("demo") as server:
            server.drop(demo.DATABASE)
    if system.postgres_bin():
        for purpose in ("demo", "test", "bench", "load", *replica.PURPOSES):
            postgres.Cluster(purpose).stop()
    for folder in (paths.WORK, postgres.outside_folder()):
        if folder.exists():
            console.step(f"Remove {folder}")
            try:
                shutil.rmtree(folder)
            except OSError as error:
                raise Failure(f"{folder} can't be removed: {error}") from error


if __name__ == "__main__":
    sys.exit(main())
