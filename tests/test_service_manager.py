"""A service manager is told that the server is ready, alive, reloading and stopping, and may hand it its port."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Final

import pytest

from server.app import Server
from server.net.entrance import Entrance
from server.net.origins import Origins
from server.serve import serve_until_stopped
from server.service_manager import ServiceManager
from tests.gym_kit import token
from tests.kit import Wire, port_of, serving
from tests.serve_kit import ROOT
from tests.waiting import WITHIN, until

HANDS_OVER: Final = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
os.execv(sys.executable, [sys.executable, "-m", "gymtui.cli", "serve", "--database", sys.argv[2]])
"""


class Manager:
    """What a service manager hears at its socket, message by message."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(f"\0{address[1:]}" if address.startswith("@") else address)
        self._socket.setblocking(False)
        self.heard: list[list[str]] = []

    def listen(self) -> list[str]:
        """The first line of each message so far."""
        try:
            while True:
                self.heard.append(self._socket.recv(4096).decode().split("\n"))
        except BlockingIOError:
            return [lines[0] for lines in self.heard]

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    with closing(Manager(str(tmp_path / "notify"))) as manager:
        yield manager


@asynccontextmanager
async def stopped_at_the_end(server: Server, **options: object):  # type: ignore[no-untyped-def]
    """It serves as a program does, until the block is over."""
    said: list[str] = []
    running = asyncio.create_task(serve_until_stopped(server, said.append, **options))  # type: ignore[arg-type]
    try:
        await until(lambda: said or running.done())
        yield running
    finally:
        if not running.done():
            os.kill(os.getpid(), signal.SIGTERM)
        async with asyncio.timeout(WITHIN):
            await running


async def test_it_is_told_ready_alive_reloading_and_stopping(gym: Path, manager: Manager) -> None:
    told = ServiceManager({"NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "300000"})  # a queue holds ten messages
    server = Server(gym)
    async with stopped_at_the_end(server, manager=told) as running:
        await until(lambda: {"READY=1", "WATCHDOG=1"} <= set(manager.listen()))
        assert ["READY=1", f"STATUS=listening on {server.url}"] in manager.heard
        os.kill(os.getpid(), signal.SIGHUP)
        await until(lambda: manager.listen().count("READY=1") == 2)
        assert not running.done()  # without a manager that is its end
    order = [line for line in manager.listen() if line != "WATCHDOG=1"]
    assert order == ["READY=1", "RELOADING=1", "READY=1", "STOPPING=1"]
    [reloading] = [lines for lines in manager.heard if lines[0] == "RELOADING=1"]
    assert reloading[1].removeprefix("MONOTONIC_USEC=").isdecimal()


async def test_a_loop_that_stands_says_nothing(manager: Manager) -> None:
    told = ServiceManager({"NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "1000"})
    alive = asyncio.create_task(told.keep_alive())
    await until(lambda: len(manager.listen()) > 2)
    before = len(manager.listen())
    for _ in range(1000):  # nothing turns meanwhile
        manager.listen()
    assert len(manager.listen()) == before
    await until(lambda: len(manager.listen()) > before)
    alive.cancel()


@pytest.mark.parametrize(
    "environment", [{}, {"WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1", "NOTIFY_SOCKET": "/not/there"}]
)
async def test_another_programs_watchdog_is_not_answered(environment: dict[str, str], manager: Manager) -> None:
    told = ServiceManager(environment | ({"NOTIFY_SOCKET": manager.address} if environment else {}))
    alive = asyncio.create_task(told.keep_alive())
    for _ in range(3):
        await asyncio.sleep(0)
    assert manager.listen() == []
    assert not alive.done()
    alive.cancel()


def test_an_address_may_be_abstract_and_one_that_is_gone_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with closing(Manager(f"@gymtui-test-{os.getpid()}")) as manager:
        ServiceManager({"NOTIFY_SOCKET": manager.address}).ready("there")
        assert manager.listen() == ["READY=1"]
    ServiceManager({"NOTIFY_SOCKET": manager.address}).stopping()
    assert "The service manager cannot be told that STOPPING=1" in caplog.text


POLICY = 'payment_overdue = "refuse"\n'


async def test_sighup_reads_the_policy_anew_and_keeps_the_old_one_where_that_cannot_be_used(
    gym: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    file = tmp_path / "policy.toml"
    server = Server(gym)
    async with stopped_at_the_end(server, policy=file):
        async with Wire.open(server.url, token(gym, "ana")) as wire:
            await wire.until("connection_status")
            file.write_text(POLICY)
            os.kill(os.getpid(), signal.SIGHUP)
            await wire.until("batch")
            [changed] = [event for event in wire.events if event.get("policy")]
            assert changed["policy"]["payment_overdue"] == "refuse"
            for spoiled in ("payment_overdue = 7", "no TOML"):
                file.write_text(spoiled)
                caplog.clear()
                os.kill(os.getpid(), signal.SIGHUP)
                await until(lambda: "The policy before is in force still." in caplog.text)
        assert server._database.store.gym().policy.payment_overdue == "refuse"


async def test_a_port_that_is_handed_over_is_served(gym: Path) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    assert ServiceManager({"LISTEN_FDS": "1", "LISTEN_PID": "1"}).port() is None
    async with serving(gym, entrance=Entrance(origins=Origins(), listening=listening), host="192.0.2.1") as server:
        assert port_of(server.url) == port
        assert server.is_loopback
        async with Wire.open(server.url, token(gym, "ana")) as wire:
            assert (await wire.ask("check_in", {"code": "1"}))["ok"] is True


@pytest.mark.slow
async def test_a_server_takes_the_port_of_its_manager(gym: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"ws://127.0.0.1:{listening.getsockname()[1]}/ws/checkins/"
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", HANDS_OVER, str(listening.fileno()), str(gym)),
            pass_fds=[listening.fileno()],
            cwd=ROOT,
        )
        async with Wire.open(url, token(gym, "ana")) as wire:  # it waits at the port until the server is there
            assert (await wire.ask("check_in", {"code": "1"}))["ok"] is True
        process.terminate()
        assert await process.wait() == 0
