"""A stretch of the past, read from the server's journal."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from gymtui import clock
from gymtui.client.connection.follower import Bookmark
from gymtui.client.connection.service import WebSocketService
from gymtui.client.desk.event_filter import happened_at
from gymtui.client.errors import Disconnected
from gymtui.client.unattended import ask
from gymtui.protocol import CheckInEvent, CheckIns, Event, ListCheckIns, ListPresent, Present, Snapshot

PAGE: Final = 500  # visits of one answer
LATER: Final = {"offline", "late", "assumed_out", "undone", "clash"}  # these were recorded after they had happened


async def row_before(service: WebSocketService, time: int) -> int:
    """A row of the journal that was there before that time (ms): the newest of a visit that was over by then; 0 where
    none is known. Disconnected; NoAnswer."""
    answer = await ask(service, ListCheckIns(to=clock.to_text(time), limit=PAGE), CheckIns)
    over = [
        visit.seq
        for visit in answer.check_ins
        if visit.check_out_time is not None and clock.to_ms(visit.check_out_time) < time and not LATER & {*visit.flags}
    ]
    return max(over, default=0)


async def inside_at(service: WebSocketService, time: int) -> frozenset[str]:
    """The ids of the visits of those who were in at that time (ms). Disconnected; NoAnswer."""
    found: set[str] = set()
    cursor: str | None = None
    while True:
        asked = ListCheckIns(at=clock.to_text(time), limit=PAGE, cursor=cursor)
        page = await ask(service, asked, CheckIns)
        found |= {visit.id for visit in page.check_ins}
        if (cursor := page.cursor) is None:
            return frozenset(found)


async def excerpt(service: WebSocketService, journal: Bookmark, since: int, until: int) -> list[Event]:
    """The rows of `[since, until)` (ms) in their order; none where the server has them no longer. The journal's
    position moves: who reads one needs it for nothing else. Disconnected; NoAnswer."""
    row = await row_before(service, since)
    head = (await ask(service, ListPresent(limit=1), Present)).as_of_seq
    if not service.in_step:
        raise Disconnected("Not all is here yet.")
    found: list[Event] = []
    done = asyncio.Event()

    def came(events: Sequence[Event]) -> None:
        found.extend(events)
        if journal.position[1] >= head or any(_is_behind(event, until) for event in events):
            done.set()

    ends = [service.subscribe("events", came), service.subscribe(Snapshot.type, lambda _: done.set())]
    try:
        journal.position = (journal.position[0], row)
        await service.catch_up()
        if row < head:
            await done.wait()
    finally:
        for end in ends:
            end()
    return _within(found, since, until)


def _is_behind(event: Event, until: int) -> bool:
    at = happened_at(event)
    return at is not None and clock.to_ms(at) >= until


def _within(events: Sequence[Event], since: int, until: int) -> list[Event]:
    """A row without a time of its own, a member's or the gym's, is of the time of those around it."""
    kept: list[Event] = []
    last = 0
    for event in events:
        at = happened_at(event)
        last = last if at is None or (isinstance(event, CheckInEvent) and LATER & {*event.flags}) else clock.to_ms(at)
        if since <= last < until:
            kept.append(event)
    return kept
