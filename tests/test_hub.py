"""The hub without sockets: cursors over the journal, and what is written to each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import cast

import pytest

from gymtui import codec
from gymtui.protocol import MAX_PART, MAX_REPLAY, CheckIn, CheckOut, Event, Notify, Resume, Snapshot
from server.gym.commands import perform
from server.gym.orders import Order
from server.net import hub as hub_module
from server.net.connection import Connection
from server.net.hub import Hub
from server.net.metrics import Metrics
from server.store import Committed, Row, StoreUnavailable, Work
from server.store.group_commit import GroupCommit
from server.store.opening import open_store
from tests.kit import WITHIN, make_gym, member


class Line:
    """A connection as the hub sees it; `frames` is what was written, `full` whether the reader has stopped."""

    def __init__(self) -> None:
        self.cursor = 0
        self.frames: list[bytes] = []
        self.is_open = True
        self.is_full = False
        self.closed_with: int | None = None
        self.full_after: int | None = None
        self._room = asyncio.Event()
        self._news = asyncio.Event()

    def write(self, framed: bytes) -> None:
        self.frames.append(framed)
        self.is_full = self.is_full or len(self.frames) == self.full_after
        self._news.set()

    def read_on(self) -> None:
        self.is_full, self.full_after = False, None
        self._room.set()

    async def drained(self) -> None:
        if self.is_full:
            self._room.clear()
            await self._room.wait()
        else:
            await asyncio.sleep(0)

    async def close(self, code: int, _: str) -> None:
        self.is_open, self.closed_with = False, code
        self._news.set()

    @property
    def read(self) -> list[codec.Frame]:
        return [codec.read_frame(strip(framed)) for framed in self.frames]

    @property
    def events(self) -> list[Event]:
        return [event for frame in self.read for event in frame.events]

    async def until(self, seq: int) -> None:
        """Waits for the frame that covers `seq`."""
        async with asyncio.timeout(WITHIN):
            while not any((frame.seq or 0) >= seq for frame in self.read):
                self._news.clear()
                await self._news.wait()

    def contiguous(self, start: int, end: int) -> bool:
        """Do the frames cover `(start, end]` and nothing twice, and are their events those rows?"""
        covered = [(frame.prev_seq, frame.seq) for frame in self.read if frame.message is None]
        steps = all(after[0] == before[1] for before, after in pairwise(covered))
        rows = [event.seq for event in self.events] == list(range(start + 1, end + 1))
        return steps and rows and (covered[0][0], covered[-1][1]) == (start, end)


def strip(framed: bytes) -> bytes:
    """The message in a server's frame (RFC 6455, 5.2)."""
    head = {126: 4, 127: 10}.get(framed[1], 2)
    assert framed[0] == 0x81
    return framed[head:]


class Stage:
    """A hub over a store; `ana` and a hundred members by number."""

    def __init__(self, database: GroupCommit, hub: Hub) -> None:
        self.database, self.hub = database, hub
        self._done = 0

    def line(self) -> Line:
        line = Line()
        self.hub.join(cast("Connection", line))
        return line

    def follow(self, line: Line, wanted: Resume) -> asyncio.Task[object]:
        return asyncio.create_task(self.hub.resume(cast("Connection", line), wanted))

    def work(self, *, big: bool = False) -> Work:
        self._done += 1
        text = "x" * 1000 if big else ""
        payload = Notify(level="info", title="t", message=text)
        return self.order(payload)

    def order(self, payload: CheckIn | CheckOut | Notify) -> Work:
        self._done += 1
        order = Order(id=f"c{self._done}", payload=payload, user="ana", role="staff", desk=None)
        return lambda tx: perform(tx, order)

    async def happen(self, number: int, *, big: bool = False) -> None:
        """So many rows, one commit, fed to the hub."""
        await asyncio.gather(*(self.database.write(self.work(big=big)) for _ in range(number)))


@asynccontextmanager
async def stage(path: Path, *, window: float = 3600, running: bool = False) -> AsyncIterator[Stage]:
    def committed(commit: Committed) -> None:
        if commit.rows:
            hub.feed(commit)

    database = GroupCommit(open_store(path), committed)
    hub = Hub(database, Metrics(), window=window)
    task = asyncio.create_task(hub.run()) if running else None
    try:
        yield Stage(database, hub)
    finally:
        if task is not None:
            task.cancel()
        await database.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "gym.db"
    make_gym(path, *(member(str(n), f"Name {n}") for n in range(20)))
    return path


# --- windows -----------------------------------------------------------------------------------------------------


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


# --- slow readers ------------------------------------------------------------------------------------------------


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
        while not line.is_full:
            await asyncio.sleep(0)
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

        def broken(after: int, limit: int) -> list[Row]:
            raise StoreUnavailable("No disk.")

        s.hub._store.read = broken  # type: ignore[method-assign]
        slow.read_on()
        async with asyncio.timeout(WITHIN):
            while slow.is_open:
                slow._news.clear()
                await slow._news.wait()
        assert (slow.closed_with, quick.closed_with) == (1013, None)


# --- resume ------------------------------------------------------------------------------------------------------


async def resumed(s: Stage, line: Line, **wanted: object) -> str:
    reply = await s.hub.resume(cast("Connection", line), Resume(**({"epoch": s.hub.epoch} | wanted)))  # type: ignore[arg-type]
    return reply.resumed


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
        s.hub._store._writer.execute("DELETE FROM journal WHERE seq < 5")  # type: ignore[attr-defined]
        line = s.line()
        assert await resumed(s, line, seq=4) == "events"
        assert await resumed(s, line, seq=3) == "snapshot"
        assert await resumed(s, line, seq=3, full=True) == "snapshot"


def parts(line: Line) -> list[Snapshot]:
    return [frame.message for frame in line.read if isinstance(frame.message, Snapshot)]


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
        while not line.is_full:
            await asyncio.sleep(0)
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
        while not parts(line):
            await asyncio.sleep(0)
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
