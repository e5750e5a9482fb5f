"""Fan-out and replay: every connection is a cursor over the journal; a window's events are framed once, sent to all
who see the same in them.

A cursor is the newest `seq` that was written to a connection, and the only state that the hub has of it. A cursor at
the hub's head gets the next window straight to its socket. One behind it (a slow reader, a `resume`) has a task that
replays from there: to a slow reader the windows of the last moments, else the journal. No client has a queue, so
backpressure costs no memory: a full socket's cursor stays where it is, which is the same as a `resume` from there.
Where the journal does not reach back far enough, a snapshot comes instead.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from gymtui import codec
from gymtui.faults import fault
from gymtui.protocol import BATCH_MS, MAX_PART, MAX_REPLAY, Batch, Gym, Resume, Resumed, Snapshot
from server.gym.sight import Sights, without_deleted
from server.net.connection import Connection, frame
from server.net.lately import Lately, tell_of_deleted
from server.net.metrics import Metrics
from server.net.window import Window, windows
from server.store import Committed, Row, SnapshotData, StoreUnavailable
from server.store.group_commit import GroupCommit
from server.store.pages import fitting

log = logging.getLogger(__name__)

PAGE: Final = 1000  # rows of the journal in one read of a replay
NOWHERE: Final = -1  # the cursor amid the parts of a snapshot: no event comes between them
YIELD_EVERY: Final = 500  # writes before others have their turn on the loop


class Hub:
    """Sends what is committed to whoever listens, at once after a quiet spell, else every `window` seconds."""

    def __init__(self, database: GroupCommit, metrics: Metrics, *, window: float = BATCH_MS / 1000) -> None:
        self._database = database
        self._metrics = metrics
        self._store = database.store
        self.epoch = self._store.epoch()
        self.gym_id = self._store.gym_id()
        self.stats = self._store.stats()
        self.sights = Sights(self._store.gym())  # what each role is told of members
        self.head = self.newest = self.stats.as_of_seq  # the newest row that was sent, and that has come in
        self.window = window
        self.connections: set[Connection] = set()
        self._pending: list[Row] = []
        self._lately = Lately()
        self._wake = asyncio.Event()
        self._flushing = asyncio.Lock()
        self._behind: dict[Connection, asyncio.Task[None]] = {}
        self._fed_at = 0.0
        metrics.watch(behind=lambda: len(self._behind), head=lambda: self.head, stats=lambda: self.stats)

    async def begin_anew(self) -> None:
        """The journal has another epoch: where the one before was counts no more, and nothing of it is told."""
        data = await self._database.query(self._store.snapshot)
        async with self._flushing:
            self.epoch, self.stats, self.sights = data.epoch, data.stats, Sights(data.gym)
            self.head = self.newest = data.seq
            self._pending, self._lately = [], Lately()

    def join(self, connection: Connection) -> None:
        """From here on the connection gets every event after the head."""
        connection.cursor = self.head
        self.connections.add(connection)

    def leave(self, connection: Connection) -> None:
        self.connections.discard(connection)
        if (task := self._behind.pop(connection, None)) is not None:
            task.cancel()

    # --- what comes in --------------------------------------------------------------------------------------------

    def feed(self, committed: Committed) -> bool:
        """Takes the rows that are new. False where some are missing in between: somebody else wrote them, and they
        have to be read from the journal."""
        rows = [row for row in committed.rows if row.seq > self.newest]
        if rows and rows[0].seq != self.newest + 1:
            return False
        if rows and not self._pending:
            self._fed_at = asyncio.get_running_loop().time()
        self._pending += rows
        self.newest = rows[-1].seq if rows else self.newest
        if tell_of_deleted(rows):
            self._lately.forget()
        for gym in [row for row in rows if row.type == Gym.type][-1:]:
            self.sights = Sights(codec.convert(gym.payload, Gym))
        if committed.stats.as_of_seq >= self.stats.as_of_seq:
            self.stats = committed.stats
        self._wake.set()
        return True

    # --- what goes out --------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Flushes windows for ever."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            fault("before_fanout")
            await self.flush()
            await asyncio.sleep(self.window)
            fault("after_fanout")

    async def flush(self) -> None:
        """Sends what is pending to every cursor at the head; whoever cannot take it gets a replay from the journal."""
        async with self._flushing:  # a drain flushes too: two at once would send windows out of order
            rows, self._pending = self._pending, []
            fed_at, is_kept = self._fed_at, not tell_of_deleted(rows)
            for window in windows(rows, self.head, self.stats):
                self.head = window.seq
                if rows and is_kept:
                    self._lately.keep(window)
                written: Counter[int] = Counter()  # messages, by their bytes
                for number, connection in enumerate(list(self.connections), 1):
                    if connection.cursor == window.prev_seq and not connection.is_full:
                        framed = window.framed(self.sights.of(connection.role))
                        connection.write(framed.frame)
                        connection.cursor = window.seq
                        written[framed.size] += 1
                    else:
                        self._follow(connection)
                    if number % YIELD_EVERY == 0:
                        await asyncio.sleep(0)
                self._metrics.batch_events.observe(window.seq - window.prev_seq)
                self._metrics.batch_bytes.observe(max(written, default=0))
                for size, count in written.items():
                    self._metrics.count(Batch.type, "out", size, count)
            if rows:
                self._metrics.fanout_seconds.observe(asyncio.get_running_loop().time() - fed_at)

    # --- replay, for those behind -------------------------------------------------------------------------------------

    async def resume(self, connection: Connection, wanted: Resume) -> Resumed:
        """Moves the connection's cursor back to where the client is; where it cannot be, to a snapshot's position."""
        oldest = await self._database.reads_of(connection.user)(self._store.oldest)
        known = wanted.epoch == self.epoch and oldest - 1 <= wanted.seq <= self.head
        # Above `MAX_REPLAY` rows a snapshot is less to send; `full` is for whoever needs each event, not the state.
        known = known and (wanted.full or self.head - wanted.seq <= MAX_REPLAY)
        if known and wanted.visit is None:
            connection.cursor = wanted.seq
            self._follow(connection, again=True)
            return Resumed("events")
        self._follow(connection, again=True, snapshot=wanted if known else Resume())
        return Resumed("snapshot")

    def _follow(self, connection: Connection, *, again: bool = False, snapshot: Resume | None = None) -> None:
        """Has a task bring the connection to the head; one is enough, unless it has to start `again`."""
        if (running := self._behind.get(connection)) is not None and not running.done():
            if not again:
                return
            running.cancel()
        task = asyncio.create_task(self._catch_up(connection, snapshot=snapshot, lately=not again))
        self._behind[connection] = task
        task.add_done_callback(lambda done: self._caught_up(connection, done))

    def _caught_up(self, connection: Connection, task: asyncio.Task[None]) -> None:
        if self._behind.get(connection) is task:
            del self._behind[connection]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a connection could not be brought up to date", exc_info=error)

    async def _catch_up(self, connection: Connection, *, snapshot: Resume | None, lately: bool) -> None:
        """With the windows of the last moments, or in as few as there can be."""
        try:
            if snapshot is not None:
                await self._send_snapshot(connection, snapshot)
            while connection.is_open and connection.cursor < self.head:
                await connection.drained()
                if lately and (window := self._lately.behind(connection.cursor)) is not None:
                    self._send(connection, window)
                    continue
                reads = self._database.reads_of(connection.user)
                rows = await reads(self._store.read, connection.cursor, PAGE)
                if rows and rows[0].seq > connection.cursor + 1:  # the journal was trimmed while somebody read it all
                    await self._send_snapshot(connection)
                    continue
                rows = await reads(without_deleted, self._store, rows)
                end = (self._lately.first_behind(connection.cursor) if lately else None) or self.head
                await self._send_rows(connection, [row for row in rows if connection.cursor < row.seq <= end])
        except StoreUnavailable as unavailable:
            log.error("%s A connection comes back when it can.", unavailable)
            await connection.close(1013, "The database cannot be read just now.")
        except Exception:  # else it would stay, and be told nothing more
            log.exception("a connection could not be brought up to date")
            await connection.close(1011, "What has happened could not be told: please come back.")

    async def _send_rows(self, connection: Connection, rows: Sequence[Row]) -> None:
        for window in windows(rows, connection.cursor, self.stats):
            if connection.is_full:
                await connection.drained()
            if connection.cursor == window.prev_seq:
                self._send(connection, window)

    def _send(self, connection: Connection, window: Window) -> None:
        framed = window.framed(self.sights.of(connection.role))
        connection.write(framed.frame)
        connection.cursor = window.seq
        self._metrics.count(Batch.type, "out", framed.size)

    async def _send_snapshot(self, connection: Connection, rest: Resume | None = None) -> None:
        """All of it; or, of one that broke off, the visits that had not come, as they are now, and what has happened
        since it was begun. Of a visit that is in both the last word counts: the same as one snapshot then."""
        seq, visit = (None, None) if rest is None or rest.visit is None else (rest.seq, rest.visit)
        data = await self._database.reads_of(connection.user)(self._store.snapshot, seq=seq, visit=visit)
        connection.cursor = NOWHERE
        for part in _parts(data):
            await connection.drained()
            await asyncio.sleep(0)  # what the client has sent meanwhile is read, or it would wait for the last part
            connection.write(frame(part))
            self._metrics.count(Snapshot.type, "out", len(part))
        connection.cursor = data.seq


def _parts(data: SnapshotData) -> Iterator[bytes]:
    """A snapshot as messages of far less than `MAX_PART` bytes: what was sent in part when a line breaks is sent again.
    The recent past goes with the last."""
    parts: list[tuple[list[bytes], list[bytes]]] = [(page, []) for page in _pages(data.present)] or [([], [])]
    parts += [([], page) for page in _pages(data.roll_call)]
    for present, roll_call in parts[:-1]:
        yield _part(data, present, (), roll_call, more=True)
    yield _part(data, parts[-1][0], data.recent[: fitting(data.recent, MAX_PART // 4)], parts[-1][1], more=False)


def _pages(items: Sequence[bytes]) -> Iterator[list[bytes]]:
    """The items in order, as many at a time as one part holds."""
    page: list[bytes] = []
    size = 0
    for item in items:
        if page and size + len(item) > MAX_PART // 8:
            yield page
            page, size = [], 0
        page.append(item)
        size += len(item) + 1
    if page:
        yield page


def _part(
    data: SnapshotData, present: Sequence[bytes], recent: Sequence[bytes], roll_call: Sequence[bytes], *, more: bool
) -> bytes:
    return b'{"type":"%b","payload":{"epoch":%b,"seq":%d,"gym":%b,"present":%b,"recent":%b,"stats":%b,"more":%b%b}}' % (
        Snapshot.type.encode(),
        codec.encode(data.epoch),
        data.seq,
        codec.encode(data.gym),
        codec.as_list(present),
        codec.as_list(recent),
        codec.encode(data.stats),
        codec.encode(more),
        b',"roll_call":' + codec.as_list(roll_call) if roll_call else b"",
    )
