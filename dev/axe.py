"""axe-core, the accessibility checker that the browser tests run in the customer's pages. It comes from npm."""

from __future__ import annotations

import base64
import hashlib
import shutil
import tarfile
from pathlib import Path

from . import console, paths, system
from .console import Failure

VERSION = "4.14.1"
_SHA512 = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
_FOLDER = paths.WORK / "npm"
_SCRIPT = _FOLDER / f"axe-core-{VERSION}.js"


def provide() -> Path:
    """Return the script, fetched the first time.

    :raises Failure: if npm is missing, can't reach its registry, or gives something else
    """
    with paths.locked(paths.WORK / "npm.lock"):
        if not _SCRIPT.exists():
            _fetch()
    return _SCRIPT


def _fetch() -> None:
    by_hand = f"The accessibility tests need axe-core {VERSION}: put its axe.min.js at {_SCRIPT}"
    npm = system.find_program("npm")
    if not npm:
        raise Failure(f"npm is not on this machine; install Node.js with it. Or:\n{by_hand}")
    part = _FOLDER / "part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    log = paths.LOGS / "npm.log"
    command = [npm, "pack", f"axe-core@{VERSION}", "--pack-destination", str(part), "--no-audit"]
    if console.run(command, "Fetch axe-core from npm", log=log, cwd=part, check=False):
        lines = "\n".join(f"    {line}" for line in console.tail(log, 5))
        raise Failure(f"npm could not fetch axe-core:\n{lines}\n{by_hand}")
    archive = part / f"axe-core-{VERSION}.tgz"
    if base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode() != _SHA512:
        raise Failure(f"What npm gave is not the axe-core {VERSION} that was chosen.")
    with tarfile.open(archive) as content:
        script = content.extractfile("package/axe.min.js")
        assert script is not None, "the archive is the known one"
        (part / "axe.min.js").write_bytes(script.read())
    (part / "axe.min.js").rename(_SCRIPT)
    shutil.rmtree(part)
