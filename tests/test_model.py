"""A few schedules of work and breakage; `python -m tests.faults.model` plays thousands."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.engines import POSTGRES
from tests.faults.deaths import Killed
from tests.faults.keeping import KeptFile, in_postgres
from tests.faults.model import check
from tests.faults.world import World

pytestmark = pytest.mark.slow


def test_whatever_happens_every_promise_is_kept() -> None:
    check(8, seed=1)


@pytest.mark.skipif(not POSTGRES, reason="it is not installed")
def test_nor_does_it_matter_where_the_gym_is_kept() -> None:
    with in_postgres() as keeping:
        check(3, seed=3, keeping=keeping)


async def test_an_end_that_is_no_death_is_a_problem(tmp_path: Path) -> None:
    async def end(error: BaseException) -> None:
        raise error

    world = World(tmp_path, KeptFile(tmp_path))
    deaths = (Killed(), BaseExceptionGroup("", [Killed(), BaseExceptionGroup("", [Killed()])]))
    bugs = (KeyError("alone"), BaseExceptionGroup("", [Killed(), ValueError("beside a death")]))
    await world.end_of(*(asyncio.create_task(end(error)) for error in (*deaths, *bugs)))
    alone, beside = world.problems
    assert alone.endswith("KeyError: 'alone'\n")
    assert "ValueError: beside a death" in beside
    assert "Killed" not in beside
