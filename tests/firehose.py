"""A played server on a real socket that pours events over whoever connects.

`python -m tests.firehose 100 0.1` is one in a process of its own: so many events in a batch, and how often. It prints
its URL, and ends with whoever started it.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from types import TracebackType
from typing import Self

from msgspec.structs import replace
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from gymtui import clock
from gymtui.client import MockWebSocket
from gymtui.client.mock import MockConnection
from gymtui.client.tasks import until_first
from gymtui.protocol import (
    CheckInEvent,
    ListConnections,
    MembersPage,
    Request,
    Resume,
    Resumed,
    ServerStats,
    SyncMembers,
)
from tests.factories import snapshot, visit
from tests.played_connections import seen


def answer(connection: MockConnection, request: Request, id: str | None) -> None:
    """An empty gym: no members, nobody in."""
    seq = connection.server.seq
    if isinstance(request, Resume):
        connection.reply(id, Resumed("snapshot"))
        connection.send_message(snapshot(seq))
    elif isinstance(request, SyncMembers):
        connection.reply(id, MembersPage(members=(), next_after_seq=seq, more=False, as_of_seq=seq))
    elif isinstance(request, ListConnections | ServerStats):
        connection.reply(id, seen(request))


PEOPLE = 7000


def come_and_go(seq: int, now: str) -> CheckInEvent:
    """Everyone comes in turn, then everyone leaves, and so on."""
    turn, number = divmod(seq, PEOPLE)
    came, leaves = visit(number, f"Member {number}", check_in_time=now), turn % 2 == 1
    return replace(
        came,
        id=f"v{turn // 2}-{number}",
        status="checked_out" if leaves else "checked_in",
        check_out_time=now if leaves else None,
        seq=seq,
    )


class Firehose:
    """So many `events` in one batch, `every` so many seconds; `sent` is how many there were."""

    def __init__(self, *, events: int, every: float) -> None:
        self._events = events
        self._every = every
        self._played = MockWebSocket(seq=1, answer=answer)
        self.sent = 0

    async def __aenter__(self) -> Self:
        self._listener: Server = await serve(self._serve, "127.0.0.1", 0, compression=None)
        self.url = f"ws://127.0.0.1:{self._listener.sockets[0].getsockname()[1]}/ws/checkins/"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()
        await self._listener.wait_closed()

    async def _serve(self, socket: ServerConnection) -> None:
        played = await self._played("")

        async def up() -> None:
            async for message in socket:
                await played.send(message.encode() if isinstance(message, str) else message, text=True)

        async def down() -> None:
            while True:
                await socket.send(await played.recv(), text=True)

        async def pour() -> None:
            due = asyncio.get_running_loop().time()
            while True:
                due += self._every
                await asyncio.sleep(due - asyncio.get_running_loop().time())
                now, first = clock.to_text(clock.now()), self._played.seq + 1
                played.events(*(come_and_go(seq, now) for seq in range(first, first + self._events)))
                self.sent += self._events

        with suppress(ConnectionClosed):
            await until_first(up(), down(), pour())


async def main(events: int, every: float) -> None:
    """Until nobody holds its input any more."""
    async with Firehose(events=events, every=every) as firehose:
        print(firehose.url, flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
