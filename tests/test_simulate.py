"""`gymtui simulate`: a day that is a gym's, every scan of it accounted for, and a polite end."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import subprocess
import sys
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from gymtui.client.connection.follower import Bookmark
from gymtui.client.connection.service import WebSocketService
from gymtui.client.login.login import Login
from gymtui.client.tasks import until_first
from gymtui.programs import simulate as program
from gymtui.programs.simulate import IN_FLIGHT, NothingToSimulate, Simulation
from server.admin.users import users_disable
from server.app import Server
from server.store.opening import open_store
from tests.factories import member_row
from tests.gym_kit import make_gym, token
from tests.kit import serving
from tests.tail_kit import environment, told
from tests.waiting import WITHIN, until

pytestmark = pytest.mark.slow

RATE = 3000.0  # scans a second


class Told(Counter[str]):
    """Outcomes that can be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self._changed = asyncio.Event()

    def __setitem__(self, what: str, count: int) -> None:
        super().__setitem__(what, count)
        self._changed.set()

    async def until(self, enough: Callable[[], bool]) -> None:
        async with asyncio.timeout(WITHIN):
            while not enough():
                self._changed.clear()
                await self._changed.wait()


def services(server: Server, access: str, count: int = 3) -> list[WebSocketService]:
    login = Login(server.url, token=access)
    return [WebSocketService(server.url, login, Bookmark(), desk=f"door {n}") for n in range(count)]


async def simulate(doors: list[WebSocketService], scans: int, *, seed: int = 7) -> Simulation:
    """A simulation that has had so many answers."""
    simulation = Simulation(doors, Random(seed), rate=RATE)
    simulation.outcomes = outcomes = Told()
    enough = outcomes.until(lambda: outcomes.total() >= scans)
    await until_first(simulation.run(), enough, *(door.run() for door in doors))
    return simulation


def journal(gym: Path) -> list[tuple[str, dict[str, Any]]]:
    """What came of the scans, in order: `check_in`, `check_out` or a refusal's code, with the event."""
    with closing(open_store(gym)) as store:
        rows = [(row.type, msgspec.json.decode(row.payload)) for row in store.read(0, 100_000)]
    found = []
    for kind, event in rows:
        if kind == "check_in_update":
            found.append(("check_out" if event["check_out_time"] else "check_in", event))
        elif kind == "refusal":
            found.append((event["code"], event))
    return found


async def test_every_scan_is_accounted_for(gym: Path) -> None:
    async with serving(gym) as server:
        simulation = await simulate(services(server, token(gym, "ana")), 600)
    events = journal(gym)
    assert {event["desk"] for _, event in events} == {"door 0", "door 1", "door 2"}
    done, counted = Counter(what for what, _ in events), simulation.outcomes
    assert set(counted) <= {"check_in", "check_out", "unknown_member", "already_checked_in", "not_checked_in"}
    assert min(counted["check_in"], counted["check_out"]) > 100
    # What was on its way when it ended has its effect too, and nobody counted it.
    assert counted <= done
    assert (done - counted).total() <= IN_FLIGHT


async def test_the_same_seed_is_the_same_day(tmp_path: Path) -> None:
    days: list[list[tuple[str, str | None]]] = []
    for seed in (7, 7, 8):
        path = tmp_path / f"{len(days)}.db"
        make_gym(path, *(member_row(str(n), f"Name {n}") for n in range(100)))
        async with serving(path) as server:
            await simulate(services(server, token(path, "ana"), 1), 100, seed=seed)
        people = [(what, (event["member"] or {}).get("full_name")) for what, event in journal(path)]
        days.append(people[:100])
    assert days[0] == days[1] != days[2]


async def test_a_cut_costs_the_scans_of_that_moment_and_no_more(gym: Path) -> None:
    async with serving(gym) as server:
        doors = services(server, token(gym, "ana"), 1)
        simulation = Simulation(doors, Random(7), rate=RATE)
        simulation.outcomes = outcomes = Told()

        async def enough() -> None:
            await outcomes.until(lambda: outcomes["check_in"] >= 20)
            (session,) = server._sessions
            session.connection.transport.abort()
            await outcomes.until(lambda: outcomes["disconnected"] > 0)
            before = outcomes["check_in"]
            await outcomes.until(lambda: outcomes["check_in"] >= before + 20)

        await until_first(simulation.run(), enough(), doors[0].run())


async def test_a_gym_without_members_is_told(tmp_path: Path) -> None:
    make_gym(tmp_path / "empty.db")
    async with serving(tmp_path / "empty.db") as server:
        with pytest.raises(NothingToSimulate, match="gymtui admin members import"):
            await simulate(services(server, token(tmp_path / "empty.db", "ana"), 1), 1)


# --- the command -----------------------------------------------------------------------------------------------------


@asynccontextmanager
async def command(home: Path, *arguments: str, access: str) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "gymtui.cli", "simulate", *arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(home, GYMTUI_TOKEN=access),
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.parametrize(("signum", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
async def test_asked_to_end_it_says_goodbye_and_what_became_of_the_scans(
    gym: Path, tmp_path: Path, signum: signal.Signals, exit_code: int
) -> None:
    access = token(gym, "ana")
    async with serving(gym) as server:
        arguments = ("--url", server.url, "--rate", "1000", "--desks", "3", "--seed", "4")
        async with command(tmp_path, *arguments, access=access) as process:
            await until(lambda: server.hub.head >= 200)
            for _ in range(1 if signum is signal.SIGINT else 200):
                process.send_signal(signum)
            async with asyncio.timeout(WITHIN):
                out, err = await process.communicate()
        await until(lambda: not server._sessions)
        goodbyes = server.metrics.text()[0].decode()
    assert (process.returncode, out) == (exit_code, b"")
    report = err.decode()
    assert re.fullmatch(r"gymtui: [\d,]+ scans: [\d,]+ check in, [\d,]+ [a-z ]+.*\n", report), report
    assert 'gymtui_connections_ended_total{code="1000"} 3.0' in goodbyes


async def test_a_user_who_is_disabled_is_1_and_a_sentence(gym: Path, tmp_path: Path) -> None:
    async with serving(gym) as server, command(tmp_path, "--url", server.url, access=token(gym, "ana")) as process:
        await until(lambda: server._sessions)
        await asyncio.to_thread(users_disable, database=str(gym), name="ana")
        await told(process, b"gymtui: ")
        async with asyncio.timeout(WITHIN):
            _, err = await process.communicate()
    assert process.returncode == 1
    assert err == b"gymtui: Your access has ended: please log in again, or ask a manager.\n"


async def test_why_there_is_no_connection_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(program, "complain", said.append)
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"ws://127.0.0.1:{free.getsockname()[1]}/ws/checkins/"
    running = asyncio.create_task(program._run(url, Login(url, token="x"), rate=1.0, desks=2, seed=1))
    await until(lambda: said)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert [line.endswith("is the server running?") for line in said] == [True, False]


async def test_an_operator_only_looks(gym: Path) -> None:
    async with serving(gym) as server:
        simulation = await simulate(services(server, token(gym, "otto"), 1), 20)
    assert set(simulation.outcomes) == {"not_allowed"}
