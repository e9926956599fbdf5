"""Which suites and which tests a selection stands for."""

from __future__ import annotations

import pytest

from dev import suites
