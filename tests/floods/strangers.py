"""Floods of those who have the port and no password."""

from __future__ import annotations

import asyncio
import base64
from functools import partial
from typing import Final
from urllib.parse import quote

import msgspec
from websockets.asyncio.client import connect
from websockets.frames import Frame, Opcode

from gymtui.protocol import MAX_FRAME, MAX_REQUEST
from tests.floods.pouring import Answers, Flood, Numbers, Target, again, paced, together

BEGUN: Final = b"GET /ws/checkins/ HTTP/1.1\r\nHost: localhost\r\n"  # and never ended
HEADER: Final = b"X-Y: " + b"x" * 1000 + b"\r\n"
ADDRESSES: Final = 50
TINY: Final = 20_000  # frames: less than 128 KiB
HELLO: Final = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"  # what a handshake of TLS begins with


async def logins(target: Target, numbers: Numbers, answers: Answers) -> None:
    """Passwords of made-up names."""

    async def once(number: int) -> str:
        tried = base64.b64encode(f"made up {number}:a guess".encode()).decode()
        return str((await target.ask("/auth/token", f"Authorization: Basic {tried}", tls=target.tls))[0])

    await paced(numbers.rate, once, answers)


async def wrong_tokens(target: Target, numbers: Numbers, answers: Answers) -> None:
    """All kinds of them, in the URL, in the header and in the first message by turns."""
    wrong = target.wrong

    async def once(number: int) -> str:
        token, way = wrong[number // 3 % len(wrong)], number % 3
        headers = {"Authorization": f"Bearer {token}"} if way == 0 else {}
        url = f"{target.url}?token={quote(token, safe='')}" if way == 1 else target.url
        dialed = connect(url, additional_headers=headers, compression=None, proxy=None, ssl=target.tls)
        async with dialed as socket:
            if way == 2:
                first = {"type": "authenticate", "payload": {"token": token}}
                await socket.send(msgspec.json.encode(first), text=True)
            answer = msgspec.json.decode(await socket.recv())["payload"]
            return "came in" if answer.get("success") else "turned away"

    await paced(numbers.rate, once, answers)


async def refresh_tokens(target: Target, numbers: Numbers, answers: Answers) -> None:
    """Made-up ones."""

    async def once(number: int) -> str:
        made_up = f"Authorization: Bearer 0{number}.secret.{number:064x}"
        return str((await target.ask("/auth/token", made_up, tls=target.tls))[0])

    await paced(numbers.rate, once, answers)


async def waiting(begun: bytes, drip: bytes, target: Target, numbers: Numbers, answers: Answers) -> None:
    """Connections from many addresses that begin with something, say a little more each second, and never end it; who
    is cut, or told no, comes again."""
    slots = asyncio.Semaphore(numbers.connections)

    async def once(number: int) -> str:
        async with slots:
            reader, writer = await target.dial(address=f"127.0.0.{2 + number % ADDRESSES}")
            try:
                writer.write(begun)
                ended = asyncio.ensure_future(reader.read())
                while not (await asyncio.wait([ended], timeout=1.0))[0]:
                    writer.write(drip)
                return "told no" if await ended else "cut"
            finally:
                writer.close()

    await paced(numbers.rate, once, answers)


async def large(target: Target, numbers: Numbers, answers: Answers) -> None:
    """Requests and first messages of a megabyte, on so many connections at once."""

    async def request() -> None:
        reader, writer = await target.dial(tls=target.tls)
        try:
            writer.write(BEGUN)
            for number in range(MAX_FRAME // 1000):
                writer.write(b"X-%d: %s\r\n" % (number, b"x" * 1000))
                await writer.drain()
            answers[f"request: {(await reader.read(12)).decode()}"] += 1
        finally:
            writer.close()

    async def message() -> None:
        async with connect(target.url, compression=None, proxy=None, ssl=target.tls) as socket:
            await socket.send("x" * (MAX_FRAME - 1))
            await socket.wait_closed()
            answers[f"message: closed with {socket.close_code}"] += 1

    await together(numbers.connections, lambda number: again(message if number % 2 else request, answers))


async def tiny(target: Target, numbers: Numbers, answers: Answers) -> None:
    """As many frames with nothing in them as are taken without a login, on connection after connection."""

    async def once(_: int) -> str:
        async with connect(target.url, compression=None, proxy=None, ssl=target.tls) as socket:
            socket.transport.write(Frame(Opcode.PONG, b"").serialize(mask=True) * TINY)
            await socket.wait_closed()
            return f"closed with {socket.close_code}"

    await paced(numbers.rate, once, answers)


FLOODS: Final = {
    "logins": Flood(pour=logins, of="made-up names at the login"),
    "wrong-tokens": Flood(pour=wrong_tokens, of="wrong tokens, in all three ways", rate=100),
    "refresh-tokens": Flood(pour=refresh_tokens, of="made-up refresh tokens", rate=100),
    "idle": Flood(pour=partial(waiting, b"", b""), of="connections that say nothing", rate=200, connections=1500),
    "unfinished": Flood(
        pour=partial(waiting, BEGUN + HEADER * (MAX_REQUEST // len(HEADER) - 1), b"x"),
        of="requests of 15 KiB that are never finished",
        rate=200,
        connections=1500,
    ),
    "handshakes": Flood(
        pour=partial(waiting, HELLO, b"\0"),
        of="TLS handshakes that are never finished",
        rate=200,
        connections=1500,
        door="tls",
    ),
    "tiny": Flood(pour=tiny, of="frames with nothing in them before a login"),
    "large": Flood(pour=large, of="requests and first messages of a megabyte", connections=40),
}
