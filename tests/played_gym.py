"""A gym that is the same in every picture: a server that says yes to whomever the rules let in, and no time that
passes."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from itertools import accumulate, chain, cycle
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace
from textual.pilot import Pilot

from gymtui import clock
from gymtui.client import Desk, Login, MockWebSocket, Replica, WebSocketService
from gymtui.client.connection.follower import Bookmark
from gymtui.client.desk.desk_clock import DeskClock
from gymtui.client.login.http import Headers, Readiness
from gymtui.client.login.login import Answer
from gymtui.client.mock import MockConnection
from gymtui.codec import encode
from gymtui.protocol import (
    CheckIn,
    CheckInEvent,
    CheckIns,
    CheckOut,
    GetMember,
    GetPeak,
    ImportRequest,
    ListCheckIns,
    ListConflicts,
    ListConnections,
    Member,
    MemberCard,
    MembersPage,
    Request,
    Resume,
    Resumed,
    ServerStats,
    SyncMembers,
    Undo,
)
from gymtui.ui import GymApp
from gymtui.ui.monitor_app import MonitorApp
from tests.client_kit import Pauses
from tests.factories import NOW, snapshot, visit
from tests.played_connections import seen
from tests.played_list import Taking
from tests.played_people import (
    BEN,
    DOORS,
    EARLIER,
    LATELY,
    MISFITS,
    NOOR,
    PEOPLE,
    SEQ,
    TODAY,
    YESTERDAY,
    last_visits,
    peak,
)

URL: Final = "ws://gym.example/ws/checkins/"
TRIPS: Final = (0.012, 0.014, 0.011, 0.013, 0.019, 0.012, 0.031, 0.015, 0.012, 0.011, 0.016, 0.013)  # seconds


class Server:
    """Answers and tells everyone; stumbles over Noor. While it is not `there`, nobody can log in."""

    def __init__(self) -> None:
        self.wire = MockWebSocket(seq=SEQ, user="maria", answer=self._answer, clock=lambda: NOW)
        self.there = True
        self._stats = TODAY
        self._taking = Taking()
        self.visits: dict[str, CheckInEvent] = {}  # by the command that was the last one on each

    async def readiness(self, _: str) -> Readiness:
        """What `/readyz` would say."""
        return "ready" if self.there else "away"

    def log_in(self, url: str, headers: Headers) -> Answer:
        """Nobody has the right password here."""
        if not self.there:
            raise ConnectionRefusedError
        return Answer(401, b'{"error":{"message":"The name or the password is wrong."}}')

    def rush(self, people: Sequence[Member], at: int) -> None:
        """All of them come in at `at` (ms), in one batch."""
        seqs = range(self.wire.seq + 1, self.wire.seq + 1 + len(people))
        came = (
            visit(seq, who, location=DOORS[seq % 3], desk="desk 1", check_in_time=clock.to_text(at))
            for seq, who in zip(seqs, people, strict=True)
        )
        self.wire.connections[-1].events(*came)

    def _answer(self, connection: MockConnection, request: Request, id: str | None) -> None:
        match request:
            case Resume():
                connection.reply(id, Resumed("snapshot"))
                connection.send_message(snapshot(SEQ, *EARLIER, stats=TODAY))
                connection.events(*LATELY)
            case SyncMembers():
                everyone = tuple(PEOPLE.values())
                connection.reply(id, MembersPage(members=everyone, next_after_seq=10, more=False, as_of_seq=10))
            case GetMember(member_id=who):
                connection.reply(id, MemberCard(PEOPLE[who], tuple(last_visits(PEOPLE[who]))))
            case ListCheckIns(to=until):
                connection.reply(id, CheckIns(YESTERDAY if until and until < clock.to_text(NOW) else (), "older"))
            case GetPeak():
                connection.reply(id, peak())
            case ListConflicts():
                connection.reply(id, MISFITS)
            case ListConnections() | ServerStats():
                connection.reply(id, seen(request))
            case CheckIn(member_id=str(who)):
                self._let_in(connection, PEOPLE[who], request, id)
            case CheckOut(member_id=str(who)):
                open_visit = next(visit for visit in self.visits.values() if visit.member.id == who)
                self._tell(connection, id, _ended(open_visit), inside=-1)
            case Undo(command_id=command_id):
                undone = replace(_ended(self.visits[command_id]), flags=("undone",))
                self._tell(connection, id, undone, inside=-1)
            case _ if isinstance(request, ImportRequest):
                self._taking.answer(connection, request, id)
            case _:
                return

    def _let_in(self, connection: MockConnection, who: Member, request: CheckIn, id: str | None) -> None:
        if who is NOOR:
            connection.refuse(id, "internal", "The server could not do that; its log says why.")
            return
        if who is BEN and request.override is None:
            connection.refuse(id, "membership_expired")
            return
        came = visit(self.wire.seq + 1, who)
        if request.override is not None:
            came = replace(came, flags=("override",), by=f"maria + {request.override.manager}")
        elif who.payment_overdue:
            came = replace(came, flags=("warned",))
        self._tell(connection, id, came, inside=1)

    def _tell(self, connection: MockConnection, id: str | None, event: CheckInEvent, *, inside: int) -> None:
        """The answer, and the row of the journal with the counters after it."""
        event = replace(event, command_id=id or "", seq=self.wire.seq + 1)
        self.visits[event.command_id] = event
        now = self._stats
        today = now.today_total + max(0, inside)
        self._stats = replace(now, currently_in=now.currently_in + inside, today_total=today, as_of_seq=event.seq)
        connection.reply(id, event)
        connection.events(event, stats=self._stats)


def _ended(visit: CheckInEvent) -> CheckInEvent:
    return replace(visit, status="checked_out", check_out_time=clock.to_text(NOW))


class Clock:
    """The time of day, which goes only when it is told to; `sleep` has whoever waits for it."""

    def __init__(self) -> None:
        self.now = NOW
        self.sleep = Pauses()
        steps = chain.from_iterable((0.0, trip) for trip in cycle(TRIPS))
        self._timer = accumulate(steps)

    def __call__(self) -> int:
        return self.now

    def timer(self) -> float:
        """Asked before and after each round trip."""
        return next(self._timer)


@asynccontextmanager
async def console(
    server: Server,
    clock: Clock,
    token: str | None,
    size: tuple[int, int],
    make: Callable[..., GymApp] = GymApp,
    **options: Any,
) -> AsyncIterator[tuple[GymApp, Pilot[None]]]:
    """The whole console against a played server, with all of time standing still."""
    with closing(Replica(":memory:")) as replica:
        login = Login(URL, token=token, clock=clock, fetch=server.log_in, probe=server.readiness)
        service = WebSocketService(
            URL,
            login,
            replica,
            desk="desk 2",
            connect=server.wire,
            clock=clock,
            timer=clock.timer,
            sleep=clock.sleep,
            random=lambda: 1.0,
        )
        desk_clock = DeskClock(replica, clock, lambda: clock.now / 1000)
        desk = Desk(service, replica, name="desk 2", clock=desk_clock, sleep=clock.sleep)
        app = make(desk, login, url=URL, clock=clock, **options)
        async with app.run_test(size=size) as pilot:
            yield app, pilot
            await app.leave()


@asynccontextmanager
async def monitor(
    server: MockWebSocket, clock: Clock, token: str | None, size: tuple[int, int]
) -> AsyncIterator[tuple[MonitorApp, Pilot[None]]]:
    """The monitor against a played server, with all of time standing still."""
    login, journal = Login(URL, token=token), Bookmark()
    service = WebSocketService(URL, login, journal, connect=server, clock=clock, timer=clock.timer, sleep=clock.sleep)
    app = MonitorApp(service, journal, login, url=URL, clock=clock)
    async with app.run_test(size=size) as pilot:
        yield app, pilot
        await app.leave()


def write_journal(path: Path, server: Server) -> None:
    """What the server has done, where the demo looks for its proof."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE IF NOT EXISTS journal (seq INTEGER PRIMARY KEY, payload BLOB)")
        rows = [(visit.seq, encode(visit)) for visit in server.visits.values()]
        database.executemany("INSERT OR IGNORE INTO journal VALUES (?, ?)", rows)
