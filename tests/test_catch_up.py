"""A desk that was away: what it missed comes by replay or by snapshot, and then it is what the server is."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random

import pytest

from gymtui.sample.people import members
from tests.faults.catch_up import play
from tests.gym_kit import make_gym
from tests.kit import serving

pytestmark = pytest.mark.slow


async def test_a_desk_that_was_away_is_what_the_server_is(tmp_path: Path) -> None:
    database = tmp_path / "gym.db"
    make_gym(database, *members(500, Random(7), date(2026, 11, 22)))
    async with serving(database) as server:
        replayed, restored, different = await play(tmp_path, server.url, database, times=2, seed=1)
    assert (len(replayed), len(restored), different) == (1, 1, 0)
