"""What is taken from the machine's own configuration."""

from __future__ import annotations

import socket

import pytest

from dev import console, demo, system


def test_the_mirror_is_the_one_whose_release_is_a_whole_suite(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listing = (
        "http://mirror.example/debian-security/ bookworm-security\n"
        "http://mirror.example/debian/ bookworm-updates\n"
        "http://mirror.example/debian/ bookworm\n"
    )
    monkeypatch.setattr(console, "output_of", lambda *_args: listing)
    assert system.debian_mirror() == "http://mirror.example/debian/"


def test_a_machine_without_apt_has_no_mirror(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "output_of", lambda *_args: "")
    assert system.debian_mirror() is None


def test_only_what_is_missing_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "postgres_bin", lambda: None)
    monkeypatch.setattr(
        system,
        "find_program",
        lambda *names: None if "dovecot" in names else f"/usr/bin/{names[0]}",
    )
    monkeypatch.setattr(system, "find_dovecot_service", lambda name: None)
    assert system.missing_packages(server=True, tests=True) == [
        "postgresql",
        "dovecot-imapd",
        "dovecot-pop3d",
    ]
    assert system.missing_packages(server=False, tests=False) == []


def test_without_root_the_message_holds_the_exact_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "_root_prefix", lambda: None)
    monkeypatch.setattr(system.shutil, "which", lambda name: f"/usr/bin/{name}")
    with pytest.raises(console.Failure, match=r"sudo apt-get install chromium dovecot-imapd$"):
        system.install_packages(["chromium", "dovecot-imapd"])


def test_a_port_that_is_taken_is_stepped_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert demo.free_port(port) > port
