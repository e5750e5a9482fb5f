"""The hub: windows, and what everyone is told."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import cast

import pytest

from gymtui.protocol import MAX_PART, CheckIn, CheckOut
from server.net import hub as hub_module
from server.net.connection import Connection
from server.store import Committed, Row
from tests.hub_kit import path, stage
from tests.waiting import until

__all__ = ["path"]


async def test_a_lone_event_leaves_at_once_and_the_next_wait_for_the_window(path: Path) -> None:
    async with stage(path, running=True) as s:
        line, head = s.line(), s.hub.head
        await s.happen(1)
        await line.until(head + 1)
        await s.happen(50)
        await s.database.write(lambda _: None)
        assert (len(line.frames), s.hub.newest) == (1, head + 51)
        await s.hub.flush()
        assert len(line.frames) == 2
        assert line.contiguous(head, head + 51)


async def test_a_window_is_framed_once_and_is_the_same_bytes_for_all(path: Path) -> None:
    async with stage(path) as s:
        lines = [s.line() for _ in range(3)]
        await s.happen(100)
        await s.hub.flush()
        assert [len(line.frames) for line in lines] == [1, 1, 1]
        assert lines[0].frames[0] is lines[1].frames[0] is lines[2].frames[0]
        assert len(lines[0].events) == 100


async def test_a_window_of_many_bytes_is_cut(path: Path) -> None:
    async with stage(path) as s:
        line, head = s.line(), s.hub.head
        await s.happen(700, big=True)
        await s.hub.flush()
        assert len(line.frames) > 2
        assert max(map(len, line.frames)) < MAX_PART + 1024
        assert line.contiguous(head, head + 700)
        assert [frame.stats is not None for frame in line.read] == [False] * (len(line.frames) - 1) + [True]


async def test_rows_that_are_read_again_while_a_window_leaves_are_told_once(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "YIELD_EVERY", 1)
    async with stage(path) as s:
        line, other, head = s.line(), s.line(), s.hub.head
        await s.happen(700, big=True)
        rows = Committed(rows=s.database.store.read(head, 700), stats=s.hub.stats)
        flushing = asyncio.create_task(s.hub.flush())
        await until(lambda: line.frames or other.frames)
        assert not flushing.done()
        s.hub.feed(rows)  # as whoever follows other programs would
        await flushing
        await s.hub.flush()
        assert line.contiguous(head, head + 700)
        assert other.contiguous(head, head + 700)


async def test_the_counters_go_with_the_window(path: Path) -> None:
    async with stage(path) as s:
        line, head = s.line(), s.hub.head
        await s.database.write(s.order(CheckIn(code="1")))
        await s.database.write(s.order(CheckIn(code="2")))
        await s.database.write(s.order(CheckOut(code="1")))
        await s.hub.flush()
        stats = line.read[0].stats
        assert stats is not None
        assert (stats.currently_in, stats.today_total, stats.as_of_seq) == (1, 2, head + 3)


async def test_counters_alone_cover_nothing(path: Path) -> None:
    async with stage(path) as s:
        line, head = s.line(), s.hub.head
        s.hub.feed(Committed(rows=[], stats=s.hub.stats))
        await s.hub.flush()
        [frame] = line.read
        assert (frame.prev_seq, frame.seq, frame.events) == (head, head, ())
        assert frame.stats is not None


async def test_rows_that_came_before_are_not_sent_again_and_a_gap_is_not_jumped(path: Path) -> None:
    async with stage(path) as s:
        line, head = s.line(), s.hub.head
        await s.happen(3)
        rows = s.database.store.read(head, 10)
        assert s.hub.feed(Committed(rows=rows, stats=s.hub.stats)) is True
        gap = Row(head + 5, rows[0].type, rows[0].payload)
        assert s.hub.feed(Committed(rows=[gap], stats=s.hub.stats)) is False
        await s.hub.flush()
        assert line.contiguous(head, head + 3)


async def test_older_counters_do_not_replace_newer_ones(path: Path) -> None:
    async with stage(path) as s:
        before = s.hub.stats
        await s.happen(1)
        after = s.hub.stats
        assert after.as_of_seq > before.as_of_seq
        s.hub.feed(Committed(rows=[], stats=before))
        assert s.hub.stats is after


async def test_who_has_left_gets_nothing_more(path: Path) -> None:
    async with stage(path) as s:
        line = s.line()
        s.hub.leave(cast("Connection", line))
        s.hub.leave(cast("Connection", line))
        await s.happen(1)
        await s.hub.flush()
        assert line.frames == []
