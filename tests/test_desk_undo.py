"""What a desk takes back."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import Mock

import pytest

from gymtui import clock
from gymtui.client.replica.replica import ReplicaError
from gymtui.client.replica.undo_log import Undoable
from gymtui.protocol import (
    CheckIn,
    CheckOut,
    Undo,
)
from tests.desk_kit import ANA, CAL, TIME, Gym, done, gym
from tests.factories import NOW, member, visit
from tests.waiting import until

__all__ = ["gym"]


async def test_undo_takes_back_the_last_and_then_the_one_before(gym: Gym) -> None:
    async with gym.open() as connection:
        for who in (ANA, CAL):
            gym.desk.check_in(who)
            request, id = await connection.received(CheckIn)
            connection.reply(id, done(request, id or ""))
        await until(lambda: len(gym.verdicts) == 2)
        undo = gym.desk.undo()
        assert undo is not None
        assert (undo.kind, undo.action, undo.subject) == ("queued", "undo", "Cal Roe")
        assert gym.desk.in_since("m3") is None
        taken_back = await connection.received(Undo)
        assert taken_back == (Undo(command_id="id2", queued_by="sam"), "id3")
        connection.reply("id3", visit(3, CAL, id="v1", status="checked_out", check_out_time=TIME, flags=("undone",)))
        await until(lambda: len(gym.verdicts) == 3)
        assert gym.said[-1] == "✓ Cal Roe undone: check-in"
        gym.desk.undo()
        assert (await connection.received(Undo))[0] == Undo(command_id="id1", queued_by="sam")
        assert gym.desk.undo() is None


def test_an_undo_of_a_check_out_opens_the_visit_again(gym: Gym) -> None:
    gym.replica.apply([visit(1, ANA, check_in_time="2026-11-18T16:02:00.000Z")], 1)
    since = gym.desk.in_since("m1")
    assert since == clock.to_ms("2026-11-18T16:02:00Z")
    gym.desk.check_out(ANA)
    assert gym.desk.in_since("m1") is None
    gym.desk.undo()
    assert gym.desk.in_since("m1") == since


async def test_an_undo_of_a_check_out_that_has_been_answered(gym: Gym) -> None:
    gym.replica.apply([visit(1, ANA)], 1)
    gym.server.seq = 1
    async with gym.open() as connection:
        gym.desk.check_out(ANA)
        _, id = await connection.received(CheckOut)
        event = visit(2, ANA, id="v1", status="checked_out", check_out_time=TIME)
        connection.reply(id, event)
        connection.events(event)
        await until(lambda: gym.replica.position[1] == 2 and gym.verdicts)
        gym.desk.undo()
        assert gym.desk.in_since("m1") == NOW
        _, id = await connection.received(Undo)
        connection.reply(id, visit(3, ANA, id="v1", flags=("undone",)))
        await until(lambda: len(gym.verdicts) == 2)
        assert gym.said[-1] == "✓ Ana Silva undone: check-out"
        assert gym.desk.in_since("m1") == NOW


def test_nothing_to_undo_is_none(gym: Gym) -> None:
    assert gym.desk.undo() is None


def test_what_was_done_before_a_restart_can_be_taken_back(tmp_path: Path) -> None:
    gym = Gym(tmp_path / "r.db")
    gym.replica.apply([visit(1, CAL, check_in_time="2026-11-18T16:02:00.000Z")], 1)
    gym.desk.check_in(ANA)
    gym.desk.check_out(CAL)
    gym.replica.close()
    again = Gym(tmp_path / "r.db", ids="later")
    undo = again.desk.undo()
    assert undo is not None
    assert (undo.subject, again.desk.queue[-1].request) == ("Cal Roe", Undo(command_id="id2"))
    began = clock.to_ms("2026-11-18T16:02:00Z")
    assert again.desk.in_since("m3") == began
    again.replica.close()
    last = Gym(tmp_path / "r.db", ids="last")  # the undo itself still waits
    assert last.desk.in_since("m3") == began
    assert last.desk.undo() is not None
    assert last.desk.queue[-1].request == Undo(command_id="id1")
    assert last.desk.undo() is None
    last.replica.close()


async def test_an_answer_beside_the_queue_can_be_taken_back_after_a_restart(tmp_path: Path) -> None:
    gym = Gym(tmp_path / "r.db")
    async with gym.open() as connection:
        gym.desk.check_in("7")
        _, id = await connection.received(CheckIn)
        connection.reply(id, visit(1, member(7, "Eva New"), command_id=id or ""))
        await until(lambda: gym.verdicts)
    gym.replica.close()
    again = Gym(tmp_path / "r.db", ids="later")
    undo = again.desk.undo()
    assert undo is not None
    assert undo.subject == "Eva New"
    again.replica.close()


def test_an_undo_that_cannot_be_written_takes_nothing_back(gym: Gym, monkeypatch: pytest.MonkeyPatch) -> None:
    gym.desk.check_in(ANA)
    with monkeypatch.context() as broken:
        broken.setattr(gym.replica, "enqueue", Mock(side_effect=ReplicaError("disk is full")))
        undo = gym.desk.undo()
        assert undo is not None
        assert undo.kind == "refused"
    again = gym.desk.undo()
    assert again is not None
    assert again.kind == "queued"


def test_an_undo_that_cannot_be_written_opens_nothing_again(gym: Gym, monkeypatch: pytest.MonkeyPatch) -> None:
    gym.replica.apply([visit(1, ANA)], 1)
    gym.desk.check_out(ANA)
    opens = Mock(wraps=gym.desk.presence.reopens)
    monkeypatch.setattr(gym.desk.presence, "reopens", opens)
    monkeypatch.setattr(gym.replica, "enqueue", Mock(side_effect=ReplicaError("disk is full")))
    undo = gym.desk.undo()
    assert undo is not None
    assert [call.args for call in opens.call_args_list] == [(undo.command_id, NOW), (undo.command_id, None)]
    assert (gym.desk.in_since("m1"), gym.desk.presence._restored) == (None, {})


def test_a_hundred_commands_can_be_taken_back(gym: Gym) -> None:
    for number in range(105):
        gym.replica.undo_log.remember(Undoable(f"c{number}", ANA.ref))
    undone = 0
    while gym.desk.undo():
        undone += 1
    assert undone == 100


async def test_an_undo_that_the_next_shift_may_not_give_is_refused_and_nothing_is_set_aside(gym: Gym) -> None:
    async with gym.open() as connection:
        gym.desk.check_in(ANA)
        request, id = await connection.received(CheckIn)
        connection.reply(id, done(request, id or ""))
        await until(lambda: len(gym.verdicts) == 1)
        gym.desk.undo()
        _, id = await connection.received(Undo)
        connection.refuse(id, "not_allowed", "sam did that: only sam or a manager can undo it.")
        await until(lambda: len(gym.verdicts) == 2)
        assert gym.said[-1].startswith("✗ Ana Silva not undone: sam did that: only sam or a manager can undo it")
        assert (gym.desk.queued, gym.desk.set_aside) == (0, [])
        assert gym.desk.in_since("m1") is not None
        assert gym.replica.undoable is not None, "a manager may still take it back"


async def test_undo_of_what_was_picked_and_not_of_the_last(gym: Gym) -> None:
    gym.replica.apply([visit(1, ANA, command_id="of another desk")], 1)
    gym.server.seq = 1
    async with gym.open() as connection:
        gym.desk.check_in(CAL)
        await connection.received(CheckIn)
        verdict = gym.desk.undo(Undoable("of another desk", ANA.ref))
        assert verdict is not None
        assert (verdict.kind, verdict.subject) == ("queued", "Ana Silva")
        assert (await connection.received(Undo))[0] == Undo(command_id="of another desk", queued_by="sam")


def test_undo_of_what_was_picked_waits_while_the_desk_is_alone(gym: Gym) -> None:
    gym.replica.apply([visit(1, ANA, command_id="of another desk")], 1)
    gym.desk.undo(Undoable("of another desk", ANA.ref))
    assert [row.kind for row in gym.replica.outbox.rows()] == ["undo"]
    assert gym.desk.in_since("m1") is None
