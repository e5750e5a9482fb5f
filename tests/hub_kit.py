"""What the tests of the hub share: connections that take frames as the test says, and a hub over a store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import cast

import pytest

from gymtui import codec
from gymtui.protocol import CheckIn, CheckOut, Event, Notify, Resume, Role
from server.gym.commands import perform
from server.gym.orders import Order
from server.net.connection import Connection
from server.net.hub import Hub
from server.net.metrics import Metrics
from server.store import Committed, Work
from server.store.group_commit import GroupCommit
from server.store.opening import open_store
from tests.factories import member_row
from tests.gym_kit import make_gym
from tests.waiting import WITHIN


class Line:
    """A connection as the hub sees it; `frames` is what was written, `full` whether the reader has stopped."""

    def __init__(self) -> None:
        self.cursor = 0
        self.user = "ana"
        self.role: Role = "staff"
        self.frames: list[bytes] = []
        self.is_open = True
        self.is_full = False
        self.closed_with: int | None = None
        self.full_after: int | None = None
        self._room = asyncio.Event()
        self._news = asyncio.Event()

    def write(self, framed: bytes) -> None:
        """As a socket's buffer would: full from the frame `full_after` on."""
        self.frames.append(framed)
        self.is_full = self.is_full or len(self.frames) == self.full_after
        self._news.set()

    def read_on(self) -> None:
        """The reader reads again: there is room from now on."""
        self.is_full, self.full_after = False, None
        self._room.set()

    async def drained(self) -> None:
        """Waits for room."""
        if self.is_full:
            self._room.clear()
            await self._room.wait()
        else:
            await asyncio.sleep(0)

    async def close(self, code: int, _: str) -> None:
        """The hub gives this reader up."""
        self.is_open, self.closed_with = False, code
        self._news.set()

    @property
    def read(self) -> list[codec.Frame]:
        """What was written, as a client would understand it."""
        return [codec.read_frame(strip(framed)) for framed in self.frames]

    @property
    def events(self) -> list[Event]:
        """All events in it, in the order written."""
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
        """One more connection that has joined."""
        line = Line()
        self.hub.join(cast("Connection", line))
        return line

    def follow(self, line: Line, wanted: Resume) -> asyncio.Task[object]:
        """The line asks for what it missed; the task ends once it is told."""
        return asyncio.create_task(self.hub.resume(cast("Connection", line), wanted))

    def work(self, *, big: bool = False) -> Work:
        """A unit of work that makes one row of the journal, of a thousand characters if `big`."""
        self._done += 1
        text = "x" * 1000 if big else ""
        payload = Notify(level="info", title="t", message=text)
        return self.order(payload)

    def order(self, payload: CheckIn | CheckOut | Notify) -> Work:
        """The same for a command of `ana`."""
        self._done += 1
        order = Order(id=f"c{self._done}", payload=payload, user="ana", role="staff", desk=None)
        return lambda tx: perform(tx, order)

    async def happen(self, number: int, *, big: bool = False) -> None:
        """So many rows, one commit, fed to the hub."""
        await asyncio.gather(*(self.database.write(self.work(big=big)) for _ in range(number)))


@asynccontextmanager
async def stage(path: Path, *, window: float = 3600, running: bool = False) -> AsyncIterator[Stage]:
    """A hub over the gym at `path`; its loop runs only where the test says so."""

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
    """A gym with members 0 to 19."""
    path = tmp_path / "gym.db"
    make_gym(path, *(member_row(str(n), f"Name {n}") for n in range(20)))
    return path
