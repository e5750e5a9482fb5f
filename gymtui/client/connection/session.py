"""The client's session: requests, replies, events and replay over one connection, once the server has said who this
is."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from msgspec import UNSET, Raw

from gymtui import codec
from gymtui.client.connection.follower import Follower
from gymtui.client.connection.pending_replies import PendingReplies
from gymtui.client.connection.reconnect import Ended
from gymtui.client.connection.silence import SilenceDetector
from gymtui.client.connection.transport import Transport
from gymtui.client.errors import Disconnected, Problem, ProcessingProblem, RequestRefused
from gymtui.client.tasks import timeout
from gymtui.protocol import (
    AuthResponse,
    Batch,
    ConnectionStatus,
    ErrorBody,
    Event,
    HeartbeatAck,
    Ping,
    Pong,
    Reply,
    Request,
    Resume,
    ServerMessage,
    Snapshot,
    Stats,
)

logger = logging.getLogger(__name__)

REPLY_WITHIN: Final = 30.0  # seconds; the command is then sent again under its idempotency key, or the person told
NO_REASON: Final = ErrorBody(code="internal", message="The server gave no reason.", retryable=False)


class ClientSession:
    """Reads one connection to its end. Events go to the journal first, then to whoever listens (`publish`); what cannot
    be read is given to `report`, and the next message is read as ever."""

    def __init__(
        self,
        transport: Transport,
        follower: Follower,
        *,
        publish: Callable[[str, object], None],
        report: Callable[[Problem], None],
        on_pong: Callable[[float, str], None],
        silence: SilenceDetector,
        new_id: Callable[[], str],
    ) -> None:
        self._transport = transport
        self._follower = follower
        self._publish = publish
        self._report = report
        self._on_pong = on_pong
        self._silence = silence
        self._new_id = new_id
        self._replies = PendingReplies()
        self._resume_id: str | None = None

    async def greet(self, status: ConnectionStatus) -> None:
        """Compares positions, and asks for what is missing."""
        with self._journal_errors_end_it():
            resume = self._follower.greet(status.epoch, status.seq)
        await self._send_resume(resume)

    async def catch_up(self) -> None:
        """Asks for what the journal lacks, whose position was set back."""
        await self._send_resume(self._follower.catch_up())

    async def read(self) -> None:
        """Takes message after message; ends only with `Ended`."""
        while True:
            data = await self._transport.receive()
            self._silence.heard()
            try:
                frame = codec.read_frame(data)
            except codec.Unreadable as error:
                self._report_unreadable(error)
            else:
                if frame.seq is not None:
                    self._publish("frame", data)
                await self._take(frame)

    async def send(self, request: Request, id: str | None = None) -> None:
        await self._transport.send(codec.message(request, id))

    async def ping(self, ping: Ping) -> None:
        """Asks whether anybody is there; `on_pong` is called when they are."""
        self._silence.asked()
        await self.send(ping)

    async def request(self, request: Request, id: str | None) -> Raw:
        """As `WebSocketService.request`."""
        id = id or self._new_id()
        self._silence.asked()
        with self._replies.expect(id) as waiting:
            try:
                async with timeout(REPLY_WITHIN):
                    await self.send(request, id)
                    answer = await waiting
            except Ended as ended:
                raise Disconnected(str(ended), code=ended.code) from ended
            except TimeoutError as error:
                raise Disconnected(f"The server has not answered within {REPLY_WITHIN:.0f} seconds.") from error
        if isinstance(answer, Disconnected):
            raise answer
        if answer.ok:
            return answer.result
        raise RequestRefused(answer.error or NO_REASON)

    def abandon(self, reason: str, code: int | None = None) -> None:
        """No answer will come to any request."""
        self._replies.abandon(Disconnected(reason, code=code))

    # --- what comes -----------------------------------------------------------------------------------------------

    async def _take(self, frame: codec.Frame) -> None:
        self._transport.error = frame.message if isinstance(frame.message, ErrorBody) else None
        for failure in frame.failures:
            self._report_unreadable(failure)
        if frame.seq is not None:
            with self._journal_errors_end_it():
                events, resume = self._follower.take(frame, frame.seq)
            self._publish_events(events)
            await self._send_resume(resume)
        elif frame.events:
            self._publish_events(frame.events)  # of no journal: shown, not kept
        if frame.stats is not None:
            self._publish(Stats.type, frame.stats)
        if frame.message is not None:
            await self._take_message(frame.message, frame.id)
        await asyncio.sleep(0)  # a long replay leaves the screen its turns

    async def _take_message(self, message: ServerMessage, id: str | None) -> None:
        if isinstance(message, Event):
            self._publish_events([message])
            return
        match message:
            case Reply():
                self._take_reply(message, id)
            case Snapshot():
                await self._restore(message)
            case Pong():
                self._take_pong(message)
            case Stats():
                self._publish(Stats.type, message)
            case ErrorBody() if message.retryable:
                logger.warning("The server says: %s", message.message)
            case ErrorBody():
                self._report(ProcessingProblem(message.message, kind=message.type))
            case ConnectionStatus():
                if message.status == "connected":
                    await self.greet(message)
            case AuthResponse():
                if not message.success:
                    logger.warning("The server does not take the renewed login: %s", message.message)
            case HeartbeatAck() | Batch():
                pass  # the answer to what only the seed's clients send; and what has been read as events already

    def _take_reply(self, reply: Reply, id: str | None) -> None:
        """To whoever asked. The one to a `Resume` is the session's own; after a no there is nothing to go on with."""
        if id is None or id != self._resume_id:
            self._replies.settle(id, reply)
            return
        self._resume_id = None
        if not reply.ok:
            raise Ended(reply.error.message if reply.error else "The server cannot say what has happened meanwhile.")
        try:
            self._follower.resumed(reply)
        except codec.Unreadable as error:
            raise Ended("The server's answer about what has happened meanwhile cannot be read.") from error

    def _take_pong(self, pong: Pong) -> None:
        """Says when its ping was sent, by the timer of whoever sent it, and the server's time."""
        if pong.sent_at is not UNSET:
            try:
                self._on_pong(codec.convert(pong.sent_at, float), pong.server_time)
            except codec.Unreadable as error:
                self._report_unreadable(error)

    async def _restore(self, part: Snapshot) -> None:
        with self._journal_errors_end_it():
            resume = self._follower.restore(part)
        if not part.more:
            self._publish(Stats.type, part.stats)
            self._publish(Snapshot.type, part)
        await self._send_resume(resume)

    def _publish_events(self, events: Sequence[Event]) -> None:
        for event in events:
            self._publish(event.type, event)
        if events:
            self._publish("events", events)

    async def _send_resume(self, resume: Resume | None) -> None:
        if resume is not None:
            self._resume_id = self._new_id()
            await self.send(resume, self._resume_id)

    def _report_unreadable(self, error: codec.Unreadable) -> None:
        logger.warning("A message from the server cannot be read: %s", error)
        self._report(ProcessingProblem(str(error), kind="message"))
        if error.id is not None:
            self._replies.settle(error.id, Disconnected("The server's answer cannot be read."))

    @contextmanager
    def _journal_errors_end_it(self) -> Iterator[None]:
        """A journal that cannot take an event has not moved: the connection starts again from where it stands."""
        try:
            yield
        except Exception as error:
            logger.exception("The journal failed")
            problem = ProcessingProblem(f"What happened at the gym cannot be kept here: {error}", kind="events")
            problem.__cause__ = error
            self._report(problem)
            raise Ended(str(problem)) from error
