"""Installing takes minutes: people see what goes on meanwhile."""

import pytest

from dev import console


@pytest.fixture(autouse=True)
def _steps_are_shown(capfd, monkeypatch):
    say = console.say

    def show(text=""):
        with capfd.disabled():
            say(text)

    monkeypatch.setattr(console, "say", show)
