"""Two desks that worked alone all day: everything is recorded once, in each desk's order, and clashes are flagged."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random

import pytest

from gymtui.sample.people import members
from tests.faults.day_offline import play
from tests.gym_kit import make_gym
from tests.kit import serving

pytestmark = pytest.mark.slow


async def test_two_days_alone_become_one_journal(tmp_path: Path) -> None:
    database = tmp_path / "gym.db"
    make_gym(database, *members(60, Random(7), date(2026, 11, 22)))
    async with serving(database) as server:
        result = await play(tmp_path, server.url, database, commands=150, seed=1)
    assert result.problems == []
    assert result.commands == 300
    assert result.clashes > 0
