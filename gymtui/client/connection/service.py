"""The connection service: one task that holds a connection (heartbeat, silence, replay), and reconnects."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final
from urllib.parse import urlsplit

import websockets.asyncio.client
from msgspec import Raw

from gymtui import clock
from gymtui.client.connection.conversation import Conversation
from gymtui.client.connection.dialer import Dialer
from gymtui.client.connection.dispatch import Dispatcher, Handler
from gymtui.client.connection.follower import Follower, Journal
from gymtui.client.connection.published_state import PublishedState
from gymtui.client.connection.reconnect import Backoff, Ended
from gymtui.client.connection.reconnect_loop import ReconnectLoop
from gymtui.client.connection.server_clock import ServerClock
from gymtui.client.connection.transport import SEND_WITHIN, Connect
from gymtui.client.errors import ConnectionProblem, Disconnected, Problem, ProcessingProblem
from gymtui.client.login.login import Login
from gymtui.client.state import ConnectionState
from gymtui.client.tasks import until_first
from gymtui.protocol import EVENTS, Request, Role, Snapshot, Stats

KINDS: Final = (*EVENTS, Stats.type, Snapshot.type, "frame", "events", "connection", "time", "problem")


class WebSocketService:
    """The connection of one desk, for as long as `run` runs; where its one task stands is its `state`. Events are in
    the journal before anybody hears of them.

    Args:
        url: The server's WebSocket, `ws:` or `wss:`; where nothing is there, its usual path is tried by itself.
        login: Whose connection it is.
        journal: Where events go; its position is the cursor that the replay begins at.
        desk: The name under which the server records what is done here.
        full: Asks for every event since the cursor, and for a snapshot only where the server has them no longer.
        connect: Opens a WebSocket, as `websockets.asyncio.client.connect` does; MockWebSocket stands in for it.
        send_within: Seconds that a message may take to leave this machine, before the connection counts as stalled.
        clock: The time of day (ms), by this machine.
        timer: Seconds that never go back, to measure the latency.
        sleep: Waits so many seconds; a test has its own.
        random: 0 to 1, for the jitter of the backoff.
        new_id: Gives an id for a request that has none.

    Raises:
        ValueError: `url` is no WebSocket's.
    """

    def __init__(
        self,
        url: str,
        login: Login,
        journal: Journal,
        *,
        desk: str | None = None,
        full: bool = False,
        connect: Connect = websockets.asyncio.client.connect,
        send_within: float = SEND_WITHIN,
        clock: clock.Clock = clock.now,
        timer: Callable[[], float] = time.perf_counter,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        random: Callable[[], float] = random.random,
        new_id: Callable[[], str] = clock.new_id,
    ) -> None:
        self._login = login
        self._follower = Follower(journal, full=full)
        self._dispatcher = Dispatcher(KINDS, self.report)
        self._closed = asyncio.Event()
        backoff = Backoff(random)
        self._published = PublishedState(self._dispatcher, backoff, clock)
        self._become = self._published.become
        self.problems = 0  # messages that could not be read and handlers that failed
        self._server_clock = ServerClock(clock, self.report, partial(self._dispatcher.publish, "time"))
        self._reconnects = ReconnectLoop(login, backoff, self._published, self.report, clock=clock, sleep=sleep)
        self._conversation = Conversation(
            login,
            Dialer(connect, _checked(url), send_within=send_within, found=self._found),
            self._follower,
            self._dispatcher,
            self._published,
            backoff=backoff,
            server_clock=self._server_clock,
            report=self.report,
            desk=desk,
            clock=clock,
            timer=timer,
            sleep=sleep,
            new_id=new_id,
        )

    @property
    def state(self) -> ConnectionState:
        """Where the connection stands."""
        return self._published.state

    @property
    def user(self) -> str | None:
        """Whose login it is, also before the server has said so."""
        return self.state.user or self._login.user

    @property
    def role(self) -> Role | None:
        """What that user may do, also before the server has said so; None where nobody knows."""
        return self.state.role or self._login.role

    @property
    def clock_offset(self) -> int:
        """Milliseconds that the server's clock is ahead of this machine's."""
        return self._server_clock.offset

    @property
    def in_step(self) -> bool:
        """Is the journal the server's, without a gap that is known?"""
        return self._conversation.session is not None and self._follower.in_step

    async def run(self) -> None:
        """Connects, and reconnects whenever the connection goes, until `close`. Cancelled, it says goodbye too."""
        try:
            await until_first(self._reconnects.run(self._conversation.hold), self._closed.wait())
        finally:
            self._become("stopped")

    async def close(self) -> None:
        """Ends `run`, politely: the server sees 1000."""
        self._closed.set()

    def retry_now(self) -> None:
        """Ends the wait for the next try, where there is one."""
        if self.state.phase in ("waiting", "stopped"):
            self._reconnects.go_on()

    def logged_in(self) -> None:
        """A person has logged in: goes on from phase `logged_out`, or connects anew as that person."""
        self._published.change(user=self._login.user, role=self._login.role)
        if self.state.phase == "logged_out":
            self._reconnects.go_on()
        else:
            self._conversation.begin_anew.set()
            self.retry_now()

    def logged_out(self) -> None:
        """The person has logged out: ends the connection, and waits in phase `logged_out` for whoever comes next."""
        self.logged_in()

    def subscribe(self, kind: str, handler: Handler) -> Callable[[], None]:
        """Calls `handler` with everything of this kind until the function that comes back is called; what it raises is
        a ProcessingProblem, and harms nobody else.

        Args:
            kind: One of `KINDS`. The type of an event, or `"stats"`: its payload. `"events"`: all events of one frame,
                in `seq` order; `"frame"`, just before: its bytes. `"snapshot"`: its last part. `"connection"`: each new
                ConnectionState. `"time"`: the server's time of day (ms), and the seconds that it was there and back.
                `"problem"`: a Problem.

        Raises:
            ValueError: There is no such kind.
        """
        return self._dispatcher.subscribe(kind, handler)

    async def request(self, request: Request, *, id: str | None = None) -> Raw:
        """Asks, and waits for the `result` of the reply; requests leave in the order of the calls.

        Args:
            request: What to ask.
            id: The idempotency key of a command, so that it may be sent again; a fresh one where there is none.

        Raises:
            RequestRefused: The server said no.
            Disconnected: Nobody knows what it said: there is no connection, it went, or 30 seconds passed.
            ValueError: A request with this id waits for its answer already.
        """
        if (session := self._conversation.session) is None:
            raise Disconnected("There is no connection to the server.")
        return await session.request(request, id)

    async def catch_up(self) -> None:
        """Asks for what the journal lacks, after its position was set back; without a connection, the next one does.

        Raises:
            Disconnected: The connection has just gone.
        """
        if (session := self._conversation.session) is not None:
            try:
                await session.catch_up()
            except Ended as ended:
                raise Disconnected(str(ended), code=ended.code) from ended

    def report(self, problem: Problem) -> None:
        """Tells whoever listens for problems; what could not be processed is counted."""
        if isinstance(problem, ProcessingProblem):
            self.problems += 1
        self._dispatcher.publish("problem", problem)

    def _found(self, note: str) -> None:
        self.report(ConnectionProblem(note))


def _checked(url: str) -> str:
    if urlsplit(url).scheme not in ("ws", "wss") or not urlsplit(url).hostname:
        raise ValueError(f"{url} is no server's address: please give one like ws://HOST:PORT/ws/checkins/.")
    return url
