"""Which folders are taken for somebody's own Odoo."""

from __future__ import annotations

from pathlib import Path

import pytest

from dev import odoo_source, paths
from dev.console import Failure

PACKAGES = "usr/lib/python3/dist-packages"


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "WORK", tmp_path / "work")


def make(root: Path, series: str = "19, 0") -> Path:
    (root / "odoo").mkdir(parents=True)
    (root / "odoo/release.py").write_text(f"version_info = ({series}, 0, FINAL, 0, '')\n")
    return root


def test_a_source_checkout_brings_its_folder_of_addons(tmp_path: Path) -> None:
    home = make(tmp_path / "odoo-19")
    (home / "addons/web").mkdir(parents=True)
    (home / "addons/web/__manifest__.py").touch()
    found = odoo_source.from_home(home)
    assert (found.root, found.addons) == (home, (home / "addons",))


def test_debians_stray_static_files_are_no_folder_of_addons(tmp_path: Path) -> None:
    home = make(tmp_path / PACKAGES)
    (home / "addons/web/static").mkdir(parents=True)
    assert odoo_source.from_home(home).addons == ()


@pytest.mark.parametrize("given", ["", PACKAGES, f"{PACKAGES}/odoo"])
def test_an_unpacked_package_is_found_from_each_of_its_levels(tmp_path: Path, given: str) -> None:
    make(tmp_path / PACKAGES)
    assert odoo_source.from_home(tmp_path / given).root == tmp_path / PACKAGES


def test_an_installed_odoo_does_not_bring_its_neighbours(tmp_path: Path) -> None:
    home = make(tmp_path / "site-packages")
    (home / "psycopg2").mkdir()
    root = odoo_source.from_home(home).root
    assert [path.name for path in root.iterdir()] == ["odoo"]
    assert (root / "odoo/release.py").is_file()


def test_another_series_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"is Odoo 18\.0"):
        odoo_source.from_home(make(tmp_path, "18, 0"))


def test_a_folder_without_odoo_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"no odoo/release\.py"):
        odoo_source.from_home(tmp_path / "nothing")
