"""Every list that the kits know comes into the gym over the wire as it does from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from gymtui.protocol import Member
from tests.gym_kit import make_gym
from tests.import_kit import Fake, at_a_desk, everybody
from tests.member_lists_clubs import CLUBS
from tests.member_lists_kit import looked, people
from tests.member_lists_programs import PROGRAMS

pytestmark = pytest.mark.slow  # forty lists, in and out again


def said_of(members: dict[str, Member]) -> dict[str, tuple[object, ...]]:
    """What the door and a desk know them by."""
    return {who: (m.status, m.valid_until, m.visits_left, m.payment_overdue, m.phone) for who, m in members.items()}


async def test_every_known_list_is_taken_whole_and_taken_back(tmp_path: Path) -> None:
    gym, file = tmp_path / "gym.db", tmp_path / "clients.csv"
    make_gym(gym)
    person = Fake()
    async with at_a_desk(gym, person) as (errand, _):
        for name, sample in (PROGRAMS | CLUBS).items():
            person.given, person.asked = {"empty cells": "keep", **sample.answers}, []
            file.write_bytes(sample.content)
            result = await errand.bring(file)
            assert set(sample.answers) <= set(person.asked), name
            expected = people(looked(sample.content, sample.answers))
            assert said_of(everybody(gym)) == said_of(expected), name
            assert (result.all, result.left_out is not None) == (True, sample.left_out > 0), name
            await errand.undo(None)
            assert everybody(gym) == {}, name
