"""A gym that is the same in every picture: people, a day so far, a server that says yes, and no time that passes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from datetime import date
from itertools import accumulate, repeat
from random import Random
from typing import Final

from msgspec.structs import replace
from textual.pilot import Pilot

from gymtui import clock
from gymtui.client import Desk, Login, MockWebSocket, Replica, WebSocketService
from gymtui.client.follow import Bookmark
from gymtui.client.mock import MockConnection
from gymtui.people import members
from gymtui.protocol import (
    CheckIn,
    CheckInEvent,
    Event,
    Member,
    MembersPage,
    Request,
    Resume,
    Resumed,
    Snapshot,
    SyncMembers,
)
from gymtui.ui import GymApp
from gymtui.ui.monitor_app import MonitorApp
from tests.client_kit import Pauses
from tests.ui_fakes import GYM, NOW, STATS, member, refusal, visit

URL: Final = "ws://gym.example/ws/checkins/"
ANA = member(100042, "Ana Silva", plan="Gold", seq=1)
BEN = member(100107, "Ben Ode", plan="Basic", valid_until="2026-11-03", seq=2)
EVA = member(100230, "Eva Brunner", plan="Family", payment_overdue=True, seq=3)
MAYA = member(100081, "Maya Quist", plan="Student", seq=4)
ZOE = member(100311, "Zoé Huber", plan="Gold", seq=5)
PEOPLE: Final = [member(int(str(p["membership_number"])) + 500, str(p["full_name"])) for p in members(
    60, Random(7), date(2026, 11, 18)
)]  # fmt: skip
DOORS: Final = ("Main door", "Pool gate", "Side door")


def morning() -> Iterator[Event]:
    """What has happened so far, in `seq` order from 11 on; the last of it a minute ago."""
    random = Random(7)
    for number, who in enumerate(PEOPLE[:40]):
        seq, minutes = 11 + number, 41 - number
        if number % 13 == 5:
            yield replace(refusal(seq, who.full_name), at=clock.to_text(NOW - max(1, minutes) * 60_000 + 17_000))
            continue
        at = clock.to_text(NOW - max(1, minutes) * 60_000 + random.randrange(59_000))
        flags = {3: ("offline",), 22: ("undone",), 31: ("warned",)}.get(number, ())
        event = visit(seq, who.full_name, location=random.choice(DOORS), desk="desk 1", check_in_time=at, flags=flags)
        left = {"status": "checked_out", "check_out_time": at} if number % 4 == 1 or number == 22 else {}
        yield replace(event, **left)


MORNING: Final = list(morning())
LAST: Final = PEOPLE[39].full_name  # the newest row of the feed then


class Server:
    """Says yes to everyone who comes in, and tells everyone."""

    def __init__(self) -> None:
        self.wire = MockWebSocket(seq=10, user="maria", answer=self._answer, clock=lambda: NOW)

    def _answer(self, connection: MockConnection, request: Request, id: str | None) -> None:
        match request:
            case Resume():
                connection.reply(id, Resumed("snapshot"))
                since = visit(9, "Zoé Huber", minutes=22)
                since = replace(since, member=ZOE.ref)
                connection.send_message(
                    Snapshot(epoch="epoch-1", seq=10, gym=GYM, present=(since,), recent=(), stats=STATS, more=False)
                )
                connection.events(*MORNING)
            case SyncMembers():
                everyone = (ANA, BEN, EVA, MAYA, ZOE, *PEOPLE)
                connection.reply(id, MembersPage(members=everyone, next_after_seq=10, more=False, as_of_seq=10))
            case CheckIn(member_id=member_id) if member_id is not None:
                self._let_in(connection, next(m for m in (ANA, EVA, BEN, MAYA) if m.id == member_id), id)
            case _:
                return

    def rush(self, people: Sequence[Member], at: int) -> None:
        """All of them come in at `at` (ms), in one batch."""
        seqs = range(self.wire.seq + 1, self.wire.seq + 1 + len(people))
        came = (
            visit(seq, who.full_name, desk="desk 1", check_in_time=clock.to_text(at))
            for seq, who in zip(seqs, people, strict=True)
        )
        self.wire.connections[-1].events(*came)

    def _let_in(self, connection: MockConnection, who: Member, id: str | None) -> None:
        seq = self.wire.seq + 1
        flags = ("warned",) if who.payment_overdue else ()
        event: CheckInEvent = replace(visit(seq, who.full_name, flags=flags, command_id=id), member=who.ref)
        if who is not BEN:
            connection.reply(id, event)
            connection.events(event)


class Clock:
    """The time of day, which goes only when it is told to."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


@asynccontextmanager
async def console(
    server: Server, clock: Clock, token: str | None, size: tuple[int, int]
) -> AsyncIterator[tuple[GymApp, Pilot[None]]]:
    """The whole console against a played server, with all of time standing still."""
    ticks = accumulate(repeat(0.012))
    with closing(Replica(":memory:")) as replica:
        login = Login(URL, token=token, clock=clock)
        service = WebSocketService(
            URL,
            login,
            replica,
            desk="desk 2",
            connect=server.wire,
            clock=clock,
            timer=lambda: next(ticks),
            sleep=Pauses(),
            random=lambda: 1.0,
        )
        app = GymApp(Desk(service, replica, name="desk 2", clock=clock, sleep=Pauses()), login, url=URL, clock=clock)
        async with app.run_test(size=size) as pilot:
            yield app, pilot
            await app.action_quit()


@asynccontextmanager
async def monitor(
    server: MockWebSocket, clock: Clock, token: str | None, size: tuple[int, int]
) -> AsyncIterator[tuple[MonitorApp, Pilot[None]]]:
    """The monitor against a played server, with all of time standing still."""
    ticks = accumulate(repeat(0.012))
    login, journal = Login(URL, token=token), Bookmark()
    service = WebSocketService(
        URL, login, journal, connect=server, clock=clock, timer=lambda: next(ticks), sleep=Pauses()
    )
    app = MonitorApp(service, journal, login, url=URL, clock=clock)
    async with app.run_test(size=size) as pilot:
        yield app, pilot
        await app.action_quit()
