"""A day of the played gym, and the screen that plays it again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from typing import Final

from msgspec.structs import replace
from textual.pilot import Pilot

from gymtui.client import Login, MockWebSocket, WebSocketService
from gymtui.client.connection.follower import Bookmark
from gymtui.client.mock import MockConnection
from gymtui.clock import to_ms, to_text
from gymtui.protocol import (
    CheckInEvent,
    CheckIns,
    Event,
    ListCheckIns,
    ListPresent,
    Present,
    Request,
    Resume,
    Resumed,
)
from gymtui.ui.replay_app import ReplayApp
from tests.factories import NOW, member, refusal, snapshot, visit
from tests.played_gym import URL, Clock
from tests.played_people import CROWD

BEGINS: Final = to_ms("2026-11-16T23:00:00Z")  # Tuesday 17 November in Zürich
HOUR: Final = 3_600_000
WEEK: Final = 7 * 24 * HOUR
MINUTE: Final = 60_000
SHARE: Final = {6: 2, 7: 3, 8: 4, 9: 5, 10: 5, 11: 4, 12: 5, 13: 3, 14: 3, 15: 4, 16: 5, 17: 8, 18: 9, 19: 6, 20: 3}


def a_day(begins: int, seed: int, row: int = 1) -> list[Event]:
    """So many come in each hour, and stay for about one; a sixth of a busy hour is refused. It begins in that `row`."""
    random, told, who = Random(seed), list[tuple[int, str, int]](), 0
    for hour, share in SHARE.items():
        for number in range(share):
            at, who = begins + hour * HOUR + random.randrange(HOUR), who + 1
            told.append((at, "refused" if number == 5 else "in", who))
            if number != 5:
                told.append((at + random.randrange(30, 100) * MINUTE, "out", who))
    events: list[Event] = []
    came: dict[int, CheckInEvent] = {}
    for seq, (at, what, who) in enumerate(sorted(told), row):
        person = member(who, CROWD[who % len(CROWD)].full_name)
        if what == "refused":
            events.append(refusal(seq, person, at=to_text(at)))
        elif what == "in":
            came[who] = visit(seq, person, check_in_time=to_text(at))
            events.append(came[who])
        else:
            events.append(replace(came[who], status="checked_out", check_out_time=to_text(at), seq=seq))
    return events


BEFORE: Final = a_day(BEGINS - WEEK, 5)
DAY: Final = a_day(BEGINS, 17, len(BEFORE) + 1)
JOURNAL: Final = [*BEFORE, *DAY]


def answer(connection: MockConnection, request: Request, id: str | None) -> None:
    """As a server that has these two days in its journal, and nothing else."""
    match request:
        case Resume(seq=0, epoch=epoch) if epoch:
            connection.reply(id, Resumed("events"))
            connection.events(*JOURNAL, prev_seq=0)
        case Resume():
            connection.reply(id, Resumed("snapshot"))
            connection.send_message(snapshot(len(JOURNAL)))
        case ListCheckIns():
            connection.reply(id, CheckIns(check_ins=(), cursor=None))
        case ListPresent():
            connection.reply(id, Present(present=(), cursor=None, as_of_seq=len(JOURNAL)))
        case _:
            pass


@asynccontextmanager
async def replaying(
    clock: Clock, size: tuple[int, int] = (80, 24), day: str = "yesterday"
) -> AsyncIterator[tuple[ReplayApp, Pilot[None]]]:
    """The replay against a played server; its clock goes only where somebody sets it on."""
    server = MockWebSocket(seq=len(JOURNAL), answer=answer, clock=lambda: NOW)
    login, journal = Login(URL, token="a.b.c"), Bookmark()
    service = WebSocketService(
        URL, login, journal, full=True, connect=server, clock=clock, timer=clock.timer, sleep=clock.sleep
    )
    app = ReplayApp(service, journal, login, day=day, speed=60, url=URL, clock=clock)
    async with app.run_test(size=size) as pilot:
        yield app, pilot
        await app.leave()
