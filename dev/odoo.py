"""Odoo's command line and configuration, and what is done to a whole database with them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from . import console, odoo_source, paths, venv
from .odoo_source import Odoo
from .postgres import Server

#: Settings of an Odoo that does nothing by itself, and reaches nobody.
ALONE = {
    "workers": "0",
    "max_cron_threads": "0",
    "list_db": "False",
    # What sends mail for real must fail.
    "smtp_server": "127.0.0.1",
    "smtp_port": "9",
}

_ASSETS_SCRIPT = Path(__file__).with_name("assets_shell.py")


@dataclass(frozen=True)
class Instance:
    """An Odoo with a database server, a data folder (attachments, sessions) and a configuration file."""

    odoo: Odoo
    server: Server
    folder: Path
    settings: Mapping[str, str]
    #: Folders of addons beside Odoo's and the checkout's.
    addons: tuple[Path, ...] = ()

    @property
    def config(self) -> Path:
        """The generated configuration file."""
        return self.folder / "odoo.conf"

    @property
    def filestore(self) -> Path:
        """The folder with one folder of attachments per database."""
        return self.folder / "data/filestore"

    def write_config(self) -> Path:
        """Generate the configuration file; readable by its owner only, it may hold a password."""
        addons = [*self.odoo.addons, paths.REPO, *self.addons]
        values = {
            "addons_path": ",".join(map(str, addons)),
            "data_dir": str(self.folder / "data"),
            "db_host": self.server.host,
            "db_port": self.server.port,
            "db_user": self.server.user,
            "admin_passwd": "admin",
            "http_interface": "127.0.0.1",
            **self.settings,
        }
        if self.server.password:
            values["db_password"] = self.server.password
        self.folder.mkdir(parents=True, exist_ok=True)
        text = "".join(f"{name} = {value}\n" for name, value in values.items())
        descriptor = os.open(self.config, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as handle:
            handle.write("[options]\n" + text)
        return self.config

    def env(self) -> dict[str, str]:
        """Return the environment in which ``import odoo`` finds this Odoo."""
        return environment(self.odoo, self.server)

    def command(self, *arguments: str) -> list[str]:
        """Return an Odoo command line on this configuration."""
        name, *rest = arguments
        return [str(venv.PYTHON), "-m", "odoo", name, "-c", str(self.config), *rest]

    def install(
        self, database: str, modules: Iterable[str], what: str, log: Path, *, demo: bool = True
    ) -> None:
        """Install modules, with their demo data unless told otherwise."""
        arguments = ["-d", database, "-i", ",".join(modules)]
        self._run_modules(what, log, *arguments, *(["--with-demo"] if demo else []))

    def update(self, database: str, modules: Iterable[str], what: str, log: Path) -> None:
        """Upgrade modules."""
        self._run_modules(what, log, "-d", database, "-u", ",".join(modules))

    def _run_modules(self, what: str, log: Path, *arguments: str) -> None:
        command = self.command(
            "server", *arguments, "--stop-after-init", "--no-http", "--max-cron-threads=0"
        )
        console.run(command, what, log=log, env=self.env())

    def compile_assets(self, database: str, kind: str, log: Path) -> None:
        """Compile the web client's asset bundles into the database: else every browser test would, each time.

        :param kind: databases of one kind have mostly the same bundles, and share what is compiled
        """
        env = self.env() | {
            "HELPDESK_ASSETS": str(paths.WORK / "assets" / f"{kind}-{self.odoo.key}")
        }
        command = self.command("shell", "-d", database, "--no-http")
        script = _ASSETS_SCRIPT.read_text()
        with paths.locked(paths.WORK / "assets.lock"):
            console.run(
                command, "Compile the web client's assets", log=log, env=env, stdin_text=script
            )

    def link_filestore(self, database: str, copy: str) -> None:
        """Give a database's copy its attachments: they never change in place, so hard links do."""
        source, target = self.filestore / database, self.filestore / copy
        shutil.rmtree(target, ignore_errors=True)
        if source.is_dir():
            shutil.copytree(source, target, copy_function=os.link)

    def rename(self, database: str, name: str) -> None:
        """Give a complete database its final name; its attachments go first, so that no name is without them."""
        source, target = self.filestore / database, self.filestore / name
        shutil.rmtree(target, ignore_errors=True)
        if source.is_dir():
            source.rename(target)
        self.server.rename(database, name)

    def drop(self, database: str) -> None:
        """Drop a database and its attachments."""
        self.server.drop(database)
        shutil.rmtree(self.filestore / database, ignore_errors=True)


def environment(odoo: Odoo, server: Server | None = None) -> dict[str, str]:
    """Return the environment in which the virtual environment's Python imports this Odoo."""
    env = dict(server.env() if server else os.environ)
    env["PYTHONPATH"] = str(odoo.root)
    env["PATH"] = f"{venv.VENV / 'bin'}{os.pathsep}{env.get('PATH', os.defpath)}"
    # Somebody's own Odoo configuration must not leak in.
    for name in ("ODOO_RC", "OPENERP_SERVER"):
        env.pop(name, None)
    return env


def prepare(
    server: Server, folder: Path, settings: Mapping[str, str], addons: tuple[Path, ...] = ()
) -> Instance:
    """Provide Odoo and its Python environment, and write the configuration."""
    odoo = odoo_source.provide()
    venv.provide()
    instance = Instance(odoo, server, folder, settings, addons)
    instance.write_config()
    return instance
