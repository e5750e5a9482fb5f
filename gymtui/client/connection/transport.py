"""The transport: one WebSocket, from the upgrade to the close; however it ends, it is `Ended`."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, Final, Protocol
from urllib.parse import urlencode, urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.protocol import State

from gymtui import __version__, certificates, codec
from gymtui.client.connection.reconnect import ABNORMAL, SENTENCES, Ended, asked_for, sentence
from gymtui.client.errors import AuthenticationProblem, misdirected
from gymtui.client.tasks import timeout
from gymtui.faults import fault
from gymtui.protocol import MAX_FRAME, PING_EVERY, SILENCE, AuthResponse, Close, ConnectionStatus, ErrorBody

logger = logging.getLogger(__name__)

# The library's own debug lines have the request's headers in them, and with them the token.
_wire = logging.getLogger("gymtui.client.wire")
_wire.setLevel(logging.INFO)

GREET_WITHIN: Final = 10.0  # seconds from the upgrade to `connection_status`
SEND_WITHIN: Final = 10.0  # seconds for a message to leave this machine
CLOSE_WITHIN: Final = 2.0  # seconds for a polite end


class PatientConnection(ClientConnection):
    """Pings every `ping_interval` seconds, and is over when no byte at all has come for `ping_timeout` seconds.

    The library's own keepalive waits for the answer to one ping. On a slow line that stands behind a minute of
    snapshot, so the library would end the connection, the snapshot would begin again, and so on for ever. And where the
    other side takes nothing, it would wait for ever itself.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._heard_at = self.loop.time()

    def data_received(self, data: bytes) -> None:
        self._heard_at = self.loop.time()
        super().data_received(data)
        if self.protocol.close_rcvd is not None:
            self.transport.close()  # the answer is written; whether it gets there may be why the other side goes

    async def keepalive(self) -> None:
        assert self.ping_interval is not None
        assert self.ping_timeout is not None
        while (left := self._heard_at + self.ping_timeout - self.loop.time()) > 0:
            await asyncio.sleep(min(self.ping_interval, left))
            if not self.transport.is_reading():  # who is not listened to cannot be heard
                self._heard_at = self.loop.time()
            if self.protocol.state is State.OPEN:
                self.protocol.send_ping(b"")
                self.send_data()  # without waiting, as the library would: that may be for ever
        self.transport.abort()


OPTIONS: Final[dict[str, Any]] = {
    "create_connection": PatientConnection,
    "ping_interval": PING_EVERY,
    "ping_timeout": SILENCE,
    "open_timeout": 10,
    "close_timeout": CLOSE_WITHIN,
    "max_size": MAX_FRAME,
    "compression": None,  # 50 KiB a connection and a side channel, for less than batches save
    "proxy": None,
    "user_agent_header": f"gymtui/{__version__}",
    "logger": _wire,
}


class Abortable(Protocol):
    """What is under a socket."""

    def abort(self) -> None: ...


class Socket(Protocol):
    """What a connection has to be able to do: `websockets`' own can, and `MockWebSocket`'s."""

    @property
    def transport(self) -> Abortable: ...

    async def send(self, message: bytes, *, text: bool | None = None) -> None: ...

    async def recv(self, decode: bool | None = None) -> str | bytes: ...

    async def close(self, code: int = 1000, reason: str = "") -> None: ...


Connect = Callable[..., Awaitable[Socket]]


class Transport:
    """An open WebSocket. Every method but `hang_up` raises `Ended` when it is over."""

    def __init__(self, socket: Socket, *, send_within: float = SEND_WITHIN) -> None:
        self._socket = socket
        self._send_within = send_within
        self._stalled = False
        self.error: ErrorBody | None = None  # what the server said was wrong, before it closes

    async def greet(self) -> tuple[AuthResponse, ConnectionStatus]:
        """Waits for the server's yes and its position. AuthenticationProblem for its no, unless the token only has
        expired: that is `Ended` with its code."""
        auth: AuthResponse | None = None
        try:
            async with timeout(GREET_WITHIN):
                while True:
                    message = await self._message()
                    if isinstance(message, AuthResponse):
                        auth = message
                    elif isinstance(message, ErrorBody):
                        self.error = message
                    elif isinstance(message, ConnectionStatus) and auth is not None and auth.success:
                        return auth, message
        except TimeoutError as error:
            ended = Ended("The server took the connection, and then said nothing.")
            raise self._denied(auth, ended) from error
        except Ended as ended:
            raise self._denied(auth, ended) from ended

    @staticmethod
    def _denied(auth: AuthResponse | None, ended: Ended) -> Exception:
        if auth is None or auth.success or ended.code == Close.TOKEN_EXPIRED:
            return ended
        return AuthenticationProblem(auth.message or SENTENCES[Close.BAD_TOKEN])

    async def _message(self) -> object:
        try:
            return codec.read_frame(await self.receive()).message
        except codec.Unreadable as error:
            logger.warning("A message before the greeting cannot be read: %s", error)
            return None

    async def receive(self) -> str | bytes:
        try:
            message = await self._socket.recv(decode=False)
        except ConnectionClosed as closed:
            raise self._ended(closed) from closed
        fault("after_receive")
        return message

    async def send(self, message: bytes) -> None:
        """Sends one text frame; what is called first is sent first."""
        fault("before_send")
        try:
            async with timeout(self._send_within):
                await self._socket.send(message, text=True)
        except TimeoutError as error:
            # A peer that reads nothing keeps the library waiting for ever, in `close` too.
            self._stalled = True
            self._socket.transport.abort()
            raise Ended(SENTENCES[Close.STALLED]) from error
        except ConnectionClosed as closed:
            raise self._ended(closed) from closed
        fault("after_send")

    async def hang_up(self) -> None:
        """The polite end, within a bound."""
        try:
            async with timeout(CLOSE_WITHIN + 1):
                await self._socket.close(Close.DONE)
        except TimeoutError:
            self._socket.transport.abort()

    def _ended(self, closed: ConnectionClosed) -> Ended:
        """A code counts as the server's word only where the server said it first."""
        if self._stalled:
            return Ended(SENTENCES[Close.STALLED])
        said = closed.rcvd if closed.rcvd_then_sent is not False else None
        code = ABNORMAL if said is None else said.code
        # Our own words say what to do; the server's, when to come back, what a code means that is not known here, and
        # why a person has ended it.
        theirs = code not in SENTENCES or code == Close.CLOSED
        if self.error is not None and (self.error.retry_after_ms is not None or theirs):
            return Ended(self.error.message, code=code, wait=asked_for(self.error))
        return Ended(sentence(code), code=code)


class NoFrontDesk(Ended):
    """What answers speaks HTTP with this `status`, and is no front desk."""

    def __init__(self, server: str, status: int) -> None:
        super().__init__(f"What answers at {server} is no front desk (HTTP {status}): please check the address.")
        self.status = status


def address(url: str, desk: str | None) -> str:
    """The URL to connect to, with the desk's name in its query."""
    if not desk:
        return url
    parts = urlsplit(url)
    query = urlencode({"desk": desk})
    return urlunsplit(parts._replace(query=f"{parts.query}&{query}" if parts.query else query))


def credentials(token: str) -> dict[str, str]:
    """The header that has the token. It could stand in the URL too, and then in the log of each proxy on the way."""
    return {"Authorization": f"Bearer {token}"}


async def dial(
    connect: Connect, url: str, token: str, desk: str | None, *, send_within: float = SEND_WITHIN
) -> Transport:
    """A new connection. Ended where there is none to be had (NoFrontDesk: who answers is none); AuthenticationProblem
    for an HTTP 401 or 403."""
    server = urlsplit(url).netloc
    try:
        opened = await connect(address(url, desk), additional_headers=credentials(token), **OPTIONS)
        return Transport(opened, send_within=send_within)
    except InvalidStatus as error:
        status = error.response.status_code
        if status in (401, 403):
            raise AuthenticationProblem(SENTENCES[Close.BAD_TOKEN]) from error
        if status == HTTPStatus.MISDIRECTED_REQUEST:
            raise Ended(misdirected(server)) from error
        raise NoFrontDesk(server, status) from error
    except TimeoutError as error:
        raise Ended(f"The server at {server} does not answer.") from error
    except ConnectionRefusedError as error:
        raise Ended(f"Nobody answers at {server}: is the server running?") from error
    except socket.gaierror as error:
        raise Ended(f"{server} is not known here: please check the address and the network.") from error
    except (OSError, WebSocketException, ValueError) as error:
        if (wrong := certificates.sentence(error, server)) is not None:
            raise Ended(wrong) from error
        raise Ended(f"The server at {server} cannot be reached: please check the network.") from error
