"""Gaps, slow readers and other programs, on real sockets: nothing is lost and nothing comes twice."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

from websockets.asyncio.client import connect

from gymtui.protocol import MAX_PART
from server.admin.importing.members import import_members
from server.app import Server
from server.net.connection import HIGH_WATER, Connection
from server.store.opening import open_store
from tests.factories import member_row
from tests.gym_kit import add_user, token
from tests.kit import Wire, port_of, serving
from tests.waiting import until


async def traffic(wire: Wire, number: int, *, start: int = 0) -> None:
    """So many check-ins and check-outs of members 0 to 99, all answered."""
    for n in range(start, start + number):
        await wire.send("check_out" if n // 100 % 2 else "check_in", {"code": str(n % 100)}, f"t{n}")
    await wire.until("reply", id=f"t{start + number - 1}")


def snapshot_of(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [message["payload"] for message in messages if message["type"] == "snapshot"]


async def test_resume_brings_exactly_what_is_missing(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as ana:
        await ana.until("connection_status")
        head = server.hub.head
        await traffic(ana, 150)
        await until(lambda: server.hub.head == head + 150)
        async with Wire.open(server.url, token(gym, "otto")) as otto:
            status = await otto.until("connection_status")
            assert status["payload"]["seq"] == head + 150
            reply = await otto.ask("resume", {"epoch": server.hub.epoch, "seq": head + 100})
            assert reply["result"] == {"resumed": "events"}
            await otto.covers(head + 150)
            await traffic(ana, 10, start=150)
            await otto.covers(head + 160)
            assert [event["seq"] for event in otto.events] == list(range(head + 101, head + 161))
            assert otto.events[:50] == ana.events[100:150]


async def test_another_epoch_is_a_snapshot_of_who_is_in(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as ana:
        await traffic(ana, 120)  # 100 in, then 20 of them out
        await until(lambda: server.hub.head == server.hub.newest)  # all of it told before otto comes
        async with Wire.open(server.url, token(gym, "otto")) as otto:
            await otto.until("connection_status")
            assert (await otto.ask("resume", {"epoch": "another", "seq": 1}))["result"] == {"resumed": "snapshot"}
            if not (parts := snapshot_of(otto.received)):
                parts = [(await otto.until("snapshot"))["payload"]]
            [part] = parts
            assert (part["epoch"], part["more"]) == (server.hub.epoch, False)
            assert part["gym"]["name"] == "Gym"
            assert {visit["member"]["membership_number"] for visit in part["present"]} == {
                str(n) for n in range(20, 100)
            }
            times = [visit["check_in_time"] for visit in part["present"]]
            assert times == sorted(times, reverse=True)
            assert [event["seq"] for event in part["recent"]] == list(range(part["seq"], part["seq"] - 50, -1))
            stats = part["stats"]
            assert (stats["currently_in"], stats["today_total"], stats["as_of_seq"]) == (80, 100, part["seq"])
            await traffic(ana, 5, start=120)
            await otto.covers(part["seq"] + 5)
            assert [event["seq"] for event in otto.events] == list(range(part["seq"] + 1, part["seq"] + 6))


async def test_a_snapshot_of_many_comes_in_parts(gym: Path) -> None:
    with closing(open_store(gym)) as store:
        import_members(store, enumerate(member_row(f"m{n}", f"Many {n}") for n in range(400)))
    async with serving(gym) as server, Wire.open(server.url, token(gym, "ana")) as ana:
        for n in range(400):
            await ana.send("check_in", {"code": f"m{n}", "location": "é" * 500}, f"c{n}")
            if n % 50 == 49:  # whoever does not read is not listened to, and at last left
                await ana.until("reply", id=f"c{n}")
        async with Wire.open(server.url, token(gym, "otto")) as otto:
            await otto.send("resume")
            sizes: list[int] = []
            while True:
                data = await otto.socket.recv(decode=False)
                message = json.loads(data)
                if message["type"] == "snapshot":
                    otto.received.append(message)
                    sizes.append(len(data))
                    if not message["payload"]["more"]:
                        break
    parts = snapshot_of(otto.received)
    assert len(parts) > 1
    assert max(sizes) <= MAX_PART
    assert len({part["seq"] for part in parts}) == 1
    present = [visit["member"]["full_name"] for part in parts for visit in part["present"]]
    assert sorted(present) == sorted(f"Many {n}" for n in range(400))


async def test_the_directory_page_by_page(gym: Path) -> None:
    async with serving(gym) as server, Wire.open(server.url, token(gym, "otto")) as otto:
        seen: list[dict[str, Any]] = []
        page: dict[str, Any] = {"next_after_seq": 0, "more": True}
        while page["more"]:
            wanted = {"after_seq": page["next_after_seq"], "limit": 30}
            page = (await otto.ask("sync_members", wanted))["result"]
            seen += page["members"]
        assert [m["full_name"] for m in seen] == [f"Name {n}" for n in range(100)]
        assert page["next_after_seq"] == page["as_of_seq"] == seen[-1]["seq"] == server.hub.head


async def test_what_another_program_writes_is_live(gym: Path) -> None:
    async with (
        serving(gym) as server,
        Wire.open(server.url, token(gym, "ana")) as ana,
        Wire.open(server.url, token(gym, "otto")) as otto,
    ):
        await otto.until("connection_status")
        await ana.until("connection_status")
        head = server.hub.head
        with closing(open_store(gym)) as store:
            import_members(store, enumerate([member_row("new", "Nora New"), member_row("0", "Name Zero")]))
            add_user(store, "zoe", "staff")
        frames = await otto.covers(head + 2)
        assert [m["full_name"] for f in frames for m in f["payload"]["batches"]["member_update"]] == [
            "Nora New",
            "Name Zero",
        ]
        assert (await ana.ask("check_in", {"code": "new"}))["ok"] is True
        await until(lambda: server.auth.user("zoe"))
        async with Wire.open(server.url, token(gym, "zoe")) as zoe:
            assert (await zoe.next())["payload"]["success"] is True


async def test_commands_and_another_program_at_once_are_one_journal(gym: Path) -> None:
    async def by_another_program() -> None:
        with closing(open_store(gym)) as store:
            for n in range(20):
                await asyncio.to_thread(import_members, store, [(1, member_row(f"x{n}", f"Extra {n}"))])

    async with (
        serving(gym, batch_ms=5) as server,
        Wire.open(server.url, token(gym, "ana")) as ana,
        Wire.open(server.url, token(gym, "otto")) as otto,
    ):
        await otto.until("connection_status")
        head = server.hub.head
        await asyncio.gather(by_another_program(), traffic(ana, 300))
        await otto.covers(head + 320)
        assert [event["seq"] for event in otto.events] == list(range(head + 1, head + 321))


def lines_to(server: Server, wire: Wire) -> Connection:
    """The server's end of a connection."""
    assert wire.socket.local_address is not None
    return next(c for c in server.hub.connections if c.remote_address == wire.socket.local_address)


async def test_a_reader_that_stops_costs_a_bound_and_later_gets_everything_once(gym: Path) -> None:
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow.setblocking(False)
    async with serving(gym, batch_ms=5) as server, Wire.open(server.url, token(gym, "mia")) as mia:
        await asyncio.get_running_loop().sock_connect(narrow, ("127.0.0.1", port_of(server.url)))
        url = f"{server.url}?token={token(gym, 'otto')}"
        async with connect(url, sock=narrow, compression=None, proxy=None, max_queue=1) as connection:
            slow = Wire(connection)
            await slow.until("connection_status")
            there, head = lines_to(server, slow), server.hub.head
            payload = {"level": "info", "title": "t", "message": "🏋" * 1000}
            for n in range(400):
                await mia.send("notify", payload, f"n{n}")
                if n % 25 == 24:
                    await mia.until("reply", id=f"n{n}")
            if mia.received[-1].get("seq", 0) < head + 400:
                await mia.covers(head + 400)
            assert there.is_full
            assert there.cursor < head + 400
            assert there.transport.get_write_buffer_size() <= HIGH_WATER + MAX_PART + 4096
            await slow.covers(head + 400)
            assert [event["seq"] for event in slow.events] == list(range(head + 1, head + 401))
            reply = await mia.ask("notify", payload, "one more")
            await slow.covers(head + 401)
            assert slow.events[-1] == reply["result"]["notification"]


async def test_a_snapshot_and_a_replay_asked_for_at_once_end_in_step(gym: Path) -> None:
    async with (
        serving(gym, batch_ms=5) as server,
        Wire.open(server.url, token(gym, "ana")) as ana,
        Wire.open(server.url, token(gym, "otto")) as otto,
    ):
        head = server.hub.head
        await traffic(ana, 100)
        await until(lambda: server.hub.head >= head + 100)
        for n, wanted in enumerate(({"epoch": "x"}, {"epoch": server.hub.epoch, "seq": head}, {"epoch": "x"})):
            await otto.send("resume", wanted, f"r{n}")
        await otto.send("resume", {"epoch": server.hub.epoch, "seq": head + 50}, "last")
        await otto.until("reply", id="last")
        await traffic(ana, 10, start=100)
        frames = await otto.covers(head + 110)
        covered = [(f["prev_seq"], f["seq"]) for f in frames if f["type"] == "batch" and f["prev_seq"] >= head + 50]
        assert covered[0][0] == head + 50
        assert all(before[1] == after[0] for before, after in pairwise(covered))
