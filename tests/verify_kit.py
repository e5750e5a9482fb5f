"""What the tests of `verify` share: a gym's database, and what is found in it."""

from __future__ import annotations

import random
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gymtui import clock
from gymtui.protocol import CheckIn, CheckOut, MemberFields, SaveMember, Undo
from server.admin.verify import Report, check
from server.gym.commands import perform
from server.gym.orders import Order
from server.store.sqlite.audit import SqliteAudit
from server.store.sqlite.file import open_to_read
from tests.factories import member_row
from tests.gym_kit import name_gym
from tests.till import DAY, MINUTE, Till


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the gym's database is to be."""
    return tmp_path / "gym.db"


def looked_at(path: Path) -> Report:
    """What `verify` finds in the file as it is."""
    with closing(open_to_read(path)) as db:  # as it is, without the look that comes before
        return check(SqliteAudit(db))


def day(path: Path, seed: int) -> Till:
    """A gym in which everything that can happen has happened, many times and in no sensible order."""
    chance, given = random.Random(seed), ["c0"]
    gym = Till(path, *(member_row(str(n), f"Member {n}", visits_left=chance.choice((None, 3))) for n in range(12)))
    for number in range(250):
        gym.now += chance.randrange(9 * MINUTE)
        code, id = str(chance.randrange(12)), f"c{number}"
        alone: dict[str, Any] = {}
        if chance.random() < 0.3:
            alone = {"offline": True, "occurred_at": clock.to_text(gym.now - chance.choice((0, 20 * MINUTE, 9 * DAY)))}
        if number % 97 == 50:
            name_gym(path, name=None, timezone=chance.choice(("Europe/Zurich", "Asia/Tokyo")), capacity=None)
        match chance.randrange(8):
            case 0 | 1 | 2:
                gym.give(CheckIn(code=code, **alone), id=id)
            case 3 | 4:
                gym.give(CheckOut(code=code, **alone), id=id)
            case 5:
                gym.give(Undo(command_id=chance.choice(given[-6:])), id=id, user="mia")
            case 6:
                gym.give(SaveMember(member=MemberFields(full_name=f"Guest {number}", guest=True)), id=id)
            case _:
                assume_out(gym, code, id)
        given.append(id)
    return gym


def assume_out(gym: Till, code: str, id: str) -> None:
    """The gym ends the visit by itself, if there is one."""
    for visit_id, _ in gym.store.open_since(gym.now + 1):
        order = Order(id=id, payload=CheckOut(check_in_id=visit_id), user="", role="manager", desk=None, assumed=True)
        if any(v.id == visit_id and v.member.membership_number == code for v in gym.store.all_visits()):
            gym.store.write([partial(perform, order=order)])
