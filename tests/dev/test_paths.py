"""When cached work counts as done."""

from __future__ import annotations

from pathlib import Path

import pytest

from dev import paths


@pytest.fixture
def addon(tmp_path: Path) -> Path:
    for file in ("models/ticket.py", "tests/test_ticket.py", "readme/USAGE.md", "static/src/a.js"):
        (tmp_path / "addon" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "addon" / file).write_text("1")
    return tmp_path / "addon"


def digest(addon: Path) -> str:
    return paths.digest_addons(["addon"], addon.parent)


@pytest.mark.parametrize("file", ["models/ticket.py", "static/src/a.js", "models/new.py"])
def test_what_an_installation_reads_changes_the_fingerprint(addon: Path, file: str) -> None:
    before = digest(addon)
    (addon / file).write_text("2")
    assert digest(addon) != before


@pytest.mark.parametrize("file", ["tests/test_ticket.py", "readme/USAGE.md", "models/ticket.pyc"])
def test_tests_and_documentation_leave_databases_valid(addon: Path, file: str) -> None:
    before = digest(addon)
    (addon / file).write_text("2")
    assert digest(addon) == before


def test_a_renamed_file_changes_the_fingerprint(addon: Path) -> None:
    before = digest(addon)
    (addon / "models/ticket.py").rename(addon / "models/case.py")
    assert digest(addon) != before


def test_inputs_can_not_run_into_each_other() -> None:
    assert paths.digest(["ab", "c"]) != paths.digest(["a", "bc"])


def test_a_stamp_holds_for_the_same_inputs_only(tmp_path: Path) -> None:
    stamp = tmp_path / "folder" / "stamp"
    assert not paths.is_stamped(stamp, "one")
    paths.write_stamp(stamp, "one")
    assert paths.is_stamped(stamp, "one")
    assert not paths.is_stamped(stamp, "two")


def test_only_the_last_user_leaves(tmp_path: Path) -> None:
    calls: list[str] = []
    users = tmp_path / "users"

    def enter() -> None:
        calls.append("enter")

    def leave() -> None:
        calls.append("leave")

    with paths.shared(users, enter, leave):
        with paths.shared(users, enter, leave):
            pass
        assert calls == ["enter", "enter"]
    assert calls == ["enter", "enter", "leave"]
