"""Sent once, whoever goes when: the outbox and its sender."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from gymtui import clock
from gymtui.client.desk.desk import Desk
from gymtui.client.replica.outbox import Outgoing
from gymtui.protocol import (
    CheckIn,
    CheckOut,
    MembersPage,
    Undo,
)
from tests.client_kit import running, settle
from tests.desk_kit import ANA, CAL, TIME, Gym, done, gym, sent_ids
from tests.factories import NOW, member, visit
from tests.waiting import until

__all__ = ["gym"]


async def test_a_command_whose_server_goes_is_sent_again_byte_for_byte_and_settles_once(gym: Gym) -> None:
    async with gym.open() as first:
        gym.desk.check_in(ANA)
        await first.received(CheckIn)
        first.cut()
        await until(lambda: gym.verdicts and gym.service.state.phase == "waiting")
        assert gym.said == ["… Ana Silva queued, not sent yet"]
        assert gym.desk.queued == 1
        gym.now += 60_000
        second = await gym.come_back()
        request, id = await second.received(CheckIn)
        assert [m for m in second.sent if b'"check_in"' in m] == [m for m in first.sent if b'"check_in"' in m]
        second.reply(id, done(request, id or ""))
        second.reply(id, done(request, id or ""))
        await until(lambda: gym.desk.queued == 0)
        await settle()
        assert gym.said[1:] == ["… Ana Silva queued: waiting for the server's answer", "✓ Ana Silva checked in"]


async def test_what_could_not_be_told_for_minutes_is_told_as_something_that_happened(gym: Gym) -> None:
    async with gym.open() as first:
        gym.desk.check_in(ANA)
        request, id = await first.received(CheckIn)
        assert not request.offline
        first.cut()
        await until(lambda: gym.service.state.phase == "waiting")
        gym.now += 120_001
        second = await gym.come_back()
        assert await second.received(CheckIn) == (replace(request, offline=True), id)


async def test_a_row_that_this_desk_cannot_read_any_more_keeps_nobody_back(gym: Gym) -> None:
    gym.replica.enqueue(Outgoing(id="torn", kind="check_in", payload=b"{", member_id="m2", at=NOW))
    again = Desk(gym.service, gym.replica, clock=gym.desk.clock, new_id=lambda: "next", sleep=gym.pauses)
    again.check_in(ANA)
    async with running(again.run, gym.service.close):
        connection = await gym.live()
        assert (await connection.received(CheckIn))[1] == "next"
        assert [(row.id, row.state) for row in again.set_aside] == [("torn", "set_aside")]


async def test_what_was_queued_alone_is_sent_in_order_once_there_is_a_server(tmp_path: Path) -> None:
    people = [member(number) for number in range(11, 311)]
    gym = Gym(tmp_path / "r.db")
    gym.replica.fold_members(MembersPage(members=tuple(people), next_after_seq=310, more=False, as_of_seq=310))
    for person in people:
        gym.desk.check_in(person, sure=True)  # more of them than there is room for
    ids = [row.id for row in gym.replica.outbox.rows()]
    async with gym.open() as connection:
        await until(lambda: len(sent_ids(connection, "check_in")) == 64)
        await settle()
        assert len(sent_ids(connection, "check_in")) == 64
        for _ in range(300):
            request, id = await connection.received(CheckIn)
            assert request.offline
            connection.reply(id, visit(1, next(p for p in people if p.id == request.member_id)))
        await until(lambda: gym.desk.queued == 0)
        assert sent_ids(connection, "check_in") == ids
    gym.replica.close()


async def test_two_commands_of_one_member_never_travel_at_once(gym: Gym) -> None:
    gym.desk.check_in(CAL)
    gym.desk.check_in(ANA)
    gym.desk.check_out(ANA)
    gym.desk.check_out(CAL)
    async with gym.open() as connection:
        await until(lambda: len(sent_ids(connection, "check_in")) == 2)
        await settle()
        for who in (CAL, ANA):
            assert sent_ids(connection, "check_out") == []
            request, id = await connection.received(CheckIn)
            assert request.member_id == who.id
            connection.reply(id, done(request, id or ""))
            await settle()
        assert [(await connection.received(CheckOut))[0].member_id for _ in range(2)] == [ANA.id, CAL.id]


async def test_a_restart_in_between_changes_nothing(tmp_path: Path) -> None:
    gym = Gym(tmp_path / "r.db")
    async with gym.open() as first:
        gym.desk.check_in(ANA)
        await first.received(CheckIn)
    gym.replica.close()
    again = Gym(tmp_path / "r.db")
    assert again.desk.queued == 1
    assert again.desk.in_since("m1") == NOW
    assert again.desk.check_in(ANA).kind == "already_in"
    async with again.open() as second:
        request, id = await second.received(CheckIn)
        assert [m for m in second.sent if b'"check_in"' in m] == [m for m in first.sent if b'"check_in"' in m]
        second.reply(id, done(request, id or ""))
        await until(lambda: again.desk.queued == 0)
    again.replica.close()


async def test_who_was_let_in_is_known_after_a_restart_though_the_event_never_came(tmp_path: Path) -> None:
    gym = Gym(tmp_path / "r.db")
    async with gym.open() as connection:
        gym.desk.check_in(ANA)
        request, id = await connection.received(CheckIn)
        connection.reply(id, done(request, id or ""))
        await until(lambda: gym.desk.queued == 0)
    gym.replica.close()
    again = Gym(tmp_path / "r.db")
    assert again.replica.position == gym.replica.position
    assert again.replica.visits.recent(1) == []  # the feed hears of it by its event
    assert again.desk.check_in(ANA).kind == "already_in"
    assert again.desk.check_out(ANA).kind == "queued"
    again.replica.close()


async def test_a_server_from_a_backup_hears_again_of_what_was_settled(gym: Gym) -> None:
    async with gym.open() as first:
        for who in (ANA, CAL):
            gym.desk.check_in(who)
            request, id = await first.received(CheckIn)
            first.reply(id, done(request, id or ""))
        await until(lambda: gym.desk.queued == 0)
        second = await gym.restored(first, 7)
        await until(lambda: gym.desk.queued == 2)
        assert gym.desk.in_since("m1") == gym.desk.in_since("m3") == NOW
        for _ in range(2):
            request, id = await second.received(CheckIn)
            second.reply(id, done(request, id or ""))
        await until(lambda: gym.desk.queued == 0)
        assert [m for m in second.sent if b'"check_in"' in m] == [m for m in first.sent if b'"check_in"' in m]


async def test_an_undo_that_a_server_from_a_backup_hears_again_opens_what_it_had_opened(gym: Gym) -> None:
    eva, began = member(7, "Eva New"), "2026-11-18T16:02:00.000Z"
    gym.server.seq = 3
    async with gym.open() as first:
        gym.desk.check_out("7")
        _, id = await first.received(CheckOut)
        first.reply(id, visit(1, eva, status="checked_out", check_in_time=began, check_out_time=TIME))
        await until(lambda: gym.verdicts)
        gym.desk.undo()
        _, id = await first.received(Undo)
        first.reply(id, visit(2, eva, check_in_time=began, flags=("undone",)))
        await until(lambda: gym.desk.queued == 0)
        await gym.restored(first, 1)
        await until(lambda: gym.desk.queued == 1)
        assert gym.desk.in_since("m7") == clock.to_ms(began)


async def test_a_server_that_cannot_just_now_is_asked_again_when_it_says(gym: Gym) -> None:
    async with gym.open() as connection:
        gym.desk.check_in(ANA)
        _, id = await connection.received(CheckIn)
        connection.refuse(id, "storage_unavailable", retryable=True, retry_after_ms=3000)
        await until(lambda: gym.pauses.sleeping(3.0))
        gym.desk.check_in(CAL)
        await settle()
        assert sent_ids(connection, "check_in") == ["id1"]
        assert gym.desk.queued == 2
        gym.pauses.end(3.0)
        await until(lambda: sent_ids(connection, "check_in") == ["id1", "id1", "id2"])
        assert gym.verdicts == []


async def test_what_was_turned_away_is_sent_again_in_order_once_all_have_their_answer(gym: Gym) -> None:
    async with gym.open() as connection:
        for who in (ANA, CAL):
            gym.desk.check_in(who)
        ids = ["id1", "id2"]
        await until(lambda: sent_ids(connection, "check_in") == ids)
        connection.refuse("id1", "rate_limited", retryable=True, retry_after_ms=1000)
        await until(lambda: gym.pauses.sleeping(1.0))
        gym.pauses.end()
        await settle()
        assert sent_ids(connection, "check_in") == ids  # the other may have to come again, too
        connection.refuse("id2", "rate_limited", retryable=True, retry_after_ms=2000)
        await until(lambda: gym.pauses.sleeping(2.0))
        gym.pauses.end()
        await until(lambda: sent_ids(connection, "check_in") == ids * 2)
        assert gym.desk.set_aside == []
