"""Fixtures that tests of the server share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engines import ENGINES, Engine
from tests.kit import make_gym, member


@pytest.fixture
def gym(tmp_path: Path) -> Path:
    """A gym with `ana` and `ben` (staff), `mia` (manager), `otto` (operator), and members 0 to 99."""
    path = tmp_path / "gym.db"
    make_gym(path, *(member(str(n), f"Name {n}") for n in range(100)))
    return path


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """Each engine in turn, with an empty database."""
    return Engine(request.param, tmp_path / "gym.db")
