"""A fake server for tests: `MockWebSocket` is given as `connect`, and nothing goes over a network.

server = MockWebSocket()
service = WebSocketService("ws://gym.test/", Login("ws://gym.test/", token="t"), Bookmark(), connect=server)
running = asyncio.create_task(service.run())
connection = await server.accepted()        # opened, and greeted as a server would
connection.events(visit)                    # a batch, right after what came before
request, id = await connection.received(CheckIn)
connection.reply(id, visit)
connection.cut()                            # and the service comes back
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from msgspec import Struct
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, ConnectionClosedOK
from websockets.frames import Close as CloseFrame

from gymtui import clock, codec
from gymtui.protocol import (
    VERSION,
    AuthResponse,
    ConnectionStatus,
    ErrorBody,
    ErrorCode,
    Event,
    Ping,
    Pong,
    Request,
    Role,
    ServerMessage,
    Stats,
)

WITHIN: Final = 5.0  # seconds that a test waits for what must come

R = TypeVar("R", bound=Struct)
Responder = Callable[["MockConnection", Request, str | None], None]


class MockConnection:
    """One connection as the server sees it; `headers` came with the client, `sent` is all that it has sent, `closed`
    the code that it closed with. Where the client pings, a pong goes back by itself."""

    def __init__(self, server: MockWebSocket, url: str, headers: Mapping[str, str]) -> None:
        self.server = server
        self.url = url
        self.headers = headers
        self.sent: list[bytes] = []
        self.closed: int | None = None
        self._incoming: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._requests: deque[tuple[Request, str | None]] = deque()
        self._came = asyncio.Event()
        self._end: ConnectionClosed | None = None
        self._over = asyncio.Event()
        self._stalled = False

    # --- what the server does -------------------------------------------------------------------------------------

    def authenticate(self, *, success: bool = True, message: str | None = None) -> None:
        """Says who the client is, or that nobody knows."""
        server = self.server
        if success:
            self.send_message(AuthResponse(success=True, user=server.user, role=server.role))
        else:
            self.send_message(AuthResponse(success=False, message=message or "This token is not known here."))

    def status(self) -> None:
        """Says where the server's journal stands."""
        server = self.server
        self.send_message(
            ConnectionStatus(
                status="connected",
                session_id=f"session-{len(server.connections)}",
                protocol=VERSION,
                server_time=clock.to_text(server.clock()),
                epoch=server.epoch,
                seq=server.seq,
                batch_ms=100,
                gym_id=server.gym_id,
            )
        )

    def send_message(self, message: ServerMessage, id: str | None = None) -> None:
        self.send_frame(codec.message(message, id))

    def send_frame(self, data: bytes) -> None:
        """Whatever it is, as one frame."""
        self._incoming.put_nowait(data)

    def send_halves(self, data: bytes) -> None:
        """One frame cut in two: neither half is a message."""
        self.send_frame(data[: len(data) // 2])
        self.send_frame(data[len(data) // 2 :])

    def events(self, *events: Event, prev_seq: int | None = None, stats: Stats | None = None) -> None:
        """A batch of events with their own `seq`, which covers what follows `prev_seq` (the server's last)."""
        batches: dict[str, list[bytes]] = {}
        for event in events:
            batches.setdefault(event.type, []).append(codec.encode(event))
        if stats is not None:
            batches[Stats.type] = [codec.encode(stats)]
        before = self.server.seq if prev_seq is None else prev_seq
        seq = max((event.seq for event in events), default=before)
        self.server.seq = max(self.server.seq, seq)
        self.send_frame(codec.batch(batches, before, seq))

    def reply(self, id: str | None, result: object) -> None:
        """The good answer to a request."""
        self.send_frame(codec.reply(id or "", codec.encode(result)))

    def refuse(self, id: str | None, code: ErrorCode, message: str = "No.", **more: Any) -> None:
        """The bad answer; `more` is `retryable`, `retry_after_ms` or `details`."""
        body = ErrorBody(code=code, message=message, **{"retryable": False, **more})
        self.send_frame(codec.refuse(id, body))

    def close_with(self, code: int, reason: str = "") -> None:
        """Closes, as a server does."""
        kind = ConnectionClosedOK if code in (1000, 1001) else ConnectionClosedError
        self._finish(kind(CloseFrame(code, reason), None))

    def cut(self) -> None:
        """The network goes, without a word."""
        self._finish(ConnectionClosedError(None, None))

    def stall(self) -> None:
        """Reads no more: whatever the client sends does not leave its machine."""
        self._stalled = True

    async def received(self, kind: type[R]) -> tuple[R, str | None]:
        """The next message of this kind with its id; waits for it, and passes over others.

        Raises:
            TimeoutError: None has come for 5 seconds.
        """
        async with asyncio.timeout(WITHIN):
            while True:
                while self._requests:
                    request, id = self._requests.popleft()
                    if isinstance(request, kind):
                        return request, id
                self._came.clear()
                await self._came.wait()

    def _finish(self, end: ConnectionClosed) -> None:
        if self._end is None:
            self._end = end
            self._over.set()
            self._incoming.put_nowait(None)

    # --- what the client does -------------------------------------------------------------------------------------

    @property
    def transport(self) -> MockConnection:
        return self

    def abort(self) -> None:
        self.cut()

    async def send(self, message: bytes, *, text: bool | None = None) -> None:
        if self._stalled:
            await self._over.wait()
        if self._end is not None:
            raise self._end
        assert text, "messages are text frames"
        self.sent.append(message)
        request, id = codec.read_request(message)
        if isinstance(request, Ping) and self.server.pongs:
            self.send_message(Pong(server_time=clock.to_text(self.server.clock()), sent_at=request.sent_at))
            return
        self._requests.append((request, id))
        self._came.set()
        if self.server.answer is not None:
            self.server.answer(self, request, id)

    async def recv(self, decode: bool | None = None) -> bytes:
        data = await self._incoming.get()
        if data is None:
            self._incoming.put_nowait(None)
            assert self._end is not None
            raise self._end
        return data

    async def close(self, code: int = 1000, reason: str = "") -> None:
        if self._end is None:
            self.closed = code
            self._finish(ConnectionClosedOK(None, CloseFrame(code, reason)))


class MockWebSocket:
    """Stands in for the server behind every connection that is made; `connections` has them all.

    Args:
        epoch: The name of its journal.
        gym_id: The name of its gym; None for a server of old, which does not say it.
        seq: Where that stands.
        user: Who the client is.
        role: What that one may do.
        greets: It says by itself who the client is and where the journal stands; else the test does.
        pongs: It answers pings by itself.
        answer: Is called with each other message, as it comes.
        clock: The server's time of day (ms).
    """

    def __init__(
        self,
        *,
        epoch: str = "epoch-1",
        gym_id: str | None = None,
        seq: int = 0,
        user: str = "sam",
        role: Role = "staff",
        greets: bool = True,
        pongs: bool = True,
        answer: Responder | None = None,
        clock: clock.Clock = clock.now,
    ) -> None:
        self.epoch = epoch
        self.gym_id = gym_id
        self.seq = seq
        self.user = user
        self.role: Role = role
        self.greets = greets
        self.pongs = pongs
        self.answer = answer
        self.clock = clock
        self.connections: list[MockConnection] = []
        self.options: dict[str, Any] = {}
        self._refusals: deque[Exception] = deque()
        self._fresh: asyncio.Queue[MockConnection] = asyncio.Queue()

    async def __call__(self, url: str, **options: Any) -> MockConnection:
        self.options = options
        if self._refusals:
            raise self._refusals.popleft()
        connection = MockConnection(self, url, options.get("additional_headers", {}))
        self.connections.append(connection)
        if self.greets:
            connection.authenticate()
            connection.status()
        self._fresh.put_nowait(connection)
        return connection

    def refuse(self, *errors: Exception) -> None:
        """The next tries to connect fail, each with one of these; without any, one is refused."""
        self._refusals.extend(errors or (ConnectionRefusedError(),))

    async def accepted(self) -> MockConnection:
        """The next connection that was made; waits for it.

        Raises:
            TimeoutError: None was made for 5 seconds.
        """
        async with asyncio.timeout(WITHIN):
            return await self._fresh.get()
