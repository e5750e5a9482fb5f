"""Dead letters: what no server answers, set aside and taken up again; a disk that fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from gymtui.client.mock import MockConnection
from gymtui.client.replica.replica import ReplicaError
from gymtui.client.state import Verdict
from gymtui.protocol import (
    CheckIn,
    MembersPage,
    Request,
)
from tests.client_kit import settle
from tests.desk_kit import ANA, CAL, Gym, done, gym, sent_ids
from tests.factories import NOW, member, visit
from tests.waiting import until

__all__ = ["gym"]


async def aside(gym: Gym, connection: MockConnection) -> None:
    """Ana's check-in, `id1`, is set aside."""
    gym.desk.check_in(ANA)
    _, id = await connection.received(CheckIn)
    connection.refuse(id, "invalid", "This cannot be.")
    await until(lambda: gym.desk.set_aside)


async def test_one_second_where_the_server_does_not_say(gym: Gym) -> None:
    async with gym.open() as connection:
        gym.desk.check_in(ANA)
        _, id = await connection.received(CheckIn)
        connection.refuse(id, "rate_limited", retryable=True)
        await until(lambda: gym.pauses.sleeping(1.0))


@pytest.mark.parametrize("code", ["id_reused", "invalid", "not_allowed", "too_large", "unknown_type", "internal"])
async def test_what_no_row_will_ever_answer_is_set_aside(gym: Gym, code: Any) -> None:
    async with gym.open() as connection:
        gym.desk.check_in(ANA)
        _, id = await connection.received(CheckIn)
        connection.refuse(id, code, "This cannot be.")
        await until(lambda: gym.verdicts)
        assert gym.said == ["✗ Ana Silva refused: This cannot be — set aside: F9 shows it"]
        assert [(row.state, row.reason) for row in gym.replica.outbox.rows()] == [("set_aside", "This cannot be.")]
        assert gym.desk.in_since("m1") is None
        assert gym.desk.undo() is None
        connection.cut()
        await until(lambda: gym.service.state.phase == "waiting")
        again = await gym.come_back()
        await settle()
        assert sent_ids(again, "check_in") == []


async def test_what_is_set_aside_is_counted_apart_and_announced(gym: Gym) -> None:
    seen: list[tuple[int, list[str]]] = []
    gym.desk.subscribe("queue", lambda queued: seen.append((queued, [row.id for row in gym.desk.set_aside])))
    async with gym.open() as connection:
        await aside(gym, connection)
        assert (gym.desk.queued, gym.desk.queue) == (0, [])
        await until(lambda: seen == [(1, []), (0, ["id1"])])
        gym.desk.dead_letters.acknowledge("id1")
        assert seen[2:] == [(0, [])]
        assert gym.replica.outbox.rows() == []
        gym.desk.dead_letters.acknowledge("id1")
        gym.desk.dead_letters.retry("id1")
        assert len(seen) == 3


async def test_what_is_set_aside_stays_so_over_a_restart(tmp_path: Path) -> None:
    gym = Gym(tmp_path / "r.db")
    async with gym.open() as connection:
        await aside(gym, connection)
    gym.replica.close()
    again = Gym(tmp_path / "r.db")
    assert (again.desk.queued, [row.reason for row in again.desk.set_aside]) == (0, ["This cannot be."])
    again.replica.close()


async def test_a_command_that_was_set_aside_is_retried_under_its_id_behind_the_others(tmp_path: Path) -> None:
    gym = Gym(tmp_path / "r.db")
    async with gym.open() as connection:
        await aside(gym, connection)
        connection.cut()
        await until(lambda: gym.service.state.phase == "waiting")
        gym.desk.check_in(CAL)
        gym.desk.dead_letters.retry("id1")
        assert gym.said[-1] == "… Ana Silva queued, not sent yet"
        assert (gym.desk.queued, gym.desk.set_aside) == (2, [])
        assert [row.id for row in gym.desk.queue] == [row.id for row in gym.replica.outbox.rows()] == ["id2", "id1"]
        assert gym.desk.in_since("m1") == NOW
        again = await gym.come_back()
        await until(lambda: sent_ids(again, "check_in") == ["id2", "id1"])
        again.reply("id1", visit(1, ANA, command_id="id1"))
        await until(lambda: gym.said[-1] == "✓ Ana Silva checked in")
    gym.replica.close()


async def test_a_full_disk_is_told_to_whoever_takes_up_what_was_set_aside(
    gym: Gym, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with gym.open() as connection:
        await aside(gym, connection)
        for method in ("send_again", "discard"):
            monkeypatch.setattr(gym.replica.outbox, method, Mock(side_effect=ReplicaError("disk is full")))
        for take_up in (gym.desk.dead_letters.retry, gym.desk.dead_letters.acknowledge):
            take_up("id1")
            assert gym.verdicts[-1].detail == "this desk cannot write to its disk"
            assert [row.id for row in gym.desk.set_aside] == ["id1"]


async def test_a_disk_that_does_not_take_it_stops_neither_the_desk_nor_what_is_sent(
    gym: Gym, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: str) -> None:
        raise ReplicaError("disk is full")

    monkeypatch.setattr(gym.replica.outbox, "set_aside", full)
    monkeypatch.setattr(gym.replica.undo_log, "forget", full)
    async with gym.open() as connection:
        await aside(gym, connection)
        assert gym.service.problems == 2
        connection.close_with(1009)
        await until(lambda: gym.service.state.phase == "waiting")
        again = await gym.come_back()
        gym.desk.check_in(CAL)
        await until(lambda: sent_ids(again, "check_in") == ["id2"])


async def test_a_command_that_a_server_cannot_take_is_found_and_set_aside(gym: Gym) -> None:
    """A server that breaks off on whatever is about Cal gets everything else."""

    def answer(connection: MockConnection, request: Request, id: str | None) -> None:
        if isinstance(request, CheckIn) and request.member_id == "m3":
            connection.close_with(1009)
        elif isinstance(request, CheckIn):
            connection.reply(id, visit(1, member(int((request.member_id or "")[1:])), command_id=id or ""))

    people = [CAL, *(member(number) for number in range(4, 9))]
    gym.replica.fold_members(MembersPage(members=tuple(people), next_after_seq=8, more=False, as_of_seq=8))
    for person in people:
        gym.desk.check_in(person)
    gym.server.answer = answer
    async with gym.open():
        while [row.state for row in gym.replica.outbox.rows()] != ["set_aside"]:
            await until(
                lambda: (
                    gym.service.state.phase == "waiting"
                    or [r.state for r in gym.replica.outbox.rows()] == ["set_aside"]
                )
            )
            gym.service.retry_now()
            await settle()
        assert [row.member_id for row in gym.desk.set_aside] == ["m3"]
        assert "✗ Cal Roe refused: The server cannot take this command — set aside: F9 shows it" in gym.said


async def test_an_answer_that_the_disk_does_not_take_is_said_and_asked_for_again_after_a_restart(
    gym: Gym, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise ReplicaError("disk is full")

    monkeypatch.setattr(gym.replica, "settle", full)
    async with gym.open() as connection:
        gym.desk.check_in(ANA)
        request, id = await connection.received(CheckIn)
        connection.reply(id, done(request, id or ""))
        await until(lambda: gym.verdicts)
        assert gym.said == ["✓ Ana Silva checked in"]
        assert gym.service.problems == 1
        assert [row.id for row in gym.replica.outbox.rows()] == ["id1"]


async def test_a_handler_of_verdicts_that_raises_stops_nothing(gym: Gym) -> None:
    def fails(_: Verdict) -> None:
        raise RuntimeError("no such widget")

    gym.desk.subscribe("verdict", fails)
    async with gym.open() as connection:
        for who in (ANA, CAL):
            gym.desk.check_in(who)
            request, id = await connection.received(CheckIn)
            connection.reply(id, done(request, id or ""))
        await until(lambda: len(gym.verdicts) == 2)
        assert gym.service.problems == 2
