"""Floods of those who have a login: ben, who is staff, mia, a manager, and otto, an operator."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from itertools import count, cycle
from typing import Any, Final

import msgspec
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

from gymtui import clock
from gymtui.protocol import MAX_FRAME, MAX_MESSAGE
from tests.floods.pouring import Answers, Flood, Numbers, Target, again, together

Messages = Callable[[Target], Iterator[tuple[str, dict[str, Any]]]]
BEGUN: Final = Frame(Opcode.TEXT, b"x" * (MAX_FRAME - 1)).serialize(mask=True)[: -MAX_FRAME // 10]

PONGS: Final = Frame(Opcode.PONG, b"").serialize(mask=True) * 40_000  # nobody has to answer


async def asked(user: str, messages: Messages, target: Target, numbers: Numbers, answers: Answers) -> None:
    """So many messages a second in all, evenly on all connections, whatever is answered."""
    what = messages(target)

    async def send(socket: ClientConnection) -> None:
        type, payload = next(what)
        await socket.send(msgspec.json.encode({"type": type, "id": clock.new_id(), "payload": payload}), text=True)

    await _on_all(user, send, target, numbers, answers)


async def strange_frames(target: Target, numbers: Numbers, answers: Answers) -> None:
    """Binary ones, too long ones, and those that are longer than any."""
    frames: Iterator[str | bytes] = cycle(
        (b"\0" * 100, "x" * (2 * MAX_MESSAGE), "[" * MAX_MESSAGE, "x" * (2 * MAX_FRAME))
    )
    await _on_all("ben", lambda socket: socket.send(next(frames)), target, numbers, answers)


async def unfinished_frames(target: Target, numbers: Numbers, answers: Answers) -> None:
    """A megabyte that lacks its end, and a byte more each second, on all connections."""

    async def once() -> None:
        async with target.at("ben") as socket:
            socket.transport.write(BEGUN)
            while not socket.transport.is_closing():
                await asyncio.sleep(1.0)
                socket.transport.write(b"x")
        answers["closed"] += 1

    await together(numbers.connections, lambda _: again(once, answers))


async def tiny_frames(target: Target, numbers: Numbers, answers: Answers) -> None:
    """As many as a line takes, on all connections."""

    async def once() -> None:
        async with target.at("ben") as socket:
            while not socket.transport.is_closing():
                if not socket.transport.get_write_buffer_size():
                    socket.transport.write(PONGS)
                    answers["a quarter of a megabyte"] += 1
                await asyncio.sleep(numbers.connections / numbers.rate)

    await together(numbers.connections, lambda _: again(once, answers))


async def _on_all(
    user: str, send: Callable[[ClientConnection], Awaitable[None]], target: Target, numbers: Numbers, answers: Answers
) -> None:
    async def once() -> None:
        async with target.at(user, desk=f"flood-{user}") as socket:
            hearing = asyncio.create_task(_heard(socket, answers))
            try:
                while True:
                    await send(socket)
                    await asyncio.sleep(numbers.connections / numbers.rate)
            finally:
                hearing.cancel()

    await together(numbers.connections, lambda _: again(once, answers))


async def _heard(socket: ClientConnection, answers: Answers) -> None:
    """Counts what is answered."""
    try:
        while True:
            answer = await socket.recv(decode=False)
            if b'"type":"reply"' in answer[:40]:
                is_done = b'"ok":true' in answer[:200]
                answers["done" if is_done else msgspec.json.decode(answer)["payload"]["error"]["code"]] += 1
    except ConnectionClosed as closed:
        answers[f"closed with {closed.rcvd.code if closed.rcvd else 'nothing'}"] += 1


def made_up_codes(_: Target) -> Iterator[tuple[str, dict[str, Any]]]:
    return (("check_in", {"code": f"99{number:07}"}) for number in count())


def wrong_pins(target: Target) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, person in enumerate(cycle(target.people)):
        override = {"reason": "a guess", "manager": "mia", "pin": f"{number % 10**6:06}"}
        yield "check_in", {"member_id": person, "override": override}


def slow_questions(_: Target) -> Iterator[tuple[str, dict[str, Any]]]:
    """What costs a server most."""
    since = {"from": "2000-01-01T00:00:00Z", "limit": 500}
    return cycle(
        (
            ("list_check_ins", since | {"text": "a"}),
            ("list_check_ins", since | {"desk": "nowhere"}),
            ("list_check_ins", since),
            ("list_refusals", since | {"text": "e"}),
            ("get_peak", {"weeks": 52}),
            ("search_members", {"text": "an", "limit": 100}),
            ("search_members", {"text": "zzyzx qwrty", "limit": 100}),
            ("sync_members", {}),
            ("list_conflicts", {"since": "2000-01-01T00:00:00Z", "limit": 500}),
        )
    )


def saves(target: Target) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, person in enumerate(cycle(target.people)):
        yield "save_member", {"member": {"id": person, "notes": f"note {number} " + "x" * 900}}


def guests(_: Target) -> Iterator[tuple[str, dict[str, Any]]]:
    return (("save_member", {"member": {"full_name": f"Guest {number}", "guest": True}}) for number in count())


def notices(_: Target) -> Iterator[tuple[str, dict[str, Any]]]:
    return (("notify", {"level": "info", "title": f"No. {n}", "message": "x" * 900}) for n in count())


def handovers(_: Target) -> Iterator[tuple[str, dict[str, Any]]]:
    return (("hand_over", {"note": f"No. {number} " + "x" * 900}) for number in count())


def _flood(user: str, messages: Messages, of: str, rate: int, connections: int = 2) -> Flood:
    return Flood(pour=partial(asked, user, messages), of=of, rate=rate, connections=connections)


FLOODS: Final = {
    "codes": _flood("ben", made_up_codes, "made-up codes by staff", 1000),
    "pins": _flood("ben", wrong_pins, "wrong PINs by staff", 20),
    "questions": _flood("otto", slow_questions, "slow questions by an operator", 400, 20),
    "saves": _flood("mia", saves, "changes of members by a manager", 200),
    "guests": _flood("ben", guests, "guests by staff", 200),
    "notices": _flood("mia", notices, "notices by a manager", 200),
    "handovers": _flood("ben", handovers, "handovers by staff", 200),
    "frames": Flood(pour=strange_frames, of="binary and too long frames by staff", rate=50, connections=4),
    "tiny-frames": Flood(pour=tiny_frames, of="frames with nothing in them by staff", rate=40, connections=4),
    "unfinished-frames": Flood(
        pour=unfinished_frames, of="frames of a megabyte without an end by staff", connections=100
    ),
}
