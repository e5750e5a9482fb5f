"""The roll-call at a desk: every step is on its disk before it counts, and every desk's marks end up at all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from gymtui import clock
from gymtui.client.desk.roll_calls import PERHAPS, RollCallList
from gymtui.client.mock import MockConnection
from gymtui.client.replica.replica import Replica
from gymtui.protocol import CheckIn, Policy, Resume, RollCall, RollCallUpdate, Snapshot
from tests.desk_kit import ANA, BEN, CAL, Gym, done, gym
from tests.factories import NOW, member, snapshot, visit
from tests.waiting import until

__all__ = ["gym"]


def roll(gym: Gym) -> RollCallList:
    found = gym.desk.roll_calls.list
    assert found is not None
    return found


def told(request: RollCall, id: str, seq: int, **fields: Any) -> RollCallUpdate:
    """What a server makes of a step."""
    known: dict[str, Any] = {
        "roll_call_id": request.roll_call_id,
        "step": request.step,
        "drill": request.drill,
        "member": next((m.ref for m in (ANA, BEN, CAL) if m.id == request.member_id), None),
        "name": request.name,
        "takes_back": request.takes_back,
        "at": request.occurred_at,
        "by": "ana",
        "desk": "desk 1",
    }
    return RollCallUpdate(command_id=id, seq=seq, **(known | fields))


def of(gym: Gym) -> tuple[list[str], list[str]]:
    """Who is missing, and who is safe, by name."""
    return [one.name for one in roll(gym).missing], [one.name for one in roll(gym).found]


def test_it_begins_with_who_is_in_and_holds_from_the_key_on(gym: Gym) -> None:
    gym.replica.restore(snapshot(5, visit(1, ANA, minutes=50), visit(2, BEN, minutes=5)))
    assert gym.desk.roll_calls.list is None
    gym.desk.roll_calls.start(drill=True)
    assert roll(gym).now.drill
    assert of(gym) == (["Ana Silva", "Ben Ode"], [])
    gym.desk.roll_calls.mark(ANA.ref)
    gym.desk.roll_calls.mark(ANA.ref)
    gym.desk.roll_calls.mark("A plumber")
    gym.desk.roll_calls.mark("a PLUMBER")
    assert of(gym) == (["Ben Ode"], ["A plumber", "Ana Silva"])
    assert gym.desk.queued == 3
    gym.desk.roll_calls.take_back(ANA.id)
    assert of(gym) == (["Ana Silva", "Ben Ode"], ["A plumber"])
    gym.desk.roll_calls.end()
    assert gym.desk.roll_calls.now is None
    last = gym.desk.queue[-1].request
    assert isinstance(last, RollCall)
    assert (last.step, last.found, last.missing) == ("end", 1, 2)


async def test_whom_this_desk_has_let_in_alone_is_sought_from_here(gym: Gym) -> None:
    gym.replica.restore(snapshot(5, visit(1, BEN, minutes=5)))
    gym.desk.check_in(ANA)
    gym.desk.roll_calls.start(drill=True)
    assert [(one.name, one.place) for one in roll(gym).missing] == [("Ana Silva", "desk 1"), ("Ben Ode", "Main door")]


def test_it_is_on_disk_for_a_desk_that_has_just_been_started(tmp_path: Path) -> None:
    before = Gym(tmp_path / "desk.db")
    before.replica.restore(snapshot(5, visit(1, ANA), visit(2, BEN)))
    before.desk.roll_calls.start(drill=False)
    before.desk.roll_calls.mark(ANA.ref)
    before.replica.close()
    after = Gym(tmp_path / "desk.db", ids="again")
    assert of(after) == (["Ben Ode"], ["Ana Silva"])
    assert not roll(after).now.drill
    after.desk.roll_calls.start(drill=True)  # it is on
    assert after.desk.queued == 2
    after.replica.close()


def test_whoever_comes_or_goes_is_followed_and_a_mark_outlasts_it(gym: Gym) -> None:
    gym.replica.restore(snapshot(5, visit(1, ANA), visit(2, BEN)))
    gym.desk.roll_calls.start(drill=False)
    gym.desk.roll_calls.mark(ANA.ref)
    gym.desk.check_out(ANA)
    gym.desk.check_out(BEN)
    gym.desk.check_in(CAL)
    assert of(gym) == (["Cal Roe"], ["Ana Silva"])


def test_whose_exit_nobody_saw_is_asked_for_with_a_mark(gym: Gym) -> None:
    left = clock.to_text(NOW - PERHAPS + 1)
    gone = {"check_out_time": left, "status": "checked_out", "flags": ("assumed_out",)}
    policy = Policy(max_stay_minutes=60)
    rules = msgspec.structs.replace(snapshot(9).gym, policy=policy)
    recent = (visit(4, BEN, minutes=120, **gone),)
    gym.replica.restore(snapshot(9, visit(1, ANA, minutes=61), visit(2, CAL, minutes=59), gym=rules, recent=recent))
    gym.desk.roll_calls.start(drill=False)
    assert [(one.name, one.assumed) for one in roll(gym).missing] == [
        ("Ana Silva", True),
        ("Ben Ode", True),
        ("Cal Roe", False),
    ]
    gym.now += 2
    assert of(gym) == (["Ana Silva", "Cal Roe"], [])


async def test_steps_are_sent_in_order_and_hold_between_the_answer_and_the_event(gym: Gym) -> None:
    gym.replica.restore(snapshot(5, visit(1, ANA)))
    gym.server.seq = 5
    gym.desk.roll_calls.start(drill=False)
    gym.desk.roll_calls.mark(ANA.ref)
    async with gym.open() as connection:
        for seq in (6, 7):
            request, id = await connection.received(RollCall)
            connection.reply(id, told(request, id or "", seq))
        await until(lambda: gym.desk.queued == 0)
        assert of(gym) == ([], ["Ana Silva"])
        assert gym.said == []


async def test_two_desks_that_were_apart_have_one_roll_call_with_the_marks_of_both(gym: Gym) -> None:
    gym.replica.restore(snapshot(5, visit(1, ANA), visit(2, BEN)))
    gym.server.seq = 5
    gym.desk.roll_calls.start(drill=False)
    gym.desk.roll_calls.mark(ANA.ref)
    theirs = RollCall(roll_call_id="theirs", step="start", occurred_at=clock.to_text(NOW - 1000))
    mark = RollCall(roll_call_id="theirs", step="safe", member_id=BEN.id, occurred_at=clock.to_text(NOW))
    async with gym.open() as connection:
        connection.events(told(theirs, "t1", 6), told(mark, "t2", 7))
        await until(lambda: of(gym) == ([], ["Ana Silva", "Ben Ode"]))
        gym.desk.roll_calls.end()
        await answered(connection, 2, 8)
        ends = [await connection.received(RollCall) for _ in range(2)]
        for seq, (request, id) in enumerate(ends, 10):
            connection.reply(id, told(request, id or "", seq))
        assert [(end.ends_with, end.found) for end, _ in ends] == [(None, 2), (ends[0][0].roll_call_id, 2)]
        await until(lambda: gym.desk.queued == 0)
        assert gym.desk.roll_calls.now is None


async def answered(connection: MockConnection, count: int, seq: int) -> None:
    for number in range(count):
        request, id = await connection.received(RollCall)
        connection.reply(id, told(request, id or "", seq + number))


async def test_a_server_from_a_backup_is_told_again_and_its_marks_are_all(gym: Gym) -> None:
    gym.replica.restore(snapshot(5, visit(1, ANA), visit(2, BEN)))
    gym.server.seq = 5
    gym.desk.roll_calls.start(drill=False)
    gym.desk.roll_calls.mark(ANA.ref)
    async with gym.open() as connection:
        await answered(connection, 2, 6)
        await until(lambda: gym.desk.queued == 0)
        gym.server.epoch, gym.server.seq = "epoch-2", 3
        connection.cut()
        await until(lambda: gym.service.state.phase == "waiting")
        again = await gym.come_back()
        _, id = await again.received(Resume)
        again.reply(id, {"resumed": "snapshot"})
        again.send_message(snapshot(3, visit(1, ANA), visit(2, BEN), epoch="epoch-2"))
        await until(lambda: gym.desk.queued == 2)
        assert of(gym) == (["Ben Ode"], ["Ana Silva"])


def test_a_snapshot_has_the_roll_call_in_its_parts(gym: Gym) -> None:
    start = RollCall(roll_call_id="r", step="start", occurred_at=clock.to_text(NOW))
    mark = RollCall(roll_call_id="r", step="safe", member_id=ANA.id, occurred_at=clock.to_text(NOW))
    parts: list[Snapshot] = [
        snapshot(9, visit(1, ANA), more=True),
        snapshot(9, more=True, roll_call=(told(start, "s", 3),)),
        snapshot(9, roll_call=(told(mark, "m", 4),)),
    ]
    for part in parts:
        gym.replica.restore(part)
    assert of(gym) == ([], ["Ana Silva"])


def test_whoever_was_erased_is_in_no_roll_call_here(gym: Gym) -> None:
    mark = RollCall(roll_call_id="r", step="safe", member_id=ANA.id, occurred_at=clock.to_text(NOW))
    gym.replica.apply([told(mark, "m", 4)], 4)
    gym.replica.apply([member(1, "(erased)", deleted=True, seq=5)], 5)
    assert gym.replica.roll_calls.steps() == []


async def test_a_step_says_nothing_on_the_line_of_verdicts_but_a_check_in_beside_it_does(gym: Gym) -> None:
    async with gym.open() as connection:
        gym.desk.roll_calls.start(drill=False)
        gym.desk.check_in(ANA)
        request, id = await connection.received(RollCall)
        connection.reply(id, told(request, id or "", 1))
        came, id = await connection.received(CheckIn)
        connection.reply(id, done(came, id or "", 2))
        await until(lambda: gym.desk.queued == 0)
        assert gym.said[-1] == "✓ Ana Silva checked in"
        assert all("Ana Silva" in words for words in gym.said)


def test_a_copy_of_before_has_none(tmp_path: Path) -> None:
    Replica(tmp_path / "desk.db").close()
    replica = Replica(tmp_path / "desk.db")
    assert replica.roll_calls.steps() == []
    replica.close()
