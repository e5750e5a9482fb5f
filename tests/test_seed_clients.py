"""Both generations of the original's browser client work unchanged: they come in, check in and out, and stay."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final
from urllib.request import urlopen

import pytest
from websockets.asyncio.client import ClientConnection, connect

from gymtui import clock
from server.app import Server
from server.net.watchdog import Watchdog
from tests.gym_kit import token
from tests.kit import port_of, serving
from tests.waiting import WITHIN, until

pytestmark = pytest.mark.slow

SEED: Final = {"auth_response", "connection_status", "check_in_update", "member_update", "notification", "pong"}
BEAT: Final = 10  # seconds between two looks at a connection: the server's ping, the later client's heartbeat
PERIODS: Final = 9  # a minute and a half: silence would have ended it after 25 s

Json = dict[str, Any]


class Browser:
    """What the original's browser code does: it knows `type`, `payload` and `batch`, and nothing that came later."""

    def __init__(self, socket: ClientConnection, knows: set[str]) -> None:
        self._socket = socket
        self._knows = knows
        self._heard: list[tuple[str, Json]] = []

    async def says(self, golden: str, **values: str) -> None:
        """Sends a line of the transcript, its `{names}` filled in."""
        for name, value in values.items():
            golden = golden.replace(f"{{{name}}}", value)
        await self._socket.send(golden)

    async def hears(self, type: str) -> Json:
        """The next payload of that type."""
        async with asyncio.timeout(WITHIN):
            while True:
                for place, (name, payload) in enumerate(self._heard):
                    if name == type:
                        del self._heard[place]
                        return payload
                self._hand_out(json.loads(await self._socket.recv()))

    def _hand_out(self, message: Json) -> None:
        assert {"type", "payload"} <= message.keys()
        lists: Json = {message["type"]: [message["payload"]]}
        if message["type"] == "batch":
            lists = message["payload"]["batches"]
        self._heard += [(name, one) for name, items in lists.items() if name in self._knows for one in items]


@asynccontextmanager
async def browser(server: Server, query: str = "", *, knows: set[str] = SEED) -> AsyncIterator[Browser]:
    async with connect(server.url + query, compression=None, proxy=None, ping_interval=None) as socket:
        yield Browser(socket, knows)


def is_visit(event: Json, status: str) -> bool:
    """The CheckInEvent of the original, whatever else came to it."""
    times = event["check_in_time"], event["check_out_time"]
    assert isinstance(times[0], str)
    assert isinstance(times[1], str) == (status == "checked_out")
    assert {"id", "full_name"} <= event["member"].keys()
    return bool(event["id"]) and event["status"] == status


async def ten_seconds_pass(server: Server) -> None:
    """Every connection is ten seconds older, and the watchdog looks at them."""
    for session in server._sessions:
        session.connection.heard_at -= BEAT
        session.connection.pinged_at -= BEAT
    loop = asyncio.get_running_loop()
    Watchdog(lambda: server._sessions, server.metrics, timer=loop.time, now=clock.now, rights=object).look()


async def lenient(server: Server) -> dict[str, float]:
    """What was put up with, as `/metrics` has it."""

    def fetch() -> str:
        with urlopen(f"http://127.0.0.1:{port_of(server.url)}/metrics") as answer:
            return str(answer.read().decode())

    text = await asyncio.to_thread(fetch)
    found = re.findall(r'^gymtui_lenient_messages_total\{what="(\w+)"\} (\S+)$', text, re.MULTILINE)
    return {what: float(number) for what, number in found}


async def member_id(server: Server, number: str) -> str:
    [found] = await server._database.query(server._database.store.search_members, number, 1)
    return str(json.loads(found)["id"])


async def test_the_earlier_one_authenticates_first_and_pings_every_thirty_seconds(gym: Path) -> None:
    async with serving(gym) as server, browser(server) as page:
        seven, eight = await member_id(server, "7"), await member_id(server, "8")
        await page.says('{"type":"authenticate","data":{"token":"{token}"}}', token=token(gym, "ana"))
        assert (await page.hears("auth_response"))["success"] is True
        assert (await page.hears("connection_status"))["status"] == "connected"
        await page.says('{"type":"check_in","data":{"member_id":"{m}","location":"Main","notes":""}}', m=seven)
        came = await page.hears("check_in_update")
        assert is_visit(came, "checked_in")
        assert (came["member"]["id"], came["location"]) == (seven, "Main")
        for period in range(1, PERIODS + 1):
            await ten_seconds_pass(server)
            if period % 3 == 0:
                await page.says('{"type":"ping"}')
                assert await page.hears("pong")
            else:
                await _heard_from(server)  # the browser itself has answered the server's ping
        await page.says('{"type":"check_out","data":{"check_in_id":"{v}","notes":"bye"}}', v=came["id"])
        left = await page.hears("check_in_update")
        assert is_visit(left, "checked_out")
        assert left["id"] == came["id"]
        assert await lenient(server) == {"data": 3}
        batch = '{"type":"batch","batches":{"check_in":[{"member_id":"{a}"},{"member_id":"{b}"}],"ping":[{}]}}'
        await page.says(batch, a=seven, b=eight)
        both = [await page.hears("check_in_update"), await page.hears("check_in_update")]
        assert [event["member"]["id"] for event in both] == [seven, eight]
        assert all(is_visit(event, "checked_in") for event in both)
        assert (await lenient(server))["batch"] == 2


async def test_the_later_one_has_the_token_in_the_url_and_a_heartbeat_every_ten_seconds(gym: Path) -> None:
    knows = {*SEED, "heartbeat_ack"}
    async with serving(gym) as server, browser(server, f"?token={token(gym, 'ana')}", knows=knows) as page:
        seven = await member_id(server, "7")
        assert (await page.hears("auth_response"))["success"] is True
        assert (await page.hears("connection_status"))["status"] == "connected"
        await page.says('{"type":"check_in","data":{"memberId":"{m}","location":"Main"}}', m=seven)
        came = await page.hears("check_in_update")
        assert is_visit(came, "checked_in")
        for _ in range(PERIODS):
            await ten_seconds_pass(server)
            await page.says('{"type":"heartbeat","data":{"timestamp":1763888400000}}')
            assert (await page.hears("heartbeat_ack"))["server_time"]
        await page.says('{"type":"check_out","data":{"checkInId":"{v}"}}', v=came["id"])
        assert is_visit(await page.hears("check_in_update"), "checked_out")
        assert await lenient(server) == {"data": PERIODS + 2, "camelCase": 2}
        await page.says('{"type":"batch","batches":{"check_in":[{"memberId":"{m}"}]}}', m=seven)
        assert is_visit(await page.hears("check_in_update"), "checked_in")
        assert (await lenient(server))["batch"] == 1


async def test_silence_ends_a_connection_and_nothing_else_does(gym: Path) -> None:
    """The other tests would notice: without a frame, three times ten seconds are too many."""
    async with (
        serving(gym) as server,
        connect(f"{server.url}?token={token(gym, 'ana')}", compression=None, proxy=None) as socket,
    ):
        await socket.recv()
        socket.transport.pause_reading()
        for _ in range(3):
            await ten_seconds_pass(server)
        socket.transport.resume_reading()
        async with asyncio.timeout(WITHIN):
            await socket.wait_closed()
        assert socket.close_code == 4104


@pytest.mark.parametrize("bad", ["", "nonsense"])
async def test_a_browser_that_may_not_come_in_is_told(gym: Path, bad: str) -> None:
    async with serving(gym) as server, browser(server) as page:
        await page.says('{"type":"authenticate","data":{"token":"{token}"}}', token=bad)
        answer = await page.hears("auth_response")
        assert answer["success"] is False
        assert answer["message"] == "This token is not one of ours: please log in."


async def _heard_from(server: Server) -> None:
    """Every connection has said something in the last ten seconds."""
    loop = asyncio.get_running_loop()
    await until(lambda: all(loop.time() - session.connection.heard_at < BEAT for session in server._sessions))
