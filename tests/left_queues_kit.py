"""What the tests of left queues share: desks that are gone from a machine, and the next one there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from gymtui.client.connection.service import WebSocketService
from gymtui.client.desk.desk import Desk
from gymtui.client.desk.desk_clock import DeskClock
from gymtui.client.login.login import Login
from gymtui.client.mock import MockConnection, MockWebSocket
from gymtui.client.replica.outbox import Outgoing
from gymtui.client.replica.replica import Replica
from gymtui.codec import encode
from gymtui.protocol import CheckIn, MembersPage, Resume
from tests.client_kit import Pauses
from tests.desk_kit import ANA, MEMBERS
from tests.factories import NOW, snapshot
from tests.waiting import until

NEW = "ws://new.test/ws/checkins/"
OLD = "ws://old.test/ws/checkins/"


def check_in(id: str, who: str = ANA.id, **fields: Any) -> Outgoing:
    payload = encode(CheckIn(member_id=who, offline=True, queued_by="ana"))
    return Outgoing(id=id, kind="check_in", payload=payload, member_id=who, at=NOW, **fields)


@contextmanager
def replica(file: Path, **owner: Any) -> Iterator[Replica]:
    """A desk's own copy, of the gym that the mock is, unless its `owner` says otherwise."""
    with closing(Replica(file)) as copy:
        if copy.position == ("", 0):
            copy.restore(snapshot(0))
            copy.fold_members(MembersPage(members=MEMBERS, next_after_seq=3, more=False, as_of_seq=3))
        copy.ownership.belongs_to(replace(copy.ownership.owner(), **owner))
        yield copy


def leave(file: Path, *rows: Outgoing, **owner: Any) -> None:
    """What is on the disk of a desk whose window was closed."""
    with replica(file, **({"url": OLD, "desk": "Front"} | owner)) as left:
        for row in rows:
            left.enqueue(row)


def ids(file: Path) -> list[tuple[str, str]]:
    with closing(Replica(file)) as copy:
        return [(row.id, row.state) for row in copy.outbox.rows()]


class Next:
    """The next desk of the machine, whose clock is `ahead` ms wrong, at a server that the test plays."""

    def __init__(self, folder: Path, copy: Replica, server: MockWebSocket | None = None, *, ahead: int = 0) -> None:
        self.server = server or MockWebSocket(gym_id="gym-1", clock=lambda: NOW)
        login = Login(NEW, token="a-token")
        self.service = WebSocketService(
            NEW, login, copy, connect=self.server, clock=lambda: NOW, sleep=Pauses(), random=lambda: 1.0
        )
        clock = DeskClock(copy, lambda: NOW + ahead, lambda: 0.0)
        self.desk = Desk(
            self.service, copy, name="Reception", folder=folder, clock=clock, new_id=lambda: "own", sleep=Pauses()
        )
        self.said: list[str] = []
        self.desk.subscribe("verdict", lambda verdict: self.said.append(verdict.words))

    async def live(self) -> MockConnection:
        connection = await self.server.accepted()
        await until(lambda: self.service.in_step)
        return connection


async def until_resume(connection: MockConnection) -> str | None:
    return (await connection.received(Resume))[1]
