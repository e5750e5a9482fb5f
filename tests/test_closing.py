"""Automatic check-out: at the time it should have happened, once, and a real exit corrects it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from gymtui import clock
from gymtui.protocol import CheckIn, CheckOut, Gym, Policy, Undo
from server.gym.assumed_exit import left_at
from server.gym.auto_check_out import AutoCheckOut
from server.store.group_commit import GroupCommit
from tests.engines import Engine
from tests.factories import member_row
from tests.gym_kit import name_gym
from tests.till import HOUR, MINUTE, NINE, Till

POLICY = Policy(max_stay_minutes=180, closing_time="22:00")


@pytest.fixture
async def gym(engine: Engine) -> AsyncIterator[tuple[Till, AutoCheckOut]]:
    name_gym(engine.database, name=None, timezone="Europe/Zurich", capacity=None, policy=POLICY)
    till = Till(engine.database, member_row("1", "Ana Silva"), member_row("2", "Ben Ode"))
    database = GroupCommit(till.store, lambda _: None)
    yield till, AutoCheckOut(database, now=lambda: till.now)
    await database.close()


def test_the_longest_stay_and_the_next_closing() -> None:
    def left(at: str, **policy: object) -> str | None:
        gym = Gym(name="g", timezone="Europe/Zurich", capacity=None, policy=Policy(**policy), seq=1)  # type: ignore[arg-type]
        end = left_at(gym, clock.to_ms(at))
        return None if end is None else clock.to_text(end)

    assert left("2026-11-22T09:00:00Z") is None
    assert left("2026-11-22T09:00:00Z", max_stay_minutes=90) == "2026-11-22T10:30:00.000Z"
    assert left("2026-11-22T20:59:00Z", closing_time="22:00") == "2026-11-22T21:00:00.000Z"
    assert left("2026-11-22T21:00:00Z", closing_time="22:00") == "2026-11-23T21:00:00.000Z"
    assert left("2026-11-22T20:00:00Z", max_stay_minutes=90, closing_time="22:00") == "2026-11-22T21:00:00.000Z"
    assert left("2026-11-22T20:59:00Z", closing_time="24:00") == "2026-11-22T23:00:00.000Z"
    # The night in which the clocks go back an hour: closing time is by the wall.
    assert left("2026-10-24T22:00:00Z", closing_time="22:00") == "2026-10-25T21:00:00.000Z"


async def test_who_is_not_seen_to_leave_has_left_at_the_time_it_should_have_been(
    gym: tuple[Till, AutoCheckOut],
) -> None:
    till, closing = gym
    came = till.check_in("1")
    till.now += 2 * HOUR
    till.check_in("2")
    await closing.look()
    assert till.counts()[0] == 2
    till.now += HOUR + MINUTE
    await closing.look()
    await closing.look()
    (visit,) = [v for v in till.store.all_visits() if v.status == "checked_out"]
    assert (visit.id, visit.flags, visit.by) == (came.id, ("assumed_out",), "")
    assert visit.check_out_time == clock.to_text(NINE + 3 * HOUR)
    assert till.counts() == (1, 2, None)
    assert till.store.stats() == till.recount()


async def test_a_real_exit_afterwards_corrects_it(gym: tuple[Till, AutoCheckOut]) -> None:
    till, closing = gym
    for how in (CheckOut(code="1"), CheckOut(code="1", occurred_at=clock.to_text(NINE), offline=True)):
        came = till.check_in("1")
        at = till.now
        till.now += 4 * HOUR
        await closing.look()
        left = till.done(how)
        assert left.id == came.id
        assert "assumed_out" not in left.flags
        assert left.check_out_time == clock.to_text(max(at, NINE if how.offline else till.now))
        assert till.counts()[0] == 0
        assert till.store.stats() == till.recount()
    assert till.refused(CheckOut(code="1")).code == "not_checked_in"


async def test_an_assumed_exit_is_no_reason_not_to_come_in_again(gym: tuple[Till, AutoCheckOut]) -> None:
    till, closing = gym
    till.check_in("1")
    till.now += 4 * HOUR
    await closing.look()
    again = till.done(CheckIn(code="1"))
    assert till.check_out("1").id == again.id
    assert till.store.stats() == till.recount()


async def test_a_manager_may_take_an_assumed_exit_back(gym: tuple[Till, AutoCheckOut]) -> None:
    till, closing = gym
    came = till.check_in("1")
    till.now += 4 * HOUR
    await closing.look()
    (ended,) = till.store.all_visits()
    assert ended.id == came.id
    assert till.refused(Undo(command_id=ended.command_id)).code == "not_allowed"
    assert till.undo(ended.command_id, user="mia").status == "checked_in"
    assert till.store.stats() == till.recount()


@pytest.mark.parametrize("corrected", [True, False])
async def test_a_visit_that_an_undo_has_opened_again_ends_by_itself_again(
    gym: tuple[Till, AutoCheckOut], corrected: bool
) -> None:
    """An undo says that the member is in, so the longest stay is reckoned from then."""
    till, closing = gym
    till.check_in("1")
    for _ in range(3):
        till.now += 3 * HOUR
        await closing.look()
        (ended,) = till.store.all_visits()
        assert (ended.flags, ended.check_out_time) == (("assumed_out",), clock.to_text(till.now))
        if corrected:
            ended = till.check_out("1")
        assert till.undo(ended.command_id, user="mia").status == "checked_in"
        await closing.look()
        assert till.counts()[0] == 1
        assert till.store.stats() == till.recount()
    till.now += 3 * HOUR
    await closing.look()
    await closing.look()
    assert till.counts()[0] == 0
    assert till.store.stats() == till.recount()
