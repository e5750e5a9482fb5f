"""A peer that is dead is noticed on both sides, and one that only is far away is not taken for dead (P10)."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any, Final

from gymtui.client import Login, WebSocketService
from gymtui.client.connection.follower import Bookmark
from server.app import Server
from tests.client_kit import running
from tests.faults.network.figures import Row
from tests.faults.proxy import Proxy
from tests.gym_kit import make_gym, token
from tests.kit import port_of, serving
from tests.network_kit import behind

WITHIN: Final = 25.0  # seconds
ROUND: Final = 0.5  # seconds between two looks of the server's watchdog
WAYS: Final[dict[str, tuple[str, ...]]] = {
    "nothing comes through": ("there", "back"),
    "nothing comes back": ("back",),
    "nothing goes there": ("there",),
}


async def run(folder: Path, *, seconds: float) -> list[Row]:
    """Lines that swallow each way, a server and a client that are gone, and one that is far away."""
    path = folder / "gym.db"
    make_gym(path)
    async with serving(path) as server:
        holes = [_black_hole(server, path, name, ways) for name, ways in WAYS.items()]
        found = await asyncio.gather(*holes, _server_gone(server, path), _client_gone(server, path))
        return [row for rows in found for row in rows] + await _far_away(server, path, seconds)


class Far:
    """A desk behind a line."""

    def __init__(self, server: Server, path: Path, proxy: Proxy) -> None:
        self._server = server
        url = behind(proxy)
        self.service = WebSocketService(url, Login(url, token=token(path, "otto")), Bookmark())

    async def live(self) -> None:
        """Waits until it is live, and remembers which session that is."""
        while self.service.state.phase != "live":
            await asyncio.sleep(0.01)
        self.id = self.service.state.session_id

    @property
    def is_there(self) -> bool:
        """Does the server take its connection to be there?"""
        return any(session.id == self.id and session.connection.is_open for session in self._server._sessions)


async def _seconds_until(condition: Any) -> float:
    began = time.monotonic()
    async with asyncio.timeout(3 * WITHIN):
        while not condition():
            await asyncio.sleep(0.02)
    return time.monotonic() - began


def _row(name: str, who: str, seconds: float, most: float = WITHIN) -> Row:
    return Row(f"{name}: noticed by the {who}", f"{seconds:.1f} s", seconds <= most)


async def _black_hole(server: Server, path: Path, name: str, ways: tuple[Any, ...]) -> list[Row]:
    async with Proxy(port_of(server.url)) as proxy:
        far = Far(server, path, proxy)
        async with running(far.service.run, far.service.close):
            await far.live()
            await asyncio.sleep(12)  # amid its life, and not at the beginning
            proxy.black_hole(*ways)
            client, there = await asyncio.gather(
                _seconds_until(lambda: far.service.state.phase != "live"), _seconds_until(lambda: not far.is_there)
            )
            proxy.heal()
    by_goodbye = ROUND if "back" not in ways else 0.0  # the desk still hears, and is told
    return [_row(name, "desk", client, WITHIN + by_goodbye), _row(name, "server", there, WITHIN + ROUND)]


async def _server_gone(server: Server, path: Path) -> list[Row]:
    async with Proxy(port_of(server.url), half_open=True) as proxy:
        far = Far(server, path, proxy)
        async with running(far.service.run, far.service.close):
            await far.live()
            await asyncio.sleep(12)
            for session in server._sessions:
                if session.id == far.id:
                    session.connection.transport.abort()
            seconds = await _seconds_until(lambda: far.service.state.phase != "live")
            proxy.heal()
    return [_row("the server is gone without a word", "desk", seconds)]


async def _client_gone(server: Server, path: Path) -> list[Row]:
    async with Proxy(port_of(server.url), half_open=True) as proxy:
        far = Far(server, path, proxy)
        task = asyncio.create_task(far.service.run())
        await far.live()
        await asyncio.sleep(12)
        proxy.black_hole("there")  # its goodbye is not heard either
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        seconds = await _seconds_until(lambda: not far.is_there)
    return [_row("the desk is gone without a word", "server", seconds, WITHIN + ROUND)]


async def _far_away(server: Server, path: Path, seconds: float) -> list[Row]:
    async with Proxy(port_of(server.url), latency=1.0) as proxy:
        far = Far(server, path, proxy)
        async with running(far.service.run, far.service.close):
            await far.live()
            await asyncio.sleep(seconds)
            cuts = proxy.accepted - 1
            way = far.service.state.latency or 0
    return [Row(f"cuts in {seconds:.0f} s, {way:.1f} s there and back", str(cuts), cuts == 0)]
