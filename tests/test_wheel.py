"""The wheel: whoever installs it beside an Odoo 19 has the three addons, whole, without an addons_path."""

from __future__ import annotations

import ast
import configparser
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parent.parent
ADDONS = ("helpdesk_futural", "helpdesk_futural_timesheet", "helpdesk_futural_portal")

# Run by a Python that knows the wheel and Odoo, and nothing of the checkout.
LOOK = """
import json, sys
import odoo.init
from odoo.modules.module import Manifest, initialize_sys_path
from odoo.tools import config, file_path
config.parse_config(["--data-dir", sys.argv[1], "--addons-path", ""])
initialize_sys_path()
found = {}
for name in sys.argv[2:]:
    manifest = Manifest.for_addon(name)
    data = [file_path(f"{name}/{file}") for file in manifest["data"]] if manifest else None
    found[name] = {"path": manifest and manifest.path, "data": data}
print(json.dumps(found))
"""


def run(*command: str | Path, env: dict[str, str] | None = None, cwd: Path | None = None) -> str:
    result = subprocess.run(
        [str(part) for part in command],
        env=env,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def tracked() -> list[str]:
    """The files under version control, relative to the repository."""
    if not (REPO / ".git").exists() or not shutil.which("git"):
        pytest.skip("not a git checkout: nothing tells which files belong to the addons")
    names = run("git", "-c", f"safe.directory={REPO}", "-C", REPO, "ls-files", "-z").split("\0")
    return [name for name in names if name and (REPO / name).is_file()]


@pytest.fixture(scope="module")
def wheel(tracked: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy: building writes beside the sources."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    for name in tracked:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(REPO / name, source / name)
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", folder, source)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the wheel is installed, as into somebody's site-packages."""
    target = tmp_path_factory.mktemp("site-packages")
    run(
        *(sys.executable, "-m", "pip", "--disable-pip-version-check", "install"),
        *("--no-deps", "--no-index", "--target", target, wheel),
    )
    return target


def test_the_wheel_has_every_file_of_the_addons(wheel: Path, tracked: list[str]) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    ours = {f"odoo/addons/{name}" for name in tracked if name.split("/")[0] in ADDONS}
    assert ours
    assert ours - packed == set()


def test_the_wheel_has_nothing_else_under_odoo(wheel: Path, tracked: list[str]) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith("odoo/")}
    # An odoo/__init__.py would hide Odoo itself.
    assert packed - {f"odoo/addons/{name}" for name in tracked} == set()


def test_odoo_finds_the_addons_without_an_addons_path(installed: Path, tmp_path: Path) -> None:
    spec = importlib.util.find_spec("odoo")
    if not spec or not spec.submodule_search_locations:
        pytest.skip("no Odoo on PYTHONPATH: run this with make test")
    odoo = Path(next(iter(spec.submodule_search_locations))).parent
    env = {**os.environ, "PYTHONPATH": f"{odoo}{os.pathsep}{installed}", "HOME": str(tmp_path)}
    env.pop("ODOO_RC", None)
    names = [name for name in ADDONS if (REPO / name).is_dir()]
    found = json.loads(
        run(
            sys.executable, "-c", LOOK, tmp_path / "data", *names, env=env, cwd=tmp_path
        ).splitlines()[-1]
    )
    for name in names:
        expected = installed / "odoo/addons" / name
        assert found[name]["path"] == str(expected)
        assert all(Path(file).is_relative_to(expected) for file in found[name]["data"])


def test_one_version_everywhere() -> None:
    setup = configparser.ConfigParser()
    setup.read(REPO / "setup.cfg")
    versions = {
        name: ast.literal_eval((REPO / name / "__manifest__.py").read_text())["version"]
        for name in ADDONS
        if (REPO / name / "__manifest__.py").exists()
    }
    assert versions["helpdesk_futural"] == setup["metadata"]["version"]
