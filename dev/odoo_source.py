"""A real Odoo 19: the user's own (ODOO_HOME) or Debian's package, unpacked and not installed."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from . import console, paths, system
from .console import Failure

SERIES = "19.0"

# Debian's package lives in "sid". Its own dependencies there are newer than a stable release has, hence unpacked
# and not installed; what it links to (scripts, fonts) is unpacked beside it, so that its relative links resolve.
_FROM_SID = (
    "odoo-19",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-montserrat",
    "fonts-roboto-unhinted",
    "fonts-ocr-b",
)
# In sid, Font Awesome is version 7 and Inconsolata is variable: other file names than Odoo asks for.
_FROM_STABLE = ("fonts-font-awesome", "fonts-inconsolata")
_STABLE = "trixie"
_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"

# Left out of Debian's package (the blurred background of video calls); a missing file is an error on every page.
_MISSING_FILE = "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"


@dataclass(frozen=True)
class Odoo:
    """An Odoo on disk: what to put on PYTHONPATH, and the addon folders that it does not find by itself."""

    root: Path
    addons: tuple[Path, ...]
    version: str

    @property
    def key(self) -> str:
        """Identify this Odoo in the names of cached databases."""
        return paths.digest([str(self.root), self.version])


def provide() -> Odoo:
    """Return the Odoo to work with, downloading it the first time."""
    if home := os.environ.get("ODOO_HOME"):
        return from_home(Path(home).expanduser().absolute())
    with paths.locked(paths.WORK / "odoo.lock"):
        return _from_debian()


def from_home(home: Path) -> Odoo:
    """Recognise an Odoo in a source checkout, a dist-packages folder, an unpacked package or the package itself."""
    for root in (home, home / "usr/lib/python3/dist-packages", home.parent):
        if (root / "odoo/release.py").is_file():
            return _describe(root)
    raise Failure(
        f"ODOO_HOME={home}: no odoo/release.py there. Point it to a checkout or a dist-packages folder."
    )


def _describe(root: Path) -> Odoo:
    release = (root / "odoo/release.py").read_text()
    match = re.search(r"^version_info = \((\d+), (\d+)", release, re.MULTILINE)
    series = ".".join(match.groups()) if match else "unknown"
    if series != SERIES:
        raise Failure(f"{root} is Odoo {series}; these addons are for Odoo {SERIES}.")
    # A checkout has most addons beside the package. Debian leaves nothing but static files there.
    beside = root / "addons"
    addons = (beside,) if (beside / "web/__manifest__.py").is_file() else ()
    version = paths.digest_files([root / "odoo/release.py"])
    if root.name in ("dist-packages", "site-packages") and (root / "psycopg2").is_dir():
        root = _alone(root)
    return Odoo(root, addons, version)


def _alone(root: Path) -> Path:
    """Return a folder with nothing but that Odoo: its neighbours must not shadow the virtual environment."""
    folder = paths.WORK / "odoo-home"
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / "odoo"
    if not link.is_symlink() or link.resolve() != (root / "odoo").resolve():
        link.unlink(missing_ok=True)
        link.symlink_to(root / "odoo")
    return folder


def _from_debian() -> Odoo:
    target = paths.WORK / "odoo"
    root = target / "usr/lib/python3/dist-packages"
    stamp = target / ".complete"
    wanted = paths.digest([*_FROM_SID, *_FROM_STABLE, _STABLE, _MISSING_FILE])
    if not paths.is_stamped(stamp, wanted):
        unpacked = paths.WORK / "odoo.part"
        shutil.rmtree(unpacked, ignore_errors=True)
        archives = _download()
        for archive in archives:
            console.run(
                ["dpkg-deb", "-x", str(archive), str(unpacked)],
                f"Unpack {archive.name}",
                log=paths.LOGS / "unpack.log",
            )
        lacking = unpacked / root.relative_to(target) / _MISSING_FILE
        lacking.parent.mkdir(parents=True, exist_ok=True)
        lacking.touch()
        shutil.rmtree(target, ignore_errors=True)
        unpacked.rename(target)
        paths.write_stamp(stamp, wanted)
        shutil.rmtree(archives[0].parent, ignore_errors=True)
    return _describe(root)


def _download() -> list[Path]:
    """Fetch the packages with apt, in a state of its own: no root, and the machine's sources stay as they are."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise Failure(
            "Without apt there is no Odoo to download. Set ODOO_HOME=/path/to/odoo-19 instead."
        )
    folder = paths.WORK / "odoo-packages"
    folder.mkdir(parents=True, exist_ok=True)
    private = _private_apt(folder)
    downloads = [f"{name}/sid" for name in _FROM_SID] + [
        f"{name}/{_STABLE}" for name in _FROM_STABLE
    ]
    # apt downloads to temporary names, keeps what is complete, and goes on where it was interrupted.
    console.run(
        [*private, "update"], "Read Debian's package lists", log=paths.LOGS / "odoo-lists.log"
    )
    console.run(
        [*private, "download", *downloads],
        "Download Odoo 19 (130 MB)",
        log=paths.LOGS / "odoo-download.log",
        cwd=folder,
    )
    return sorted(folder.glob("*.deb"))


def _private_apt(folder: Path) -> list[str]:
    """Return an apt-get that knows Debian's sid and stable and shares nothing but the settings with the machine's."""
    mirror = system.debian_mirror()
    if not mirror:
        raise Failure(
            "This machine's apt has no Debian mirror. Set ODOO_HOME=/path/to/odoo-19 instead."
        )
    state = folder / "apt"
    for name in ("state", "lists/partial", "cache/archives/partial"):
        (state / name).mkdir(parents=True, exist_ok=True)
    signed = f"[signed-by={_KEYRING}] " if Path(_KEYRING).exists() else ""
    sources = state / "sources.list"
    sources.write_text(
        "".join(f"deb {signed}{mirror} {suite} main\n" for suite in ("sid", _STABLE))
    )
    options = {
        "Dir::State": state / "state",
        "Dir::State::lists": state / "lists",
        "Dir::Cache": state / "cache",
        "Dir::Etc::sourcelist": sources,
        "Dir::Etc::sourceparts": "-",
        "Dir::Etc::preferences": "-",
        "Dir::Etc::preferencesparts": "-",
        "Acquire::Languages": "none",
        # apt's own user may not be allowed into the checkout.
        "APT::Sandbox::User": "",
    }
    command = ["apt-get", "-q"]
    for name, value in options.items():
        command += ["-o", f"{name}={value}"]
    return command
