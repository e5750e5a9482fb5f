"""What the tests of the desk share: one desk, and a server that the test plays."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gymtui import clock
from gymtui.client.connection.service import WebSocketService
from gymtui.client.desk.desk import Desk
from gymtui.client.desk.desk_clock import DeskClock
from gymtui.client.login.login import Login
from gymtui.client.mock import MockConnection, MockWebSocket
from gymtui.client.replica.replica import Replica
from gymtui.client.state import Verdict
from gymtui.protocol import (
    CheckIn,
    CheckInEvent,
    MembersPage,
    Request,
    Resume,
)
from tests.client_kit import URL, Pauses, running
from tests.factories import NOW, member, snapshot, visit
from tests.waiting import until

ANA = member(1, "Ana Silva")


BEN = member(2, "Ben Ode", valid_until="2026-11-03")


CAL = member(3, "Cal Roe", payment_overdue=True)


MEMBERS = (ANA, BEN, CAL)


TIME = clock.to_text(NOW)


class Gym:
    """One desk in a gym whose server the test plays; `now` is everybody's clock, `offline` where nobody runs it."""

    def __init__(
        self,
        path: Path | str,
        server: MockWebSocket | None = None,
        *,
        known: bool = True,
        ids: str = "id",
        ahead: int = 0,
        now: int = NOW,
    ) -> None:
        self.now = now
        self.ahead = ahead
        self.server = server or MockWebSocket(clock=lambda: self.now)
        self.pauses = Pauses()
        self.replica = Replica(path)
        if known and self.replica.position == ("", 0):
            self.replica.restore(snapshot(0))
            self.replica.fold_members(MembersPage(members=MEMBERS, next_after_seq=3, more=False, as_of_seq=3))
        self.login = Login(URL, token="a-token")
        self.service = WebSocketService(
            URL,
            self.login,
            self.replica,
            connect=self.server,
            clock=self.wall,
            sleep=self.pauses,
            random=lambda: 1.0,
        )
        count = iter(range(1, 100_000))
        self.desk = Desk(
            self.service,
            self.replica,
            name="desk 1",
            clock=DeskClock(self.replica, self.wall, lambda: self.now / 1000),
            new_id=lambda: f"{ids}{next(count)}",
            sleep=self.pauses,
        )
        self.verdicts: list[Verdict] = []
        self.queue: list[int] = []
        self.desk.subscribe("verdict", self.verdicts.append)
        self.desk.subscribe("queue", self.queue.append)

    def wall(self) -> int:
        """The clock of this desk's machine, which is `ahead` of what it is."""
        return self.now + self.ahead

    @asynccontextmanager
    async def open(self) -> AsyncIterator[MockConnection]:
        """The desk runs, and is live."""
        async with running(self.desk.run, self.service.close):
            yield await self.live()

    async def live(self) -> MockConnection:
        """Waits for the next connection, and until it is live."""
        connection = await self.server.accepted()
        await until(lambda: self.service.state.phase == "live")
        return connection

    async def come_back(self) -> MockConnection:
        """The connection that was lost is made again, without a pause."""
        self.service.retry_now()
        return await self.live()

    async def restored(self, connection: MockConnection, seq: int) -> MockConnection:
        """The server goes, and comes back from a backup, whose journal ends at `seq`."""
        self.server.epoch, self.server.seq = "epoch-2", seq
        connection.cut()
        await until(lambda: self.service.state.phase == "waiting")
        again = await self.come_back()
        _, id = await again.received(Resume)
        again.reply(id, {"resumed": "snapshot"})
        again.send_message(snapshot(seq, epoch="epoch-2"))
        return again

    @property
    def said(self) -> list[str]:
        """What the clerk has been told so far, in words."""
        return [verdict.words for verdict in self.verdicts]


@pytest.fixture
def gym() -> Iterator[Gym]:
    """A gym whose three members the desk knows."""
    gym = Gym(":memory:")
    yield gym
    gym.replica.close()


def done(request: Request, id: str, seq: int = 1, **fields: Any) -> CheckInEvent:
    """What a server makes of a check-in."""
    assert isinstance(request, CheckIn)
    who = next(m for m in MEMBERS if m.id == request.member_id)
    return visit(seq, who, **({"command_id": id, "desk": "desk 1"} | fields))


def sent_ids(connection: MockConnection, kind: str) -> list[str]:
    """The ids (idempotency keys) of all messages of this type, in the order sent."""
    messages = [msgspec.json.decode(message) for message in connection.sent]
    return [message["id"] for message in messages if message["type"] == kind]
