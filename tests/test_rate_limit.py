"""How much is too much: of one message, of nonsense, at once, a second, of everyone together."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from threading import Event

import pytest

from gymtui.protocol import MAX_FRAME, MAX_IN_FLIGHT, MAX_INVALID, MAX_MESSAGE, Close
from server.net.rate_limit import ABUSE_WINDOW, RateLimit
from server.store import Transaction, Work
from tests.gym_kit import token
from tests.kit import Wire, serving
from tests.waiting import until
from tests.watchdog_kit import figure, the
from tests.websocket_server_kit import on_disk

# --- the counts --------------------------------------------------------------------------------------------------


class Timer:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_so_many_messages_a_second_and_no_more() -> None:
    timer = Timer()
    limits = RateLimit(5, timer)
    assert [limits.is_flood() for _ in range(6)] == [False] * 5 + [True]
    timer.now += 0.999
    assert limits.is_flood() is True
    timer.now += 0.001
    assert limits.is_flood(5) is False
    assert limits.is_flood(1) is True


def test_so_much_nonsense_in_ten_seconds_and_no_more() -> None:
    timer = Timer()
    limits = RateLimit(5, timer)
    assert [limits.is_abuse() for _ in range(MAX_INVALID)] == [False] * MAX_INVALID
    timer.now += ABUSE_WINDOW
    assert limits.is_abuse() is True
    timer.now += 2 * ABUSE_WINDOW
    assert [limits.is_abuse() for _ in range(MAX_INVALID)] == [False] * MAX_INVALID
    timer.now += ABUSE_WINDOW + 0.001
    assert limits.is_abuse() is False


# --- one message -------------------------------------------------------------------------------------------------


def padded(size: int, id: str | None = "big") -> str:
    """A check-in of exactly so many bytes."""
    tail = "" if id is None else f',"id":"{id}"'
    empty = '{"type":"check_in","payload":{"code":"1"},"padding":""' + tail + "}"
    return empty.replace('""', f'"{"x" * (size - len(empty))}"', 1)


async def test_a_message_of_64_kib_is_done_and_one_byte_more_is_not(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        head = server.hub.head
        for id in ("big", None):
            await wire.socket.send(padded(MAX_MESSAGE + 1, id))
            if id is None:
                error = (await wire.until("error"))["payload"]
            else:
                error = (await wire.until("reply", id=id))["payload"]["error"]
            assert (error["code"], error["message"]) == ("too_large", "A message has at most 64 KiB.")
        assert server.hub.newest == head
        await wire.socket.send(padded(MAX_MESSAGE))
        assert (await wire.until("reply", id="big"))["payload"]["ok"] is True


async def test_what_is_too_large_to_come_first_lets_nobody_in(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url) as wire:
        await wire.send("authenticate", {"token": token(gym, "ana")}, padding="x" * MAX_MESSAGE)
        assert (await wire.next())["payload"]["success"] is False
        assert await wire.closed() == Close.NOT_AUTHENTICATED


async def test_a_megabyte_is_1009_and_harms_nobody_else(gym: Path) -> None:
    async with (
        serving(gym) as server,
        Wire.open(server.url, token(gym, "ana")) as wire,
        Wire.open(server.url, token(gym, "ben")) as other,
    ):
        head = server.hub.head
        await wire.socket.send(padded(MAX_FRAME + 1))
        assert await wire.closed() == 1009
        assert server.hub.newest == head
        assert (await other.ask("check_in", {"code": "1"}))["ok"] is True


# --- nonsense ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("nonsense", ["hello", '{"type":"fly"}', '{"type":"check_in","payload":7}', "x" * 70_000])
async def test_nonsense_is_put_up_with_for_a_while(gym: Path, nonsense: str) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        for _ in range(MAX_INVALID):
            await wire.socket.send(nonsense)
            assert (await wire.until("error"))["payload"]["code"] in ("invalid", "unknown_type", "too_large")
        assert (await wire.ask("check_in", {"code": "1"}))["ok"] is True
        await wire.socket.send(nonsense)
        await wire.send("check_in", {"code": "2"}, "after")
        last = [message for message in await wire.rest() if message["type"] != "batch"]
        assert [message["type"] for message in last] == ["error", "error"]
        assert last[-1]["payload"]["message"] == "Too many messages could not be read."
        assert await wire.closed() == Close.ABUSED
        assert server.hub.stats.today_total == 1


async def test_nonsense_in_a_batch_counts_one_by_one(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        bad = [{"memberId": 7}] * (MAX_INVALID + 1)
        await wire.send("batch", batches={"check_in": [{"code": "1"}, *bad, {"code": "2"}]})
        await wire.rest()
        assert await wire.closed() == Close.ABUSED
    assert len(on_disk(gym, "kind")) == 1


async def test_a_refusal_is_no_nonsense(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        for number in range(2 * MAX_INVALID):
            assert (await wire.ask("check_in", {"code": "no such"}, f"c{number}"))["error"]["code"] == "unknown_member"
            assert (await wire.ask("notify", {"level": "info", "title": "t", "message": "m"}))["error"]["code"] == (
                "not_allowed"
            )
        assert (await wire.ask("check_in", {"code": "1"}, "good"))["ok"] is True


# --- at once -----------------------------------------------------------------------------------------------------


@pytest.fixture
def gate() -> Iterator[Event]:
    """A disk that is busy until the event is set."""
    event = Event()
    yield event
    event.set()


def busy(gate: Event) -> Work:
    def work(_: Transaction) -> None:
        gate.wait()

    return work


async def test_with_1024_in_flight_no_more_are_read(gym: Path, gate: Event) -> None:
    async with (
        serving(gym) as server,
        Wire.open(server.url, token(gym, "ana")) as wire,
        Wire.open(server.url, token(gym, "ben")) as other,
    ):
        await wire.until("connection_status")
        connection = the(server, "ana")
        [handler] = [s.handler for s in server._sessions if s.handler is not None and s.connection is connection]
        server._database.submit(busy(gate), lambda _: None)
        total = MAX_IN_FLIGHT + 200
        for number in range(total):  # nothing that is refused: too much of it is answered before its turn
            way = "check_out" if number % 2 else "check_in"
            await wire.send(way, {"code": str(number // 2 % 100)}, f"c{number}")
        try:
            await until(lambda: len(handler.in_flight) == MAX_IN_FLIGHT and not connection.transport.is_reading())
            for _ in range(3):
                await other.ask("search_members", {"text": "name"})
            assert len(handler.in_flight) == MAX_IN_FLIGHT
        finally:
            gate.set()  # else the server waits for the disk when it ends
        replies = [await wire.until("reply") for _ in range(total)]
        assert [reply["id"] for reply in replies] == [f"c{number}" for number in range(total)]
        assert all(reply["payload"]["ok"] for reply in replies)
        assert len(handler.in_flight) == 0


# --- a second ----------------------------------------------------------------------------------------------------


async def test_too_many_a_second_is_4102(gym: Path) -> None:
    async with serving(gym, max_rate=50) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        await wire.until("connection_status")
        for _ in range(101):  # however they fall on two seconds, one of them has too many
            await wire.send("ping")
        rest = await wire.rest()
        assert {message["type"] for message in rest[:-1]} == {"pong"}
        assert 50 <= len(rest[:-1]) <= 100
        error = rest[-1]["payload"]
        assert (rest[-1]["type"], error["code"]) == ("error", "rate_limited")
        assert error["message"] == "That is too much at once: please send less."
        assert await wire.closed() == Close.TOO_MANY


async def test_the_goodbye_is_heard_behind_all_that_nobody_reads_any_more(gym: Path) -> None:
    async with serving(gym, max_rate=50) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        await wire.until("connection_status")
        wire.socket.transport.write((b"\x81\x8f" + bytes(4) + b'{"type":"ping"}') * 50_000)
        await wire.rest()
        await until(lambda: not server._sessions)
        ended = figure(server.metrics.registry, "gymtui_connections_ended_total", code=str(Close.TOO_MANY.value))
        assert ended == 1  # without the client's answer it would be 1006, after three seconds


async def test_a_batch_counts_as_what_is_in_it(gym: Path) -> None:
    async with serving(gym, max_rate=9) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        await wire.send("batch", batches={"check_in": [{"code": str(number)} for number in range(10)]})
        assert (await wire.until("error"))["payload"]["code"] == "rate_limited"
        assert await wire.closed() == Close.TOO_MANY
        assert server.hub.stats.today_total == 0


# --- everyone together -------------------------------------------------------------------------------------------


async def test_a_full_server_says_when_to_come_back_and_has_room_again(gym: Path) -> None:
    access = token(gym, "ana")
    async with serving(gym, max_connections=2) as server, AsyncExitStack() as stack:
        first = await stack.enter_async_context(Wire.open(server.url, access))
        async with Wire.open(server.url) as stranger, Wire.open(server.url, access) as second:
            for each in (first, second):
                await each.until("connection_status")
            for _ in range(3):
                async with Wire.open(server.url, access) as third:
                    [error] = await third.rest()
                    assert error["type"] == "error"
                    assert error["payload"] == {
                        "code": "rate_limited",
                        "message": "Too many are connected: please try again in a while.",
                        "retryable": True,
                        "retry_after_ms": 5000,
                    }
                    assert await third.closed() == Close.OVERLOADED
            await stranger.send("authenticate", {"token": access})
            assert (await stranger.until("error"))["payload"]["code"] == "rate_limited"
        await until(lambda: len(server._sessions) == 1)
        async with Wire.open(server.url, access) as again:
            assert (await again.ask("check_in", {"code": "1"}))["ok"] is True


@pytest.mark.parametrize("end", ["bad token", "no token", "gone", "cut"])
async def test_a_place_is_free_again_however_a_connection_ends(gym: Path, end: str) -> None:
    async with asyncio.timeout(10), serving(gym, max_connections=1) as server:
        async with Wire.open(server.url, {"bad token": "x", "cut": token(gym, "ana")}.get(end)) as wire:
            if end == "no token":
                await wire.send("ping")
            elif end == "gone":
                wire.socket.transport.abort()
            elif end == "cut":
                await wire.until("connection_status")
                the(server, "ana").transport.abort()
            await wire.rest()
        await until(lambda: not server._sessions)
        async with Wire.open(server.url, token(gym, "ana")) as again:
            assert (await again.next())["payload"]["success"] is True
        assert len(server.hub.connections) <= 1
