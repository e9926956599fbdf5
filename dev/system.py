"""Programs from the operating system: found where they are, installed with apt where they are missing."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from . import console
from .console import Failure
from .paths import LOGS

_POLICY = Path("/usr/sbin/policy-rc.d")


def postgres_bin() -> Path | None:
    """Return the folder with the newest PostgreSQL server programs on this machine."""
    candidates = []
    if initdb := shutil.which("initdb"):
        candidates.append(Path(initdb).resolve().parent)
    if bindir := console.output_of(["pg_config", "--bindir"]):
        candidates.append(Path(bindir))
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    candidates += sorted(versions, key=lambda path: float(path.parent.name), reverse=True)
    for folder in candidates:
        if all((folder / name).exists() for name in ("initdb", "postgres", "pg_ctl")):
            return folder
    return None


def find_program(*names: str) -> str | None:
    """Return the first of some programs, also from folders that only root's PATH has."""
    path = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/usr/local/sbin:/sbin"
    for name in names:
        if found := shutil.which(name, path=path):
            return found
    return None


def find_dovecot_service(name: str) -> Path | None:
    """Return one of the programs that Dovecot starts by itself; each protocol is a package."""
    for folder in ("/usr/lib/dovecot", "/usr/libexec/dovecot", "/usr/local/libexec/dovecot"):
        if (program := Path(folder, name)).exists():
            return program
    return None


def missing_packages(*, server: bool, tests: bool) -> list[str]:
    """Return the Debian packages whose programs are not on this machine.

    :param server: a private PostgreSQL server is needed
    :param tests: what only tests need: a browser and a server of mailboxes
    """
    needed = []
    if server and not postgres_bin():
        needed.append("postgresql")
    if not find_program("psql"):
        needed.append("postgresql-client")
    if tests:
        if not find_program(
            "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"
        ):
            needed.append("chromium")
        if not find_program("dovecot"):
            needed.append("dovecot-imapd")
        if not find_dovecot_service("pop3"):
            needed.append("dovecot-pop3d")
    return needed


def require_packages(*, server: bool, tests: bool = False) -> None:
    """Install the Debian packages that are missing, or say in one line which they are."""
    packages = missing_packages(server=server, tests=tests)
    if packages:
        install_packages(packages)


def install_packages(packages: list[str]) -> None:
    """Install Debian packages, without letting their services start."""
    by_hand = f"apt-get install {' '.join(packages)}"
    apt = shutil.which("apt-get")
    if not apt:
        raise Failure(
            f"Missing on this machine: {', '.join(packages)} (Debian's package names). Install them."
        )
    prefix = _root_prefix()
    if prefix is None:
        raise Failure(
            f"Some programs are missing and installing them needs root. Run: sudo {by_hand}"
        )
    name = ", ".join(packages)
    command = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", apt]
    install = [*command, "install", "-y", "-q", "--no-install-recommends", *packages]
    with _services_stay_off(prefix):
        log = LOGS / "apt-install.log"
        if console.run(install, f"Install {name}", log=log, check=False):
            # The usual reason is a package list that is missing or out of date.
            console.run(
                [*command, "update", "-q"], "Update the package lists", log=LOGS / "apt-update.log"
            )
            console.run(install, f"Install {name}", log=log)
    if Path("/run/systemd/system").is_dir():
        for package, unit in (("dovecot-imapd", "dovecot"), ("postgresql", "postgresql")):
            if package in packages:
                # Only the program is wanted; a service on the standard ports would be in the way.
                console.output_of([*prefix, "systemctl", "disable", "--now", unit])


def _root_prefix() -> list[str] | None:
    """Return what to put before a command to run it as root, or None where that is impossible."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True).returncode == 0:
        return [sudo, "-n"]
    return None


@contextlib.contextmanager
def _services_stay_off(prefix: list[str]) -> Iterator[None]:
    """Keep packages from starting their services while they are installed (Debian's policy layer)."""
    if _POLICY.exists():
        yield
        return
    text = "#!/bin/sh\nexit 101\n"
    script = f"cat > {_POLICY} && chmod 755 {_POLICY}"
    subprocess.run([*prefix, "sh", "-c", script], input=text, text=True, check=False)
    try:
        yield
    finally:
        subprocess.run([*prefix, "rm", "-f", str(_POLICY)], check=False)


def debian_mirror() -> str | None:
    """Return the mirror that this machine's own apt uses for Debian's archive."""
    listing = console.output_of(
        [
            "apt-get",
            "indextargets",
            "--no-release-info",
            "--format",
            "$(REPO_URI) $(RELEASE)",
            "Created-By: Packages",
        ]
    )
    for line in listing.splitlines():
        uri, _, release = line.partition(" ")
        # "bookworm-security" and the like live in archives that have no other suite.
        if uri and release and re.fullmatch(r"[a-z]+", release):
            return uri
    return None
