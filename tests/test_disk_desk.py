"""A desk whose own disk is full: it says so, promises nothing, and goes on by itself when there is room again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gymtui.client.mock import MockConnection
from gymtui.client.replica.replica import Replica
from gymtui.protocol import CheckIn, MembersPage, Resume, Resumed
from tests.client_kit import settle
from tests.desk_kit import ANA, Gym
from tests.factories import member, visit
from tests.small_disk import SmallDisk, disk
from tests.waiting import until

__all__ = ["disk"]

PEOPLE = tuple(member(number) for number in range(11, 400))


@pytest.fixture
def gym(disk: SmallDisk) -> Iterator[Gym]:
    """A desk that knows many people, on a disk of its own."""
    gym = Gym(disk.path / "desk.db")
    gym.replica.fold_members(MembersPage(members=PEOPLE, next_after_seq=399, more=False, as_of_seq=399))
    yield gym
    gym.replica.close()


def until_refused(gym: Gym) -> list[str]:
    """Scans one after the other until the desk says no: the commands that it has."""
    queued = list[str]()
    for person in PEOPLE:
        verdict = gym.desk.check_in(person)
        if verdict.kind != "queued":
            assert (verdict.kind, verdict.detail) == ("refused", "this desk cannot write to its disk")
            assert verdict.next_step == "free some space, then do it again"
            return queued
        queued.append(verdict.command_id)
    raise AssertionError("the disk has room for all of them")


def on_disk(gym: Gym, disk: SmallDisk) -> list[str]:
    """What the next start finds in the queue."""
    gym.replica.close()
    again = Replica(disk.path / "desk.db")
    try:
        return [row.id for row in again.outbox.rows()]
    finally:
        again.close()


async def resumes(connection: MockConnection, seq: int) -> str | None:
    """The desk asks for what follows `seq`."""
    request, id = await connection.received(Resume)
    assert request.seq == seq
    return id


def test_a_scan_that_the_disk_does_not_take_is_refused_and_nothing_is_promised(gym: Gym, disk: SmallDisk) -> None:
    disk.fill()
    queued = until_refused(gym)
    refused = PEOPLE[len(queued)]
    assert gym.desk.in_since(refused.id) is None
    assert (gym.desk.queued, [row.id for row in gym.desk.queue]) == (len(queued), queued)
    assert gym.desk.find("member 7", 1) != []  # who is known is still known
    disk.empty()
    again = gym.desk.check_in(refused)
    assert again.kind == "queued"
    assert on_disk(gym, disk) == [*queued, again.command_id]


def test_an_undo_that_the_disk_does_not_take_can_be_done_again(gym: Gym, disk: SmallDisk) -> None:
    gym.desk.check_in(ANA)
    disk.fill()
    until_refused(gym)
    last = gym.replica.undoable
    verdict = gym.desk.undo()
    assert verdict is not None
    assert (verdict.kind, verdict.detail) == ("refused", "this desk cannot write to its disk")
    assert gym.replica.undoable == last
    disk.empty()
    verdict = gym.desk.undo()
    assert verdict is not None
    assert verdict.kind == "queued"


async def test_events_that_a_full_disk_does_not_take_come_again_until_it_does(gym: Gym, disk: SmallDisk) -> None:
    async with gym.open() as connection:
        disk.fill()
        until_refused(gym)
        kept = gym.replica.position
        seq = kept[1] + 1
        now = connection
        for _ in range(3):  # each time it comes back, and cannot keep them still
            now.events(visit(seq, PEOPLE[-1], location="x" * 900), prev_seq=seq - 1)
            await until(lambda: gym.service.state.phase == "waiting")
            assert "cannot write to its disk" in (gym.service.state.reason or "")
            assert gym.replica.position == kept
            await settle()
            gym.pauses.end()
            now = await gym.live()
            now.reply(await resumes(now, kept[1]), Resumed("events"))
        assert gym.desk.check_in(PEOPLE[-2]).kind == "refused"
        disk.empty()
        now.events(visit(seq, PEOPLE[-1], location="x" * 900), prev_seq=seq - 1)
        await until(lambda: gym.replica.position == (kept[0], seq))
        assert gym.desk.in_since(PEOPLE[-1].id) is not None
        assert gym.desk.check_in(PEOPLE[-2]).kind == "queued"
        assert gym.service.state.phase == "live"


async def test_an_answer_that_a_full_disk_does_not_take_is_told_and_the_command_sent_again_after_a_restart(
    gym: Gym, disk: SmallDisk
) -> None:
    async with gym.open() as connection:
        assert gym.desk.check_in(ANA).kind == "queued"
        request, id = await connection.received(CheckIn)
        disk.fill()
        until_refused(gym)
        waiting = gym.desk.queued
        connection.reply(id, visit(1, ANA, command_id=id))
        await until(lambda: any(verdict.command_id == id for verdict in gym.verdicts))
        assert gym.said[-1] == "✓ Ana Silva checked in"
        assert gym.desk.queued == waiting - 1
        await settle()
        assert gym.service.state.phase == "live"
    assert request.member_id == ANA.id
    disk.empty()
    assert on_disk(gym, disk)[0] == id  # the server knows it, and will say the same
