"""What the house says by itself: once a day, by whichever server looks first."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import msgspec
import pytest

from gymtui import clock
from gymtui.protocol import Notification
from server.gym.house import GONE, OLD, HouseNotices, LastBackup
from server.store import Transaction
from server.store.group_commit import GroupCommit
from tests.factories import member_row
from tests.gym_kit import name_gym
from tests.till import DAY, NINE, Till

DESKS: set[str] = set()
BACKED_UP: list[int | None] = []
AGES: list[float] = []  # in seconds, as the metrics are told


@pytest.fixture
async def gym(tmp_path: Path) -> AsyncIterator[tuple[Till, HouseNotices, HouseNotices]]:
    """A gym for ten, and two servers of it."""
    path = str(tmp_path / "gym.db")
    name_gym(path, name=None, timezone="Europe/Zurich", capacity=10, policy=None)
    till = Till(path, *(member_row(str(number), f"Member {number}") for number in range(1, 11)))
    database = GroupCommit(till.store, lambda _: None)
    DESKS.clear()
    BACKED_UP[:] = [till.now]
    AGES.clear()
    backup = LastBackup(lambda: BACKED_UP[0], AGES.append)
    first, second = (HouseNotices(database, lambda: DESKS, backup, now=lambda: till.now) for _ in range(2))
    yield till, first, second
    await database.close()


def said(till: Till) -> list[str]:
    rows = [row for row in till.store.read(0, 999) if row.type == "notification"]
    return [msgspec.json.decode(row.payload, type=Notification).title for row in rows]


async def test_a_gym_that_fills_says_so_once_a_day(gym: tuple[Till, HouseNotices, HouseNotices]) -> None:
    till, first, second = gym
    for number in range(1, 9):
        till.check_in(str(number))
    await first.look()
    assert said(till) == []
    till.check_in("9")
    for server in (first, second, first):
        await server.look()
    assert said(till) == ["The gym is nearly full: 9 of 10 in"]
    till.check_in("10")
    for server in (first, second):
        await server.look()
    assert said(till)[1:] == ["The gym is full: 10 of 10 in"]
    till.now += DAY
    await first.look()
    assert len(said(till)) == 3


def hears(desk: str, tx: Transaction) -> None:
    """The other server does."""
    tx.desks.serve(1, tx.at)
    tx.desks.come(desk, None, "ana", NINE, 1)


async def test_a_desk_that_has_gone_is_missed_while_somebody_is_in(
    gym: tuple[Till, HouseNotices, HouseNotices],
) -> None:
    till, first, second = gym
    DESKS.update({"desk 1", "desk 2"})
    till.check_in("1")
    for server in (first, second):
        await server.look()
    DESKS.remove("desk 2")
    till.now += GONE - 1
    await first.look()
    assert said(till) == []
    till.now += 1
    for server in (first, second, first):
        await server.look()
    assert said(till) == ["desk 2 is not connected since 10:00"]
    DESKS.clear()
    till.check_out("1")
    till.now += GONE
    await first.look()
    assert len(said(till)) == 1


async def test_a_desk_that_went_to_another_server_is_not_missed(
    gym: tuple[Till, HouseNotices, HouseNotices],
) -> None:
    till, first, _ = gym
    DESKS.add("desk 1")
    till.check_in("1")
    await first.look()
    DESKS.clear()

    for _ in range(2):
        till.now += GONE
        till.store.write([partial(hears, "desk 1")])
        await first.look()
        assert said(till) == []
    till.now += GONE
    await first.look()
    assert said(till) == ["desk 1 is not connected since 10:10"]


async def test_the_desks_of_a_server_that_died_are_missed_by_the_others(
    gym: tuple[Till, HouseNotices, HouseNotices],
) -> None:
    till, first, second = gym
    till.check_in("1")
    till.store.write([partial(hears, "desk 1")])
    till.now += GONE - 1
    await first.look()
    assert said(till) == []
    till.now += 1
    for server in (first, second):
        await server.look()
    assert said(till) == ["desk 1 is not connected since 10:00"]


async def test_a_backup_that_is_a_week_old_is_told_once_a_day(gym: tuple[Till, HouseNotices, HouseNotices]) -> None:
    till, first, second = gym
    till.now += OLD - 1
    await first.look()
    assert (said(till), AGES) == ([], [(OLD - 1) / 1000])
    till.now += 1
    for server in (first, second, first):
        await server.look()
    assert said(till) == ["The last backup is 7 days old: gymtui admin backup FILE makes one"]
    till.now += DAY
    await first.look()
    assert said(till)[1:] == ["The last backup is 8 days old: gymtui admin backup FILE makes one"]
    BACKED_UP[:] = [till.now]
    till.now += DAY
    await first.look()
    assert (len(said(till)), AGES[-1]) == (2, DAY / 1000)


async def test_a_gym_that_was_never_copied_is_told_after_a_week(gym: tuple[Till, HouseNotices, HouseNotices]) -> None:
    till, first, _ = gym
    BACKED_UP[:] = [None]
    founded = clock.time_of(till.store.gym_id())
    assert founded is not None
    till.now = founded + OLD - 1
    await first.look()
    assert said(till) == []
    till.now += 1
    await first.look()
    assert said(till) == ["This gym has no backup: gymtui admin backup FILE makes one"]
