"""Slow readers and resume: cursors that are behind."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import cast

import pytest

from gymtui.protocol import MAX_REPLAY, CheckIn, Resume, Snapshot
from server.net import hub as hub_module
from server.net.connection import Connection
from server.store import Row, StoreUnavailable
from tests.hub_kit import Line, Stage, path, stage
from tests.sqlite_kit import connection_of
from tests.waiting import until

__all__ = ["path"]


async def resumed(s: Stage, line: Line, **wanted: object) -> str:
    reply = await s.hub.resume(cast("Connection", line), Resume(**({"epoch": s.hub.epoch} | wanted)))  # type: ignore[arg-type]
    return reply.resumed


def parts(line: Line) -> list[Snapshot]:
    return [frame.message for frame in line.read if isinstance(frame.message, Snapshot)]


async def test_a_reader_that_stops_gets_nothing_more_and_later_everything_once(path: Path) -> None:
    async with stage(path) as s:
        slow, quick, head = s.line(), s.line(), s.hub.head
        slow.is_full = True
        for _ in range(5):
            await s.happen(300, big=True)
            await s.hub.flush()
            await asyncio.sleep(0)
        assert slow.frames == []
        assert quick.contiguous(head, head + 1500)
        slow.read_on()
        await slow.until(head + 1500)
        assert slow.contiguous(head, head + 1500)
        assert slow.events == quick.events
        await s.happen(1)
        await s.hub.flush()
        assert slow.frames[-1] is quick.frames[-1]


async def test_a_reader_that_stops_amid_its_catching_up(path: Path) -> None:
    async with stage(path) as s:
        line, head = s.line(), s.hub.head
        line.is_full = True
        await s.happen(1500, big=True)
        await s.hub.flush()
        line.full_after = 3
        line.is_full = False
        line._room.set()
        await s.hub.flush()
        await until(lambda: line.is_full)
        for _ in range(3):
            await s.happen(10)
            await s.hub.flush()
        assert len(line.frames) == 3
        line.read_on()
        await line.until(head + 1530)
        assert line.contiguous(head, head + 1530)


async def test_an_event_amid_the_end_of_catching_up_is_not_forgotten(path: Path) -> None:
    async with stage(path) as s:
        line, head = s.line(), s.hub.head
        line.is_full = True
        await s.happen(1)
        await s.hub.flush()
        task = s.hub._behind[cast("Connection", line)]
        forget = s.hub._caught_up
        s.hub._caught_up = lambda *_: None  # type: ignore[method-assign]  # the task has ended, and nobody knows yet
        line.read_on()
        await asyncio.wait([task])
        await s.happen(1)
        line.is_full = True
        await s.hub.flush()
        forget(cast("Connection", line), task)
        line.read_on()
        await line.until(head + 2)
        assert line.contiguous(head, head + 2)


async def test_a_journal_that_cannot_be_read_ends_only_who_needs_it(path: Path) -> None:
    async with stage(path) as s:
        slow, quick = s.line(), s.line()
        slow.is_full = True
        await s.happen(1)
        await s.hub.flush()
        s.hub._lately.forget()

        def broken(after: int, limit: int) -> list[Row]:
            raise StoreUnavailable("No disk.")

        s.hub._store.read = broken  # type: ignore[method-assign]
        slow.read_on()
        await until(lambda: not slow.is_open)
        assert (slow.closed_with, quick.closed_with) == (1013, None)


async def test_resume_brings_what_is_missing(path: Path) -> None:
    async with stage(path) as s:
        head = s.hub.head
        await s.happen(10)
        await s.hub.flush()
        line = s.line()
        assert await resumed(s, line, seq=head + 4) == "events"
        await line.until(head + 10)
        assert line.contiguous(head + 4, head + 10)


async def test_resume_from_the_head_brings_nothing_and_goes_on(path: Path) -> None:
    async with stage(path) as s:
        line, head = s.line(), s.hub.head
        assert await resumed(s, line, seq=head) == "events"
        await s.happen(1)
        await s.hub.flush()
        assert line.contiguous(head, head + 1)


async def test_resume_while_events_come(path: Path) -> None:
    async with stage(path) as s:
        line, head = s.line(), s.hub.head
        for _ in range(20):
            await s.happen(20)
            await s.hub.flush()
        line.frames.clear()
        task = s.follow(line, Resume(epoch=s.hub.epoch, seq=head))
        for _ in range(20):
            await s.happen(3)
            await s.hub.flush()
        await task
        await line.until(head + 460)
        first = next(n for n, frame in enumerate(line.read) if frame.prev_seq == head)
        line.frames = line.frames[first:]  # those before were live from where the connection had been
        assert line.contiguous(head, head + 460)


@pytest.mark.parametrize(
    ("wanted", "kind"),
    [
        ({"epoch": "another"}, "snapshot"),
        ({"epoch": ""}, "snapshot"),
        ({"seq": 0}, "events"),
        ({"seq": 10**9}, "snapshot"),
        ({"seq": 2**63 - 1}, "snapshot"),
        ({"epoch": "another", "full": True}, "snapshot"),
        ({"seq": 10**9, "full": True}, "snapshot"),
    ],
)
async def test_what_cannot_be_replayed_is_a_snapshot(path: Path, wanted: dict[str, object], kind: str) -> None:
    async with stage(path) as s:
        line = s.line()
        assert await resumed(s, line, **wanted) == kind


async def test_what_is_too_much_to_replay_is_a_snapshot_unless_all_is_wanted(path: Path) -> None:
    async with stage(path) as s:
        start = s.hub.head
        await s.happen(MAX_REPLAY + 1)
        await s.hub.flush()
        line = s.line()
        assert await resumed(s, line, seq=start + 1) == "events"
        assert await resumed(s, line, seq=start) == "snapshot"
        full = s.line()
        assert await resumed(s, full, seq=start, full=True) == "events"
        await full.until(start + MAX_REPLAY + 1)
        assert full.contiguous(start, start + MAX_REPLAY + 1)


async def test_a_journal_that_no_longer_reaches_back_is_a_snapshot(path: Path) -> None:
    async with stage(path) as s:
        connection_of(s.hub._store).execute("DELETE FROM journal WHERE seq < 5")
        line = s.line()
        assert await resumed(s, line, seq=4) == "events"
        assert await resumed(s, line, seq=3) == "snapshot"
        assert await resumed(s, line, seq=3, full=True) == "snapshot"


async def test_a_snapshot_is_one_position_in_parts_with_no_event_between_them(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "MAX_PART", 2000)
    async with stage(path) as s:
        for n in range(20):
            await s.database.write(s.order(CheckIn(code=str(n), location="x" * 100)))
        await s.hub.flush()
        line, head = s.line(), s.hub.head
        line.full_after = 2
        assert await resumed(s, line, epoch="another") == "snapshot"
        await until(lambda: line.is_full)
        line.is_full, line.full_after = False, None
        for _ in range(3):
            await s.happen(1)
            await s.hub.flush()
        line.read_on()
        await line.until(head + 3)
        kinds = ["part" if isinstance(frame.message, Snapshot) else "events" for frame in line.read]
        assert kinds == sorted(kinds, reverse=True)
        found = parts(line)
        assert len(found) > 3
        assert [part.more for part in found] == [True] * (len(found) - 1) + [False]
        assert {(part.epoch, part.seq) for part in found} == {(s.hub.epoch, head)}
        assert {v.member.membership_number for part in found for v in part.present} == {str(n) for n in range(20)}
        assert sum(len(part.recent) for part in found[:-1]) == 0
        assert len(found[-1].recent) > 0
        assert all(len(framed) < 2000 + 1000 for framed in line.frames)
        line.frames = [f for f, kind in zip(line.frames, kinds, strict=True) if kind == "events"]
        assert line.contiguous(head, head + 3)


async def test_a_snapshot_ahead_of_the_hub_skips_what_it_holds(path: Path) -> None:
    async with stage(path) as s:
        line, head = s.line(), s.hub.head
        await s.happen(5)
        assert await resumed(s, line, epoch="another") == "snapshot"
        await until(lambda: parts(line))
        await s.happen(2)
        await s.hub.flush()
        await line.until(head + 7)
        assert parts(line)[0].seq == head + 5
        del line.frames[0]
        assert line.contiguous(head + 5, head + 7)


async def test_the_last_resume_counts(path: Path) -> None:
    async with stage(path) as s:
        line, head = s.line(), s.hub.head
        await s.happen(50)
        await s.hub.flush()
        line.frames.clear()
        line.is_full = True
        for seq in (head, head + 30, head + 10):
            await resumed(s, line, seq=seq)
        line.read_on()
        await line.until(head + 50)
        assert line.contiguous(head + 10, head + 50)
