"""A snapshot, or a page of members, that breaks off: what has come is kept, and less is asked for."""

from __future__ import annotations

import asyncio

from gymtui.client import MockWebSocket, Replica
from gymtui.client.connection.follower import Bookmark
from gymtui.client.desk.member_sync import LEAST, PAGE, SOON, MemberSync
from gymtui.client.mock import MockConnection
from gymtui.protocol import MembersPage, Request, Resume, Resumed, Snapshot, SyncMembers
from tests.client_kit import played
from tests.factories import member, snapshot, visit
from tests.waiting import until


class Fragile(Bookmark):
    """A journal that does not take the last part of a snapshot the first time."""

    def __init__(self) -> None:
        super().__init__()
        self.broke = False

    def restore(self, part: Snapshot) -> None:
        if not part.more and not self.broke:
            self.broke = True
            raise OSError("disk is full")
        super().restore(part)


async def test_the_next_connection_asks_for_the_rest() -> None:
    replica = Replica(":memory:")
    async with played(MockWebSocket(seq=9), replica) as play:
        first = await play.server.accepted()
        resume, id = await first.received(Resume)
        assert resume == Resume(epoch="", seq=0)
        first.reply(id, Resumed("snapshot"))
        first.send_message(snapshot(9, visit(8), visit(7), more=True))
        first.send_message(snapshot(9, visit(6), visit(5), more=True))
        first.cut()
        play.server.seq = 11
        await play.backed_off(1)
        second = await play.server.accepted()
        resume, id = await second.received(Resume)
        assert resume == Resume(epoch="epoch-1", seq=9, visit="v5")
        assert replica.visits.present() == []  # a snapshot counts when it is whole
        second.reply(id, Resumed("snapshot"))
        second.send_message(snapshot(9, visit(4)))
        second.events(visit(10), visit(11, id="v7", status="checked_out"), prev_seq=9)
        await until(lambda: replica.position == ("epoch-1", 11))
        assert sorted(v.id for v in replica.visits.present()) == ["v10", "v4", "v5", "v6", "v8"]
        assert play.service.in_step
        second.cut()
        await play.backed_off(2)
        await play.server.accepted()
        await play.phase("live")
        assert play.service.in_step  # and asks for nothing any more
    replica.close()


async def test_another_snapshot_begins_anew() -> None:
    replica = Replica(":memory:")
    async with played(MockWebSocket(seq=9), replica) as play:
        first = await play.server.accepted()
        _, id = await first.received(Resume)
        first.reply(id, Resumed("snapshot"))
        first.send_message(snapshot(9, visit(8), more=True))
        first.cut()
        play.server.epoch, play.server.seq = "epoch-2", 30
        await play.backed_off(1)
        second = await play.server.accepted()
        resume, id = await second.received(Resume)
        assert resume == Resume(epoch="", seq=0)
        second.reply(id, Resumed("snapshot"))
        second.send_message(snapshot(30, visit(29), epoch="epoch-2"))
        await until(lambda: play.service.in_step)
        assert [v.id for v in replica.visits.present()] == ["v29"]
    replica.close()


async def test_what_the_journal_could_not_keep_is_asked_for_as_a_whole() -> None:
    async with played(MockWebSocket(seq=9), Fragile()) as play:
        first = await play.server.accepted()
        _, id = await first.received(Resume)
        first.reply(id, Resumed("snapshot"))
        first.send_message(snapshot(9, visit(8), more=True))
        first.send_message(snapshot(9, visit(7)))
        await play.backed_off(1)
        second = await play.server.accepted()
        assert (await second.received(Resume))[0] == Resume(epoch="", seq=0)


async def test_a_page_of_members_that_never_comes_is_asked_for_smaller() -> None:
    replica, limits = Replica(":memory:"), list[int]()

    def answer(connection: MockConnection, request: Request, id: str | None) -> None:
        if isinstance(request, Resume):
            connection.reply(id, Resumed("snapshot"))
            connection.send_message(snapshot(9))
        elif isinstance(request, SyncMembers):
            limits.append(request.limit)
            if len(limits) < 6:
                connection.cut()
            else:
                last = len(limits)
                page = MembersPage(members=(member(last),), next_after_seq=last, more=last < 9, as_of_seq=9)
                connection.reply(id, page)

    async with played(MockWebSocket(seq=9, answer=answer), replica) as play:
        sync = MemberSync(play.service, replica, lambda _: None, sleep=play.pauses)
        task = asyncio.create_task(sync.run())
        for _ in range(5):
            await until(lambda: play.pauses.sleeping(SOON))
            play.pauses.end()
        await until(lambda: replica.directory[1])
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert limits == [PAGE, PAGE // 4, PAGE // 16, *[LEAST] * 6]
    replica.close()
