"""Whom a desk refuses while it is alone waits in its outbox, is no visit, and is told once without a word."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from gymtui.client.desk import refusals
from gymtui.client.desk.handover import shift
from gymtui.client.desk.history_queue import waiting
from gymtui.client.desk.refusals import count_of, untold
from gymtui.client.replica.replica import ReplicaError
from gymtui.clock import to_text
from gymtui.protocol import CheckIn
from tests.client_kit import settle
from tests.desk_kit import ANA, BEN, Gym, gym, sent_ids
from tests.factories import GYM, NOW, STATS, refusal, snapshot
from tests.waiting import until

__all__ = ["gym"]


def counted(gym: Gym) -> str:
    """The line of a handover at this desk."""
    return shift(untold(gym.replica, gym.desk.queue, "desk 1"), "desk 1", NOW)[1][1]


async def test_it_is_told_as_of_then_once_and_without_a_word(gym: Gym) -> None:
    assert gym.desk.check_in(BEN).kind == "refused"
    assert gym.desk.check_out(ANA).kind == "refused"
    gym.now += 600_000
    async with gym.open() as connection:
        request, id = await connection.received(CheckIn)
        assert request == CheckIn(
            passed_over=BEN.id, refused_as="membership_expired", offline=True, occurred_at=to_text(NOW)
        )
        connection.refuse(id, "membership_expired")
        request, id = await connection.received(CheckIn)
        assert (request.passed_over, request.refused_as) == (ANA.id, "not_checked_in")
        connection.refuse(id, "id_reused")  # the journal has it of before: nothing is set aside
        await until(lambda: gym.desk.queued == 0)
        assert (gym.desk.set_aside, gym.verdicts) == ([], [])
        assert gym.queue[-1] == 0


async def test_what_is_not_answered_is_sent_again_as_the_same(gym: Gym) -> None:
    gym.desk.check_in(BEN)
    async with gym.open() as connection:
        _, id = await connection.received(CheckIn)
        connection.cut()
        await until(lambda: gym.service.state.phase == "waiting")
        again = await gym.come_back()
        assert (await again.received(CheckIn))[1] == id
        again.refuse(id, "membership_expired")
        await until(lambda: gym.desk.queued == 0)
    assert gym.verdicts == []


def test_it_outlives_the_program_and_is_no_visit(tmp_path: Path) -> None:
    gym = Gym(tmp_path / "desk.db")
    gym.desk.check_in(BEN)
    gym.replica.close()
    gym = Gym(tmp_path / "desk.db", ids="later")
    assert [row.kind for row in gym.desk.queue] == ["refusal"]
    assert (gym.desk.in_since(BEN.id), gym.desk.present()) == (None, [])
    assert gym.desk.presence.uncounted.words == ""
    assert waiting(gym.replica, gym.desk.queue, "desk 1") == []
    assert gym.desk.undo() is None
    assert counted(gym) == "1 refused (1 of it not sent yet): Ben Ode"
    gym.replica.close()


def test_the_handover_counts_it_before_it_is_sent_and_afterwards(gym: Gym) -> None:
    gym.desk.check_in(BEN)
    gym.desk.check_in("0999 9999")
    assert counted(gym) == "2 refused (2 of it not sent yet): Ben Ode"
    rows = untold(gym.replica, gym.desk.queue, "desk 1")
    assert [row.reason for row in rows] == ["membership expired", "nobody here has that number"]
    journal = [replace(row, seq=number) for number, row in enumerate(rows, 1)]
    assert shift(journal, "desk 1", NOW)[1][1] == "2 refused: Ben Ode"
    assert shift([replace(refusal(9), count=40, desk="desk 1", member=None)], "desk 1", 0)[1][1] == "40 refused"


async def test_whom_it_passes_over_in_a_full_gym_waits_once(gym: Gym) -> None:
    gym.replica.restore(snapshot(1, gym=replace(GYM, capacity=100), stats=replace(STATS, currently_in=100)))
    for _ in range(2):
        gym.desk.pass_over(gym.desk.check_in(ANA))
    [row] = gym.desk.queue
    async with gym.open() as connection:
        request, id = await connection.received(CheckIn)
        assert (request.passed_over, request.refused_as, id) == (ANA.id, "gym_full", row.id)
        connection.refuse(id, "gym_full")
        await until(lambda: gym.desk.queued == 0)
        gym.desk.pass_over(gym.desk.check_in(ANA))  # by now there is a server to ask
        await until(lambda: len(sent_ids(connection, "check_in")) == 2)


async def test_a_line_that_goes_before_the_answer_loses_no_refusal(gym: Gym) -> None:
    async with gym.open() as connection:
        gym.desk.check_in(BEN)
        request, id = await connection.received(CheckIn)
        assert request == CheckIn(member_id=BEN.id)
        gym.now += 20_000
        connection.cut()
        await until(lambda: gym.desk.queued == 1)
        again = await gym.come_back()
        request, same = await again.received(CheckIn)
        assert (same, request.passed_over, request.occurred_at) == (id, BEN.id, to_text(NOW))
        again.refuse(id, "id_reused")
        await until(lambda: gym.desk.queued == 0)
        await settle()
    assert gym.verdicts == []


async def test_a_burst_is_a_count_and_not_a_row_each(gym: Gym) -> None:
    for number in range(refusals.MOST + 1000):
        gym.desk.check_in(f"unknown {number}")
    rows = gym.desk.queue
    assert len(rows) == refusals.MOST + 1
    assert sum(map(count_of, rows)) == refusals.MOST + 1000
    gym.desk.check_in(ANA)
    gym.desk.check_in("unknown 7")  # behind a check-in it is another
    assert [count_of(row) for row in gym.desk.queue[-3:]] == [1000, 0, 1]
    stored = gym.replica.outbox.rows()
    assert sum(map(count_of, stored)) == refusals.MOST + 1001
    assert counted(gym).startswith(f"{refusals.MOST + 1001} refused")


async def test_what_was_on_its_way_is_counted_no_further(gym: Gym, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "MOST", 1)
    for number in range(3):
        gym.desk.check_in(f"unknown {number}")
    async with gym.open() as connection:
        for _ in range(2):
            await connection.received(CheckIn)
        connection.cut()
        await until(lambda: gym.service.state.phase == "waiting")
        gym.desk.check_in("unknown 3")
        assert [count_of(row) for row in gym.desk.queue] == [1, 2, 1]


def test_no_disk_tells_what_was_typed(gym: Gym, tmp_path: Path) -> None:
    one, other = Gym(tmp_path / "one.db"), Gym(tmp_path / "other.db")
    told = []
    for each in (one, other):
        each.desk.check_in("4711 secret")
        request = each.desk.queue[0].request
        assert isinstance(request, CheckIn)
        told.append(request.unknown_card)
        each.desk.check_in("no number in it")
        assert each.desk.queued == 1
        each.replica.close()
    assert None not in told
    assert told[0] != told[1]
    assert b"secret" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())


def test_a_disk_that_takes_nothing_changes_no_answer(gym: Gym, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise ReplicaError("This desk cannot write to its disk.")

    monkeypatch.setattr(gym.replica, "enqueue", full)
    assert gym.desk.check_in(BEN).words.startswith("✗ Ben Ode refused: membership expired 3 Nov")
    assert gym.desk.queued == 0
