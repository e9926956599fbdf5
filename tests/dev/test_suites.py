"""Which suites and which tests a selection stands for."""

from __future__ import annotations

from pathlib import Path

import pytest

from dev import suites


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout with a test in every place that a suite looks at."""
    for file in (
        "helpdesk_futural/tests/test_ticket.py",
        "helpdesk_futural_timesheet/tests/test_hours.py",
        "helpdesk_futural_portal/tests/test_portal.py",
        "tests/test_journey.py",
        "tests/test_wheel.py",
        "tests/dev/test_suites.py",
        "tests/oca/test_moving_in.py",
        "tests/installation/test_upgrade.py",
    ):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    return tmp_path


def chosen(selection: str, root: Path) -> list[tuple[str, tuple[str, ...], str]]:
    return [(run.suite.name, run.targets, run.keyword) for run in suites.select(selection, root)]


def test_no_selection_runs_every_suite(root: Path) -> None:
    assert [run.suite for run in suites.select("", root)] == list(suites.SUITES)


def test_a_test_id_runs_only_in_the_suite_that_owns_its_file(root: Path) -> None:
    test = "helpdesk_futural/tests/test_ticket.py::TestTicket::test_number"
    assert chosen(test, root) == [("core", (test,), "")]


def test_an_addon_is_not_mistaken_for_another_whose_name_begins_alike(root: Path) -> None:
    assert chosen("helpdesk_futural_timesheet", root) == [
        ("all", ("helpdesk_futural_timesheet",), "")
    ]


def test_the_portal_is_tested_with_all_addons_and_inside_a_website(root: Path) -> None:
    portal = ("helpdesk_futural_portal",)
    assert chosen(*portal, root) == [("all", portal, ""), ("website", portal, "")]


def test_a_path_may_be_absolute_or_end_in_a_slash(root: Path) -> None:
    assert chosen(f"{root}/helpdesk_futural/tests/", root) == [
        ("core", ("helpdesk_futural/tests",), "")
    ]


def test_files_that_need_no_database_start_none(root: Path) -> None:
    assert [name for name, *_ in chosen("tests/test_wheel.py", root)] == ["plain"]
    assert [name for name, *_ in chosen("tests/dev", root)] == ["plain"]


def test_the_tests_folder_is_shared_by_several_suites(root: Path) -> None:
    assert [name for name, *_ in chosen("tests", root)] == ["plain", "oca", "installation", "all"]
    assert [name for name, *_ in chosen("tests/oca", root)] == ["oca"]


def test_several_paths_are_split_among_their_suites(root: Path) -> None:
    both = "helpdesk_futural/tests/test_ticket.py tests/test_journey.py"
    assert [(name, targets) for name, targets, _ in chosen(both, root)] == [
        ("core", ("helpdesk_futural/tests/test_ticket.py",)),
        ("all", ("tests/test_journey.py",)),
    ]


def test_words_that_are_no_path_become_an_expression_for_every_suite(root: Path) -> None:
    runs = chosen("bounce or autoreply", root)
    assert [name for name, *_ in runs] == ["plain", "oca", "installation", "core", "all", "website"]
    assert {keyword for *_, keyword in runs} == {"bounce or autoreply"}


def test_a_file_outside_every_suite_selects_nothing(root: Path) -> None:
    (root / "README.md").touch()
    assert chosen("README.md", root) == []


def test_dependencies_leave_out_our_own_addons(root: Path) -> None:
    for name, depends in (
        ("helpdesk_futural", ["mail", "rating"]),
        ("helpdesk_futural_portal", ["helpdesk_futural", "portal_rating", "mail"]),
    ):
        (root / name / "__manifest__.py").write_text(repr({"name": name, "depends": depends}))
    found = suites.dependencies(("helpdesk_futural", "helpdesk_futural_portal"), root)
    assert found == ["mail", "portal_rating", "rating"]
