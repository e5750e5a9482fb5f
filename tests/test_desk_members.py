"""The directory of members as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from gymtui import codec
from gymtui.client.mock import MockConnection, MockWebSocket
from gymtui.protocol import (
    CheckIn,
    Member,
    MembersPage,
    Request,
    Resume,
    SyncMembers,
)
from gymtui.ui.box.search import member_of
from gymtui.ui.roster import Roster
from tests.desk_kit import ANA, Gym, gym
from tests.factories import NOW, member, snapshot, visit
from tests.waiting import until

__all__ = ["gym"]


def directory(
    people: list[Member], until_seq: Callable[[], int]
) -> Callable[[MockConnection, Request, str | None], None]:
    """A server that knows these members and has a snapshot for whoever asks."""

    def answer(connection: MockConnection, request: Request, id: str | None) -> None:
        if isinstance(request, SyncMembers):
            found = [m for m in people if m.seq > request.after_seq][: request.limit]
            if found and found[-1].seq > until_seq():
                connection.cut()
                return
            last = found[-1].seq if found else request.after_seq
            page = MembersPage(members=tuple(found), next_after_seq=last, more=last < people[-1].seq, as_of_seq=last)
            connection.reply(id, page)
        elif isinstance(request, Resume):
            connection.reply(id, {"resumed": "snapshot"})
            connection.send_frame(codec.message(snapshot(connection.server.seq, epoch=connection.server.epoch)))

    return answer


@pytest.mark.slow
async def test_ten_thousand_members_are_fetched_across_a_cut(tmp_path: Path) -> None:
    people = [member(number) for number in range(1, 10_001)]
    reach = 4000
    server = MockWebSocket(seq=10_000, answer=directory(people, lambda: reach), clock=lambda: NOW)
    gym = Gym(tmp_path / "r.db", server, known=False)
    async with gym.open() as first:
        await until(lambda: gym.service.state.phase == "waiting")
        assert gym.replica.directory == (4000, False)
        reach = 10_000
        await until(lambda: gym.pauses.sleeping(1.0))
        gym.pauses.end(1.0)
        second = await gym.come_back()
        await until(lambda: gym.replica.directory[1])
        assert gym.replica.directory == (10_000, True)
        assert gym.replica.members.by_code("10000") is not None
        asked = [msgspec.json.decode(m)["payload"].get("after_seq", 0) for m in second.sent if b"sync_members" in m]
        assert asked[0] == 4000
        assert first.closed is None
    gym.replica.close()


async def test_a_page_that_a_new_epoch_overtakes_is_not_folded(gym: Gym) -> None:
    gym.server.epoch = "epoch-2"
    gym.server.seq = 50
    async with gym.open() as connection:
        _, id = await connection.received(Resume)
        connection.reply(id, {"resumed": "snapshot"})
        connection.send_message(snapshot(50, epoch="epoch-2"))
        _, late = await connection.received(SyncMembers)
        connection.send_message(snapshot(60, epoch="epoch-3"))
        connection.reply(late, MembersPage(members=(member(9, seq=40),), next_after_seq=40, more=False, as_of_seq=50))
        request, _ = await connection.received(SyncMembers)
        assert request.after_seq == 0
        assert gym.replica.members.member("m9") is None


def page_of(count: int, more: bool = False) -> MembersPage:
    """The members from the hundredth on."""
    people = tuple(member(number) for number in range(100, 100 + count))
    return MembersPage(members=people, next_after_seq=99 + count, more=more, as_of_seq=1000)


async def test_the_keys_have_a_turn_after_every_twenty_members(gym: Gym, monkeypatch: pytest.MonkeyPatch) -> None:
    turns, folded = [0], list[tuple[int, int, tuple[int, bool]]]()
    fold = gym.replica.fold_members

    def take_turn() -> None:
        turns[0] += 1
        asyncio.get_running_loop().call_soon(take_turn)

    def counted(page: MembersPage) -> None:
        fold(page)
        folded.append((len(page.members), turns[0], gym.replica.directory))

    monkeypatch.setattr(gym.replica, "fold_members", counted)
    gym.server.epoch, gym.server.seq = "epoch-2", 1000
    async with gym.open() as connection:
        _, id = await connection.received(Resume)
        connection.reply(id, {"resumed": "snapshot"})
        connection.send_message(snapshot(1000, epoch="epoch-2"))
        _, asked = await connection.received(SyncMembers)
        take_turn()
        connection.reply(asked, page_of(50, more=True))
        await connection.received(SyncMembers)
        assert [(count, at) for count, _, at in folded] == [(20, (119, False)), (20, (139, False)), (10, (149, False))]
        assert len({turn for _, turn, _ in folded}) == 3


async def test_a_snapshot_between_two_parts_of_a_page_leaves_the_rest_of_it(
    gym: Gym, monkeypatch: pytest.MonkeyPatch
) -> None:
    fold = gym.replica.fold_members

    def overtaken(page: MembersPage) -> None:
        fold(page)
        if page.next_after_seq == 119:
            connection.send_message(snapshot(60, epoch="epoch-3"))

    monkeypatch.setattr(gym.replica, "fold_members", overtaken)
    gym.server.epoch, gym.server.seq = "epoch-2", 1000
    async with gym.open() as connection:
        _, id = await connection.received(Resume)
        connection.reply(id, {"resumed": "snapshot"})
        connection.send_message(snapshot(1000, epoch="epoch-2"))
        _, asked = await connection.received(SyncMembers)
        connection.reply(asked, page_of(400))
        request, _ = await connection.received(SyncMembers)
        assert request.after_seq == 0
        assert (gym.replica.members.member("m119") is None, gym.replica.members.member("m499")) == (False, None)


async def test_a_new_epoch_makes_the_vanished_vanish(gym: Gym) -> None:
    gym.server.epoch = "epoch-2"
    gym.server.seq = 50
    gym.server.answer = directory([member(1, "Ana Silva", seq=40)], lambda: 100)
    async with gym.open():
        await until(lambda: gym.replica.directory == (40, True))
        assert [hit.member.full_name for hit in gym.desk.find("a")] == ["Ana Silva"]
        assert gym.desk.find("ben") == []


async def test_a_directory_that_the_server_refuses_is_asked_for_later_and_said(gym: Gym) -> None:
    gym.replica.restore(snapshot(9))
    gym.server.seq = 9
    problems: list[Exception] = []
    gym.service.subscribe("problem", problems.append)
    async with gym.open() as connection:
        _, id = await connection.received(SyncMembers)
        connection.refuse(id, "storage_unavailable", "Not just now.", retryable=True)
        await until(lambda: gym.pauses.sleeping(1.0))
        gym.pauses.end(1.0)
        _, id = await connection.received(SyncMembers)
        connection.refuse(id, "not_allowed", "Not you.")
        await until(lambda: gym.pauses.sleeping(30.0))
        gym.pauses.end(30.0)
        _, id = await connection.received(SyncMembers)
        connection.reply(id, MembersPage(members=(), next_after_seq=0, more=True, as_of_seq=9))
        await until(lambda: gym.pauses.sleeping(30.0))
        assert [str(problem) for problem in problems[:2]] == ["Not just now.", "Not you."]
        assert "again and again" in str(problems[2])


async def test_a_disk_that_does_not_give_the_directory_for_a_while_stops_nothing(gym: Gym) -> None:
    gym.replica.restore(snapshot(9))
    gym.server.seq = 9
    problems: list[Exception] = []
    gym.service.subscribe("problem", problems.append)
    gym.replica._db.execute("ALTER TABLE desk RENAME TO elsewhere")
    async with gym.open() as connection:
        await until(lambda: gym.pauses.sleeping(30.0))
        assert [str(problem) for problem in problems] == [
            "This desk cannot read its own copy: no such table: desk. Please check the disk."
        ]
        assert gym.desk.check_in(ANA).kind == "queued"
        await connection.received(CheckIn)
        gym.replica._db.execute("ALTER TABLE elsewhere RENAME TO desk")
        gym.pauses.end(30.0)
        await connection.received(SyncMembers)


async def test_a_member_that_cannot_be_read_keeps_nobody_else_out(gym: Gym) -> None:
    gym.replica.restore(snapshot(9))
    gym.server.seq = 9
    problems: list[Exception] = []
    gym.service.subscribe("problem", problems.append)
    async with gym.open() as connection:
        _, id = await connection.received(SyncMembers)
        good = [msgspec.to_builtins(member(number, seq=9)) for number in (7, 9)]
        bad = {"id": "m8", "full_name": ["Ida", "Odd"], "seq": 9}
        connection.reply(id, {"members": [good[0], bad, good[1]], "next_after_seq": 9, "more": False, "as_of_seq": 9})
        await until(lambda: gym.replica.directory == (9, True))
        assert [code for code in ("7", "8", "9") if gym.replica.members.by_code(code)] == ["7", "9"]
        assert [str(problem) for problem in problems] == [
            "A member cannot be read: The reply cannot be read: Expected `str`, got `array` in `full_name`."
        ]


async def test_the_counters_of_the_server_are_kept(gym: Gym) -> None:
    async with gym.open() as connection:
        connection.events(stats=snapshot(7).stats)
        await until(lambda: gym.replica.stats == snapshot(7).stats)


async def test_closing_the_service_ends_the_desk(gym: Gym) -> None:
    async with gym.open() as connection:
        gym.desk.check_in("7")
        await connection.received(CheckIn)
    assert connection.closed == 1000
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_who_is_renamed_while_in_has_the_new_name_in_the_list_and_is_found_by_both(gym: Gym) -> None:
    gym.replica.apply([visit(1, ANA)], 1)
    married = replace(ANA, full_name="Ana Quist", membership_number="88", seq=2)
    gym.replica.apply([married], 2)
    [inside] = gym.desk.present()
    assert (inside.member, inside.came_as) == (married.ref, ANA.ref)
    for text in ("quist", "silva", "88", "1"):
        assert Roster(people=(inside,), text=text).rows == (inside,), text
    gym.replica.apply([replace(married, deleted=True, seq=3)], 3)
    assert [inside.member.full_name for inside in gym.desk.present()] == ["Ana Quist"]
    assert gym.desk.check_out(member_of(inside.member)).kind == "queued"
