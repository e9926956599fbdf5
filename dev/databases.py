"""Test databases: installed once per state of the code, copied for every run.

Two levels: a *base* with Odoo's own modules that the addons depend on (it survives every change of ours), and on
top of it a *template* with our addons. On the private cluster both stay in its data folder while it is stopped. On
somebody's own server nothing may stay behind: there they are kept as dumps in the work folder.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from . import console, paths, suites, system
from .odoo import Instance
from .suites import Suite

_CHECKOUT = paths.digest([str(paths.WORK)])[:6]
_PREFIX = f"hdf_{_CHECKOUT}_"
_RUN = f"{_PREFIX}run_"
_BUILDING = "_building"
_INSTALL_LOG = ".log"
_ASSETS_LOG = ".assets.log"


class Databases:
    """The templates on one server, and the copies that runs work on."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.server = instance.server

    @contextlib.contextmanager
    def session(self) -> Iterator[None]:
        """On a server that is not ours, take everything away in the end."""
        users = self.instance.folder / "databases.users"
        with paths.shared(users, lambda: None, self._drop_all):
            yield

    def _drop_stale(self, suite: Suite) -> None:
        """Drop what killed makes left; under the suite's lock, so nobody else is building for it."""
        for name in self.server.databases(_PREFIX):
            run_of = name.removeprefix(_RUN).partition("_")[0] if name.startswith(_RUN) else ""
            ours = name.startswith((f"{_PREFIX}base_{suite.name}_", f"{_PREFIX}code_{suite.name}_"))
            if (run_of and not _alive(int(run_of))) or (ours and name.endswith(_BUILDING)):
                self.instance.drop(name)

    def _drop_all(self) -> None:
        if not self.server.private:
            for name in self.server.databases(_PREFIX):
                self.server.drop(name)

    @contextlib.contextmanager
    def copy_for(self, suite: Suite) -> Iterator[tuple[str, list[Path]]]:
        """Give a database of its own to a run, and the logs of the installation that it was copied from."""
        name = f"{_RUN}{os.getpid()}_{suite.name}"
        try:
            with paths.locked(self.instance.folder / f"databases-{suite.name}.lock"):
                self._drop_stale(suite)
                # Once: the code may change while it is being installed.
                names = self._names(suite)
                template = self._template(suite, *names)
                self.server.create(name, template)
                self.instance.link_filestore(template, name)
            yield name, self._logs(names)
        finally:
            self.instance.drop(name)

    @contextlib.contextmanager
    def copy_of_base(self, suite: Suite) -> Iterator[str]:
        """Give a database with those of Odoo's own modules that a suite's addons need, and none of ours."""
        name = f"{_RUN}{os.getpid()}_{suite.name}base"
        try:
            with paths.locked(self.instance.folder / f"databases-{suite.name}.lock"):
                self._drop_stale(suite)
                base, _code = self._names(suite)
                self._base(suite, base)
                self.server.create(name, base)
                self.instance.link_filestore(base, name)
            yield name
        finally:
            self.instance.drop(name)

    @contextlib.contextmanager
    def empty(self) -> Iterator[str]:
        """Give a database in which nothing is installed."""
        name = f"{_RUN}{os.getpid()}_empty"
        try:
            self.server.create(name)
            yield name
        finally:
            self.instance.drop(name)

    def _names(self, suite: Suite) -> tuple[str, str]:
        addons = [name for name in suite.addons if name in paths.present_addons()]
        modules = self._modules(suite)
        base = paths.digest([self.instance.odoo.key, *modules])[:10]
        code = paths.digest([base, *addons, paths.digest_addons(addons)])[:10]
        return f"{_PREFIX}base_{suite.name}_{base}", f"{_PREFIX}code_{suite.name}_{code}"

    def _modules(self, suite: Suite) -> list[str]:
        return sorted({*suites.dependencies(suite.addons), *suite.modules}) or ["base"]

    def _logs(self, names: tuple[str, ...]) -> list[Path]:
        return [
            self.instance.folder / f"{name}{kind}"
            for name in names
            for kind in (_INSTALL_LOG, _ASSETS_LOG)
        ]

    def _base(self, suite: Suite, base: str) -> None:
        if not self._available(base):
            self._forget(f"{_PREFIX}base_{suite.name}_")
            self._build(suite.name, base, "", self._modules(suite), "Odoo's own modules")

    def _template(self, suite: Suite, base: str, code: str) -> str:
        if self._available(code):
            return code
        self._base(suite, base)
        self._forget(f"{_PREFIX}code_{suite.name}_")
        addons = [name for name in suite.addons if name in paths.present_addons()]
        self._build(suite.name, code, base, addons, ", ".join(addons))
        return code

    def _build(
        self, suite_name: str, name: str, template: str, modules: list[str], what: str
    ) -> None:
        building = name + _BUILDING
        self.instance.drop(building)
        self.server.create(building, template)
        if template:
            self.instance.link_filestore(template, building)
        log = self.instance.folder / f"{name}{_INSTALL_LOG}"
        self.instance.install(building, modules, f"Install {what} into a template database", log)
        if template:
            self.instance.compile_assets(
                building, suite_name, self.instance.folder / f"{name}{_ASSETS_LOG}"
            )
        self.instance.rename(building, name)
        if not self.server.private:
            self._dump(name)

    def _dump_path(self, name: str) -> Path:
        return self.instance.folder / f"{name}.dump"

    def _available(self, name: str) -> bool:
        if name in self.server.databases(_PREFIX):
            return True
        dump = self._dump_path(name)
        if self.server.private or not dump.exists():
            return False
        self.instance.server.create(name + _BUILDING)
        program = system.find_program("pg_restore") or "pg_restore"
        command = [program, "--no-owner", "-j", "2", "-d", name + _BUILDING, str(dump)]
        console.run(
            command,
            "Restore a template database",
            log=paths.LOGS / "restore.log",
            env=self.server.env(),
        )
        self.server.rename(name + _BUILDING, name)
        return True

    def _dump(self, name: str) -> None:
        program = system.find_program("pg_dump") or "pg_dump"
        part = self._dump_path(name).with_suffix(".part")
        command = [program, "-Fc", "-Z1", "--no-owner", "--no-comments", "-f", str(part), name]
        log = paths.LOGS / "dump.log"
        env = self.server.env()
        if console.run(command, "Keep it for the next run", log=log, env=env, check=False):
            # An older pg_dump refuses a newer server. The tests can do without.
            console.say(f"  could not be kept: {console.tail(log, 1)}")
            part.unlink(missing_ok=True)
            return
        part.rename(self._dump_path(name))

    def _forget(self, prefix: str) -> None:
        """Drop the templates of earlier states of the code."""
        for name in self.server.databases(prefix):
            self.instance.drop(name)
        for folder in self.instance.filestore.glob(f"{prefix}*"):
            shutil.rmtree(folder)
        for file in self.instance.folder.glob(f"{prefix}*"):
            file.unlink()


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
