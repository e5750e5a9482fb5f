"""RFC 6455 in small: whatever octets come, our two connections answer, keep and close as the bare library's do."""

from __future__ import annotations

import asyncio
from typing import Any, Final, cast

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.server import Server as Listener
from websockets.asyncio.server import ServerConnection
from websockets.client import ClientProtocol
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.protocol import Protocol, State
from websockets.server import ServerProtocol
from websockets.uri import parse_uri

from gymtui.client.connection.transport import PatientConnection
from server.net.connection import Connection
from server.net.hearing import NO_TEXT
from tests.watchdog_kit import Pipe, Quiet

MOST: Final = 70_000  # bytes of a message
CONT, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
MASK: Final = b"\x37\xfa\x21\x3d"

Frames = list[tuple[int, bytes, bool, int]]


def f(opcode: int, data: bytes = b"", *, fin: bool = True, rsv: int = 0) -> tuple[int, bytes, bool, int]:
    return opcode, data, fin, rsv


CASES: Final[dict[str, Frames]] = {
    **{f"text of {size}": [f(TEXT, b"*" * size)] for size in (0, 1, 125, 126, 127, 128, 65_535, 65_536, MOST)},
    **{f"binary of {size}": [f(BINARY, b"\xfe" * size)] for size in (0, 125, 126, 65_536)},
    "more than there may be": [f(TEXT, b"*" * (MOST + 1))],
    "more in fragments": [f(TEXT, b"*" * MOST, fin=False), f(CONT, b"*")],
    "fragments": [f(TEXT, b"a", fin=False), f(CONT, b"b", fin=False), f(CONT, b"c")],
    "empty fragments": [f(TEXT, fin=False), f(CONT, fin=False), f(CONT)],
    "binary fragments": [f(BINARY, b"\x00", fin=False), f(CONT, b"\xff")],
    "a ping between": [f(TEXT, b"a", fin=False), f(PING, b"p"), f(CONT, b"b")],
    "a pong between": [f(TEXT, b"a", fin=False), f(PONG, b"p"), f(CONT, b"b")],
    "a goodbye between": [f(TEXT, b"a", fin=False), f(CLOSE, b"\x03\xe8"), f(CONT, b"b")],
    "ten pings": [f(PING, b"%d" % number) for number in range(10)],
    "a pong that nobody asked for": [f(PONG, b"x"), f(TEXT, b"y")],
    "the largest ping": [f(PING, b"p" * 125)],
    "a ping too large": [f(PING, b"p" * 126)],
    "a ping in fragments": [f(PING, b"p", fin=False), f(CONT, b"p")],
    "a fragment of nothing": [f(CONT, b"a"), f(TEXT, b"b")],
    "a message in a message": [f(TEXT, b"a", fin=False), f(TEXT, b"b")],
    "two messages": [f(TEXT, b"a"), f(BINARY, b"b"), f(TEXT, b"c")],
    **{f"a reserved bit {bit}": [f(TEXT, b"a"), f(TEXT, b"b", rsv=bit), f(PING)] for bit in range(1, 8)},
    **{f"a ping with bit {bit}": [f(PING, b"a", rsv=bit)] for bit in (1, 7)},
    **{f"the opcode {code}": [f(TEXT, b"a"), f(code, b"b"), f(PING)] for code in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)},
    **{
        f"text {data.hex()}": [f(TEXT, data)]
        for data in (
            *("κόσμε€😀".encode(), b"\xc2\x80", b"\xef\xbf\xbf", b"\xf4\x8f\xbf\xbf"),
            *(b"\x80", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xf8\x88\x80\x80\x80", b"\xce"),
        )
    },
    "a letter in two fragments": [f(TEXT, b"\xe2\x82", fin=False), f(CONT, b"\xac")],
    "half a letter": [f(TEXT, b"\xe2\x82", fin=False), f(CONT, b"x")],
    "goodbye": [f(CLOSE)],
    "goodbye, with one octet": [f(CLOSE, b"\x03")],
    "goodbye, with the longest reason": [f(CLOSE, b"\x03\xe8" + b"r" * 123)],
    "goodbye, too long": [f(CLOSE, b"\x03\xe8" + b"r" * 124)],
    "goodbye, in no text": [f(CLOSE, b"\x03\xe8\xce\xba\xff")],
    "more behind a goodbye": [f(CLOSE, b"\x03\xe8"), f(TEXT, b"a"), f(PING, b"b"), f(CLOSE, b"\x03\xe8")],
    **{
        f"goodbye with {code}": [f(CLOSE, code.to_bytes(2, "big"))]
        for code in (
            0,
            999,
            1000,
            1001,
            1003,
            1004,
            1005,
            1006,
            1007,
            1011,
            1014,
            1015,
            1016,
            2999,
            3000,
            4001,
            4999,
            5000,
        )
    },
}


def octets(frames: Frames, *, masked: bool) -> bytes:
    """As they go over the wire."""
    sent = bytearray()
    for opcode, data, fin, rsv in frames:
        size = len(data)
        short = size if size < 126 else 126 if size < 1 << 16 else 127
        sent += bytes([fin << 7 | rsv << 4 | opcode, masked << 7 | short])
        sent += b"" if short < 126 else size.to_bytes(2 if short == 126 else 8, "big")
        sent += MASK * masked + (bytes(byte ^ MASK[at % 4] for at, byte in enumerate(data)) if masked else data)
    return bytes(sent)


class Line(Pipe):
    """A socket without an end of its own."""

    def can_write_eof(self) -> bool:
        return False

    def close(self) -> None:
        self.abort()


def heard(connection: ServerConnection | ClientConnection, data: bytes, step: int) -> tuple[Any, ...]:
    """What it writes, what it keeps for its reader, and how it ends, where `step` bytes come at once."""
    protocol: Protocol = connection.protocol
    line = Line()
    connection.request, connection.response = Request("/", Headers()), Response(101, "", Headers())  # it is upgraded
    if isinstance(connection, Connection):
        connection.user = "ana"
    connection.connection_made(cast("asyncio.Transport", line))
    for at in range(0, len(data), step):
        connection.data_received(data[at : at + step])
        while isinstance(connection, Connection) and connection._rest and not connection._is_held:
            connection.bite()
    kept = [
        (frame.opcode, bytes(frame.data).removeprefix(NO_TEXT), frame.fin)
        for frame in connection.recv_messages.frames.queue
    ]
    if isinstance(connection, ServerConnection):
        return b"".join(line.sent), kept, protocol.state, line.aborted
    sent = protocol.close_sent and protocol.close_sent.code, len(b"".join(line.sent))  # its masks are made up
    return sent, kept, protocol.state


def server(kind: type[ServerConnection]) -> ServerConnection:
    return kind(ServerProtocol(max_size=MOST, state=State.OPEN), cast("Listener", Quiet()), ping_interval=None)


def client(kind: type[ClientConnection]) -> ClientConnection:
    return kind(ClientProtocol(parse_uri("ws://gym.test/"), max_size=MOST, state=State.OPEN), ping_interval=None)


@pytest.mark.parametrize("masked", [True, False])
@pytest.mark.parametrize("step", [1 << 20, 7])
@pytest.mark.parametrize("case", CASES)
async def test_both_sides_do_as_the_library_does(case: str, step: int, masked: bool) -> None:
    data = octets(CASES[case], masked=masked)
    step = max(step, len(data) // 1000)
    assert heard(server(Connection), data, step) == heard(server(ServerConnection), data, step)
    assert heard(client(PatientConnection), data, step) == heard(client(ClientConnection), data, step)


async def test_what_is_compared_tells_one_end_from_another() -> None:
    good, bad = (octets(CASES[case], masked=True) for case in ("goodbye", "the opcode 3"))
    assert heard(server(Connection), good, 99) != heard(server(Connection), bad, 99)
    unmasked = octets(CASES["fragments"], masked=False)
    (sent, kept, *_) = heard(client(PatientConnection), unmasked, 99)
    assert (sent, [data for _, data, _ in kept]) == ((None, 0), [b"a", b"b", b"c"])
