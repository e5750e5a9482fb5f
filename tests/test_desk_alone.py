"""The desk alone: what it decides, and its outbox."""

from __future__ import annotations

import msgspec
import pytest

from gymtui import clock
from gymtui.client.replica.outbox import Outgoing
from gymtui.client.replica.replica import ReplicaError
from gymtui.protocol import (
    CheckIn,
    CheckOut,
    Policy,
    Undo,
)
from tests.desk_kit import ANA, BEN, CAL, TIME, Gym, gym
from tests.factories import GYM, NOW, member
from tests.waiting import until

__all__ = ["gym"]


def test_offline_it_decides_and_says_that_nothing_is_sent(gym: Gym) -> None:
    verdict = gym.desk.check_in("1")
    assert verdict.words == "… Ana Silva queued, not sent yet"
    row = gym.replica.outbox.rows()[0]
    assert row == Outgoing(
        id="id1", kind="check_in", payload=row.payload, member_id="m1", at=NOW, state="waiting", reason=None
    )
    # What its own clock says stays with it until the server has said what time it is.
    assert row.request == CheckIn(member_id="m1", occurred_at=TIME, offline=True, card="1", desk_time=TIME)
    assert gym.desk.in_since("m1") == NOW
    assert gym.desk.find("ana")[0].in_since == NOW
    assert gym.desk.check_in("1").kind == "already_in"
    assert gym.desk.check_in("7777").words.startswith("✗ Unknown card refused: nobody here has that number")
    assert gym.desk.check_in(BEN).kind == "refused"
    assert [row.kind for row in gym.desk.queue] == ["check_in", "refusal", "refusal"]


async def test_what_is_queued_is_named_alone_and_once_it_is_sent(gym: Gym) -> None:
    gym.desk.check_in(ANA)
    out, back = gym.desk.check_out(ANA), gym.desk.undo()
    gym.desk.check_in(CAL)
    gone = gym.desk.undo()
    assert back is not None
    assert gone is not None
    assert [verdict.words for verdict in (out, back, gone)] == [
        "… Ana Silva queued, not sent yet: check-out",
        "… Ana Silva queued, not sent yet: undo of the check-out",
        "… Cal Roe queued, not sent yet: undo of the check-in",
    ]
    async with gym.open() as connection:
        for kind in (CheckIn, CheckOut, Undo, CheckIn, Undo):
            _, id = await connection.received(kind)
            connection.reply(id, {})
        await until(lambda: len(gym.verdicts) >= 10)
        sent = "queued: waiting for the server's answer"
        assert {words for words in gym.said if sent.removeprefix("queued: ") in words} == {
            f"… Ana Silva {sent}",
            f"… Ana Silva {sent} to the check-out",
            f"… Ana Silva {sent} to the undo of the check-out",
            f"… Cal Roe queued: payment overdue, {sent.removeprefix('queued: ')}",
            f"… Cal Roe {sent} to the undo of the check-in",
        }


def test_in_and_out_and_in_again_alone(gym: Gym) -> None:
    gym.desk.check_in(ANA)
    gym.now += 60_000
    assert gym.desk.check_out(ANA).kind == "queued"
    assert gym.desk.in_since("m1") is None
    gym.now += 60_000
    assert gym.desk.check_in(ANA).kind == "queued"
    assert gym.desk.in_since("m1") == NOW + 120_000
    gym.desk.undo()
    assert gym.desk.in_since("m1") is None


def test_the_row_is_on_disk_before_anything_is_said(gym: Gym, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise ReplicaError("disk is full")

    monkeypatch.setattr(gym.replica, "enqueue", full)
    verdict = gym.desk.check_in(ANA)
    assert (verdict.kind, verdict.detail) == ("refused", "this desk cannot write to its disk")
    assert gym.desk.queued == 0
    assert gym.desk.in_since("m1") is None
    assert gym.desk.undo() is None


def test_the_policy_of_the_gym_decides_here_too(gym: Gym) -> None:
    strict = msgspec.structs.replace(GYM, policy=Policy(payment_overdue="refuse", membership_expired="warn"))
    gym.replica.apply([strict], 1)
    assert gym.desk.check_in(CAL).detail == "payment overdue"
    assert gym.desk.check_in(BEN).kind == "queued"


def test_a_membership_that_the_rules_cannot_read_is_left_to_the_server(gym: Gym) -> None:
    gym.replica.apply([member(4, "Dan Odd", hours="whenever", seq=4)], 4)
    assert gym.desk.check_in("4").kind == "queued"


async def test_the_servers_clock_tells_when_it_was(gym: Gym) -> None:
    gym.server.clock = lambda: gym.now + 3_600_000
    async with gym.open() as connection:
        gym.desk.check_in(ANA)
        request, _ = await connection.received(CheckIn)
        assert request.occurred_at == clock.to_text(NOW + 3_600_000)
