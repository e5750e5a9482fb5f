"""Order, what everyone is told, and the end of a connection."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from server.net import door
from tests.gym_kit import token
from tests.kit import Wire, port_of, serving
from tests.waiting import WITHIN, until
from tests.websocket_server_kit import change_user, on_disk


async def test_500_commands_in_a_row_take_effect_in_their_order(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        for number in range(500):
            await wire.send("check_out" if number % 2 else "check_in", {"code": "1"}, f"c{number}")
        replies: list[dict[str, Any]] = []
        while len(replies) < 500:
            replies.append(await wire.until("reply"))
    assert [reply["id"] for reply in replies] == [f"c{number}" for number in range(500)]
    assert all(reply["payload"]["ok"] for reply in replies)
    assert on_disk(gym, "command_id") == [f"c{number}" for number in range(500)]


async def test_twenty_desks_check_in_one_member_and_one_of_them_does(gym: Path) -> None:
    async with serving(gym) as server, AsyncExitStack() as stack:
        wires = [await stack.enter_async_context(Wire.open(server.url, token(gym, "ana"))) for _ in range(20)]
        for round in range(5):
            replies = await asyncio.gather(
                *(wire.ask("check_in", {"code": "1"}, f"{round}-{n}") for n, wire in enumerate(wires))
            )
            [winner] = [reply["result"] for reply in replies if reply["ok"]]
            refused = [reply["error"] for reply in replies if not reply["ok"]]
            assert {error["code"] for error in refused} == {"already_checked_in"}
            assert all(error["details"]["check_in"] == winner for error in refused)
            assert (await wires[0].ask("list_present"))["result"]["present"] == [winner]
            await wires[0].ask("check_out", {"code": "1"}, f"{round}-out")


async def test_the_same_command_from_two_connections_is_done_once(gym: Path) -> None:
    async with serving(gym) as server, AsyncExitStack() as stack:
        wires = [await stack.enter_async_context(Wire.open(server.url, token(gym, "ana"))) for _ in range(10)]
        replies = await asyncio.gather(*(wire.ask("check_in", {"code": "1"}, "same") for wire in wires))
        assert all(reply == replies[0] for reply in replies)
        assert replies[0]["ok"] is True
        async with Wire.open(server.url, token(gym, "ben")) as ben:
            assert (await ben.ask("check_in", {"code": "1"}, "same"))["error"]["code"] == "id_reused"
    assert on_disk(gym, "command_id") == ["same"]


async def test_a_client_that_vanishes_has_done_what_it_sent_or_not_at_all(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ben")) as other:
        async with Wire.open(server.url, token(gym, "ana")) as wire:
            await wire.until("connection_status")
            for number in range(100):
                await wire.send("check_in", {"code": str(number)}, f"c{number}")
            wire.socket.transport.abort()
        await until(lambda: len(server.hub.connections) == 1)
        assert (await other.ask("list_present"))["ok"] is True
    done = on_disk(gym, "command_id")
    assert done == [f"c{number}" for number in range(len(done))]


async def test_everyone_sees_the_same_events(gym: Path) -> None:
    async with serving(gym) as server, AsyncExitStack() as stack:
        ana, mia, otto = [
            await stack.enter_async_context(Wire.open(server.url, token(gym, u))) for u in ("ana", "mia", "otto")
        ]
        for wire in (ana, mia, otto):
            await wire.until("connection_status")
        head = server.hub.head
        came = (await ana.ask("check_in", {"code": "1"}, "a"))["result"]
        refused = (await ana.ask("check_in", {"code": "1"}, "b"))["error"]
        note = (await mia.ask("notify", {"level": "info", "title": "t", "message": "m"}, "c"))["result"]["notification"]
        left = (await ana.ask("check_out", {"code": "1"}, "d"))["result"]
        for wire in (ana, mia, otto):
            if not wire.events or wire.events[-1]["seq"] < head + 4:
                await wire.covers(head + 4)
            assert [event["seq"] for event in wire.events] == [head + n for n in range(1, 5)]
            assert (wire.events[0], wire.events[2], wire.events[3]) == (came, note, left)
            assert (wire.events[1]["code"], wire.events[1]["command_id"]) == (refused["code"], "b")


@pytest.mark.slow
async def test_a_hundred_events_are_a_few_frames(gym: Path) -> None:
    async with (
        serving(gym, batch_ms=1000) as server,
        Wire.open(server.url, token(gym, "otto")) as watcher,
        Wire.open(server.url, token(gym, "ana")) as wire,
    ):
        await watcher.until("connection_status")
        head = server.hub.head
        for number in range(100):
            await wire.send("check_in", {"code": str(number)}, f"c{number}")
        await wire.until("reply", id="c99")
        frames = await watcher.covers(head + 100)
        assert len(frames) <= 4
        assert [event["seq"] for event in watcher.events] == list(range(head + 1, head + 101))
        assert watcher.received[-1]["payload"]["batches"]["stats"][0]["currently_in"] == 100


async def test_a_lone_event_does_not_wait_for_the_window(gym: Path) -> None:
    async with serving(gym, batch_ms=10_000) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        head = server.hub.head
        await wire.ask("check_in", {"code": "1"})
        await wire.covers(head + 1)


async def test_what_makes_no_row_is_told_to_nobody_and_starts_no_window(gym: Path) -> None:
    async with serving(gym, batch_ms=10_000) as server, Wire.open(server.url, token(gym, "ana")) as wire:
        head = server.hub.head
        assert (await wire.ask("check_in", {}, "none"))["error"]["code"] == "invalid"
        change_user(gym, "ben", role="manager")
        await wire.ask("check_in", {"code": "1"}, "real")
        await wire.covers(head + 1)
        assert [m["type"] for m in wire.received].count("batch") == 1


async def test_draining_says_so_and_answers_what_has_come(gym: Path) -> None:
    async with AsyncExitStack() as stack:
        async with serving(gym) as server:
            ana = await stack.enter_async_context(Wire.open(server.url, token(gym, "ana")))
            otto = await stack.enter_async_context(Wire.open(server.url, token(gym, "otto")))
            await otto.until("connection_status")
            for number in range(100):
                await ana.send("check_in", {"code": str(number)}, f"c{number}")
            await ana.until("reply")
            readers = [asyncio.create_task(wire.rest()) for wire in (ana, otto)]
        for wire, reader in zip((ana, otto), readers, strict=True):
            rest = await reader
            assert (rest[-1]["type"], rest[-1]["payload"]["status"]) == ("connection_status", "draining")
            assert rest[-1]["payload"]["retry_after_ms"] == 2000
            assert await wire.closed() == 4200
        replied = [m["id"] for m in ana.received if m["type"] == "reply"]
        assert replied == on_disk(gym, "command_id")
        assert [event["command_id"] for event in otto.events] == replied


@pytest.mark.slow
async def test_a_client_that_never_stops_sending_does_not_keep_the_server(gym: Path) -> None:
    async def send_on() -> None:
        number = 0
        while True:
            await wire.send("check_out" if number % 2 else "check_in", {"code": "1"}, f"c{number}")
            number += 1

    async with AsyncExitStack() as stack:
        async with serving(gym) as server:
            wire = await stack.enter_async_context(Wire.open(server.url, token(gym, "ana")))
            sending = asyncio.create_task(send_on())
            reading = asyncio.create_task(wire.rest())
            await until(lambda: sum(m["type"] == "reply" for m in wire.received) >= 100)
        rest = await reading
        await asyncio.wait([sending])
        assert isinstance(sending.exception(), ConnectionClosed)
        assert "draining" in [m["payload"].get("status") for m in rest]
        assert await wire.closed() == 4200
        assert [m["id"] for m in wire.received if m["type"] == "reply"] == on_disk(gym, "command_id")


async def test_whoever_has_said_nothing_yet_does_not_keep_the_server(
    gym: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "ASK_WITHIN", 3600)
    async with asyncio.timeout(WITHIN):
        async with serving(gym) as server:
            silent, one = await asyncio.open_connection("127.0.0.1", port_of(server.url))
            answer, other = await asyncio.open_connection("127.0.0.1", port_of(server.url))
            other.write(b"GET /healthz HTTP/1.1\r\nHost: gym\r\n\r\n")
            assert b"200" in await answer.readline()  # by now the server has taken the first as well
        with suppress(ConnectionResetError):
            assert await silent.read() == b""
    for writer in (one, other):
        writer.close()


async def test_nobody_comes_in_while_the_server_drains(gym: Path) -> None:
    async with serving(gym) as server:
        url = server.url
    with pytest.raises(OSError, match="Connect call failed"):
        async with Wire.open(url, token(gym, "ana")):
            pass
