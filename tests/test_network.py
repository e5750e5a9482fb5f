"""Lines that are slow or break, readers that stop; on real sockets. In earnest: `python -m tests.faults.network`."""

from __future__ import annotations

import asyncio
import socket
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from gymtui.protocol import MAX_PART, PATH, STALL
from server.app import Server
from server.net.connection import HIGH_WATER
from server.net.door import SEND_BUFFER
from tests.faults.proxy import HOST, Proxy
from tests.gym_kit import token
from tests.kit import Wire, port_of, serving
from tests.network_kit import Later, behind, desk, equal, figure, full_house, ids, snapshot_of
from tests.waiting import until

pytestmark = pytest.mark.slow

LARGEST_ROW = 5 * 1024  # of these tests: a message of 1,000 characters of four bytes, in its event
MOST = HIGH_WATER + MAX_PART + LARGEST_ROW  # that may wait here for a reader who has stopped: one batch too many


# --- a snapshot larger than any buffer -------------------------------------------------------------------------------


async def test_a_desk_is_listened_to_while_a_large_snapshot_comes(tmp_path: Path) -> None:
    path = full_house(tmp_path / "gym.db", 1000)
    async with (
        serving(path) as server,
        Proxy(port_of(server.url), bandwidth=500_000) as proxy,
        Wire.open(behind(proxy), token(path, "ana")) as ana,
    ):
        await ana.send("resume", {}, "r")
        await ana.until("reply", id="r")
        await ana.send("ping", {}, "p")
        await ana.until("pong", id="p")
        parts = [message["payload"]["more"] for message in ana.received if message["type"] == "snapshot"]
        assert all(parts)  # the last is still to come
        while (await ana.until("snapshot"))["payload"]["more"]:
            pass


async def test_a_snapshot_on_a_line_that_breaks_goes_on_where_it_broke(tmp_path: Path) -> None:
    """And what happens meanwhile is not lost: who leaves is out, who comes is in, whichever part they were in."""
    path = full_house(tmp_path / "gym.db", 600)  # 200 kB
    async with (
        serving(path, batch_ms=5) as server,
        Wire.open(server.url, token(path, "ben")) as ben,
        Proxy(port_of(server.url), close=60_000) as proxy,
        desk(path, behind(proxy)) as (service, replica),
    ):
        for tries in range(1, 4):
            await until(lambda: proxy.accepted > tries or service.in_step)  # noqa: B023  asked at once
            for number in (tries, 300 + tries, 599 - tries):
                await ben.ask("check_out", {"code": str(number)}, f"out {number}")
            await ben.ask("check_in", {"code": str(tries)}, f"in {tries}")
        await until(lambda: service.in_step and equal(server, replica))
        whole = sum(len(visit) for visit in snapshot_of(server).present)
        tries, carried = proxy.accepted, proxy.carried["back"]
        assert tries > 3
        assert carried < 2 * whole
        assert figure(server, "reconnects_total", role="staff", resumed="snapshot") <= tries

        proxy.heal()
        proxy.cut()
        await until(lambda: proxy.accepted > tries and service.in_step)
        assert proxy.carried["back"] - carried < 5000  # what it has it keeps


async def test_what_broke_off_is_no_use_once_the_journal_is_another(tmp_path: Path) -> None:
    path = full_house(tmp_path / "gym.db", 600)
    async with serving(path) as server:
        old = server.hub.epoch
        async with Wire.open(server.url, token(path, "otto")) as otto:
            visit = ids(list(snapshot_of(server).present))[10]
            for n, (wanted, whole) in enumerate(
                (
                    ({"epoch": old, "seq": server.hub.head, "visit": visit}, False),
                    ({"epoch": "another", "seq": server.hub.head, "visit": visit}, True),
                    ({"epoch": old, "seq": server.hub.head + 1, "visit": visit}, True),
                    ({"epoch": old, "seq": server.hub.head, "visit": "nobody's"}, True),
                )
            ):
                reply = await otto.ask("resume", wanted, f"r{n}")
                assert reply["result"] == {"resumed": "snapshot"}
                present: list[object] = []
                more = True
                while more:
                    part = (await otto.until("snapshot"))["payload"]
                    assert part["seq"] == server.hub.head
                    present += part["present"]
                    more = part["more"]
                assert len(present) == (600 if whole else 589)


# --- readers who have stopped -----------------------------------------------------------------------------------------


async def stopped_reader(server: Server, path: Path) -> socket.socket:
    """A client that has come in and never reads."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(made, (HOST, port_of(server.url)))
    request = (
        f"GET {PATH}?token={token(path, 'otto')} HTTP/1.1\r\nHost: {HOST}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    await loop.sock_sendall(made, request.encode())
    return made


async def test_readers_who_have_stopped_cost_a_bound_are_cut_and_hurt_nobody(tmp_path: Path) -> None:
    path = full_house(tmp_path / "gym.db", 1)
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(serving(path, batch_ms=5))
        mia = await stack.enter_async_context(Wire.open(server.url, token(path, "mia")))
        await mia.until("connection_status")
        for _ in range(30):
            stack.enter_context(await stopped_reader(server, path))
        await until(lambda: len(server.hub.connections) == 31)
        head = server.hub.head
        for n in range(100):
            await mia.ask("notify", {"level": "info", "title": "t", "message": "🏋" * 1000}, f"n{n}")
        await mia.covers(head + 100)
        assert [event["seq"] for event in mia.events][-100:] == list(range(head + 1, head + 101))

        stopped = [c for c in server.hub.connections if c.cursor < server.hub.head]
        assert len(stopped) == 30
        assert all(c.is_full for c in stopped)
        here = [c.transport.get_write_buffer_size() for c in stopped]
        assert HIGH_WATER < max(here) <= MOST
        assert max(c._on_the_way() for c in stopped) <= 2 * SEND_BUFFER  # Linux doubles it

        later = Later(server)
        later.look(0)
        later.look(STALL)
        await until(lambda: len(server.hub.connections) == 1)
        assert figure(server, "stalled_readers_cut_total") == 30
        reply = await mia.ask("notify", {"level": "info", "title": "t", "message": "still here"}, "last")
        assert reply["ok"] is True


async def test_what_the_other_side_acknowledges_is_seen_though_the_kernel_asks_for_no_more(tmp_path: Path) -> None:
    path = full_house(tmp_path / "gym.db", 1)
    async with serving(path, batch_ms=5) as server, Wire.open(server.url, token(path, "mia")) as mia:
        with await stopped_reader(server, path) as slow:
            await until(lambda: len(server.hub.connections) == 2)
            for n in range(100):
                await mia.ask("notify", {"level": "info", "title": "t", "message": "🏋" * 1000}, f"n{n}")
            [there] = [c for c in server.hub.connections if c.is_full]
            waiting, on_the_way = there.transport.get_write_buffer_size(), there._on_the_way()
            assert on_the_way > 0
            taken = 0
            while there._on_the_way() == on_the_way:
                taken += len(await asyncio.get_running_loop().sock_recv(slow, 1024))
                await asyncio.sleep(0)
            assert there.transport.get_write_buffer_size() == waiting
            assert taken < SEND_BUFFER / 3
